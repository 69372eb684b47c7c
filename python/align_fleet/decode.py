"""JSON to the types of the report. What a later version adds is skipped."""

from __future__ import annotations

import dataclasses
import functools
import typing
from typing import Any, TypeVar

from . import document

T = TypeVar("T")


def decode(kind: type[T], value: Any) -> T:
    """A value of a type of `document` from plain JSON.

    Raises `ValueError` where the JSON is something else.
    """
    decoded: T = _decode(kind, value, kind.__name__)
    return decoded


@functools.lru_cache(maxsize=None)
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind, vars(document))


def _decode(kind: Any, value: Any, where: str) -> Any:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        return _record(kind, value, where)
    if origin is typing.Union:
        (some,) = [part for part in inner if part is not type(None)]
        return None if value is None else _decode(some, value, where)
    if origin is tuple:
        return _tuple(inner, value, where)
    if origin is typing.Literal:
        kind = str
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{where}: {kind.__name__} expected, not {type(value).__name__}")
    return value


def _record(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: an object expected, not {type(value).__name__}")
    hints = _hints(kind)
    given = {}
    for field in dataclasses.fields(kind):
        name = field.name.rstrip("_")
        if name in value:
            given[field.name] = _decode(hints[field.name], value[name], f"{where}.{name}")
        elif field.default is dataclasses.MISSING:
            raise ValueError(f"{where}: `{name}` is missing")
    return kind(**given)


def _tuple(inner: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{where}: a list expected, not {type(value).__name__}")
    kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else list(inner)
    if len(kinds) != len(value):
        raise ValueError(f"{where}: {len(kinds)} values expected, not {len(value)}")
    return tuple(_decode(kind, part, f"{where}[{at}]") for at, (kind, part) in enumerate(zip(kinds, value)))
