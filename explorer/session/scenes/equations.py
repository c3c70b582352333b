"""The papers' equations with one row's numbers in them, as blocks of a panel or lines of text."""

from __future__ import annotations

import math

import numpy as np

from explorer.methods import formulas
from explorer.session.digits import alike, box_and_size, fewest, root
from explorer.session.scenes.common import number, signed
from explorer.session.scenes.panel import Column
from explorer.trace.base import Floats, Ints

CLAMP = math.log(1000 / 16)  # t_w and t_h are cut here before exp
CLIPPED = "clipped to the photo"
LINE = 38  # letters that a line of a card has room for
VISIBLE = 0.1  # pixels that a clipped box must have lost to be called so
# Decimals of pixels and of t, the fewest first, until the digits shown give the tenth shown.
DIGITS = ((1, 4), (2, 4), (2, 5), (3, 6), (4, 7))


def decoded(before: Floats, deltas: Floats) -> Floats:
    """One box (4,) moved by t (4,), not clipped (R-CNN, appendix C, equations 1 to 4)."""
    width, height = before[2] - before[0], before[3] - before[1]
    x = (before[0] + before[2]) / 2 + width * deltas[0]
    y = (before[1] + before[3]) / 2 + height * deltas[1]
    half = np.exp(np.minimum(deltas[2:], CLAMP)) * (width, height) / 2
    box: Floats = np.array([x - half[0], y - half[1], x + half[0], y + half[1]])
    return box


def clipped(before: Floats, deltas: Floats, box: Floats) -> bool:
    """Whether a box (4,) is less than what t made of it, and so ends at the photo's border."""
    return bool(np.abs(decoded(np.asarray(before, np.float64), deltas) - box).max() > VISIBLE)


def box_lines(before: Floats, deltas: Floats, box: Floats) -> tuple[str, ...]:
    """'box 52, 40 – 180, 201  (128 × 161 px)', and CLIPPED where the photo's border cut it."""
    lines = size_lines(box)
    return (*lines, CLIPPED) if clipped(before, deltas, box) else lines


def size_lines(box: Floats) -> tuple[str, ...]:
    """The corners of a box and its size: on one line where both are short."""
    corners, size = box_and_size(box)
    line = f"box {corners}  ({size} px)"
    return (line,) if len(line) <= LINE else (f"box {corners}", f"size {size} px")


def decoding_rule(letter: str) -> str:
    """`formulas.DECODED` as the lines of numbers below it are written, with nothing set lower.
    letter: of the box that is moved, "P" or "a"."""
    return f"x = {letter}x + {letter}w·tx  w = {letter}w·e^tw"


def decoding_lines(before: Floats, deltas: Floats) -> tuple[str, ...]:
    """'x = 96.0 + 64.0·0.0612 = 99.9' and the same for y, w and h.

    Whoever works out a line from the digits in it gets its result.
    """
    box = np.asarray(before, np.float64)
    t = np.asarray(deltas, np.float64)
    side = (box[2] - box[0], box[3] - box[1])
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    powers = np.minimum(t[2:], CLAMP)
    centre = [middle[at] + side[at] * t[at] for at in (0, 1)]
    sides = [side[at] * math.exp(powers[at]) for at in (0, 1)]

    def fits(option: tuple[int, int]) -> bool:
        places, digits = option
        return all(
            alike(round(middle[at], places) + round(side[at], places) * round(t[at], digits),
                  centre[at], 1)
            and alike(round(side[at], places) * math.exp(round(powers[at], digits)), sides[at], 1)
            for at in (0, 1)
        )

    places, digits = fewest(DIGITS, fits)  # the same for all four lines
    return (
        *(
            f"{name} = {number(middle[at], places)} {'+' if t[at] >= 0 else '−'} "
            f"{number(side[at], places)}·{number(abs(t[at]), digits)} = {number(centre[at], 1)}"
            for at, name in enumerate("xy")
        ),
        *(
            f"{name} = {number(side[at], places)}·e^{number(powers[at], digits)} = "
            f"{number(sides[at], 1)}"
            for at, name in enumerate("wh")
        ),
    )


def decoding(
    panel: Column, before: Floats, deltas: Floats, letter: str = "P",
    clipped_to: Floats | None = None,
) -> None:
    """The four t and the four equations, with the box they lead to."""
    panel.gap(4)
    step = panel.inner / 4
    for at, (name, value) in enumerate(zip("xywh", np.asarray(deltas).tolist(), strict=True)):
        x = panel.left + at * step
        panel.label(x, panel.y + 7, f"t{name}", "muted", 11)
        panel.label(x + 16, panel.y + 7, signed(value, 4), mono=True, size=10.5)
    panel.gap(20)
    formula = f"x = {letter}x + {letter}w·tx,  w = {letter}w·e^tw,  y and h likewise"
    panel.text(formula, "muted", 11)
    panel.gap(2)
    for line in decoding_lines(before, deltas):
        panel.text(line, size=11.5, mono=True)
    if clipped_to is not None:
        panel.gap(2)
        corners, size = box_and_size(clipped_to)
        panel.pair("Box", corners)
        panel.pair("Size", f"{size} px")
        if clipped(before, deltas, clipped_to):
            panel.text(f"The box is {CLIPPED}.", "muted", 11)


def window_lines(scaled: Floats, stride: float, cells: Ints) -> tuple[str, ...]:
    """SPPNet's projection (appendix A) with the numbers of one window.

    scaled (4,): the region in network pixels; cells (4,): the window as it is read.
    'x1 = ⌊52.3/16⌋ + 1 = 4', and '→ 3' where the window was kept on the map or not to collapse.
    """
    lines = []
    for index, side in enumerate(("x1", "y1", "x2", "y2")):
        exact = float(scaled[index]) / stride
        rule = math.floor(exact) + 1 if index < 2 else math.ceil(exact) - 1
        fraction = f"{_divided(float(scaled[index]), stride)}/{stride:g}"
        term = f"⌊{fraction}⌋ + 1" if index < 2 else f"⌈{fraction}⌉ − 1"
        moved = "" if rule == int(cells[index]) else f" → {int(cells[index])}"
        lines.append(f"{side} = {term} = {number(rule, 0)}{moved}")
    if any("→" in line for line in lines):
        lines.append("→ kept on the map; a window that collapses takes the nearest cell")
    return tuple(lines)


def _divided(value: float, stride: float) -> str:
    """A coordinate in so many digits that the same cells follow from them."""

    def cells(digits: int) -> tuple[int, int]:
        exact = round(value, digits) / stride
        return math.floor(exact), math.ceil(exact)

    return number(value, fewest(range(1, 5), lambda digits: cells(digits) == cells(12)))


def level_terms(
    width: float, height: float, raw: float, k0: int, canonical: float
) -> tuple[str, str, str]:
    """w, h and their root as equation 1 is printed, each line giving the next."""
    side = math.sqrt(max(width * height, 1e-9))
    digits = fewest(
        range(1, 4), lambda at: alike(k0 + math.log2(round(side, at) / canonical), raw, 2)
    )
    return root(width, height, digits)


def level_lines(
    width: float, height: float, raw: float, level: int, k0: int, canonical: float
) -> tuple[str, ...]:
    """FPN's equation 1 with the numbers of one box; width and height in network pixels."""
    w, h, side = level_terms(width, height, raw, k0, canonical)
    shown = number(raw, fewest(range(2, 6), lambda at: math.floor(round(raw, at)) ==
                               math.floor(raw)))
    clamp = "" if math.floor(raw) == level else f", clamped to {level}"
    return (
        formulas.LEVEL.format(f"{canonical:g}"),
        f"  = ⌊{k0} + log2(√({w}·{h}) / {canonical:g})⌋",
        f"  = ⌊{k0} + log2({side} / {canonical:g})⌋",
        f"  = ⌊{shown}⌋ = {math.floor(raw)}{clamp}",
    )
