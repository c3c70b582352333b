"""Greedy NMS one keeper after the other: what is known after each step, and the steps themselves.

`moment` reads the record of a run, so a replay ends in what the fast path kept. `greedy` runs the
steps as the papers say them, for a threshold that nobody has run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.trace.base import Floats, Ints, NmsRecord


@dataclass(frozen=True, eq=False)
class Moment:
    """After `step` of `steps` keepers. kept, suppressed, undecided: rows, together all of them.

    keeper: who was chosen in this step (None before the first); removed: whom it suppressed then,
    by falling IoU.
    """

    step: int
    steps: int
    kept: Ints
    suppressed: Ints
    undecided: Ints
    keeper: int | None
    removed: Ints


def moment(record: NmsRecord, rows: Ints, step: int | None = None) -> Moment:
    """What is known of `rows` (those of a class, or all) after `step` keepers; None: at the end."""
    kept = np.asarray(record.kept)[np.isin(record.kept, rows)]
    steps = len(kept)
    step = steps if step is None else min(max(0, step), steps)
    chosen = kept[:step]
    by = np.asarray(record.suppressed_by)
    suppressed = rows[np.isin(by[rows], chosen)]
    undecided = rows[~np.isin(rows, chosen) & ~np.isin(rows, suppressed)]
    keeper = int(chosen[-1]) if step else None
    removed: Ints = np.zeros(0, np.int64)
    if keeper is not None:
        removed = np.flatnonzero(by == keeper)
        removed = removed[np.argsort(-np.asarray(record.overlap)[removed], kind="stable")]
    return Moment(step, steps, chosen, suppressed, undecided, keeper, removed)


def greedy(boxes: Floats, scores: Floats, threshold: float, groups: Ints) -> NmsRecord:
    """Take the best-scored box, remove all of its group that overlap it by IoU > threshold, repeat.

    boxes (n, 4), scores (n,), groups (n,). Of equal scores the lower row goes first.
    """
    order = np.argsort(-np.asarray(scores, np.float32), kind="stable")
    boxes = np.asarray(boxes, np.float32)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    by, overlap = np.full(len(boxes), -1, np.int64), np.zeros(len(boxes), np.float32)
    kept: list[int] = []
    for group in np.unique(groups):
        left = order[np.asarray(groups)[order] == group]
        while len(left):
            best, rest = int(left[0]), left[1:]
            kept.append(best)
            low = np.maximum(boxes[rest, :2], boxes[best, :2])
            high = np.minimum(boxes[rest, 2:], boxes[best, 2:])
            both = np.maximum(high - low, np.float32(0)).prod(axis=1)
            union = areas[best] + areas[rest] - both
            iou = np.divide(both, union, out=np.zeros_like(both), where=union > 0)
            gone = iou > threshold
            by[rest[gone]], overlap[rest[gone]] = best, iou[gone]
            left = rest[~gone]
    place = np.empty(len(boxes), np.int64)
    place[order] = np.arange(len(boxes))
    chosen = np.array(sorted(kept, key=place.__getitem__), np.int64)
    step = np.zeros(len(boxes), np.int64)
    step[chosen] = np.arange(len(chosen))
    step = step[np.where(by < 0, np.arange(len(boxes)), by)]
    return NmsRecord(
        kept=chosen, suppressed_by=by, overlap=overlap, step=step, threshold=threshold
    )
