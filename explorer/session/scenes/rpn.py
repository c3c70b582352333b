"""Regions from a region proposal network: the proposals. Its other views are in `rpn_anchors`
and `rpn_after`.
"""

from __future__ import annotations

import numpy as np

from explorer.session.anchors import (
    colour_index,
    colour_names,
    colour_role,
    ratio_index,
    ratio_text,
)
from explorer.session.scene import (
    Boxes,
    Layer,
    Picture,
    ViewState,
)
from explorer.session.scenes import rpn_after, rpn_all, rpn_anchors, rpn_replay
from explorer.session.scenes.columns import sized_table
from explorer.session.scenes.common import (
    Focus,
    count,
    focus,
    photo_scene,
    shown,
    title,
)
from explorer.session.scenes.panel import Column
from explorer.session.scenes.papers import papers_sides, sides
from explorer.session.scenes.rpn_common import chosen, selected, show_control
from explorer.trace.stages import RpnStage, Trace


def picture(trace: Trace, stage: RpnStage, state: ViewState) -> Picture:
    show = str(state.control("regions", "show", "proposals"))
    at = focus(trace, state)
    draw = {
        "anchors": rpn_anchors.anchors,
        "all anchors": rpn_all.all_anchors,
        "objectness": rpn_anchors.objectness,
        "refinement": rpn_after.refinement,
        "NMS": rpn_replay.suppression,
    }.get(show, _proposals)
    return draw(trace, stage, state, at)


def _proposals(trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None) -> Picture:
    total = len(stage.boxes)
    rows = np.arange(min(state.limit, total))[::-1]
    layers: list[Layer] = []
    for index, name in enumerate(colour_names(stage)):
        own = rows[colour_index(stage, stage.anchor[rows]) == index]
        if len(own):
            layers.append(
                Boxes(
                    name=f"Proposals of {name}", boxes=stage.boxes[own],
                    roles=colour_role(stage, index),
                    stage="regions", rows=own, width=1.3, opacity=0.75,
                )
            )
    layers += selected(trace, stage, state, at)
    panel = Column()
    _funnel(panel, trace, stage)
    _by_level_and_ratio(panel, stage)
    chosen(panel, trace, stage, state, at)
    return Picture(
        title=title(trace, "regions"),
        summary=f"{shown(len(rows), total, 'proposal')} · from {count(len(stage.anchors))} "
        "anchors",
        main=photo_scene(trace, *layers, opacity=0.75),
        panel=panel.scene(),
        controls=(show_control("proposals"),), limited=True,
    )


def _funnel(panel: Column, trace: Trace, stage: RpnStage) -> None:
    """From all anchors to the proposals, on a logarithmic scale."""
    panel.heading("From anchors to proposals", "log scale")
    steps = (
        ("anchors", len(stage.anchors)), ("enter NMS", len(stage.top)),
        ("survive NMS", len(stage.nms.kept)), ("proposals", len(stage.boxes)),
    )
    top = np.log10(max(10, len(stage.anchors)))
    for name, value in steps:
        panel.bar(name, count(value), float(np.log10(max(1, value)) / top), trace.method)


def _by_level_and_ratio(panel: Column, stage: RpnStage) -> None:
    names = colour_names(stage)
    several = len(stage.levels) > 1
    panel.heading("Proposals by " + ("level" if several else "size") + " and ratio", "h : w")
    index = colour_index(stage, stage.anchor)
    ratio, ratios = ratio_index(stage, stage.anchor)
    rows = []
    for at, name in enumerate(names):
        if several:
            sizes = set(stage.levels[at].sizes)
            name = f"{name} {min(sizes):g}²" if len(sizes) == 1 else name
        own = index == at
        each = [count(int((own & (ratio == r)).sum())) for r in range(len(ratios))]
        rows.append((name, *each, count(int(own.sum()))))
    head = ("", *(ratio_text(value) for value in ratios), "all")
    sized_table(panel, head, rows, roles=[colour_role(stage, at) for at in range(len(names))])
    ours = tuple(sorted({size for level in stage.levels for size in level.sizes}))
    if ours != papers_sides(stage):
        panel.text(f"Sides in network pixels; the paper's: {sides(papers_sides(stage))}.",
                   "muted", 11)
