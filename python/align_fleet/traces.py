"""Which files a run's traces are."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable


def find(patterns: Iterable[str], folder: str = ".") -> list[str]:
    """The files that globs stand for, each once, in the spelling of its glob; what is no glob stands for itself.

    `**` is any number of folders. A file of that very name is never a glob.
    """
    found: dict[str, None] = {}
    for pattern in patterns:
        if os.path.exists(os.path.join(folder, pattern)) or not glob.has_magic(pattern):
            found[pattern] = None
            continue
        for path in sorted(_matches(pattern, folder)):
            found[path] = None
    return list(found)


def _matches(pattern: str, folder: str) -> list[str]:
    whole = os.path.join(folder, pattern)
    files = [path for path in glob.glob(whole, recursive=True) if os.path.isfile(path)]
    if os.path.isabs(pattern):
        return files
    return [path[len(os.path.join(folder, "")) :] for path in files]
