"""Many ranks on a real Dask cluster of two workers: the report of one run, whatever becomes of workers and traces."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional

import pytest
from conftest import MISSING, RANKS, SLOW, TODAY, make_ranks, program

distributed = pytest.importorskip("distributed")

GLOB = "runs/**/rank*.sqlite"

# Notes every trace that it is asked for, takes its time, and is killed for the rank of the variable.
SLOWLY = """\
#!/usr/bin/env bash
set -u
if [ "$1" = check ]; then
    for word in "$@"; do case "$word" in --e2e=*) echo "${word#--e2e=}" >> "$TASKS" ;; esac; done
    case "$*" in *--lost*) ;; *"rank$KILL.sqlite"*) kill -9 $$ ;; esac
    sleep 0.2
fi
exec "$REAL" "$@"
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two workers, each a process of its own."""
    with two_workers() as cluster:
        yield cluster


def two_workers() -> Any:
    return distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0")


def fleet_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "align_fleet", f"--today={TODAY}", "--case=decode", *arguments]


def run_fleet(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        fleet_command(*arguments),
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "COLUMNS": "100"},
        check=False,
    )


def whole_run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return program("check", "spec.toml", f"--e2e={GLOB}", "--case=decode", f"--today={TODAY}", *arguments, folder=folder)


@pytest.fixture
def slowly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A slow program for workers that are started from here; what it was asked for stands in the file."""
    from align_fleet import find_binary

    script, tasks = tmp_path / "slowly", tmp_path / "tasks"
    script.write_text(SLOWLY, "utf-8")
    script.chmod(0o755)
    tasks.touch()
    for name, value in {"REAL": find_binary(), "TASKS": str(tasks), "KILL": "none", "ALIGN": str(script)}.items():
        monkeypatch.setenv(name, value)
    return tasks


@pytest.mark.parametrize("form", ["human", "json", "markdown", "sarif", "junit", "concise"])
def test_sixty_four_ranks_are_the_report_of_one_run(form: str, cluster: Any, fleet: Path) -> None:
    spec = ["--spec=spec.toml", f"--scheduler={cluster.scheduler_address}"]
    apart = run_fleet(fleet, *spec, f"--format={form}", GLOB)
    whole = whole_run(fleet, f"--format={form}")
    assert (apart.returncode, apart.stdout, apart.stderr) == (whole.returncode, whole.stdout, whole.stderr)
    assert apart.returncode == 1
    if form == "human":
        assert f"{RANKS - 1} of {RANKS} ranks" in apart.stdout, apart.stdout
        assert f"missing: {MISSING}" in apart.stdout and f"rank {SLOW}" in apart.stdout


def test_a_worker_that_is_killed_in_the_middle_changes_nothing(slowly: Path, fleet: Path) -> None:
    with two_workers() as cluster, distributed.Client(cluster) as client:
        pids = client.run(os.getpid)
        command = fleet_command("--spec=spec.toml", f"--scheduler={cluster.scheduler_address}", GLOB)
        driver = subprocess.Popen(
            command,
            cwd=fleet,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "COLUMNS": "100"},
        )
        asked_for(slowly, RANKS // 4, driver)
        os.kill(min(pids.values()), signal.SIGKILL)
        stdout, stderr = driver.communicate(timeout=120)
        assert set(client.run(os.getpid).values()) != set(pids.values()), "a worker was killed"
    asked = slowly.read_text("utf-8").splitlines()
    assert len(set(asked)) == RANKS - 1 and len(asked) > RANKS - 1, "a task was run again"
    whole = whole_run(fleet)
    assert (driver.returncode, stdout, stderr) == (whole.returncode, whole.stdout, whole.stderr)


def asked_for(tasks: Path, count: int, driver: subprocess.Popen[str]) -> None:
    """Waits until so many tasks have begun."""
    end = time.monotonic() + 60
    while len(tasks.read_text("utf-8").splitlines()) < count:
        assert time.monotonic() < end and driver.poll() is None, "the tasks do not begin"
        time.sleep(0.01)


def test_a_result_that_dies_with_its_worker_is_made_again(eight: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from align_fleet import __main__, driver
    from align_fleet.task import Plan

    asked = __main__._parser().parse_args(["--spec=spec.toml", "--workers=2", GLOB])
    plan = Plan(("spec.toml",), ("--no-cache", "--case=decode", f"--today={TODAY}"), str(eight))
    note = driver._note
    killed: list[int] = []
    with __main__._cluster(asked) as client:

        def kill_first(judged: driver.Judged, trace: str, future: Any) -> None:
            """Between the news that a result is there and its being fetched."""
            if not killed:
                (worker,) = client.who_has([future])[future.key]
                killed.append(client.run(os.getpid, workers=[worker])[worker])
                os.kill(killed[0], signal.SIGKILL)
            note(judged, trace, future)

        monkeypatch.setattr(driver, "_note", kill_first)
        judged = driver.judge_all(client, driver.locate(client, (GLOB,), str(eight)), plan, 2, lambda *_: None)
    assert (len(judged.results), judged.lost, judged.refused) == (8, {}, None)
    # Dask's warning of it would stand between the lines of a report.
    assert not logging.getLogger("distributed.client").isEnabledFor(logging.WARNING)


@pytest.fixture
def eight(tmp_path: Path, fleet: Path) -> Path:
    """A run of eight ranks."""
    folder = tmp_path / "eight"
    folder.mkdir()
    spec = (fleet / "spec.toml").read_text("utf-8")
    (folder / "spec.toml").write_text(spec.replace(f"ranks = {RANKS}", "ranks = 8"), "utf-8")
    make_ranks(folder, range(8))
    return folder


def test_a_corrupt_trace_is_reported_and_the_others_stand(cluster: Any, eight: Path) -> None:
    trace = eight / "runs" / "node0" / "rank5.sqlite"
    trace.write_bytes(trace.read_bytes()[:20000])
    spec = ["--spec=spec.toml", f"--scheduler={cluster.scheduler_address}"]
    apart, whole = run_fleet(eight, *spec, GLOB), whole_run(eight)
    assert (apart.returncode, apart.stdout, apart.stderr) == (whole.returncode, whole.stdout, whole.stderr)
    assert apart.returncode == 3
    assert "rank 5: " in apart.stderr and "not readable: rank 5" in apart.stdout


def test_a_task_that_is_always_killed_is_tried_again_and_then_reported(
    slowly: Path, eight: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KILL", "3")
    ended = run_fleet(eight, "--spec=spec.toml", "--workers=2", "--retries=1", GLOB, "--output=json=report.json")
    assert ended.returncode == 3, ended.stderr
    assert "rank 3: `runs/node0/rank3.sqlite` was not judged: its task left no result" in ended.stderr
    assert "ended by signal 9" in ended.stderr
    assert "not readable: rank 3" in ended.stdout
    assert '"trace-lost"' in (eight / "report.json").read_text("utf-8")
    # Twice by workers, and once to write it down.
    assert slowly.read_text("utf-8").count("rank3.sqlite") == 3


def test_without_a_scheduler_workers_are_started_here(eight: Path) -> None:
    globs = ["runs/node0/rank[0-3].sqlite", "runs/node0/rank[3-7].sqlite"]
    apart = run_fleet(eight, "--spec=spec.toml", "--workers=2", "--partial=all.json", *globs)
    # Of a merge that others may follow nothing is said that needs all ranks.
    assert apart.returncode == 0, apart.stderr
    merged, whole = program("merge", "all.json", folder=eight), whole_run(eight)
    assert (merged.returncode, merged.stdout) == (whole.returncode, whole.stdout)


def test_what_is_wrong_for_every_rank_is_said_once(cluster: Any, eight: Path) -> None:
    scheduler = f"--scheduler={cluster.scheduler_address}"
    (eight / "wrong.toml").write_text('align = 1\n[spec]\nnaem = "x"\n', "utf-8")
    wrong = run_fleet(eight, "--spec=wrong.toml", scheduler, GLOB)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.count("error[unknown-key]") == 1, wrong.stderr
    none = run_fleet(eight, "--spec=spec.toml", scheduler, "none/*.sqlite")
    assert (none.returncode, none.stderr) == (3, "error: no trace is found: none/*.sqlite\n")
    form = run_fleet(eight, "--spec=spec.toml", scheduler, "--format=jsn", GLOB)
    assert form.returncode == 2 and "jsn" in form.stderr


def test_a_scheduler_that_is_not_there_is_said(eight: Path) -> None:
    ended = run_fleet(eight, "--spec=spec.toml", "--scheduler=tcp://127.0.0.1:9", "--timeout=1", GLOB)
    assert ended.returncode == 2
    assert "error: the cluster cannot be used" in ended.stderr


def test_a_trace_is_judged_where_it_is(cluster: Any, eight: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from align_fleet import driver
    from align_fleet.task import Plan

    monkeypatch.setattr(driver, "PATIENCE", 1.0)
    plan = Plan(("spec.toml",), ("--no-cache", "--case=decode", f"--today={TODAY}"), str(eight))
    here, gone = "runs/node0/rank0.sqlite", "runs/node0/rank1.sqlite"
    shown: list[tuple[int, int]] = []
    with distributed.Client(cluster) as client:
        assert driver.locate(client, (GLOB, "none.sqlite"), str(eight))["none.sqlite"] == frozenset()
        where = {here: frozenset({"127.0.0.1"}), gone: frozenset({"192.0.2.1"})}
        judged = driver.judge_all(client, where, plan, 0, lambda done, total: shown.append((done, total)))
    assert list(judged.results) == [here] and judged.results[here].partial
    assert judged.lost == {gone: "no worker that is left sees it"}
    assert shown[0] == (0, 2) and shown[-1] == (2, 2)


def test_traces_on_disks_of_nodes_are_found_there() -> None:
    from align_fleet.driver import locate

    class Client:
        def run(self, _: Any, patterns: tuple[str, ...], folder: str) -> dict[str, Optional[list[tuple[str, bool]]]]:
            if folder == "none":
                return {"tcp://10.0.0.1:1": None}
            return {
                "tcp://10.0.0.3:1": None,
                "tcp://10.0.0.1:1": [("rank0", True), ("shared", True), ("none", False)],
                "tcp://10.0.0.1:2": [("rank0", True), ("shared", True), ("none", False)],
                "tcp://10.0.0.2:1": [("rank1", True), ("shared", True), ("none", False)],
            }

    assert locate(Client(), ("*",), ".") == {
        "rank0": frozenset({"10.0.0.1"}),
        "shared": frozenset({"10.0.0.1", "10.0.0.2"}),
        "none": frozenset(),
        "rank1": frozenset({"10.0.0.2"}),
    }
    with pytest.raises(FileNotFoundError, match="no worker sees the folder none"):
        locate(Client(), ("*",), "none")


def test_many_results_are_merged_in_groups(eight: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from align_fleet import merge, task

    plan = task.Plan(("spec.toml",), ("--no-cache", "--case=decode", f"--today={TODAY}"), str(eight))
    partials = []
    for rank in range(8):
        partials.append(tmp_path / f"{rank}.json")
        partials[-1].write_bytes(task.judge(f"runs/node0/rank{rank}.sqlite", plan).partial or b"")
    monkeypatch.setattr(merge, "AT_ONCE", 2)
    code = merge.merge(partials, [f"--output=json={tmp_path / 'grouped'}", "--output=human=-"], tmp_path)
    whole = whole_run(eight, f"--output=json={tmp_path / 'whole'}")
    assert code == whole.returncode == 0
    assert (tmp_path / "grouped").read_text("utf-8") == (tmp_path / "whole").read_text("utf-8")
    assert len(list(tmp_path.glob("group-*.json"))) == 4 + 2
    shutil.copy(partials[0], tmp_path / "broken.json")
    (tmp_path / "broken.json").write_text("{}", "utf-8")
    with pytest.raises(merge.Refused, match="no partial result"):
        merge.merge([*partials, tmp_path / "broken.json"], [], tmp_path)
