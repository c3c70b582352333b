"""Settings changed by text: "top_down=off" -> the settings with `top_down` False.

What can be changed are the fields of a method's Settings, by the types that they have.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal, get_args, get_origin, get_type_hints

from explorer.methods.modules import Settings

ON, OFF = frozenset({"on", "true", "yes"}), frozenset({"off", "false", "no"})


def with_changes(settings: Settings, changes: Sequence[str]) -> Settings:
    """The settings after "name=value" for each of `changes`, the later winning.

    Values: on or off, a number, one of a few words, or numbers with commas between them. Raises
    ValueError, one sentence, for a name that the settings have not and a value that does not fit.
    """
    return dataclasses.replace(settings, **dict(_parsed(settings, one) for one in changes))


def change_text(settings: Settings, name: str) -> str:
    """A setting as `with_changes` reads it: "top_down=off", "scales=180,216"."""
    return f"{name}={value_text(getattr(settings, name))}"


def value_text(value: object) -> str:
    """ "on", "84", "6,3"; tuples in tuples have "/" between them."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple | list):
        nested = any(isinstance(each, tuple | list) for each in value)
        return ("/" if nested else ",").join(value_text(each) for each in value)
    return str(value)


def _parsed(settings: Settings, change: str) -> tuple[str, Any]:
    name, equals, text = (part.strip() for part in change.partition("="))
    if not equals:
        raise ValueError(f"'{change}' is no change: write NAME=VALUE, as in score_threshold=0.1")
    kinds = get_type_hints(type(settings))
    if name not in kinds:
        known = ", ".join(one.name for one in dataclasses.fields(settings))
        raise ValueError(f"there is no setting '{name}': choose {known}")
    try:
        return name, _value(kinds[name], text)
    except ValueError as error:
        raise ValueError(f"{name} is {error}, not '{text}'") from None


def _value(kind: Any, text: str) -> Any:
    """`text` as a value of that type; what it must be is the ValueError's message."""
    if get_origin(kind) is Literal:
        if text not in get_args(kind):
            raise ValueError(" or ".join(get_args(kind)))
        return text
    if get_origin(kind) is tuple:
        (inner, *_), between = get_args(kind), ","
        if get_origin(inner) is tuple:
            between = "/"
        return tuple(_value(inner, part.strip()) for part in text.split(between) if part.strip())
    if kind is bool:
        if text.lower() not in ON | OFF:
            raise ValueError("on or off")
        return text.lower() in ON
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            raise ValueError("a whole number" if kind is int else "a number") from None
    return text
