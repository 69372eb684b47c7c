"""The fixture for test suites, and the types, held to the schema."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SUITE = """
TRACES = "snapshots/traces"

def test_decode(assert_aligned):
    assert_aligned("specs/attention.toml", case="decode")

def test_missing_kv(assert_aligned):
    assert_aligned("specs/attention.toml", case="decode", mock=f"{TRACES}/vllm_mock_attn_decode_missing_kv.sqlite")

def test_no_trace(assert_aligned):
    assert_aligned("specs/attention.toml", case="decode", mock="none.sqlite")
"""


def test_a_suite_in_two_lines_a_test(tmp_path: Path, root: Path) -> None:
    suite = tmp_path / "test_suite.py"
    suite.write_text(SUITE, "utf-8")
    plugin = [] if installed() else ["-p", "align_fleet.pytest_plugin"]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *plugin, f"--rootdir={root}", str(suite)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "1 passed, 2 failed" in ended.stdout.replace("2 failed, 1 passed", "1 passed, 2 failed")
    # The whole report, and no trace of this module's own calls.
    assert "error[missing-critical-kernel]" in ended.stdout
    assert "FAIL  vllm/attention/decode" in ended.stdout
    assert "there is no trace at `none.sqlite`" in ended.stdout
    assert "pytest_plugin.py" not in ended.stdout


def installed() -> bool:
    """Whether pytest finds the fixture by itself, as it does once the wheel is installed."""
    from importlib.metadata import entry_points

    return any(point.value == "align_fleet.pytest_plugin" for point in entry_points(group="pytest11"))


def test_the_types_are_those_of_the_schema(root: Path) -> None:
    ended = subprocess.run(
        [sys.executable, str(root / "python" / "make_document.py"), "--check"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
