"""`docs/python.md` says what is so."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

import align_fleet
from align_fleet import errors, report


def page(root: Path) -> str:
    return (root / "docs" / "python.md").read_text("utf-8")


def blocks(root: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page(root), re.DOTALL)


def test_the_examples_run(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    traces = root / "snapshots" / "traces"
    first = blocks(root)[0]
    assert len(first.strip().splitlines()) <= 6
    there = first.replace('"mock.sqlite"', f'"{traces}/vllm_mock_attn_decode_block16_cold_l2.sqlite"')
    there = there.replace('"e2e.sqlite"', f'"{traces}/vllm_e2e_eager.sqlite"')
    assert there.count(str(traces)) == 2
    names: dict[str, object] = {}
    exec(there, names)  # noqa: S102
    test = names["test_attention_decode"]
    assert callable(test)
    test()
    values: dict[str, object] = {
        "report": align_fleet.check("specs/attention.toml", case="decode", folder=root),
    }
    (figures,) = [block for block in blocks(root) if "interval.ratio" in block]
    exec(figures, values)  # noqa: S102
    for block in blocks(root):
        if "->" not in block or "print" in block:
            ast.parse(block)


def test_the_signature_is_that_of_the_function(root: Path) -> None:
    (said,) = [block for block in blocks(root) if block.startswith("check(")]
    names = re.findall(r"(\w+)(?==|,|\))", said.split("->")[0].split("(", 1)[1])
    given = [name for name in names if name not in {"None", "False"}]
    assert given == list(inspect.signature(align_fleet.check).parameters)


def test_every_exception_and_property_is_there(root: Path) -> None:
    text = page(root)
    for name, value in vars(errors).items():
        if inspect.isclass(value) and value.__module__ == errors.__name__:
            assert f"`{name}`" in text, name
    public = [name for name in vars(report.Report) if not name.startswith("_")]
    for name in ["document", "text", "json", "exit_code", *public]:
        assert re.search(rf"`{name}[`(]", text), name
