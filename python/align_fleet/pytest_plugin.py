"""What pytest finds of this package: the fixture `assert_aligned`.

    def test_attention_decode(assert_aligned):
        assert_aligned("specs/attention.toml", case="decode", mock="mock.sqlite")
"""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from .errors import AlignError
from .report import Report, check


class AssertAligned(Protocol):
    """As `check`; the test fails unless everything passed."""

    def __call__(self, spec: Any, **options: Any) -> Report: ...


@pytest.fixture
def assert_aligned(request: pytest.FixtureRequest) -> AssertAligned:
    """Judges a spec as `align_fleet.check` does, from pytest's root folder, and fails with the whole report."""

    def judge(spec: Any, **options: Any) -> Report:
        __tracebackhide__ = True
        options.setdefault("folder", request.config.rootpath)
        try:
            report = check(spec, **options)
        except AlignError as error:
            pytest.fail(str(error), pytrace=False)
        if not report.passed:
            pytest.fail(report.text, pytrace=False)
        return report

    return judge
