"""Which rows of the other stages belong to one row: its ancestors and its descendants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.ops.bins import overlap
from explorer.session.candidates import outsider_at
from explorer.session.ground_truth import one_name
from explorer.session.scene import Key, Rect
from explorer.session.verdicts import MATCH
from explorer.trace.base import Floats, StageName
from explorer.trace.stages import (
    DetectionsStage,
    NmsStage,
    RefinementStage,
    RpnStage,
    SearchStage,
    Trace,
    WarpStage,
    rows,
)

Related = dict[StageName, list[int]]


def related(trace: Trace, key: Key) -> Related:
    """The rows of every stage that belong to `key`'s row, its own stage included.

    Earlier stages give the one row it came from; later stages all rows that came from it, in
    rising order. A stage without any is not in the result. Raises IndexError where the trace has
    no such row. A candidate or anchor that is no proposal has no relatives but itself.
    """
    if outsider_at(trace, key) is not None:
        return {"regions": [key.row]}
    found: Related = {name: [row] for name, row in trace.lineage(key.stage, key.row)}
    below: Related = {key.stage: [key.row]}
    for stage in trace.stages:
        if stage.source_stage in below and stage.name not in found:
            came = np.nonzero(np.isin(stage.source, below[stage.source_stage]))[0]
            if len(came):
                below[stage.name] = found[stage.name] = came.tolist()
    return found


def region_boxes(trace: Trace) -> Floats:
    """The boxes (n, 4) of the method's regions; n is 0 before that stage."""
    stage = trace.stage("regions")
    if isinstance(stage, SearchStage | RpnStage):
        return stage.boxes
    return np.zeros((0, 4), np.float32)


def nearest(trace: Trace, box: Floats) -> tuple[int, float] | None:
    """The region that overlaps `box` (4,) most and their IoU, or None where there are none."""
    boxes = region_boxes(trace)
    if not len(boxes):
        return None
    iou = overlap(box[None], boxes)[0]
    best = int(iou.argmax())
    return best, float(iou[best])


def box_of(trace: Trace, stage_name: StageName, row: int) -> Floats:
    """The box (4,) in photo pixels of one row. Raises IndexError where there is no such row.

    A row of the stages between regions and refinement is drawn as its region.
    """
    outsider = outsider_at(trace, Key(trace.method, stage_name, row))
    if outsider is not None:
        return outsider.box
    stage = trace.stage(stage_name)
    if stage is None or not 0 <= row < rows(stage):
        raise IndexError(f"{trace.method} has no row {row} in its stage '{stage_name}'")
    if isinstance(stage, SearchStage | RpnStage | NmsStage | DetectionsStage):
        box: Floats = stage.boxes[row]
        return box
    if isinstance(stage, RefinementStage):
        after: Floats = stage.after[row]
        return after
    born: Floats = region_boxes(trace)[trace.lineage(stage_name, row)[-1][1]]
    return born


def context_of(trace: Trace, region: int) -> Floats | None:
    """R-CNN's dilated box (4,) of a region, or None for other methods."""
    stage = trace.stage("assignment")
    if not isinstance(stage, WarpStage):
        return None
    at = np.nonzero(stage.source == region)[0]
    return stage.context[at[0]] if len(at) else None


def context_shares(trace: Trace) -> Rect:
    """What R-CNN's context adds at each side, as a share of the region; 0 for other methods."""
    stage = trace.stage("assignment")
    share = 0.0
    if isinstance(stage, WarpStage):
        share = stage.padding / (stage.size - 2 * stage.padding)
    return share, share, share, share


@dataclass(frozen=True)
class Counterpart:
    """The row that stands for a selection in one method. iou: 1 in the selection's own method.

    shared: it is the very region that the selection was born as, which both methods read.
    """

    key: Key
    iou: float
    shared: bool = False


def counterparts(
    traces: list[Trace], key: Key, partners: Sequence[Key] = ()
) -> dict[str, Counterpart]:
    """For each method: the selected row itself, the row among `partners`, for a detection that of
    the same object, the region that it has in common with the selection, or the nearest one.

    A box may have moved far from its region: its own place says what is nearest only where no
    region is in common. Methods without regions yet are left out; so is everything where `key` fits
    no trace.
    """
    own = next((trace for trace in traces if trace.method == key.method), None)
    if own is None:
        return {}
    try:
        box = box_of(own, key.stage, key.row)
    except IndexError:
        return {}
    born = _born(own, key)
    own_iou = 0.0 if born is None else overlap(box[None], born[None])[0, 0]
    found: dict[str, Counterpart] = {key.method: Counterpart(key, 1.0)}
    for trace in traces:
        if trace.method == key.method:
            continue
        partner = next((each for each in partners if each.method == trace.method), None)
        if partner is not None and (iou := _iou_with(trace, partner, box)) is not None:
            found[trace.method] = Counterpart(partner, iou)
            continue
        if (same_object := _same_object(own, key, trace)) is not None:
            found[trace.method] = same_object
            continue
        same = None if born is None else _same_region(trace, born)
        close = nearest(trace, box) if same is None else (same, float(own_iou))
        if close is not None:
            found[trace.method] = Counterpart(
                Key(trace.method, "regions", close[0]), close[1], same is not None
            )
    return found


def _same_object(own: Trace, key: Key, other: Trace) -> Counterpart | None:
    """The detection of the other method that overlaps a detection most and has its class, if by
    `MATCH`: a nearer region may well be one that NMS suppressed in favour of it."""
    mine, theirs = own.stage(key.stage), other.stage("detections")
    if not isinstance(mine, DetectionsStage) or not isinstance(theirs, DetectionsStage):
        return None
    name = one_name(own.classes[int(mine.labels[key.row])])
    alike = [
        row for row, label in enumerate(theirs.labels.tolist())
        if one_name(other.classes[label]) == name
    ]
    if not alike:
        return None
    iou = overlap(mine.boxes[[key.row]], theirs.boxes[alike])[0]
    best = int(iou.argmax())
    if iou[best] < MATCH:
        return None
    return Counterpart(Key(other.method, "detections", alike[best]), float(iou[best]))


def _born(trace: Trace, key: Key) -> Floats | None:
    """The region (4,) that a row was born as, or None for what is no region's."""
    if outsider_at(trace, key) is not None:
        return None
    box: Floats = region_boxes(trace)[trace.lineage(key.stage, key.row)[-1][1]]
    return box


def _same_region(trace: Trace, box: Floats) -> int | None:
    """The region with exactly this box (4,), as methods that read the same regions have it."""
    at = np.flatnonzero((region_boxes(trace) == box).all(axis=1))
    return int(at[0]) if len(at) else None


def _iou_with(trace: Trace, key: Key, box: Floats) -> float | None:
    """IoU of a row's box with `box` (4,), or None where the trace has no such row."""
    try:
        own = box_of(trace, key.stage, key.row)
    except IndexError:
        return None
    return float(overlap(box[None], own[None])[0, 0])


def best_key(trace: Trace) -> Key | None:
    """What to look at when nothing is selected: the best detection, else the best scored region.

    Where there are no scores yet, the first region; None where there is nothing at all.
    """
    found = trace.stage("detections")
    if isinstance(found, DetectionsStage) and len(found.boxes):
        return Key(trace.method, "detections", int(np.argmax(found.scores)))
    scores = trace.stage("scores")
    values = getattr(scores, "values", None)
    if scores is not None and values is not None and len(values):
        objects = values[:, getattr(scores, "first", 0) :]
        return Key(trace.method, "scores", int(objects.max(axis=1).argmax()))
    if len(region_boxes(trace)):
        return Key(trace.method, "regions", 0)
    return None
