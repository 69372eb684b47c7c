"""Which files globs stand for: those that the program would take."""

from __future__ import annotations

from pathlib import Path

from align_fleet.traces import find


def test_globs_stand_for_files_in_their_own_spelling(tmp_path: Path) -> None:
    for name in ["runs/a/rank1.sqlite", "runs/a/b/rank2.sqlite", "runs/rank0.sqlite", "runs/a/log.txt", "x[1].sqlite"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "runs" / "rank9.sqlite").mkdir()
    folder = str(tmp_path)
    everything = ["runs/a/b/rank2.sqlite", "runs/a/rank1.sqlite", "runs/rank0.sqlite"]
    assert find(["runs/**/rank*.sqlite"], folder) == everything
    assert find(["runs/*/rank*.sqlite", "runs/**/rank1.sqlite"], folder) == ["runs/a/rank1.sqlite"]
    assert find([f"{folder}/runs/rank?.sqlite"], "/") == [f"{folder}/runs/rank0.sqlite"]
    # A file of that very name is no glob, and what is none stands for itself, there or not.
    assert find(["x[1].sqlite", "none.sqlite", "runs"], folder) == ["x[1].sqlite", "none.sqlite", "runs"]
    assert find(["none/*.sqlite"], folder) == []
