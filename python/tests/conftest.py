"""What the tests share: the repository, its program, and folders of one trace a rank."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TRACES = ROOT / "snapshots" / "traces"
TODAY = "2026-11-24"

#: Ranks of the run that the cluster judges; one of them is missing.
RANKS = 64
MISSING, SLOW = 23, 41

SPEC = f"""\
align = 1

[spec]
name    = "ranks"
extends = "builtin:attention"

[[case]]
name = "decode"

[case.mock]
trace = "{TRACES / 'vllm_mock_attn_decode_block16_cold_l2.sqlite'}"

[case.e2e]
trace = "runs"
ranks = {RANKS}
"""


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


def program(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The program that the module calls, by itself."""
    from align_fleet import find_binary

    return subprocess.run(
        [find_binary(), *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "COLUMNS": "100"},
        check=False,
    )


def make_ranks(folder: Path, ranks: Iterable[int]) -> None:
    """Copies of a model's trace, one a rank, each as if another process had run at its own pace: other process ids,
    another start, kernels a little longer or shorter; one rank far slower."""
    runs = folder / "runs"
    for rank in ranks:
        node = runs / f"node{rank // 8}"
        node.mkdir(parents=True, exist_ok=True)
        file = node / f"rank{rank}.sqlite"
        shutil.copy(TRACES / "vllm_e2e_eager.sqlite", file)
        pace = 1.35 if rank == SLOW else 1 + (rank % 5 - 2) / 500
        disguise(file, rank, pace)


def disguise(file: Path, rank: int, pace: float) -> None:
    """Makes a copy of a trace one of another process, whose kernels take `pace` times as long."""
    # Bits 24 to 47 of a global id are the process's.
    move = rank << 24
    with sqlite3.connect(file) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            columns = {row[1] for row in db.execute(f'PRAGMA table_info("{table}")')}
            for column in columns & {"globalTid", "globalPid"}:
                db.execute(f'UPDATE "{table}" SET {column} = {column} + ?', (move,))
            if "pid" in columns and table == "PROCESSES":
                db.execute("UPDATE PROCESSES SET pid = pid + ?", (rank,))
        db.execute(
            "UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET end = start + CAST(ROUND((end - start) * ?) AS INTEGER)", (pace,)
        )
    db.close()


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `spec.toml` and `runs/node*/rank*.sqlite`; one rank is slow and one is missing."""
    folder = tmp_path_factory.mktemp("fleet")
    (folder / "spec.toml").write_text(SPEC, "utf-8")
    make_ranks(folder, (rank for rank in range(RANKS) if rank != MISSING))
    return folder
