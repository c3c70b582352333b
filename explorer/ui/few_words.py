"""Texts that have less room than they need: whole words, and an ellipsis for what is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def fitting_lines(
    said: Sequence[tuple[str, str]], room: float, width_of: Callable[[str], float]
) -> tuple[str, str, str]:
    """`footer_lines` of the first text and tail of which nothing is lost, else of the last."""
    for text, tail in said:
        lines = footer_lines(text, tail, room, width_of)
        if _words(" ".join(lines[:2])) == _words(text):
            break
    return lines


def footer_lines(
    text: str, tail: str, room: float, width_of: Callable[[str], float]
) -> tuple[str, str, str]:
    """A footer's two lines, and what stands after the second. Text that is lost leaves an
    ellipsis."""
    if tail and width_of(text) <= room:
        return text, "", tail
    rest = room - width_of(f" · {tail}") if tail else room
    return *two_lines(text, room, rest, width_of), tail


def two_lines(
    text: str, room: float, rest: float, width_of: Callable[[str], float]
) -> tuple[str, str]:
    """The text in a line of `room`, and what is left of it in one of `rest`.

    It is broken between its parts, "a · b", where both lines then have room for all of it; the dot
    begins the second. What is lost leaves an ellipsis.
    """
    parts = text.split(" · ")
    for count in range(len(parts) - 1, 0, -1):
        first, second = " · ".join(parts[:count]), "· " + " · ".join(parts[count:])
        if width_of(first) <= room and width_of(second) <= rest:
            return first, second
    words = text.split(" ")
    count = len(words)
    while count > 1 and width_of(_joined(words[:count])) > room:
        count -= 1
    dot = words[count - 1] == "·"  # not at the end of a line
    left = " ".join(words[count - dot:])
    second = at_words(left, rest, width_of)
    if left and not second.strip(" …"):
        return at_words(text, room, width_of) or words[0], ""
    return _joined(words[:count]), second


def at_words(text: str, room: float, width_of: Callable[[str], float]) -> str:
    """The text, or as many of its words as have room before an ellipsis; "" for none."""
    if width_of(text) <= room:
        return text
    words = text.split(" ")
    for count in range(len(words) - 1, 0, -1):
        shown = " ".join(words[:count]).rstrip(" ·,(") + " …"
        if width_of(shown) <= room:
            return shown
    return ""


def _words(text: str) -> list[str]:
    return [word for word in text.split(" ") if word not in ("", "·")]


def _joined(words: list[str]) -> str:
    return " ".join(words).rstrip(" ·")
