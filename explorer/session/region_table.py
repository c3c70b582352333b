"""One row of numbers for every region of a trace, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from explorer.session.ancestors import rows_above
from explorer.session.origins import ORIGIN, origin
from explorer.session.scenes.common import class_name, setting, short_sides
from explorer.trace.base import Floats, Ints
from explorer.trace.stages import (
    DetectionsStage,
    LevelStage,
    NmsStage,
    RefinementStage,
    RpnStage,
    ScoresStage,
    SearchStage,
    Trace,
    WindowStage,
)

COLUMNS = (
    "method", "region", "x1", "y1", "x2", "y2",  # the region, photo pixels
    "region_score",  # objectness (probability), or selective search's rank value (low is good)
    "level",  # P2 .. P6, or the short side that SPPNet reads it at; empty for one map
    "best_class", "best_score",  # of its class scores, as they were before NMS
    "class", "score",  # of the (region, class) pair that the rest of the row is about
    "refined_x1", "refined_y1", "refined_x2", "refined_y2",
    "fate", "suppressed_by_region", "iou",
    *ORIGIN,  # what made the region: an RPN's anchor or a merge of selective search, else empty
)
NONE = -1


@dataclass(frozen=True, eq=False)
class Pairs:
    """For each region the row of its best pair in NMS and in refinement, or NONE; whether that
    pair is a detection. region_of (m,): the region of each pair of NMS."""

    nms: Ints
    refinement: Ints
    detected: Ints
    region_of: Ints


def region_csv(trace: Trace) -> str:
    """The table as CSV with a header; numbers with a point, no thousands' separators."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(region_rows(trace))
    return text.getvalue()


def region_rows(trace: Trace) -> Iterator[tuple[object, ...]]:
    """The rows of COLUMNS, regions in their order; none before there are regions."""
    regions, scores = trace.stage("regions"), trace.stage("scores")
    if not isinstance(regions, SearchStage | RpnStage):
        return
    nms, refined = trace.stage("nms"), trace.stage("refinement")
    pairs = _pairs(trace, len(regions.boxes))
    levels, scored = _levels(trace, regions), _scored(trace, len(regions.boxes))
    for at in range(len(regions.boxes)):
        best: tuple[object, object] = ("", "")
        if isinstance(scores, ScoresStage) and scored[at] != NONE:
            objects = np.asarray(scores.values[scored[at]])[scores.first :]
            label = int(objects.argmax())
            best = (class_name(trace, label), _round(objects[label], 5))
        pair, own = int(pairs.nms[at]), int(pairs.refinement[at])
        about: tuple[object, object] = ("", "")
        if isinstance(nms, NmsStage) and pair != NONE:
            about = (class_name(trace, int(nms.labels[pair])), _round(nms.scores[pair], 5))
        after: tuple[object, ...] = ("",) * 4
        if isinstance(refined, RefinementStage) and own != NONE:
            after = _box(refined.after[own])
        made = origin(regions, at)
        yield (
            trace.method, at, *_box(regions.boxes[at]), _round(regions.scores[at], 5), levels[at],
            *best, *about, *after, *_fate(trace, pairs, at, bool(scored[at] != NONE)),
            *(made.get(name, "") for name in ORIGIN),
        )


def _fate(trace: Trace, pairs: Pairs, at: int, scored: bool) -> tuple[object, object, object]:
    """What became of it, which region suppressed it, at what IoU."""
    nms, found = trace.stage("nms"), trace.stage("detections")
    pair = int(pairs.nms[at])
    if not scored or at >= setting(trace, "proposals", np.inf):
        return "not read", "", ""
    if not isinstance(nms, NmsStage):
        return "undecided", "", ""
    if pair == NONE:
        return "below the score threshold", "", ""
    by = int(nms.nms.suppressed_by[pair])
    if by >= 0:
        return "suppressed", int(pairs.region_of[by]), _round(nms.nms.overlap[pair], 4)
    if not isinstance(found, DetectionsStage):
        return "kept", "", ""
    if pairs.detected[at]:
        return "detection", "", ""
    low = float(nms.scores[pair]) <= found.threshold
    return f"kept, {'below the detection threshold' if low else 'beyond the best'}", "", ""


def _pairs(trace: Trace, count: int) -> Pairs:
    """A detection stands for its region before all other pairs, then the highest score."""
    nms, refined, found = (trace.stage(name) for name in ("nms", "refinement", "detections"))
    best, own = np.full(count, NONE), np.full(count, NONE)
    is_found = np.zeros(count, bool)
    if not isinstance(nms, NmsStage):
        return Pairs(best, own, is_found, np.zeros(0, np.int64))
    region_of = rows_above(trace, nms, "regions")
    detected = np.zeros(len(nms.boxes), bool)
    if found is not None:
        detected[rows_above(trace, found, "nms")] = True
    climb = np.lexsort((np.asarray(nms.scores), detected))  # what is written last stays
    best[region_of[climb]] = climb
    there = best != NONE
    is_found[there] = detected[best[there]]
    if isinstance(refined, RefinementStage):
        if refined.source_stage == "nms":  # R-CNN and SPPNet refine what NMS kept
            row = np.full(len(nms.boxes), NONE)
            row[np.asarray(refined.source)] = np.arange(len(refined.source))
        else:
            row = rows_above(trace, nms, "refinement")
        own[there] = row[best[there]]
    return Pairs(best, own, is_found, region_of)


def _scored(trace: Trace, count: int) -> Ints:
    """(n,) the row of the class scores of each region; NONE where it was not read."""
    found = np.full(count, NONE)
    scores = trace.stage("scores")
    if isinstance(scores, ScoresStage):
        found[rows_above(trace, scores, "regions")] = np.arange(len(scores.values))
    return found


def _levels(trace: Trace, regions: SearchStage | RpnStage) -> list[str]:
    count, stage = len(regions.boxes), trace.stage("assignment")
    names = [""] * count
    if isinstance(stage, LevelStage):
        for at, level in zip(rows_above(trace, stage, "regions"), stage.level, strict=True):
            names[int(at)] = f"P{int(level)}"
    elif isinstance(stage, WindowStage):
        sides = short_sides(trace)
        for at, scale in zip(rows_above(trace, stage, "regions"), stage.scale, strict=True):
            names[int(at)] = str(sides[int(scale)]) if int(scale) < len(sides) else ""
    return names


def _box(box: Floats) -> tuple[float, ...]:
    return tuple(_round(value, 2) for value in box)


def _round(value: float, digits: int) -> float:
    return round(float(value), digits)
