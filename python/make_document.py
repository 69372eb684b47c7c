"""Writes `align_fleet/document.py` from `schemas/report.json`, so that the types are those of the report.

    python python/make_document.py            # writes it
    python python/make_document.py --check    # fails where it is not up to date
"""

from __future__ import annotations

import json
import keyword
import re
import sys
import textwrap
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "schemas" / "report.json"
MODULE = ROOT / "python" / "align_fleet" / "document.py"

HEAD = '''\
"""The types of the JSON report. Made from `schemas/report.json` by `python/make_document.py`.

Times end in `_ns` and are nanoseconds; ratios and shares are fractions. Words that a later version may add to
(`Method`, `KnownState` and the like) are plain texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Optional

'''

# Words that stay as they are within a version of the report (docs/json-report.md).
STABLE = {"Verdict", "Severity", "Side"}

PLAIN = {"integer": "int", "number": "float", "string": "str", "boolean": "bool"}
EMPTY = {"int": "0", "float": "0.0", "str": '""', "bool": "False"}


def type_of(schema: dict[str, Any]) -> str:
    """The Python type of a property."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "anyOf" in schema:
        (one,) = [part for part in schema["anyOf"] if part != {"type": "null"}]
        return f"Optional[{type_of(one)}]"
    kind = schema["type"]
    if isinstance(kind, list):
        (one,) = [name for name in kind if name != "null"]
        return f"Optional[{type_of({**schema, 'type': one})}]"
    if kind == "array" and "prefixItems" in schema:
        return f"tuple[{', '.join(type_of(part) for part in schema['prefixItems'])}]"
    if kind == "array":
        return f"tuple[{type_of(schema['items'])}, ...]"
    return PLAIN[kind]


def words_of(schema: dict[str, Any]) -> list[str]:
    """The words of a property that is one of some."""
    words: list[str] = list(schema.get("enum", []))
    for part in schema.get("oneOf", []):
        words += part.get("enum", []) + ([part["const"]] if "const" in part else [])
    return words


def comment(text: str, indent: str) -> list[str]:
    """A description in front of what it is of."""
    width = 112 - len(indent)
    lines = textwrap.wrap(" ".join(text.split()), width, break_long_words=False, break_on_hyphens=False)
    return [f"{indent}# {line}" for line in lines]


def alias(name: str, schema: dict[str, Any]) -> list[str]:
    words = words_of(schema)
    said = ", ".join(f'"{word}"' for word in words)
    if name in STABLE:
        first = re.split(r"[.;] ", schema.get("description", ""))[0].rstrip(".")
        return [*comment(f"{first}.", ""), f"{name} = Literal[{said}]", ""]
    return [*comment(f"{schema.get('description', '')} One of {', '.join(words)}.".strip(), ""), f"{name} = str", ""]


def fields(schema: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Name, type, default and description; those without a default first."""
    found = []
    for name, part in schema["properties"].items():
        kind, default = type_of(part), ""
        if name not in schema.get("required", []):
            if not kind.startswith(("Optional", "tuple")) and kind not in EMPTY:
                kind = f"Optional[{kind}]"
            default = "()" if kind.startswith("tuple") else EMPTY.get(kind, "None")
        # As usual in Python; `decode` takes the line off again.
        found.append((name + "_" * keyword.iskeyword(name), kind, default, part.get("description", "")))
    return sorted(found, key=lambda field: (bool(field[2]), field[0]))


def record(name: str, schema: dict[str, Any]) -> list[str]:
    about = " ".join(schema.get("description", name).split()).replace("\\", "\\\\")
    lines = ["", "@dataclass(frozen=True)", f"class {name}:"]
    docstring = textwrap.wrap(about, 110, break_long_words=False, break_on_hyphens=False)
    if len(docstring) == 1:
        lines.append(f'    """{docstring[0]}"""')
    else:
        lines += [f'    """{docstring[0]}', *(f"    {line}" for line in docstring[1:]), '    """']
    lines.append("")
    for field, kind, default, said in fields(schema):
        lines += comment(said, "    ")
        lines.append(f"    {field}: {kind}" + (f" = {default}" if default else ""))
    return [*lines, ""]


def module(schema: dict[str, Any]) -> str:
    """The text of the module."""
    parts = schema["$defs"]
    words = {name: part for name, part in parts.items() if words_of(part)}
    lines = [line for name, part in words.items() for line in alias(name, part)]
    for name, part in parts.items():
        if name not in words:
            lines += record(name, part)
    lines += record("Document", {**schema, "description": schema["description"]})
    return HEAD + "\n".join(lines).rstrip() + "\n"


def main() -> int:
    text = module(json.loads(SCHEMA.read_text("utf-8")))
    if "--check" not in sys.argv[1:]:
        MODULE.write_text(text, "utf-8")
        return 0
    if MODULE.exists() and MODULE.read_text("utf-8") == text:
        return 0
    print(f"{MODULE.relative_to(ROOT)} is not what the schema says: python python/make_document.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
