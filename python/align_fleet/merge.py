"""Puts partial results together with `align merge`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .binary import find_binary, run
from .task import JUDGED

#: So many files are merged by one call, which names each of them.
AT_ONCE = 500


class Refused(Exception):
    """Results that do not belong together."""


def merge(partials: Sequence[Path], arguments: Sequence[str], folder: Path) -> int:
    """Reports on stdout and stderr as `align check` would over all traces; returns the exit code. Many are merged in
    groups, which are kept in `folder`. Raises `Refused`."""
    files, level = list(partials), 0
    while len(files) > AT_ONCE:
        groups = [files[at : at + AT_ONCE] for at in range(0, len(files), AT_ONCE)]
        files = [folder / f"group-{level}-{number}.json" for number in range(len(groups))]
        for group, file in zip(groups, files):
            ended = run(["merge", f"--partial={file}", "--quiet", "--", *map(str, group)])
            if ended.returncode not in JUDGED:
                raise Refused(ended.stderr.strip())
        level += 1
    sys.stdout.flush()
    return subprocess.run([find_binary(), "merge", *arguments, "--", *map(str, files)], check=False).returncode
