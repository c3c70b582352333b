"""Soft-NMS step by step: which scores a keeper lowers, from what to what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.ops.bins import overlap
from explorer.trace.base import Floats, Ints
from explorer.trace.stages import NmsStage, RefinementStage, Trace


@dataclass(frozen=True, eq=False)
class Lowering:
    """What one keeper does: rows (n,) of the pairs left that it overlaps by the threshold or more,
    by falling IoU; before, after (n,): their scores; iou (n,); gone (n,): who was removed by it."""

    rows: Ints
    before: Floats
    after: Floats
    iou: Floats
    gone: np.ndarray


def is_soft(trace: Trace) -> bool:
    return trace.settings.get("suppression") == "soft"


def entered_scores(trace: Trace, stage: NmsStage) -> Floats:
    """The scores (n,) with which the pairs entered NMS: those of the stage may be lowered."""
    refined = trace.stage("refinement")
    if stage.source_stage != "refinement" or not isinstance(refined, RefinementStage):
        return stage.scores
    return np.asarray(refined.scores)[np.asarray(stage.source)]


def lowering(trace: Trace, stage: NmsStage, keeper: int) -> Lowering:
    """What the keeper lowered when it was chosen: s <- s (1 - IoU) where IoU >= the threshold."""
    kept, by = np.asarray(stage.nms.kept), np.asarray(stage.nms.suppressed_by)
    labels, boxes = np.asarray(stage.labels), np.asarray(stage.boxes)
    own = kept[labels[kept] == labels[keeper]]
    place = int(np.flatnonzero(own == keeper)[0])
    earlier = own[:place]
    left = np.flatnonzero(labels == labels[keeper])
    left = left[~np.isin(left, own[: place + 1]) & ~np.isin(by[left], earlier)]
    with_earlier = overlap(boxes[earlier], boxes[left]) if place else np.zeros((0, len(left)))
    kept_parts = np.where(with_earlier >= stage.nms.threshold, 1 - with_earlier, 1.0)
    before = entered_scores(trace, stage)[left] * kept_parts.prod(axis=0)
    iou = overlap(boxes[[keeper]], boxes[left])[0]
    gone = by[left] == keeper
    near = np.flatnonzero((iou >= stage.nms.threshold) | gone)
    near = near[np.argsort(-iou[near], kind="stable")]
    after = before * (1 - iou)
    return Lowering(left[near], before[near], after[near], iou[near], gone[near])
