"""Panels: a column of headings, tables, bars and small maps, laid out from top to bottom.

Everything is placed in units that are pixels at 100 % zoom. `Column` keeps the height used so far;
each method adds one block and moves it on. `scene` hands back what was collected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.session import chart
from explorer.session.scene import (
    Bars,
    Heat,
    Label,
    Labels,
    Layer,
    Rect,
    Scene,
)
from explorer.session.scenes.common import Align
from explorer.trace.base import Floats

WIDTH = 320.0
MARGIN = 14.0
ADVANCE_MONO = 0.61  # of a character, in parts of the font size, on the safe side


def text_width(text: str, size: float, mono: bool = False) -> float:
    """How wide a text becomes, in the units of `size`."""
    return len(text) * size * ADVANCE_MONO if mono else chart.text_width(text, size)


def wrapped(text: str, width: float, size: float, mono: bool = False) -> list[str]:
    """The text in lines of at most about `width`, broken at spaces."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and text_width(f"{lines[-1]} {word}", size, mono) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def fitted(text: str, width: float, size: float, mono: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than `width`."""
    if text_width(text, size, mono) <= width:
        return text
    letters = len(text) - 1
    while letters > 1 and text_width(f"{text[:letters]}…", size, mono) > width:
        letters -= 1
    return f"{text[:letters].rstrip()}…"


@dataclass(frozen=True)
class Cell:
    """A column of a table: where its text stands, how, and in which role."""

    x: float
    anchor: Align = "left"
    mono: bool = True
    role: str = "text"


class Column:
    """Blocks from top to bottom; see the top of this file."""

    def __init__(self, width: float = WIDTH) -> None:
        self.width = width
        self.left, self.right = MARGIN, width - MARGIN
        self.y = MARGIN
        self._labels: list[Label] = []
        self._bars: list[tuple[Rect, str]] = []
        self._layers: list[Layer] = []

    @property
    def inner(self) -> float:
        return self.right - self.left

    def gap(self, height: float = 10.0) -> None:
        self.y += height

    def add(self, layer: Layer) -> None:
        """A layer placed by the caller, drawn below the text."""
        self._layers.append(layer)

    def label(
        self, x: float, y: float, text: str, role: str = "text", size: float = 12.0,
        anchor: Align = "left", bold: bool = False, mono: bool = False,
    ) -> None:
        """Text at a place of the caller's choice; the column does not move on."""
        if text:
            self._labels.append(Label(x, y, text, role, size, anchor, bold, mono))

    def fill(self, rect: Rect, role: str) -> None:
        """A filled rectangle; the column does not move on."""
        self._bars.append((rect, role))

    def heading(self, text: str, note: str = "") -> None:
        """A bold line, with a quiet note at its right end."""
        if self.y > MARGIN:
            self.gap(12)
            self.fill((self.left, self.y, self.right, self.y + 1), "line")
            self.gap(12)
        self.label(self.left, self.y + 8, text, size=13, bold=True)
        if note:
            room = self.inner - chart.text_width(text, 13, bold=True) - 16
            note = fitted(note, room, 11)
            self.label(self.right, self.y + 8, note, "muted", 11, "right")
        self.gap(24)

    def text(
        self, text: str, role: str = "text", size: float = 12.0, mono: bool = False,
        bold: bool = False,
    ) -> None:
        """A paragraph, wrapped."""
        for line in wrapped(text, self.inner, size, mono):
            self.label(self.left, self.y + size * 0.7, line, role, size, "left", bold, mono)
            self.gap(size * 1.45)

    def pair(self, name: str, value: str, role: str = "text") -> None:
        """A quiet name at the left, its value at the right (below, where both have no room)."""
        self.label(self.left, self.y + 8, name, "muted")
        if text_width(name, 12) + text_width(value, 12, True) + 8 > self.inner:
            self.gap(18)
        self.label(self.right, self.y + 8, value, role, 12, "right", mono=True)
        self.gap(18)

    def swatch(
        self, role: str, text: str, value: str = "", outline: bool = False, dashed: bool = False,
    ) -> None:
        """A line of a legend: a square in its colour, what it means, how many there are."""
        x1, y1, x2, y2 = self.left, self.y + 3, self.left + 10, self.y + 13
        self.fill((x1, y1, x2, y2), role)
        if outline or dashed:
            self.fill((x1 + 2, y1 + 2, x2 - 2, y2 - 2), "surface")
        if dashed:  # gaps in the middle of each side: what is left are its corners
            self.fill((x1 + 4, y1, x2 - 4, y2), "surface")
            self.fill((x1, y1 + 4, x2, y2 - 4), "surface")
        self.label(self.left + 18, self.y + 8, text)
        if value:
            self.label(self.right, self.y + 8, value, "text", 12, "right", mono=True)
        self.gap(18)

    def bar(
        self, name: str, value: str, fraction: float, role: str, zero: float = 0.0,
        name_width: float = 92.0, bold: bool = False, value_width: float = 52.0,
    ) -> None:
        """One bar of a chart. fraction, zero: where it ends and begins along its track, 0 to 1."""
        x1, x2 = self.left + name_width, self.right - value_width
        name = fitted(name, name_width - 8, 12)
        self.label(self.left, self.y + 8, name, "text", 12, "left", bold)
        self.fill((x1, self.y + 5, x2, self.y + 11), "line")
        ends = [x1 + float(np.clip(at, 0, 1)) * (x2 - x1) for at in (zero, fraction)]
        low, high = min(ends), max(ends)
        if 0 < high - low < 1.5:  # a little is more than nothing
            low, high = low - 0.75, low + 0.75
        if high > low:
            self.fill((max(x1, low), self.y + 5, min(x2, high), self.y + 11), role)
        if 0 < zero < 1:
            self.fill((ends[0] - 0.5, self.y + 2, ends[0] + 0.5, self.y + 14), "muted")
        self.label(self.right, self.y + 8, value, "text", 12, "right", bold, True)
        self.gap(18)

    def table(
        self, cells: Sequence[Cell], head: Sequence[str], rows: Sequence[Sequence[str]],
        chosen: int = -1, roles: Sequence[str] = (), size: float = 12.0,
    ) -> None:
        """A head and rows; row `chosen` is bold; roles colour a small square before each row."""
        if head:
            for cell, text in zip(cells, head, strict=True):
                self.label(self.left + cell.x, self.y + 7, text, "muted", 11, cell.anchor)
            self.gap(18)
        for index, row in enumerate(rows):
            if index == chosen:
                self.fill((self.left - 6, self.y - 1, self.right + 6, self.y + 17), "line")
            if roles:
                self.fill((self.left, self.y + 4, self.left + 8, self.y + 12), roles[index])
            for cell, text in zip(cells, row, strict=True):
                self.label(
                    self.left + cell.x, self.y + 8, text, cell.role, size, cell.anchor,
                    index == chosen, cell.mono,
                )
            self.gap(18)

    def heat(
        self, values: Floats, width: float, height: float, low: float, high: float,
        x: float | None = None, name: str = "Map", move: bool = True,
    ) -> Rect:
        """A map of numbers as colours, `width` x `height`. Returns where it lies."""
        left = self.left if x is None else x
        rect = (left, self.y, left + width, self.y + height)
        self.add(Heat(name=name, values=values, rect=rect, low=low, high=max(high, low + 1e-6)))
        if move:
            self.gap(height + 8)
        return rect

    def scale(self) -> None:
        """The colour map as a legend, from its lowest value to its highest."""
        ramp = np.linspace(0, 1, 128, dtype=np.float32)[None]
        self.heat(ramp, self.inner, 8, 0, 1, name="Colour scale")

    def scene(self) -> Scene:
        layers = list(self._layers)
        if self._bars:
            boxes = np.array([rect for rect, _ in self._bars], np.float32)
            layers.insert(
                0, Bars(name="Bars", boxes=boxes, roles=tuple(role for _, role in self._bars))
            )
        if self._labels:
            layers.append(Labels(name="Text", items=tuple(self._labels)))
        extent = (0.0, 0.0, self.width, self.y + MARGIN)
        return Scene(extent=extent, space="panel", layers=tuple(layers))
