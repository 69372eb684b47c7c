"""One trace's task: what a worker runs."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Optional

from .binary import run
from .traces import find

#: Exit codes with which a result is left: passed, findings, a trace that cannot be read. What was found is in the result.
JUDGED = (0, 1, 3)


@dataclass(frozen=True)
class Plan:
    """What is the same for all traces."""

    specs: tuple[str, ...]
    #: Further arguments of `align check`.
    options: tuple[str, ...]
    #: Where paths are looked up from, here and on every worker.
    folder: str
    #: How many cores one task takes; all where nothing is said.
    threads: Optional[int] = None


@dataclass(frozen=True)
class Result:
    """What became of a trace."""

    exit_code: int
    #: What the program said to people.
    said: str
    #: The partial result; nothing where a spec or an argument is wrong, which all traces share.
    partial: Optional[bytes]


class Stopped(Exception):
    """The program ended without a result, and might not if it were run again."""


def judge(trace: str, plan: Plan, lost: Optional[str] = None) -> Result:
    """Judges one trace by `align check --partial`. `lost`: it is not read, but noted as lost, for this reason.

    Raises `Stopped` where it is worth another try.
    """
    if not os.path.isdir(plan.folder):
        raise Stopped(f"there is no folder `{plan.folder}` here: workers need the file system of the program")
    with tempfile.TemporaryDirectory(prefix="align-", dir=_scratch()) as temporary:
        file = Path(temporary) / "partial.json"
        options = [*plan.options, f"--e2e={trace}", f"--partial={file}", "--quiet", "--color=never"]
        options += [] if lost is None else [f"--lost={lost}"]
        cores = {} if plan.threads is None else {"RAYON_NUM_THREADS": str(plan.threads)}
        ended = run(["check", *options, "--", *plan.specs], folder=plan.folder, environment=cores)
        partial = file.read_bytes() if file.exists() else None
    if ended.returncode < 0:
        raise Stopped(f"`align` was ended by signal {-ended.returncode}\n{ended.stderr}".rstrip())
    if ended.returncode in JUDGED and partial is None:
        raise Stopped(f"`align` left no result\n{ended.stderr}".rstrip())
    return Result(ended.returncode, ended.stderr, partial if ended.returncode in JUDGED else None)


def judge_on_worker(trace: str, plan: Plan) -> Result:
    """`judge` on a Dask worker, which shares the machine's cores with the worker's other threads."""
    from distributed import get_worker

    if "RAYON_NUM_THREADS" not in os.environ:
        plan = replace(plan, threads=max(1, _cores() // max(1, get_worker().state.nthreads)))
    return judge(trace, plan)


def find_on_worker(patterns: tuple[str, ...], folder: str) -> Optional[list[tuple[str, bool]]]:
    """The traces that a worker sees, and whether each is there; nothing where it does not see the folder."""
    if not os.path.isdir(folder):
        return None
    return [(path, os.path.exists(os.path.join(folder, path))) for path in find(patterns, folder)]


def _scratch() -> Optional[str]:
    """A folder that Dask clears after a worker that was killed; else the system's."""
    try:
        from distributed import get_worker

        return str(get_worker().local_directory)
    except (ImportError, ValueError):
        return None


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
