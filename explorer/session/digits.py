"""How many digits it takes for whoever recomputes a line from what is printed to get its result."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from explorer.session.words import number
from explorer.trace.base import Floats

T = TypeVar("T")


def fewest(options: Sequence[T], fits: Callable[[T], bool]) -> T:
    """The first option that fits, else the last. options: not empty, the fewest digits first."""
    return next((option for option in options if fits(option)), options[-1])


def alike(one: float, other: float, digits: int) -> bool:
    """Whether two numbers are written alike."""
    return number(one, digits) == number(other, digits)


def adding(parts: Iterable[float], total: float, least: int = 2, most: int = 6) -> int:
    """Decimals in which the parts, as they are written, add up to the total as it is."""
    terms = tuple(parts)
    return fewest(
        range(least, most + 1),
        lambda digits: alike(sum(round(term, digits) for term in terms), total, digits),
    )


def root(width: float, height: float, digits: int) -> tuple[str, str, str]:
    """w, h and √(w·h), the root in that many decimals: ('130.4', '286.3', '193.2')."""
    side = math.sqrt(max(width * height, 0.0))
    places = fewest(range(6), lambda at: alike(
        math.sqrt(max(round(width, at) * round(height, at), 0.0)), side, digits
    ))
    return number(width, places), number(height, places), number(side, digits)


def roi(exact: Floats, cells: Floats, stride: Floats) -> tuple[int, int]:
    """Decimals of x ÷ stride and of the stride from which a RoI's cells (4,) and the tenths of a
    pixel by which they were moved come out as they are printed."""

    def fits(option: tuple[int, int]) -> bool:
        digits, places = option
        return all(
            math.floor(round(at, digits) + 0.5) == cell and alike(
                (cell - round(at, digits)) * round(step, places), (cell - at) * step, 1)
            for at, cell, step in zip(exact.tolist(), cells.tolist(), stride.tolist(), strict=True)
        )

    return fewest(((2, 1), (2, 2), (3, 2), (3, 3), (4, 3), (5, 4)), fits)


def box_and_size(box: Floats) -> tuple[str, str]:
    """'20.2, 40.0 – 367.9, 200.5' and '347.7 × 160.5': corners whose differences are the sizes."""
    return boxes_and_sizes([box])[0]


def boxes_and_sizes(boxes: Sequence[Floats]) -> list[tuple[str, str]]:
    """As `box_and_size`, all in the same decimals."""
    corners = np.asarray(boxes, np.float64).reshape(-1, 4)
    whole = np.abs(corners - np.round(corners)).max() <= 0.01
    digits = fewest((0,) if whole else (1, 2), lambda at: all(
        alike(round(last, at) - round(first, at), last - first, at)
        for first, last in zip(corners[:, :2].ravel(), corners[:, 2:].ravel(), strict=True)
    ))
    corners = np.round(corners, digits)  # two decimals may still differ in their last
    texts = []
    for x1, y1, x2, y2 in corners.tolist():
        ends = [number(value, digits) for value in (x1, y1, x2, y2)]
        size = f"{number(x2 - x1, digits)} × {number(y2 - y1, digits)}"
        texts.append((f"{ends[0]}, {ends[1]} – {ends[2]}, {ends[3]}", size))
    return texts
