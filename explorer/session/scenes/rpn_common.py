"""What the views of a region proposal network share."""

from __future__ import annotations

import numpy as np

from explorer.session.anchors import (
    colour_index,
    place,
    ratio_text,
)
from explorer.session.scene import (
    Control,
)
from explorer.session.scenes.common import (
    Focus,
    count,
    number,
)
from explorer.session.scenes.equations import decoding
from explorer.session.scenes.panel import Column
from explorer.trace.base import Floats, Ints
from explorer.trace.stages import RpnStage

SHOWS = ("proposals", "anchors", "objectness", "refinement", "NMS")


def show_control(value: str) -> Control:
    return Control(key="show", title="Show", kind="choice", value=value, choices=SHOWS)


def sigmoid(logits: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-np.clip(np.asarray(logits, np.float64), -60, 60)))
    return result


def roles_of(stage: RpnStage, anchors: Ints) -> tuple[str, ...]:
    table = np.array([f"level{index}" for index in range(5)])
    return tuple(table[np.clip(colour_index(stage, anchors), 0, 4)].tolist())


def chosen(panel: Column, stage: RpnStage, at: Focus) -> None:
    """Where the focused proposal came from, with its numbers."""
    row = at.region
    anchor = int(stage.anchor[row])
    spot = place(stage, anchor)
    level = stage.levels[spot.level]
    panel.heading(f"Proposal {row}", "selected" if at.chosen else "best detection")
    panel.pair("Anchor", f"row {count(anchor)}")
    panel.pair("Level, cell", f"{level.name}, ({spot.x}, {spot.y})")
    panel.pair("Size, ratio", f"{spot.size:g}², {ratio_text(spot.ratio)}")
    logit = float(stage.objectness[anchor])
    probability = float(sigmoid(stage.objectness[anchor]))
    panel.pair("Objectness", f"σ({number(logit)}) = {number(probability, 3)}")
    decoding(panel, stage.anchors[anchor], stage.deltas[anchor], "a", clipped_to=stage.boxes[row])
