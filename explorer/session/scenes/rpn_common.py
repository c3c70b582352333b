"""What the views of a region proposal network share."""

from __future__ import annotations

import numpy as np

from explorer.session.anchors import (
    colour_index,
    place,
    ratio_text,
)
from explorer.session.candidates import (
    candidate_at,
    candidate_rows,
    fate_lines,
    suppressor_of,
)
from explorer.session.scene import Boxes, Control, Layer, ViewState
from explorer.session.scenes.common import (
    Focus,
    count,
    number,
    selection,
)
from explorer.session.scenes.equations import decoding
from explorer.session.scenes.panel import Column
from explorer.trace.base import Floats, Ints
from explorer.trace.stages import RpnStage, Trace

SHOWS = ("proposals", "anchors", "objectness", "refinement", "NMS")


def show_control(value: str) -> Control:
    return Control(key="show", title="Show", kind="choice", value=value, choices=SHOWS)


def sigmoid(logits: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-np.clip(np.asarray(logits, np.float64), -60, 60)))
    return result


def roles_of(stage: RpnStage, anchors: Ints) -> tuple[str, ...]:
    table = np.array([f"level{index}" for index in range(5)])
    return tuple(table[np.clip(colour_index(stage, anchors), 0, 4)].tolist())


def candidate_selected(trace: Trace, state: ViewState) -> int | None:
    """The selected candidate that is no proposal of this trace, or None."""
    key = state.selected
    if key is None or key.method != trace.method:
        return None
    try:
        found = candidate_at(trace, key)
    except IndexError:
        return None
    return found[1] if found else None


def focused_anchor(
    trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None
) -> int | None:
    """The anchor row of the selected candidate, else of the focused proposal."""
    candidate = candidate_selected(trace, state)
    if candidate is None and at is not None:
        candidate = int(stage.source[at.region])
    return None if candidate is None else int(stage.top[candidate])


def selected(
    trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None, always: bool = True
) -> list[Layer]:
    """The selected proposal, or the selected candidate with the box that suppressed it.

    always: with nothing selected, the proposal that the panel is about.
    """
    candidate = candidate_selected(trace, state)
    if candidate is None:
        return list(selection(trace, at, "regions", always))
    layers: list[Layer] = []
    by = suppressor_of(stage, candidate)
    if by is not None:
        iou = float(stage.nms.overlap[candidate])
        layers.append(
            Boxes(name="Its suppressor", boxes=stage.candidates[[by]], roles="bad", width=2.5,
                  captions=(f"IoU {iou:.2f}",))
        )
    layers.append(
        Boxes(name="Selected", boxes=stage.candidates[[candidate]], roles="selected", width=2.5,
              stage="regions", rows=candidate_rows(np.array([candidate])))
    )
    return layers


def chosen(
    panel: Column, trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None
) -> None:
    """Where the focused proposal or the selected candidate came from, with its numbers."""
    candidate = candidate_selected(trace, state)
    if candidate is not None:
        panel.heading(f"Candidate {candidate}", "selected")
        for line in fate_lines(stage, candidate):
            panel.text(line)
        panel.gap(4)
    elif at is not None:
        candidate = int(stage.source[at.region])
        panel.heading(f"Proposal {at.region}", at.why)
    else:
        return
    anchor = int(stage.top[candidate])
    spot = place(stage, anchor)
    level = stage.levels[spot.level]
    panel.pair("Anchor", f"row {count(anchor)}")
    panel.pair("Level, cell", f"{level.name}, ({spot.x}, {spot.y})")
    panel.pair("Size, ratio", f"{spot.size:g}², {ratio_text(spot.ratio)}")
    logit = float(stage.objectness[anchor])
    probability = float(sigmoid(stage.objectness[anchor]))
    panel.pair("Objectness", f"σ({number(logit)}) = {number(probability, 3)}")
    decoding(panel, stage.anchors[anchor], stage.deltas[anchor], "a",
             clipped_to=stage.candidates[candidate])
