"""JSON to and from frozen data, by its type hints and nothing else: what does not fit is refused.

Understood: str, int, float, bool, None, Literal, tuples, unions, and dataclasses of these.
"""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

LONGEST_TEXT = 4_096
MOST_ITEMS = 20_000


class MisfitError(ValueError):
    """`str()` says where in the file something stands that cannot be there, and why."""


def pack(value: Any) -> Any:
    """Frozen data as JSON has it. Raises TypeError for what is not understood."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, tuple):
        return [pack(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: pack(getattr(value, field.name)) for field in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} cannot be written to a session file")


def unpack(hint: Any, value: Any, where: str) -> Any:
    """The value of the type `hint` that `value`, from JSON, stands for.

    where: its place, for the message. Raises MisfitError for any other type, length or name.
    """
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        if isinstance(value, str | int | bool) and value in inner:
            return value
    elif origin in (Union, types.UnionType):
        return _one_of(inner, value, where)
    elif origin is tuple:
        return _tuple(inner, value, where)
    elif dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _record(hint, value, where)
    elif hint is type(None):
        if value is None:
            return None
    elif hint is bool:
        if isinstance(value, bool):
            return value
    elif hint is str:
        if isinstance(value, str) and len(value) <= LONGEST_TEXT:
            return value
    elif hint is int:
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53:
            return value
    elif hint is float:
        if isinstance(value, int | float) and not isinstance(value, bool) and _finite(value):
            return value  # 6 stays 6: a whole number is a float, too
    else:
        raise TypeError(f"{hint} cannot be read from a session file")
    raise MisfitError(f"{where} cannot be {_shown(value)}")


def _finite(value: float) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _one_of(hints: tuple[Any, ...], value: Any, where: str) -> Any:
    for hint in hints:
        try:
            return unpack(hint, value, where)
        except MisfitError:
            continue
    raise MisfitError(f"{where} cannot be {_shown(value)}")


def _tuple(hints: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list) or len(value) > MOST_ITEMS:
        raise MisfitError(f"{where} cannot be {_shown(value)}")
    if hints == ((),):
        hints = ()
    elif len(hints) == 2 and hints[1] is Ellipsis:
        hints = (hints[0],) * len(value)
    if len(hints) != len(value):
        raise MisfitError(f"{where} has {len(value)} parts instead of {len(hints)}")
    pairs = enumerate(zip(hints, value, strict=True))
    return tuple(unpack(hint, item, f"{where}[{at}]") for at, (hint, item) in pairs)


def _record(kind: type[Any], value: Any, where: str) -> Any:
    """Names that the dataclass has not are refused; those that it gives a default may be absent."""
    if not isinstance(value, Mapping):
        raise MisfitError(f"{where} cannot be {_shown(value)}")
    fields = {field.name: field for field in dataclasses.fields(kind)}
    hints = get_type_hints(kind)
    for name in value:
        if name not in fields:
            raise MisfitError(f"{where} has an unknown part {_shown(name)}")
    given = {}
    for name, field in fields.items():
        if name in value:
            given[name] = unpack(hints[name], value[name], f"{where}.{name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise MisfitError(f"{where} lacks {name}")
    return kind(**given)


def _shown(value: Any) -> str:
    """A value short enough for a sentence."""
    if isinstance(value, list | Mapping):
        return "a list" if isinstance(value, list) else "a group"
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}…"
