"""NMS among the boxes of a region proposal network, step by step, at the threshold of the run or
at another one.
"""

from __future__ import annotations

import numpy as np

from explorer.session.candidates import candidate_rows
from explorer.session.nms_replay import Moment, greedy, moment
from explorer.session.rows import row_text
from explorer.session.scene import Boxes, Key, Layer, Lines, Picture, ViewState
from explorer.session.scenes.columns import sized_table
from explorer.session.scenes.common import (
    IN_PANEL,
    Focus,
    centres,
    count,
    number,
    photo_scene,
    plural,
    probability,
    short_apart,
    title,
)
from explorer.session.scenes.nms import shares
from explorer.session.scenes.nms_steps import (
    LISTED,
    PERCENT,
    iou_control,
    step_control,
    step_layers,
    step_table,
)
from explorer.session.scenes.panel import Column
from explorer.session.scenes.rpn_common import (
    chosen,
    outsider_selected,
    roles_of,
    selected,
    show_control,
    sigmoid,
)
from explorer.trace.base import Ints, NmsRecord
from explorer.trace.stages import RpnStage, Trace

FADED = 0.25  # outlines beside the box that is selected


def suppression(trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None) -> Picture:
    record = _record(stage, state)
    candidates = np.arange(len(stage.candidates))
    now = moment(record, candidates, int(state.control("regions", "step", len(candidates))))
    going = now.step < now.steps
    rows = _rows(stage)
    most, fewest, waiting = shares(
        state.limit, len(now.kept), len(now.suppressed), len(now.undecided)
    )
    kept = now.kept[len(now.kept) - most :] if going else now.kept[:most]
    gone = _strongest(stage, now.suppressed, fewest)
    layers: list[Layer] = []
    if len(now.undecided):
        drawn = _strongest(stage, now.undecided, waiting)
        layers.append(
            Boxes(name="Undecided", boxes=stage.candidates[drawn], roles="text", width=1.0,
                  opacity=0.3, stage="regions", rows=rows[drawn])
        )
    # One box is asked about: the others step back.
    chosen_one = (at is not None and at.chosen) or outsider_selected(trace, state) is not None
    one = chosen_one and not going
    layers += [
        Boxes(
            name="Suppressed", boxes=stage.candidates[gone], roles="muted", dashed=True, width=1.0,
            opacity=FADED if one else 0.65, stage="regions", rows=rows[gone],
        ),
        Boxes(
            name="Kept", boxes=stage.candidates[kept], stage="regions", rows=rows[kept],
            width=1.0 if one else 2.0, opacity=FADED if one else 1.0,
            roles=roles_of(stage, stage.top[kept]),
        ),
    ]
    panel = _panel(stage, record, now)
    if going:
        def objectness(row: int) -> str:
            return probability(float(sigmoid(stage.objectness[stage.top[row]])))

        step_table(
            panel, now, record, number(record.threshold),
            lambda row: row_text(Key(trace.method, "regions", int(rows[row]))),
            objectness, "objectness",
        )
        layers += step_layers(now, record, stage.candidates, "regions", rows, objectness)
    elif outsider_selected(trace, state) is not None:
        chosen(panel, trace, stage, state, at)
        layers += selected(trace, stage, state, at)
    else:
        region = at.region if at is not None and at.chosen else _busiest(stage)
        if region is not None:
            layers += _victims(panel, stage, region, at is not None and at.chosen)
    summary = f"{plural(len(now.kept), 'kept box', 'kept boxes')}, {count(len(now.suppressed))} " \
        "suppressed"
    if going:
        summary += f", {count(len(now.undecided))} undecided"
    if record is not stage.nms:  # also where a canvas has no room for its panel
        summary += f" · replayed at IoU {number(record.threshold)}: later stages keep the run's"
    hidden = len(candidates) - len(kept) - len(gone) - min(waiting, len(now.undecided))
    if hidden > 0:
        summary += f" · {plural(hidden, 'box', 'boxes')} not drawn"
    return Picture(
        title=title(trace, "regions"), summary=summary,
        main=photo_scene(trace, *layers, opacity=0.7), panel=panel.scene(),
        controls=(show_control("NMS"), iou_control(record.threshold), step_control(now)),
        limited=True,
    )


def _record(stage: RpnStage, state: ViewState) -> NmsRecord:
    """What the run decided; at another threshold, what it would have decided."""
    run = stage.nms.threshold
    wanted = int(state.control("regions", "iou", round(run / PERCENT))) * PERCENT
    if abs(wanted - run) < PERCENT / 2:
        return stage.nms
    top = np.asarray(stage.top)
    levels = np.asarray(stage.level)[top]
    return greedy(stage.candidates, np.asarray(stage.objectness)[top], round(wanted, 2), levels)


def _rows(stage: RpnStage) -> Ints:
    """The row of "regions" of every candidate."""
    rows = candidate_rows(np.arange(len(stage.candidates)))
    rows[stage.source] = np.arange(len(stage.source))
    return rows


def _strongest(stage: RpnStage, candidates: Ints, most: int) -> Ints:
    """At most `most` of these candidates, by falling objectness."""
    order = np.argsort(-np.asarray(stage.objectness)[stage.top[candidates]], kind="stable")
    best: Ints = candidates[order[:most]]
    return best


def _panel(stage: RpnStage, record: NmsRecord, now: Moment) -> Column:
    panel = Column()
    panel.heading("NMS on proposals", f"IoU > {number(record.threshold)}")
    if record is not stage.nms:
        panel.text(
            f"A replay at {number(record.threshold)}; the run used "
            f"{number(stage.nms.threshold)}, and the later stages read its proposals. Switches, "
            "RPN NMS IoU, runs them again.", "accent", 11,
        )
        panel.gap(4)
    panel.swatch("text", "kept", count(len(now.kept)), outline=True)
    panel.swatch("muted", "suppressed (dashed)", count(len(now.suppressed)), dashed=True)
    if len(now.undecided):
        panel.swatch("muted", "undecided", count(len(now.undecided)), outline=True)
    if len(stage.levels) > 1:
        panel.text("Levels never suppress each other's boxes.", "muted", 11)
    level = np.asarray(stage.level[stage.top])
    table = [
        (
            each.name, count(int((level == index).sum())),
            count(int((level[now.kept] == index).sum())),
            count(int((level[now.suppressed] == index).sum())),
        )
        for index, each in enumerate(stage.levels)
    ]
    panel.gap(6)
    sized_table(panel, ("", "candidates", "kept", "suppressed"), table)
    return panel


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
    panel.heading(f"Region {region:,}", f"suppresses {plural(total, 'box', 'boxes')}")
    table = [
        (
            f"candidate {row:,}", probability(float(sigmoid(stage.objectness[stage.top[row]]))),
            short_apart(float(stage.nms.overlap[row]), stage.nms.threshold),
        )
        for row in gone.tolist()
    ]
    if table:
        sized_table(panel, ("", "objectness", "IoU"), table)
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
        Lines(name="Who suppressed it", segments=lines, role="text", edged=True, width=0.8,
              opacity=0.8),
        keeps,
    )
