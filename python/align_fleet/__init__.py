"""`align` from Python: whether micro-benchmarks of LLM operations launch the same GPU kernels as the full model.

Everything is judged by the `align` program; nothing is analysed here.

    from align_fleet import check

    def test_attention() -> None:
        report = check("specs/attention.toml", mock="mock.sqlite", e2e="e2e.sqlite", case="decode")
        assert report.passed, report.text

`python -m align_fleet` judges one trace a task on a Dask cluster (`pip install align-kernels[fleet]`).
"""

from __future__ import annotations

from .binary import find_binary
from .errors import AlignError, NothingChecked, ProgramMissing, ProgramStopped, SpecError, TraceError
from .report import Report, check

__all__ = [
    "AlignError",
    "NothingChecked",
    "ProgramMissing",
    "ProgramStopped",
    "Report",
    "SpecError",
    "TraceError",
    "check",
    "find_binary",
]
