"""FPN's assignment: regions coloured by pyramid level, and the equation for one of them."""

from __future__ import annotations

import numpy as np

from explorer.session.related import region_boxes
from explorer.session.scene import Boxes, Layer, Scene, ViewState
from explorer.session.scenes.common import (
    Focus,
    count,
    number,
    photo_scene,
    plural,
    selection,
    setting,
    short_sides,
    shown,
    size_text,
)
from explorer.session.scenes.equations import level_lines, level_terms
from explorer.session.scenes.panel import Column
from explorer.session.scenes.papers import canonical_text
from explorer.trace.base import Floats
from explorer.trace.stages import ImageStage, LevelStage, Trace


def level_range(trace: Trace) -> tuple[int, int]:
    """The lowest and the highest level that regions are read from: 2 and 5 in the paper."""
    return int(setting(trace, "lowest", 2)), int(setting(trace, "highest", 5))


def level_role(level: int, lowest: int) -> str:
    """The finest level is drawn in "level0", as in the RPN's pictures."""
    return f"level{min(max(level - lowest, 0), 4)}"


def network_size(trace: Trace, box: Floats) -> tuple[float, float]:
    """Width and height of a box (4,) in network pixels."""
    image = trace.stage("image")
    if not isinstance(image, ImageStage) or not image.inputs:
        return float(box[2] - box[0]), float(box[3] - box[1])
    size = image.inputs[0]
    return float(box[2] - box[0]) * size.scale_x, float(box[3] - box[1]) * size.scale_y


def levels(
    trace: Trace, stage: LevelStage, state: ViewState, at: Focus | None
) -> tuple[str, Scene, Column]:
    boxes = region_boxes(trace)
    total = len(stage.level)
    rows = np.arange(min(state.limit, total))[::-1]
    lowest, highest = level_range(trace)
    present = range(lowest, highest + 1)
    layers: list[Layer] = []
    for level in present:
        own = rows[stage.level[rows] == level]
        if len(own):
            layers.append(
                Boxes(name=f"P{level}", boxes=boxes[stage.source[own]],
                      roles=level_role(level, lowest), stage="assignment", rows=own, width=1.5,
                      opacity=0.8)
            )
    layers += selection(trace, at, "assignment", always=True)
    panel = Column()
    panel.heading("Regions by level", plural(total, "region"))
    most = max(1, int(np.bincount(stage.level, minlength=1).max())) if total else 1
    for level in present:
        here = int((stage.level == level).sum())
        panel.bar(f"P{level}", count(here), here / most, level_role(level, lowest), name_width=40)
    clamped = int((np.floor(stage.raw) != stage.level).sum())
    if trace.settings.get("only_level"):
        panel.pair("Not their own level", count(clamped))
    else:
        panel.pair(f"Clamped to P{lowest} – P{highest}", count(clamped))
    if at is not None and (row := at.first("assignment")) is not None:
        box = boxes[at.region]
        width, height = network_size(trace, box)
        panel.heading(f"Level of region {at.region:,}", at.why)
        raw, level = float(stage.raw[row]), int(stage.level[row])
        w, h, _ = level_terms(width, height, raw, stage.k0, stage.canonical)
        panel.pair("Region", f"{size_text(box)} photo px")
        panel.pair("In the network", f"{w} × {h} px")
        panel.gap(2)
        for line in level_lines(width, height, raw, level, stage.k0, stage.canonical):
            panel.text(line, size=11.5, mono=True)
        if trace.settings.get("only_level"):
            panel.text(f"All regions are read from P{level}, as switched.", "muted", 11)
        panel.gap(4)
        _ladder(panel, raw, level, lowest, highest)
        if said := canonical_text(stage.canonical, min(short_sides(trace), default=0)):
            panel.text(said, "muted", 11)
    return shown(len(rows), total, "region") + " · coloured by level", \
        photo_scene(trace, *layers, opacity=0.8), panel


def _ladder(panel: Column, raw: float, level: int, lowest: int, highest: int) -> None:
    """The number line of k, with the levels as its steps and the region on it."""
    low, high = lowest - 1.0, highest + 2.0
    step = panel.inner / (high - low)
    y = panel.y + 18
    for k in range(int(low), int(high)):
        x = panel.left + (k - low) * step
        real = lowest <= k <= highest
        panel.fill((x + 1, y, x + step - 1, y + 8), level_role(k, lowest) if real else "line")
        panel.label(x + step / 2, y + 18, f"P{k}" if real else f"k = {k}", "text" if k == level
                    else "muted", 11, "centre", k == level)
    at = panel.left + (min(max(raw, low), high) - low) * step
    panel.fill((at - 1, y - 6, at + 1, y + 12), "selected")
    panel.label(min(max(at, panel.left + 16), panel.right - 16), y - 13, number(raw),
                size=11, anchor="centre", mono=True)
    panel.gap(52)
