"""`align_fleet.check`: values from the program's report, exceptions from what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import align_fleet
from align_fleet import NothingChecked, ProgramMissing, ProgramStopped, SpecError, TraceError, check
from align_fleet.decode import decode
from align_fleet.document import CheckOutcome, Document

ATTENTION = "specs/attention.toml"
TRACES = "snapshots/traces"


def test_a_report_passes_and_has_the_figures_of_the_json(root: Path) -> None:
    report = check(ATTENTION, case="decode", folder=root, today="2026-11-24")
    assert report.passed, report.text
    assert report and report.verdict == "pass" and report.exit_code == 0
    assert "PASS  vllm/attention/decode" in str(report)
    plain = json.loads(report.json)["cases"][0]
    (case,) = report.cases
    assert case.latency is not None and case.latency.interval is not None
    assert case.latency.interval.ratio == plain["latency"]["interval"]["ratio"]
    assert [row.e2e_ns for row in case.rows] == [row["e2e_ns"] for row in plain["rows"]]
    assert report.case("decode") is case and report.case("vllm/attention/decode") is case
    assert report.counts.known_differences.declared == plain["counts"]["known_differences"]["declared"]


def test_a_finding_is_no_exception(root: Path) -> None:
    mock = root / TRACES / "vllm_mock_attn_decode_missing_kv.sqlite"
    report = check([root / ATTENTION], case="decode", mock=mock)
    assert not report.passed and not report and report.exit_code == 1
    assert report.case("decode").diagnoses[0].issue
    codes = {finding.code for finding in report.cases[0].findings if finding.severity == "error"}
    assert "missing-critical-kernel" in codes
    with pytest.raises(KeyError, match="there are: vllm/attention/decode"):
        report.case("prefill")


def test_every_shipped_spec_is_a_value_as_a_whole(root: Path) -> None:
    report = check("specs", folder=root, today="2026-11-24", arguments=["--no-cache"])
    plain = json.loads(report.json)
    assert len(report.cases) == len(plain["cases"]) > 20
    # Nothing of the report is lost on the way.
    assert undone(report.document) == without_nulls(plain)


def undone(value: Any) -> Any:
    """Back to plain JSON, without what is absent."""
    if isinstance(value, tuple):
        return [undone(part) for part in value]
    if hasattr(value, "__dataclass_fields__"):
        parts = {name.rstrip("_"): undone(getattr(value, name)) for name in value.__dataclass_fields__}
        return {name: part for name, part in parts.items() if part not in (None, False, "", 0, [])}
    return value


def without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [without_nulls(part) for part in value]
    if isinstance(value, dict):
        parts = {name: without_nulls(part) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part not in (None, False, "", 0, [])}
    return value


@pytest.mark.parametrize(
    ("options", "kind", "code", "says"),
    [
        ({"case": "decoed"}, SpecError, 2, "unknown-case"),
        ({"case": "decode", "mock": "none.sqlite"}, TraceError, 3, "there is no trace at `none.sqlite`"),
        ({"case": "decode", "arguments": ["--frob"]}, SpecError, 2, "--frob"),
        ({"spec": "docs"}, NothingChecked, 4, "no spec"),
        ({"case": "decode", "mock": f"{TRACES}/hf_no_gpu_client.sqlite"}, TraceError, 3, ""),
    ],
)
def test_what_cannot_be_judged_is_an_exception(
    root: Path, options: dict[str, Any], kind: type[align_fleet.AlignError], code: int, says: str
) -> None:
    given = {"spec": ATTENTION, **options}
    with pytest.raises(kind) as caught:
        check(given.pop("spec"), folder=root, **given)
    assert caught.value.exit_code == code
    assert says in str(caught.value)
    document = caught.value.document
    assert "arguments" in options or (document is not None and document.decision is not None)


def test_the_programs_words_are_the_exceptions(root: Path) -> None:
    with pytest.raises(TraceError) as caught:
        check(ATTENTION, case="decode", mock="none.sqlite", folder=root)
    assert caught.value.document is not None
    (problem,) = caught.value.document.problems
    assert (problem.code, problem.class_) == ("trace-missing", "trace")
    assert problem.help and problem.help in " ".join(str(caught.value).split())


def test_a_program_that_is_not_there_or_dies_is_said(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIGN", str(tmp_path / "none"))
    with pytest.raises(ProgramMissing, match="ALIGN is set to"):
        check(ATTENTION, folder=root)
    dies = tmp_path / "dies"
    dies.write_text("#!/bin/sh\necho so far >&2\nkill -9 $$\n", "utf-8")
    dies.chmod(0o755)
    monkeypatch.setenv("ALIGN", str(dies))
    with pytest.raises(ProgramStopped, match="by signal 9\nso far"):
        check(ATTENTION, folder=root)


def test_what_a_later_version_adds_is_skipped_and_what_is_missing_is_not() -> None:
    later = {"name": "later", "verdict": "pass", "findings": 0, "added": {"by": "a later version"}}
    assert decode(CheckOutcome, later) == CheckOutcome(findings=0, name="later", verdict="pass")
    with pytest.raises(ValueError, match="`verdict` is missing"):
        decode(Document, {"format": 1, "cases": [], "problems": [], "counts": plain_counts()})
    with pytest.raises(ValueError, match=r"CheckOutcome\.findings: int expected, not str"):
        decode(CheckOutcome, {**later, "findings": "0"})


def plain_counts() -> dict[str, Any]:
    known = {"declared": 0, "used": 0, "covers": 0, "expired": 0, "stale": 0}
    return {"errors": 0, "warnings": 0, "notes": 0, "known_differences": known}
