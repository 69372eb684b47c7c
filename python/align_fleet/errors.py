"""What keeps a run from a verdict."""

from __future__ import annotations

from typing import Optional

from .document import Document


class AlignError(Exception):
    """`align` could not judge. The message is what it wrote to stderr, with places and what to do next."""

    def __init__(self, message: str, exit_code: int, document: Optional[Document] = None) -> None:
        super().__init__(message.rstrip())
        #: That of the program.
        self.exit_code = exit_code
        #: The JSON report, where the program made one: `document.problems` holds each mistake by itself, and
        #: `document.cases` what could be judged.
        self.document = document


class SpecError(AlignError):
    """A spec, a rule or an argument is wrong (exit code 2)."""


class TraceError(AlignError):
    """A trace cannot be read, or lacks what is needed (exit code 3)."""


class NothingChecked(AlignError):
    """There were no specs, or every case was skipped (exit code 4)."""


class ProgramStopped(AlignError):
    """The program was stopped by a signal, or ended in a way that it never ends by itself."""


class ProgramMissing(Exception):
    """There is no `align` program to call."""


#: What an exit code that is no verdict means.
BY_EXIT_CODE = {2: SpecError, 3: TraceError, 4: NothingChecked}
