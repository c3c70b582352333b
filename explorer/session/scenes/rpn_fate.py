"""What the NMS of a region proposal network makes of one of its boxes: by the record of the run, or
by that of a replay at another threshold.
"""

from __future__ import annotations

import numpy as np

from explorer.session.candidates import candidate_rows, name_of
from explorer.session.nms_replay import Moment
from explorer.session.scene import Boxes, Layer, Lines, ViewState
from explorer.session.scenes.columns import sized_table
from explorer.session.scenes.common import (
    IN_PANEL,
    Focus,
    apart,
    centres,
    count,
    number,
    plural,
    probability,
    short_apart,
)
from explorer.session.scenes.nms_steps import LISTED
from explorer.session.scenes.panel import Column
from explorer.session.scenes.rpn_common import outsider_selected, sigmoid
from explorer.trace.base import Ints, NmsRecord
from explorer.trace.stages import RpnStage, Trace


def asked_about(trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None) -> int | None:
    """The selected candidate, or that of the selected proposal; None where neither is selected."""
    outsider = outsider_selected(trace, state)
    if outsider is not None:
        return outsider.candidate
    return int(stage.source[at.region]) if at is not None and at.chosen else None


def rows_of(stage: RpnStage) -> Ints:
    """The row of "regions" of every candidate."""
    rows = candidate_rows(np.arange(len(stage.candidates)))
    rows[stage.source] = np.arange(len(stage.source))
    return rows


def busiest(record: NmsRecord) -> int | None:
    """The candidate that suppressed the most boxes."""
    by = np.asarray(record.suppressed_by)
    return int(np.bincount(by[by >= 0]).argmax()) if (by >= 0).any() else None


def fate_line(stage: RpnStage, record: NmsRecord, now: Moment, candidate: int) -> str:
    """What is known of a candidate at a moment, and until then what will be, in a sentence."""
    at, by = int(record.step[candidate]) + 1, int(record.suppressed_by[candidate])
    if at > now.step:
        return f"Undecided: step {at:,} will {'keep' if by < 0 else 'remove'} it."
    if by < 0:
        return f"Kept in step {at:,} of {now.steps:,}."
    iou = apart(float(record.overlap[candidate]), record.threshold, 3)
    return f"Suppressed in step {at:,} by {name_of(stage, by)} at IoU {iou} > " \
        f"{number(record.threshold)}."


def fate_layers(
    stage: RpnStage, record: NmsRecord, now: Moment, candidate: int
) -> list[Layer]:
    """A selected candidate, with what it is at a moment, and the box that has suppressed it."""
    rows, going = rows_of(stage), now.step < now.steps
    decided, by = record.step[candidate] < now.step, int(record.suppressed_by[candidate])
    what = ("kept" if by < 0 else "suppressed") if decided else "undecided"
    own = Boxes(name="Selected", boxes=stage.candidates[[candidate]], roles="selected", width=2.5,
                stage="regions", rows=rows[[candidate]], handles=True,
                captions=(f"{name_of(stage, candidate)}: {what}",) if going else ())
    if by < 0 or not decided:
        return [own]
    both = centres(stage.candidates[[candidate, by]])
    line = Lines(name="By whom", segments=both.reshape(1, 4), role="text", arrow=True, edged=True,
                 width=2.0)
    if going and by == now.keeper:  # which is marked already
        return [line, own]
    iou = short_apart(float(record.overlap[candidate]), record.threshold)
    return [
        Boxes(name="Its suppressor", boxes=stage.candidates[[by]], roles="bad", width=2.5,
              stage="regions", rows=rows[[by]], captions=(f"IoU {iou}",)),
        line, own,
    ]


def victims(
    panel: Column, stage: RpnStage, record: NmsRecord, keeper: int, by_user: bool
) -> list[Layer]:
    """Whom one keeper suppressed: a list, and lines on the photo."""
    gone = np.nonzero(record.suppressed_by == keeper)[0]
    gone = gone[np.argsort(-record.overlap[gone], kind="stable")]
    total, gone = len(gone), gone[:LISTED]
    name = name_of(stage, keeper)
    panel.heading(name.capitalize(), f"suppresses {plural(total, 'box', 'boxes')}")
    table = [
        (
            name_of(stage, row), probability(float(sigmoid(stage.objectness[stage.top[row]]))),
            short_apart(float(record.overlap[row]), record.threshold),
        )
        for row in gone.tolist()
    ]
    if table:
        sized_table(panel, ("", "objectness", "IoU"), table)
    if total > len(gone):
        panel.text(f"and {count(total - len(gone))} more, not drawn", "muted")
    rows = rows_of(stage)
    keeps = Boxes(
        name="Selected" if by_user else IN_PANEL, boxes=stage.candidates[[keeper]],
        roles="selected", stage="regions", rows=rows[[keeper]], width=2.5,
        handles=by_user,
    )
    if not len(gone):
        return [keeps]
    own = np.broadcast_to(centres(stage.candidates[[keeper]]), (len(gone), 2))
    lines = np.concatenate([centres(stage.candidates[gone]), own], 1)
    return [
        Boxes(
            name="Suppressed by one proposal", boxes=stage.candidates[gone], roles="bad",
            dashed=True, width=1.3, stage="regions", rows=rows[gone],
        ),
        Lines(name="Who suppressed it", segments=lines, role="text", edged=True, width=0.8,
              opacity=0.8),
        keeps,
    ]
