"""Where the RPN's sliding window stands: under the pointer, at a box, or on its way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.session import control_texts
from explorer.session.anchors import anchors_a_cell
from explorer.session.scene import Boxes, Control, ViewState
from explorer.session.scenes.common import centres, photo_rect
from explorer.session.scenes.grids import cells_box
from explorer.trace.stages import RpnStage, Trace

POINTER, BOX, SLIDES = "under the pointer", "at the selected box", "slides"
WHERE = (POINTER, BOX, SLIDES)


@dataclass(frozen=True, eq=False)
class Location:
    """x, y: in photo pixels. pointer: the controls that the pointer moves, if it does."""

    x: float
    y: float
    controls: tuple[Control, ...]
    pointer: tuple[str, str] | None


def location(
    trace: Trace, stage: RpnStage, state: ViewState, anchor: int | None, level: int
) -> Location:
    """Where to look. anchor: of the selected box, where the pointer has not been yet."""
    x1, y1, x2, y2 = photo_rect(trace)
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    if anchor is not None:
        x, y = centres(stage.anchors[[anchor]])[0].tolist()
    where = str(state.control("regions", "where", POINTER))
    where = where if where in WHERE else POINTER
    control = Control(key="where", title="Window", kind="choice", value=where, choices=WHERE,
                      why=control_texts.WINDOW)
    if where == BOX:
        return Location(x, y, (control,), None)
    if where == POINTER:
        x = float(state.control("regions", "x", round(min(max(x, x1), x2 - 1))))
        y = float(state.control("regions", "y", round(min(max(y, y1), y2 - 1))))
        return Location(x, y, (control,), ("x", "y"))
    layout = stage.levels[level]
    total = layout.width * layout.height
    k = anchors_a_cell(stage, level)
    at = min(max(1, int(state.control("regions", "location", total // 2))), total)
    row = layout.start + (at - 1) * k
    x, y = centres(stage.anchors[[row]])[0].tolist()
    slider = Control(key="location", title=f"Location on {layout.name}", kind="number", value=at,
                     low=1, high=total, plays=True, why=control_texts.LOCATION)
    return Location(x, y, (control, slider), None)


def window_layer(trace: Trace, stage: RpnStage, level: int, row: int) -> Boxes:
    """The 3 x 3 cells around the location of an anchor row (Ren et al., 2015, section 3.1)."""
    layout = stage.levels[level]
    cell = (int(row) - layout.start) // anchors_a_cell(stage, level)
    y, x = divmod(cell, layout.width)
    box = cells_box(np.array([[x - 1, y - 1, x + 1, y + 1]]), layout)
    return Boxes(name="3 × 3 window", boxes=box, roles="selected", dashed=True, width=2.5,
                 fill=0.2)
