"""Where the program is, and how it is called."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Optional

from .errors import ProgramMissing

#: Names another program than the one that was installed with this module.
VARIABLE = "ALIGN"

NAME = "align.exe" if os.name == "nt" else "align"


def find_binary() -> str:
    """The program: that of the variable `ALIGN`, else the one that came with this module, else the one on the PATH.

    Raises `ProgramMissing` where there is none.
    """
    named = os.environ.get(VARIABLE)
    if named:
        found = shutil.which(named)
        if found is None:
            raise ProgramMissing(f"{VARIABLE} is set to `{named}`, which is no program")
        return found
    for folder in _folders():
        candidate = folder / NAME
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return str(candidate)
    found = shutil.which(NAME)
    if found is None:
        raise ProgramMissing(
            "there is no `align` beside this Python or on the PATH: pip install align-kernels, cargo install, or set ALIGN"
        )
    return found


def _folders() -> list[Path]:
    """Where pip puts programs: of this environment, and of this user."""
    user = "nt_user" if os.name == "nt" else "posix_user"
    paths = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent)]
    if user in sysconfig.get_scheme_names():
        paths.append(sysconfig.get_path("scripts", user))
    return [Path(path) for path in paths]


def run(
    arguments: Sequence[str],
    folder: Optional[str] = None,
    environment: Optional[Mapping[str, str]] = None,
) -> subprocess.CompletedProcess[str]:
    """Runs the program to its end, with what it prints as texts."""
    return subprocess.run(
        [find_binary(), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        cwd=folder,
        env=None if environment is None else {**os.environ, **environment},
        check=False,
    )
