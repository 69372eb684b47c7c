"""Judges many traces on a Dask cluster: one task a trace, where the trace is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Optional

from distributed import Client, Future
from distributed.comm import get_address_host

from .task import Plan, Result, find_on_worker, judge_on_worker

#: How often finished tasks are looked for, in seconds.
PACE = 0.1
#: How long a trace may have no worker that sees it before it is given up, in seconds: a worker that was killed comes back.
PATIENCE = 60.0

#: The hosts whose workers see a trace; none where every worker may try.
Hosts = frozenset[str]


@dataclass
class Judged:
    """What became of all traces."""

    #: By trace.
    results: dict[str, Result] = field(default_factory=dict)
    #: Traces without a result, and why, once every try had failed.
    lost: dict[str, str] = field(default_factory=dict)
    #: A result that says that nothing can be judged: a spec or an argument is wrong.
    refused: Optional[Result] = None


def locate(client: Client, patterns: tuple[str, ...], folder: str) -> dict[str, Hosts]:
    """Every trace that any worker sees, and where. On a file system that all share, every worker may judge every trace.

    Raises `FileNotFoundError` where no worker sees the folder that paths are looked up from."""
    seen = client.run(find_on_worker, patterns, folder)
    if all(found is None for found in seen.values()):
        raise FileNotFoundError(f"no worker sees the folder {folder}")
    every = {_host(worker) for worker in seen}
    where: dict[str, set[str]] = {}
    for worker, found in seen.items():
        for trace, is_there in found or ():
            where.setdefault(trace, set()).update({_host(worker)} if is_there else ())
    return {trace: frozenset() if hosts == every else frozenset(hosts) for trace, hosts in where.items()}


def judge_all(
    client: Client,
    traces: Mapping[str, Hosts],
    plan: Plan,
    retries: int,
    progress: Callable[[int, int], None],
) -> Judged:
    """Judges all traces. Tasks whose worker died or whose program was killed are run again, `retries` times."""
    pending: dict[str, Future] = {
        trace: client.submit(
            judge_on_worker,
            trace,
            plan,
            key=f"align-{number}-{time.time_ns()}",
            retries=retries,
            workers=sorted(hosts) or None,
        )
        for number, (trace, hosts) in enumerate(traces.items())
    }
    judged, waiting = Judged(), _Waiting(client, traces)
    try:
        while pending:
            progress(len(traces) - len(pending), len(traces))
            for trace, future in [pair for pair in pending.items() if pair[1].done()]:
                del pending[trace]
                _note(judged, trace, future)
            if judged.refused is not None:
                return judged
            for trace in waiting.in_vain(pending):
                judged.lost[trace] = "no worker that is left sees it"
                client.cancel([pending.pop(trace)], force=True)
            time.sleep(PACE if pending else 0)
        progress(len(traces), len(traces))
        return judged
    finally:
        client.cancel(list(pending.values()), force=True)


def _note(judged: Judged, trace: str, future: Future) -> None:
    if future.status == "finished":
        result: Result = future.result()
        if result.partial is None:
            judged.refused = result
        else:
            judged.results[trace] = result
    elif future.status == "error":
        judged.lost[trace] = str(future.exception()) or type(future.exception()).__name__
    else:
        judged.lost[trace] = f"its task was {future.status}"


class _Waiting:
    """Since when traces wait for a worker that sees them."""

    def __init__(self, client: Client, traces: Mapping[str, Hosts]) -> None:
        self._client = client
        self._bound = {trace: hosts for trace, hosts in traces.items() if hosts}
        self._since: dict[str, float] = {}
        self._next = 0.0

    def in_vain(self, pending: Mapping[str, Future]) -> list[str]:
        """Those that have waited for too long."""
        now = time.monotonic()
        if not self._bound or now < self._next:
            return []
        self._next = now + PATIENCE / 10
        hosts = {_host(worker) for worker in self._client.nthreads()}
        alone = [trace for trace in pending if trace in self._bound and not self._bound[trace] & hosts]
        self._since = {trace: self._since.get(trace, now) for trace in alone}
        return [trace for trace, since in self._since.items() if now - since >= PATIENCE]


def _host(address: str) -> str:
    return str(get_address_host(address))
