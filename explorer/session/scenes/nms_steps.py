"""One step of NMS, the RPN's or the final one: its keeper, whom it removes, and each IoU."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from explorer.session import control_texts
from explorer.session.nms_replay import Moment
from explorer.session.scene import Boxes, Control, Layer, Lines
from explorer.session.scenes.columns import sized_table
from explorer.session.scenes.common import centres, number, plural, short_apart
from explorer.session.scenes.panel import Column
from explorer.session.soft_replay import Lowering
from explorer.trace.base import Floats, Ints, NmsRecord, StageName

LISTED = 12  # captions on the photo of what one step removes, at most
ROWS = 300  # of them in the table, which scrolls
PERCENT = 0.01  # the IoU slider counts in hundredths


def step_control(now: Moment) -> Control:
    return Control(
        key="step", title="Step", kind="number", value=now.step, low=0, high=now.steps, plays=True,
        why=control_texts.NMS_STEP,
    )


def iou_control(threshold: float, switch: str = "") -> Control:
    """The threshold, to be moved while the steps are watched. switch: which one it moves."""
    return Control(
        key="iou", title="Suppress above IoU", kind="number",
        value=round(min(max(threshold, 0.0), 1.0) / PERCENT), low=5, high=95, unit=PERCENT,
        switch=switch, why=control_texts.NMS_IOU,
    )


def step_layers(
    now: Moment, record: NmsRecord, boxes: Floats, stage: StageName, rows: Ints,
    tag_of: Callable[[int], str],
) -> list[Layer]:  # fmt: skip
    """The keeper of this step with its tag and what it removes, on top of everything.

    rows: of `stage`, for each row of `boxes` (n, 4).
    """
    if now.keeper is None:
        return []
    layers: list[Layer] = []
    if len(now.removed):
        gone = now.removed[::-1]  # the strongest on top
        own = np.broadcast_to(centres(boxes[[now.keeper]]), (len(gone), 2))
        layers += [
            Boxes(
                name="Removed in this step", boxes=boxes[gone], roles="bad", dashed=True,
                width=1.6, stage=stage, rows=rows[gone],
                most=LISTED,
                captions=tuple(
                    f"IoU {short_apart(iou, record.threshold)}"
                    for iou in np.asarray(record.overlap)[gone].tolist()
                ),
            ),
            Lines(
                name="Removed by", role="text", width=1.0, arrow=True, edged=True, opacity=0.9,
                segments=np.concatenate([centres(boxes[gone]), own], 1),
            ),
        ]
    layers.append(
        Boxes(name="Keeper of this step", boxes=boxes[[now.keeper]], roles="selected", width=3.0,
              stage=stage, rows=rows[[now.keeper]], captions=(tag_of(now.keeper),))
    )
    return layers


def step_table(
    panel: Column, now: Moment, record: NmsRecord, threshold: str, name: Callable[[int], str],
    score: Callable[[int], str], head: str = "score",
) -> None:
    """The step in words. name, score: of a row, as the tables say them; head: what scores are."""
    panel.heading(f"Step {now.step:,} of {now.steps:,}", f"IoU > {threshold}")
    if now.keeper is None:
        panel.text("Nothing is decided yet. The first step keeps the box with the highest score.",
                   "muted")
        return
    panel.pair(f"Keeps {name(now.keeper)}", score(now.keeper))
    if not len(now.removed):
        panel.text("No box that is left overlaps it by more: it removes none.", "muted")
        return
    left = "that is left" if len(now.removed) == 1 else "that are left"
    panel.text(f"It removes {plural(len(now.removed), 'box', 'boxes')} {left}:", "muted")
    panel.gap(2)
    rows: list[Sequence[str]] = [
        (name(row), score(row), short_apart(float(record.overlap[row]), record.threshold))
        for row in now.removed[:ROWS].tolist()
    ]
    sized_table(panel, ("", head, "IoU"), rows)
    if len(now.removed) > ROWS:
        panel.text(f"and {len(now.removed) - ROWS:,} more", "muted", 11)


def lowered_layers(lowers: Lowering, boxes: Floats) -> list[Layer]:
    """What Soft-NMS's keeper lowers and leaves; what it removes is drawn as by any NMS."""
    stays = np.flatnonzero(~lowers.gone)[::-1]  # the nearest on top
    if not len(stays):
        return []
    own = lowers.rows[stays]
    return [
        Boxes(
            name="Lowered in this step", boxes=boxes[own], roles="accent", dashed=True, width=1.6,
            stage="nms", rows=own,
            most=LISTED, captions=tuple(_lowered(lowers, at) for at in stays.tolist()),
        )
    ]


def _lowered(lowers: Lowering, at: int) -> str:
    """ "0.61 → 0.38"."""
    return f"{lowers.before[at]:.2f} → {lowers.after[at]:.2f}"


def soft_table(
    panel: Column, now: Moment, lowers: Lowering, threshold: float, least: float,
    name: Callable[[int], str], score: Callable[[int], str],
) -> None:
    """A step of Soft-NMS in words. least: what falls to it or below is gone."""
    panel.heading(f"Step {now.step:,} of {now.steps:,}", f"IoU ≥ {number(threshold)}")
    assert now.keeper is not None
    panel.pair(f"Keeps {name(now.keeper)}", score(now.keeper))
    if not len(lowers.rows):
        panel.text("No box that is left overlaps it by as much: it lowers no score.", "muted")
        return
    gone = int(lowers.gone.sum())
    text = f"It lowers {plural(len(lowers.rows), 'score')}, each times 1 − IoU"
    end = f"{'falls' if gone == 1 else 'fall'} to {number(least)} or below: gone"
    panel.text(f"{text}; {gone} {end}." if gone else f"{text}.", "muted")
    panel.gap(2)
    rows: list[Sequence[str]] = [
        (name(row).removeprefix("pair "), _lowered(lowers, at), f"{lowers.iou[at]:.3f}")
        for at, row in enumerate(lowers.rows[:ROWS].tolist())
    ]
    sized_table(panel, ("pair", "score", "IoU"), rows)
    if len(lowers.rows) > ROWS:
        panel.text(f"and {len(lowers.rows) - ROWS:,} more", "muted", 11)
