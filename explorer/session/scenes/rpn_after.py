"""From anchor to box."""

from __future__ import annotations

import numpy as np

from explorer.session.scene import (
    Boxes,
    Layer,
    Lines,
    Picture,
    ViewState,
)
from explorer.session.scenes.common import (
    Focus,
    centres,
    number,
    photo_scene,
    shown,
    title,
)
from explorer.session.scenes.panel import Column
from explorer.session.scenes.rpn_common import (
    chosen,
    roles_of,
    selected,
    show_control,
)
from explorer.trace.stages import RpnStage, Trace

ARROWS = 24


def refinement(trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None) -> Picture:
    total = len(stage.boxes)
    rows = np.arange(min(state.limit, ARROWS, total))
    if at is not None and at.chosen and at.region not in rows:
        rows = np.append(rows, at.region)
    anchors = stage.anchor[rows]
    before, after = stage.anchors[anchors], stage.boxes[rows]
    roles = roles_of(stage, anchors)
    layers: list[Layer] = [
        Boxes(name="Anchors", boxes=before, roles=roles, dashed=True, width=1.2, opacity=0.6),
        Boxes(
            name="Refined", boxes=after, roles=roles, stage="regions", rows=rows, width=1.8,
        ),
        Lines(
            name="Moves", segments=np.concatenate([centres(before), centres(after)], 1),
            role="text", arrow=True, width=1.2,
        ),
        *selected(trace, stage, state, at),
    ]
    panel = Column()
    panel.heading("Anchor to box", "clipped to the photo")
    panel.swatch("muted", "anchor (dashed)", dashed=True)
    panel.swatch("text", "refined box (solid), arrow between centres", outline=True)
    shift = np.abs(stage.deltas[stage.anchor[:total], :2]).mean(0) if total else np.zeros(2)
    scale = np.exp(np.abs(stage.deltas[stage.anchor[:total], 2:]).mean(0)) if total else np.ones(2)
    panel.pair("Mean |t_x|, |t_y|", f"{number(shift[0], 3)}, {number(shift[1], 3)}")
    panel.pair("Typical change of w, h", f"× {number(scale[0])}, × {number(scale[1])}")
    if not trace.settings.get("rpn_refinement", True):
        panel.text("Switched off: proposals are the anchors, and these deltas move nothing.",
                   "muted", 11)
    chosen(panel, trace, stage, state, at)
    return Picture(
        title=title(trace, "regions"),
        summary=f"before and after refinement · {shown(len(rows), total, 'proposal')}",
        main=photo_scene(trace, *layers, opacity=0.75),
        panel=panel.scene(),
        controls=(show_control("refinement"),),
    )
