"""What the views of a region proposal network share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.session import control_texts
from explorer.session.anchors import (
    colour_index,
    colour_names,
    colour_role,
    place,
    ratio_text,
)
from explorer.session.candidates import (
    Outsider,
    fate_lines,
    key_of,
    outsider_at,
    suppressor_of,
)
from explorer.session.digits import alike, fewest
from explorer.session.rows import row_text
from explorer.session.scene import Boxes, Control, Key, Layer, ViewState
from explorer.session.scenes.common import (
    Focus,
    count,
    number,
    probability,
    selection,
    short_apart,
)
from explorer.session.scenes.equations import decoding
from explorer.session.scenes.panel import Column
from explorer.session.scenes.papers import side_text
from explorer.trace.base import Floats, Ints
from explorer.trace.stages import RpnStage, Trace

SHOWS = ("proposals", "anchors", "all anchors", "objectness", "refinement", "NMS")
ALL_LEVELS = "all levels"


def level_looked_at(stage: RpnStage, state: ViewState) -> tuple[str, tuple[Control, ...]]:
    """The name of the level whose anchors are shown, or ALL_LEVELS; and the choice of it, where
    there are several."""
    names = tuple(level.name for level in stage.levels)
    choices = (ALL_LEVELS, *names) if len(names) > 1 else names
    wanted = str(state.control("regions", "level", choices[0]))
    wanted = wanted if wanted in choices else choices[0]
    choice = Control(key="level", title="Level", kind="choice", value=wanted, choices=choices,
                     why=control_texts.ANCHOR_LEVEL)
    return wanted, (choice,) if len(choices) > 1 else ()


def show_control(value: str) -> Control:
    return Control(key="show", title="Show", kind="choice", value=value, choices=SHOWS,
                   why=control_texts.RPN_SHOW)


def sigmoid(logits: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-np.clip(np.asarray(logits, np.float64), -60, 60)))
    return result


def objectness_text(logit: float) -> str:
    """'σ(5.84) = 0.997'."""
    p = float(sigmoid(np.array(logit)))
    digits = fewest(range(2, 6), lambda at: alike(
        float(sigmoid(np.array(round(logit, at)))), p, 3))
    return f"σ({number(logit, digits)}) = {probability(p)}"


def roles_of(stage: RpnStage, anchors: Ints) -> tuple[str, ...]:
    table = np.array([colour_role(stage, index) for index in range(len(colour_names(stage)))])
    return tuple(table[colour_index(stage, anchors)].tolist())


def outsider_selected(trace: Trace, state: ViewState) -> Outsider | None:
    """The selected candidate or anchor of this trace that is no proposal, or None."""
    key = state.selected
    if key is None or key.method != trace.method:
        return None
    try:
        return outsider_at(trace, key)
    except IndexError:
        return None


def focused_anchor(
    trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None
) -> int | None:
    """The selected anchor, else that of the selected candidate or of the focused proposal."""
    outsider = outsider_selected(trace, state)
    if outsider is not None:
        return outsider.anchor
    return None if at is None else int(stage.anchor[at.region])


def selected(
    trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None, always: bool = True
) -> list[Layer]:
    """The selected proposal, or the selected outsider with the box that suppressed it.

    always: with nothing selected, the proposal that the panel is about.
    """
    outsider = outsider_selected(trace, state)
    if outsider is None:
        return list(selection(trace, at, "regions", always))
    layers: list[Layer] = []
    candidate = outsider.candidate
    by = None if candidate is None else suppressor_of(stage, candidate)
    if by is not None:
        iou = short_apart(float(stage.nms.overlap[candidate]), stage.nms.threshold)
        layers.append(
            Boxes(name="Its suppressor", boxes=stage.candidates[[by]], roles="bad", width=2.5,
                  stage="regions", rows=np.array([key_of(trace, stage, by).row]),
                  captions=(f"IoU {iou}",))
        )
    layers.append(
        Boxes(name="Selected", boxes=outsider.box[None], roles="selected", width=2.5,
              stage="regions", rows=np.array([outsider.row]), handles=True)
    )
    return layers


def chosen(
    panel: Column, trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None,
    fate: Sequence[str] = (),
) -> None:
    """Where the focused proposal or the selected outsider came from, with its numbers. fate: what
    became of it, where that is not what the run made of it."""
    outsider = outsider_selected(trace, state)
    box: Floats | None = None
    if outsider is not None:
        name = row_text(Key(trace.method, "regions", outsider.row))
        panel.heading(name.capitalize(), "selected")
        fate = fate or fate_lines(stage, outsider.candidate)
        anchor = outsider.anchor
        box = None if outsider.candidate is None else outsider.box
    elif at is not None:
        panel.heading(f"Region {at.region:,}", at.why)
        anchor = int(stage.anchor[at.region])
        box = stage.boxes[at.region]
    else:
        return
    for line in fate:
        panel.text(line)
    panel.gap(4 if fate else 0)
    spot = place(stage, anchor)
    level = stage.levels[spot.level]
    panel.pair("Anchor", count(anchor))
    panel.pair("Level, cell", f"{level.name}, ({spot.x}, {spot.y})")
    panel.pair("Size, ratio", f"{side_text(stage, spot.size)}, {ratio_text(spot.ratio)}")
    panel.pair("Objectness", objectness_text(float(stage.objectness[anchor])))
    decoding(panel, stage.anchors[anchor], stage.deltas[anchor], "a",
             clipped_to=box)
