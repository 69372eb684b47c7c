"""`check`: one run of `align check`, as a value."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional, Union

from .binary import run
from .decode import decode
from .document import CaseOutcome, Counts, Document, Severity, Verdict
from .errors import BY_EXIT_CODE, AlignError, ProgramStopped

PathLike = Union[str, "os.PathLike[str]"]

#: The version of the report that `document` has the types of.
FORMAT = 1


@dataclass(frozen=True)
class Report:
    """What `align check` found. `passed` is its exit code: 0 or 1; everything else is raised."""

    document: Document = field(repr=False)
    #: As for a terminal, without colour.
    text: str = field(repr=False)
    #: The JSON report as it was written.
    json: str = field(repr=False)
    exit_code: int

    @property
    def passed(self) -> bool:
        """No finding at or above `fail_on`, and nothing INCONCLUSIVE unless it was allowed."""
        return self.exit_code == 0

    @property
    def verdict(self) -> Verdict:
        """The worst of the cases'."""
        return self.document.verdict

    @property
    def cases(self) -> tuple[CaseOutcome, ...]:
        return self.document.cases

    @property
    def counts(self) -> Counts:
        return self.document.counts

    def case(self, name: str) -> CaseOutcome:
        """The one case of this name, or `spec/name` where several specs have it. Raises `KeyError`."""
        found = [case for case in self.cases if name in (case.case, f"{case.spec}/{case.case}")]
        if len(found) != 1:
            names = ", ".join(f"{case.spec}/{case.case}" for case in self.cases)
            raise KeyError(f"{len(found)} cases are named `{name}`; there are: {names}")
        return found[0]

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        # So that `assert check(...)` asserts something.
        return self.passed


def check(
    spec: Union[PathLike, Sequence[PathLike]],
    *,
    mock: Optional[PathLike] = None,
    e2e: Optional[PathLike] = None,
    case: Optional[str] = None,
    fail_on: Optional[Severity] = None,
    allow_inconclusive: bool = False,
    today: Optional[str] = None,
    history: Optional[PathLike] = None,
    folder: Optional[PathLike] = None,
    arguments: Sequence[str] = (),
) -> Report:
    """Judges the cases of specs, each on its own traces or on those given here.

    `mock` and `e2e` may be folders or globs of one trace a rank. `folder` is where paths are looked up from, and
    whose project's `align.toml` holds; `arguments` are further ones of `align check`, such as `--no-cache`.

    Raises `SpecError`, `TraceError` or `NothingChecked` where nothing was decided, with what the program said, and
    `ProgramMissing` where it is not installed. A finding is no exception: see `Report.passed`.
    """
    specs = [spec] if isinstance(spec, (str, os.PathLike)) else list(spec)
    options: dict[str, Optional[PathLike]] = {
        "--mock": mock,
        "--e2e": e2e,
        "--case": case,
        "--fail-on": fail_on,
        "--today": today,
        "--history": history,
    }
    given = [f"{name}={os.fspath(value)}" for name, value in options.items() if value is not None]
    given += ["--allow-inconclusive"] if allow_inconclusive else []
    with tempfile.TemporaryDirectory(prefix="align-") as temporary:
        file = Path(temporary) / "report.json"
        ended = run(
            [
                *("check", "--color=never", f"--output=json={file}"),
                *given,
                *arguments,
                *("--", *(os.fspath(path) for path in specs)),
            ],
            folder=None if folder is None else os.fspath(folder),
        )
        # Wrong arguments end the program before it has a report.
        text = file.read_text("utf-8") if file.exists() else ""
    document = _document(text)
    if ended.returncode not in (0, 1):
        raise _error(ended.returncode, ended.stderr, document)
    if document is None:
        raise ProgramStopped(ended.stderr or "`align` printed no report", ended.returncode)
    return Report(document=document, text=ended.stdout, json=text, exit_code=ended.returncode)


def _document(text: str) -> Optional[Document]:
    """The report, or nothing where the program ended before it had one."""
    if not text.strip():
        return None
    value = json.loads(text)
    if isinstance(value, dict) and value.get("format") != FORMAT:
        raise ValueError(f"the report has format {value.get('format')}; this module reads {FORMAT}: update it")
    return decode(Document, value)


def _error(code: int, said: str, document: Optional[Document]) -> AlignError:
    if code in BY_EXIT_CODE:
        return BY_EXIT_CODE[code](said, code, document)
    how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
    return ProgramStopped(f"`align` was stopped {how}\n{said}", code, document)
