"""`python -m align_fleet`: `align check` over many traces on a Dask cluster."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Optional

from .errors import ProgramMissing
from .merge import Refused, merge
from .task import Plan, Stopped, judge

if TYPE_CHECKING:
    from distributed import Client

    from .driver import Judged

#: Exit codes of `align`.
BAD_ARGUMENT, BAD_TRACE = 2, 3
INTERRUPTED = 130

DESCRIPTION = """\
Judges specs on one E2E trace a rank: one task a trace on a Dask cluster, and one report of all. Report and exit code
are those of `align check SPEC --e2e GLOB`: 0 passed, 1 a finding, 2 a spec or an argument is wrong, 3 a trace cannot be
judged, 4 nothing was checked.
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m align_fleet", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("traces", nargs="+", metavar="TRACE", help="traces, or globs of them in quotes; `**` is any number of folders")
    add("--spec", action="append", required=True, metavar="SPEC", help="a spec, or a folder of specs")
    add("--mock", metavar="FILE", help="another trace for the mock, the same for every rank")
    add("--case", default="*", metavar="NAME", help="only the case with this name (default: every case)")
    add("--scheduler", metavar="ADDRESS", help="of a Dask scheduler: tcp://HOST:PORT; without it, workers are started here")
    add("--workers", type=int, metavar="N", help="how many workers to start here (default: one a core)")
    add("--retries", type=int, default=2, metavar="N", help="how often a task that was killed is run again (default: 2)")
    add("--timeout", type=float, default=60.0, metavar="SECONDS", help="how long to wait for a first worker (default: 60)")
    judging = parser.add_argument_group("judging", "as for `align check`")
    add = judging.add_argument
    add("--fail-on", metavar="SEVERITY")
    add("--allow-inconclusive", action="store_true")
    add("--today", metavar="YYYY-MM-DD", help="(default: today, UTC; the same for every task)")
    add("--memory-limit", metavar="SIZE", help="of one task")
    add("--nsys", metavar="FILE")
    reporting = parser.add_argument_group("reporting", "as for `align check`")
    add = reporting.add_argument
    add("--format", metavar="FORMAT")
    add("--output", action="append", default=[], metavar="FORMAT=FILE")
    add("--deliverable", action="append", default=[], metavar="NAME")
    add("--partial", metavar="FILE", help="keep the merged result, for `align merge`")
    add("--color", metavar="WHEN")
    add("-q", "--quiet", action="store_true")
    add("-v", "--verbose", action="store_true")
    return parser


def _plan(asked: argparse.Namespace) -> Plan:
    today = asked.today or datetime.now(timezone.utc).date().isoformat()
    # A node's disk is not to fill with what is read once.
    options = ["--no-cache", f"--today={today}", f"--case={asked.case}"]
    for name in ("mock", "fail_on", "memory_limit", "nsys"):
        value = getattr(asked, name)
        options += [] if value is None else [f"--{name.replace('_', '-')}={value}"]
    options += ["--allow-inconclusive"] if asked.allow_inconclusive else []
    return Plan(specs=tuple(asked.spec), options=tuple(options), folder=os.getcwd())


def _reporting(asked: argparse.Namespace) -> list[str]:
    options = [f"--{name}={getattr(asked, name)}" for name in ("format", "partial", "color") if getattr(asked, name)]
    options += [f"--{name}={value}" for name in ("output", "deliverable") for value in getattr(asked, name)]
    return options + [f"--{name}" for name in ("quiet", "verbose") if getattr(asked, name)]


@contextmanager
def _cluster(asked: argparse.Namespace) -> Iterator[Client]:
    """The cluster that was named, or one of this machine."""
    from distributed import Client, LocalCluster

    if not asked.verbose:
        # A worker that is lost is no news to the reader of a report: its tasks are run again.
        for name in ("distributed", "distributed.client"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
    if asked.scheduler:
        with Client(asked.scheduler, timeout=asked.timeout, set_as_default=False) as client:
            client.wait_for_workers(1, timeout=asked.timeout)
            yield client
        return
    with (
        LocalCluster(n_workers=asked.workers, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def _show(done: int, total: int) -> None:
    """How far the run is, on a terminal."""
    if sys.stderr.isatty():
        end = "\r\033[K" if done == total else ""
        sys.stderr.write(f"\r{done} of {total} traces judged{end}")
        sys.stderr.flush()


def _judged(asked: argparse.Namespace, plan: Plan) -> Judged:
    from .driver import judge_all, locate

    with _cluster(asked) as client:
        traces = locate(client, tuple(asked.traces), plan.folder)
        return judge_all(client, traces, plan, asked.retries, _show)


def _note_lost(judged: Judged, plan: Plan) -> None:
    """Has what was lost written down as results, so that every report tells of it. Raises `Stopped`."""
    for trace, why in sorted(judged.lost.items()):
        judged.results[trace] = judge(trace, plan, lost=why)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Judges, reports, and returns the exit code."""
    asked = _parser().parse_args(arguments)
    plan = _plan(asked)
    try:
        judged = _judged(asked, plan)
        if judged.refused is not None:
            sys.stderr.write(judged.refused.said)
            return judged.refused.exit_code
        if not judged.results and not judged.lost:
            return _failed(f"no trace is found: {', '.join(asked.traces)}", BAD_TRACE)
        _note_lost(judged, plan)
        with tempfile.TemporaryDirectory(prefix="align-") as temporary:
            partials = [Path(temporary) / f"{number}.json" for number in range(len(judged.results))]
            for file, result in zip(partials, judged.results.values()):
                file.write_bytes(result.partial or b"")
            return merge(partials, _reporting(asked), Path(temporary))
    except ImportError as error:
        return _failed(f"{error}: pip install 'align-kernels[fleet]'", BAD_ARGUMENT)
    except (ProgramMissing, Refused) as error:
        return _failed(str(error), BAD_ARGUMENT)
    except (OSError, TimeoutError) as error:
        return _failed(f"the cluster cannot be used: {error}", BAD_ARGUMENT)
    except Stopped as error:
        return _failed(str(error), BAD_TRACE)
    except KeyboardInterrupt:
        return INTERRUPTED


def _failed(message: str, code: int) -> int:
    print(f"error: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
