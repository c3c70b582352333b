"""Anchors of all locations, those of the highest objectness first: up to every one there is."""

from __future__ import annotations

import numpy as np

from explorer.session.anchors import colour_index, colour_names, colour_role, kinds, level_rows
from explorer.session.candidates import anchor_rows
from explorer.session.scene import Boxes, Layer, Picture, ViewState
from explorer.session.scenes.common import (
    Focus,
    count,
    photo_scene,
    plural,
    probability,
    strongest,
    title,
)
from explorer.session.scenes.panel import Column
from explorer.session.scenes.papers import side_text
from explorer.session.scenes.rpn_common import (
    ALL_LEVELS,
    chosen,
    level_looked_at,
    selected,
    show_control,
    sigmoid,
)
from explorer.trace.stages import RpnStage, Trace


def all_anchors(trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None) -> Picture:
    """As many as the display limit allows, of all levels or of one."""
    names = tuple(level.name for level in stage.levels)
    wanted, choice = level_looked_at(stage, state)
    every = np.arange(len(stage.anchors))
    if wanted in names:
        every = every[level_rows(stage, names.index(wanted))]
    rows = every
    if state.limit < len(every):
        rows = every[strongest(stage.objectness[every], state.limit)]
    layers: list[Layer] = []
    colours = colour_index(stage, rows)
    panel = Column()
    panel.heading("Anchors on the photo", "highest objectness first")
    for index, name in enumerate(colour_names(stage)):
        own = rows[colours == index]
        if len(own):
            layers.append(
                Boxes(
                    name=f"Anchors of {name}", boxes=stage.anchors[own],
                    roles=colour_role(stage, index),
                    stage="regions", rows=anchor_rows(stage, own), anchors=own, width=1.2,
                    opacity=0.75,
                )
            )
        if len(own) or wanted == ALL_LEVELS:
            size = _size(stage, index)
            said = side_text(stage, size) if len(names) == 1 else \
                f"{name}  {side_text(stage, size)}" if size else name
            panel.swatch(colour_role(stage, index), said, count(len(own)), outline=True)
    if len(rows):
        lowest = float(sigmoid(stage.objectness[rows]).min())
        panel.pair("Lowest objectness shown", probability(lowest))
    panel.text(
        "The more outlines cover each other, the fainter each is drawn. Boxes, below, sets how "
        "many are shown.", "muted", 11,
    )
    layers += selected(trace, stage, state, at, always=False)
    if at is None or at.chosen:  # nothing is said of a box that is not drawn
        chosen(panel, trace, stage, state, at)
    return Picture(
        title=title(trace, "regions"),
        summary=_summary(len(rows), len(every), wanted if wanted in names else ""),
        main=photo_scene(trace, *layers, opacity=0.75),
        panel=panel.scene(),
        controls=(show_control("all anchors"), *choice), limited=True,
    )


def _size(stage: RpnStage, index: int) -> float:
    """The one size of the anchors of a colour; 0 where they have several."""
    several = len(stage.levels) > 1
    own = sorted({size for size, _ in kinds(stage, index if several else 0)})
    return own[0 if several else index] if not several or len(own) == 1 else 0.0


def _summary(drawn: int, there: int, level: str) -> str:
    """Which of the anchors there are is drawn: by the footer alone, one must not take them for all.
    """
    anchors = plural(there, "anchor") + (f" of {level}" if level else "")
    if drawn >= there:
        return f"all {anchors}"
    return f"the {drawn:,} likeliest of {anchors} · Boxes, below, shows more"
