"""A grid of coloured cells with their numbers, in a panel."""

from __future__ import annotations

import numpy as np

from explorer.session.scene import Boxes, Heat
from explorer.session.scenes.common import number
from explorer.session.scenes.panel import Column
from explorer.trace.base import Floats

TALL, FEW = 11.0, 26.0  # the largest height of a cell: in a grid of many rows, or of three
NUMBER, BELOW = 6.5, 20.0  # from a cell to the middle of its number and to the next cell, farther


def number_grid(
    panel: Column, values: Floats, x: float, width: float, low: float, high: float, mark: int
) -> None:
    """A grid of coloured cells with their numbers below them."""
    side = len(values)
    gap = 4.0
    cell = (width - gap * (side - 1)) / side
    tall = min(cell * 0.62, FEW if side <= 3 else TALL)
    top = panel.y
    size = 10.0 if cell < 46 else 11.0
    for index, value in enumerate(values.ravel().tolist()):
        row, column = divmod(index, side)
        left, y = x + column * (cell + gap), top + row * (tall + BELOW)
        panel.add(
            Heat(name="Pooled", values=np.array([[value]]), rect=(left, y, left + cell, y + tall),
                 low=low, high=max(high, low + 1e-6))
        )
        chosen = index == mark
        role = "text" if chosen else "muted"
        panel.label(left + cell / 2, y + tall + NUMBER, number(value), role, size, "centre", chosen,
                    True)
        if chosen:
            panel.add(
                Boxes(name="Chosen bin", roles="selected", width=2.0,
                      boxes=np.array([(left - 1, y - 1, left + cell + 1, y + tall + 1)]))
            )
    panel.y = top + side * (tall + BELOW)
