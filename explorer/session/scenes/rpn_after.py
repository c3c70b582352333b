"""From anchor to box, and NMS among the boxes."""

from __future__ import annotations

import numpy as np

from explorer.session.candidates import candidate_rows
from explorer.session.scene import (
    Boxes,
    Layer,
    Lines,
    Picture,
    ViewState,
)
from explorer.session.scenes.common import (
    IN_PANEL,
    Focus,
    centres,
    count,
    number,
    photo_scene,
    plural,
    shown,
    title,
)
from explorer.session.scenes.panel import Cell, Column
from explorer.session.scenes.rpn_common import (
    chosen,
    outsider_selected,
    roles_of,
    selected,
    show_control,
    sigmoid,
)
from explorer.trace.stages import RpnStage, Trace

ARROWS = 24
LISTED = 12  # boxes that one proposal suppressed: in the table and on the photo


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
    panel.swatch("muted", "anchor (dashed)", outline=True)
    panel.swatch("text", "refined box (solid), arrow between centres", outline=True)
    shift = np.abs(stage.deltas[stage.anchor[:total], :2]).mean(0) if total else np.zeros(2)
    scale = np.exp(np.abs(stage.deltas[stage.anchor[:total], 2:]).mean(0)) if total else np.ones(2)
    panel.pair("Mean |t_x|, |t_y|", f"{number(shift[0], 3)}, {number(shift[1], 3)}")
    panel.pair("Typical change of w, h", f"× {number(scale[0])}, × {number(scale[1])}")
    chosen(panel, trace, stage, state, at)
    return Picture(
        title=title(trace, "regions"),
        summary=f"before and after refinement · {shown(len(rows), total, 'proposal')}",
        main=photo_scene(trace, *layers, opacity=0.75),
        panel=panel.scene(),
        controls=(show_control("refinement"),),
    )


def suppression(trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None) -> Picture:
    record = stage.nms
    proposals = np.arange(min(state.limit // 4 or 1, len(stage.boxes)))
    kept = stage.source[proposals]
    gone = np.nonzero(np.isin(record.suppressed_by, kept))[0]
    order = np.argsort(-stage.objectness[stage.top[gone]], kind="stable")
    gone = gone[order][: state.limit]
    layers: list[Layer] = [
        Boxes(
            name="Suppressed", boxes=stage.candidates[gone], roles="muted", dashed=True, width=1.0,
            opacity=0.65, stage="regions", rows=candidate_rows(gone),
        ),
        Boxes(
            name="Kept", boxes=stage.boxes[proposals], stage="regions", rows=proposals, width=2.0,
            roles=roles_of(stage, stage.anchor[proposals]),
        ),
    ]
    panel = Column()
    panel.heading("NMS on proposals", f"IoU > {number(record.threshold)}")
    total_gone = int((record.suppressed_by >= 0).sum())
    panel.swatch("text", "kept", count(len(record.kept)), outline=True)
    panel.swatch("muted", "suppressed (dashed)", count(total_gone), outline=True)
    if len(stage.levels) > 1:
        panel.text("Levels never suppress each other's boxes.", "muted", 11)
    cells = (
        Cell(16), Cell(130, "right"), Cell(210, "right"), Cell(panel.inner, "right"),
    )
    level = np.asarray(stage.level[stage.top])
    table = [
        (
            each.name, count(int((level == index).sum())),
            count(int((level[record.kept] == index).sum())),
            count(int(((level == index) & (record.suppressed_by >= 0)).sum())),
        )
        for index, each in enumerate(stage.levels)
    ]
    panel.gap(6)
    panel.table(cells, ("", "candidates", "kept", "suppressed"), table)
    if outsider_selected(trace, state) is not None:
        chosen(panel, trace, stage, state, at)
        layers += selected(trace, stage, state, at)
    else:
        region = at.region if at is not None and at.chosen else _busiest(stage)
        if region is not None:
            layers += _victims(panel, stage, region, at is not None and at.chosen)
    return Picture(
        title=title(trace, "regions"),
        summary=f"{plural(len(proposals), 'kept box', 'kept boxes')} and {len(gone)} of "
        f"{count(total_gone)} suppressed",
        main=photo_scene(trace, *layers, opacity=0.7),
        panel=panel.scene(),
        controls=(show_control("NMS"),),
    )


def _busiest(stage: RpnStage) -> int | None:
    """The proposal that suppressed the most boxes."""
    by = np.asarray(stage.nms.suppressed_by)
    if not len(stage.boxes) or not (by >= 0).any():
        return None
    return int(np.bincount(by[by >= 0], minlength=len(by))[stage.source].argmax())


def _victims(
    panel: Column, stage: RpnStage, region: int, by_user: bool
) -> tuple[Layer, ...]:
    """Whom one proposal suppressed: a list, and lines on the photo."""
    keeper = int(stage.source[region])
    gone = np.nonzero(stage.nms.suppressed_by == keeper)[0]
    gone = gone[np.argsort(-stage.nms.overlap[gone], kind="stable")]
    total, gone = len(gone), gone[:LISTED]
    panel.heading(f"Proposal {region:,}", f"suppresses {plural(total, 'box', 'boxes')}")
    cells = (Cell(0), Cell(180, "right"), Cell(panel.inner, "right"))
    table = [
        (
            f"candidate {row:,}", number(float(sigmoid(stage.objectness[stage.top[row]])), 3),
            number(float(stage.nms.overlap[row]), 3),
        )
        for row in gone.tolist()
    ]
    if table:
        panel.table(cells, ("", "objectness", "IoU"), table)
    if total > len(gone):
        panel.text(f"and {count(total - len(gone))} more, not drawn", "muted")
    keeps = Boxes(
        name="Selected" if by_user else IN_PANEL, boxes=stage.boxes[[region]],
        roles="selected", stage="regions", rows=np.array([region]), width=2.5,
    )
    if not len(gone):
        return (keeps,)
    own = np.broadcast_to(centres(stage.boxes[[region]]), (len(gone), 2))
    lines = np.concatenate([centres(stage.candidates[gone]), own], 1)
    return (
        Boxes(
            name="Suppressed by one proposal", boxes=stage.candidates[gone], roles="bad",
            dashed=True, width=1.3, stage="regions", rows=candidate_rows(gone),
        ),
        Lines(name="Who suppressed it", segments=lines, role="bad", width=0.8, opacity=0.6),
        keeps,
    )
