"""One bin of one region: which cells it reads and which of them wins, or with which weights, and
how far the roundings moved it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.ops.bins import bilinear
from explorer.session.digits import alike, fewest
from explorer.session.scene import Boxes, Layer, Lines
from explorer.session.scenes.bins import Bins, even
from explorer.session.scenes.common import number, plural, signed
from explorer.session.scenes.grids import cells_box
from explorer.session.scenes.panel import Cell, Column
from explorer.trace.base import Floats, Ints
from explorer.trace.stages import FeatureMap

SUM = 2  # decimals of RoIAlign's mean, as in the grid of bins
LISTED = 4  # cells in the table, where the largest alone counts


@dataclass(frozen=True, eq=False)
class Reading:
    """What one bin reads of one channel. cells (m, 2): x, y; values (m,), weights (m,) of them.

    weights: of RoIAlign's mean, their sum is 1 inside the map; None where the largest wins.
    """

    cells: Ints
    values: Floats
    weights: Floats | None

    @property
    def winners(self) -> Ints:
        """The cells with the largest value, where that is what is pooled: often several, as a map
        behind a ReLU has many zeros."""
        if self.weights is not None or not len(self.values):
            return np.zeros(0, np.int64)
        winners: Ints = np.flatnonzero(self.values == self.values.max())
        return winners

    @property
    def result(self) -> float:
        """What is pooled: 0 for an empty bin."""
        if not len(self.values):
            return 0.0
        if self.weights is None:
            return float(self.values.max())
        return float((self.weights * self.values).sum())


def reading(bins: Bins, at: int, channel: int) -> Reading | None:
    """What bin `at` reads of a channel of its map; None where the map is not shared."""
    if bins.source is None:
        return None
    plane = np.asarray(bins.source.values[channel], np.float32)
    if bins.cells is not None:
        x1, y1, x2, y2 = (int(value) for value in bins.cells[at])
        y, x = np.mgrid[y1 : y2 + 1, x1 : x2 + 1]
        cells = np.stack([x.ravel(), y.ravel()], 1)
        return Reading(cells, plane[cells[:, 1], cells[:, 0]], None)
    if bins.points is None:
        return None
    count = len(bins.points) // len(bins.boxes)
    stride = np.array([bins.source.stride_x, bins.source.stride_y])
    points = bins.points[at * count : (at + 1) * count] / stride
    height, width = plane.shape
    corners, weights = bilinear(points, height, width)
    flat, where = np.unique(corners.ravel(), return_inverse=True)
    total = np.bincount(where.ravel(), weights.ravel(), len(flat)) / count
    cells = np.stack([flat % width, flat // width], 1)
    return Reading(cells, plane.ravel()[flat], total.astype(np.float32))


def reading_layers(read: Reading | None, source: FeatureMap | None) -> list[Layer]:
    """The cells on the photo: the largest, or each with its weight."""
    if read is None or source is None or not len(read.cells):
        return []
    boxes = cells_box(np.concatenate([read.cells, read.cells], 1), source)
    if len(read.winners):
        value = number(read.result)
        return [
            Boxes(name="Largest cell", boxes=boxes[read.winners], roles="mark1", width=2.5,
                  fill=0.25, captions=("",) * (len(read.winners) - 1) + (value,))
        ]
    assert read.weights is not None
    order = np.argsort(read.weights, kind="stable")
    seen = order[read.weights[order] > 0]
    return [
        Boxes(name="Cells with their weights", boxes=boxes[seen], roles="mark1", width=1.4,
              fill=0.12, captions=tuple(number(float(weight)) for weight in read.weights[seen]),
              inside=True, ranked=True, edged=True)
    ]


def reading_table(panel: Column, read: Reading | None, channel: int) -> None:
    """The cells in numbers, the one that counts most first."""
    if read is None or not len(read.cells):
        return
    weights = read.weights
    order = np.argsort(-(read.values if weights is None else weights), kind="stable")
    if weights is not None:
        order = order[weights[order] > 0]
    digits = weight_digits(read)
    panel.gap(4)
    panel.text(f"Cells of channel {channel}: {_rule(read)}.", "muted", 11)
    rows = []
    listed = order[:LISTED] if weights is None else order  # all that the sum is made of
    for index in listed.tolist():
        x, y = read.cells[index].tolist()
        value = number(float(read.values[index]), 3)
        weight = "" if weights is None else number(float(weights[index]), digits)
        rows.append((f"cell ({x}, {y})", weight, value))
    cells = (Cell(0, mono=False), Cell(200, "right"), Cell(panel.inner, "right"))
    head = ("", "weight", "value") if weights is not None else ()
    panel.table(cells, head, rows, 0 if len(read.winners) == 1 else -1)
    if len(order) > len(listed):
        panel.text(f"and {plural(len(order) - len(listed), 'more cell')}, none larger", "muted", 11)
    if weights is not None:
        panel.pair("Sum", number(read.result, SUM))


def weight_digits(read: Reading) -> int:
    """Decimals of the weights from which the sum comes out as it is printed."""
    if read.weights is None:
        return 3
    pairs = list(zip(read.weights.tolist(), read.values.tolist(), strict=True))
    return fewest(range(3, 8), lambda digits: alike(
        sum(round(weight, digits) * round(value, 3) for weight, value in pairs), read.result, SUM
    ))


def _rule(read: Reading) -> str:
    """How the bin's value comes from its cells."""
    if read.weights is not None:
        return "weight · value, added"
    tied, cells = len(read.winners), len(read.cells)
    value = "0" if not read.result else number(read.result, 3)
    if cells == 1:
        return "only one, and it is pooled"
    if tied == cells:
        return f"all are {value}, and so is the bin"
    return "the largest wins" if tied == 1 else f"{tied} of {cells} have the largest value, {value}"


@dataclass(frozen=True, eq=False)
class Shift:
    """Where one bin would lie, photo pixels (4,): exact, with no rounding; rounded, after the
    first; used, after both."""

    exact: Floats
    rounded: Floats
    used: Floats


def shift_of(bins: Bins, box: Floats, rounded: Floats, side: int, at: int, of: int) -> Shift:
    """The shift of bin number `of` in its grid of `side`, bin `at` of all. rounded (4,): the region
    after the first rounding."""
    return Shift(even(box, side)[of], even(rounded, side)[of], bins.boxes[at])


def shift_layers(shift: Shift) -> list[Layer]:
    """The bin without roundings, and how its corners moved."""
    corners = np.array([[0, 1], [2, 1], [0, 3], [2, 3]])
    return [
        Boxes(name="Bin without rounding", boxes=shift.exact[None], roles="mark0", dashed=True,
              width=1.8, edged=True),
        Lines(
            name="Shift by the roundings", role="mark0", width=1.6, arrow=True, edged=True,
            segments=np.concatenate([shift.exact[corners], shift.used[corners]], 1),
        ),
    ]


def shift_table(panel: Column, shift: Shift) -> None:
    """The two roundings, and both together, as pixels of the photo on each side of the bin."""
    panel.heading("What the roundings moved", "photo px")
    # Of sides to a tenth of a pixel, so that the first two lines add up to the third.
    exact, rounded, used = (
        np.round(np.asarray(box, np.float64), 1)
        for box in (shift.exact, shift.rounded, shift.used)
    )
    rows = [
        (name, *(signed(float(value), 1) for value in moved))
        for name, moved in (
            ("of the region", rounded - exact), ("of the bin", used - rounded),
            ("together", used - exact),
        )
    ]
    steps = [136 + 52 * at for at in range(3)]
    cells = (Cell(0, mono=False), *(Cell(x, "right") for x in steps), Cell(panel.inner, "right"))
    panel.table(cells, ("rounding", "left", "top", "right", "bottom"), rows)
