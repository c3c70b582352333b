"""Refinement: each class moves the region its own way, before (dashed) to after (solid)."""

from __future__ import annotations

import numpy as np

from explorer.ops.bins import overlap
from explorer.session.digits import boxes_and_sizes
from explorer.session.scene import Boxes, Layer, Lines, Picture, ViewState
from explorer.session.scenes.columns import sized_table
from explorer.session.scenes.common import (
    Focus,
    centres,
    class_role,
    count,
    focus,
    label_name,
    need,
    number,
    photo_scene,
    selection,
    shown,
    title,
)
from explorer.session.scenes.equations import CLIPPED, clipped, decoding
from explorer.session.scenes.pairs import class_control, score_text, strong_rows, tag
from explorer.session.scenes.panel import Column
from explorer.trace.base import Ints, StageName
from explorer.trace.stages import RefinementStage, Trace

TOP = 12
HOW = {
    "rcnn": "Ridge regression on pool5, one per class, after NMS.",
    "sppnet": "Ridge regression on the pooled pyramid, one per class, after NMS.",
}
SIBLING = "Sibling output: beside the class scores, one box per class."
PAIR = "A region-class pair: a region taken for one class, which moves it its own way."


def picture(trace: Trace, stage_name: StageName, state: ViewState) -> Picture:
    stage = need(trace, "refinement", RefinementStage)
    at = focus(trace, state)
    control, rows = class_control(trace, "refinement", state, stage.labels, stage.scores)
    order = rows[np.argsort(-np.asarray(stage.scores)[rows], kind="stable")]
    top = strong_rows(trace, stage.scores, order[: min(TOP, state.limit)])
    own = at.rows.get("refinement", []) if at is not None else []
    if at is not None and at.chosen:
        top = np.concatenate([top, [row for row in own if row not in top]]).astype(np.int64)
    draw = top[::-1]
    roles = tuple(class_role(int(label)) for label in stage.labels[draw])
    before, after = stage.before[draw], stage.after[draw]
    layers: list[Layer] = []
    if len(draw):
        corners = [np.concatenate([before[:, c], after[:, c]], 1) for c in ([0, 1], [2, 3])]
        middle = np.concatenate([centres(before), centres(after)], 1)
        layers = [
            Boxes(name="Before", boxes=before, roles=roles, dashed=True, width=1.3, opacity=0.8),
            Boxes(name="After", boxes=after, roles=roles, stage="refinement", rows=draw, width=2.2,
                  captions=tuple(
                      tag(trace, int(stage.labels[row]), float(stage.scores[row])) for row in draw
                  )),
            Lines(name="Corners move", segments=np.concatenate(corners), role="text", arrow=True,
                  width=1.2, opacity=0.9, edged=True),
            Lines(name="Centres move", segments=middle, role="mark0", arrow=True, width=1.2,
                  edged=True, on=False),
            *selection(trace, at, "refinement", without="not refined"),
        ]
    row = own[int(np.argmax(stage.scores[own]))] if own else (int(top[0]) if len(top) else None)
    panel = _panel(trace, stage, at, row, top)
    return Picture(
        title=title(trace, "refinement"),
        summary=shown(len(top), len(rows), "region-class pair"),
        main=photo_scene(trace, *layers, opacity=0.8),
        panel=panel.scene(),
        controls=(control,),
    )


def _panel(
    trace: Trace, stage: RefinementStage, at: Focus | None, row: int | None, top: Ints
) -> Column:
    panel = Column()
    if row is None:
        panel.heading("Refinement")
        panel.text("No region scored high enough to be refined.", "muted")
        return panel
    label = int(stage.labels[row])
    before, after = stage.before[row], stage.after[row]
    panel.heading(tag(trace, label, float(stage.scores[row])), at.why if at is not None else "")
    (was, was_size), (now, now_size) = boxes_and_sizes([before, after])
    panel.swatch(class_role(label), "size before (dashed)", f"{was_size} px", dashed=True)
    panel.swatch(class_role(label), "size after", f"{now_size} px")
    panel.pair("Box before", was)
    panel.pair("Box after", now)
    iou = float(overlap(before[None], after[None])[0, 0])
    panel.pair("IoU of the two", number(iou, 3))
    if at is not None and at.chosen and "refinement" not in at.rows:
        panel.text(f"The selected region {at.region:,} was not refined: see Scores and NMS.",
                   "muted", 11)
    panel.heading(f"Regression of '{label_name(trace, label)}'", "P = box before")
    panel.text(HOW.get(trace.method, SIBLING), "muted", 11)
    panel.gap(4)
    decoding(panel, before, stage.deltas[row], "P")
    if clipped(before, stage.deltas[row], after):
        panel.text(f"Then {CLIPPED}.", "muted", 11)
    panel.heading("Pairs on the photo", f"{len(top)} of {count(len(stage.labels))}")
    panel.text(PAIR, "muted", 11)
    panel.gap(4)
    listed = top[:TOP]
    pairs = zip(stage.before[listed], stage.after[listed], strict=True)
    moved = [overlap(b[None], a[None])[0, 0] for b, a in pairs]
    rows = [
        (label_name(trace, int(stage.labels[r])), score_text(trace, float(stage.scores[r])),
         number(float(i), 3))
        for r, i in zip(listed, moved, strict=True)
    ]
    chosen = int(np.nonzero(listed == row)[0][0]) if row in listed else -1
    sized_table(panel, ("class", "score", "IoU before, after"), rows, chosen,
                [class_role(int(stage.labels[r])) for r in listed])
    return panel

