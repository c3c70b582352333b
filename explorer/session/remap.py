"""The same box in a trace that was decided or run again: rows have other numbers there."""

from __future__ import annotations

import numpy as np

from explorer.methods.choices import DECIDED
from explorer.session.related import box_of, nearest, region_boxes
from explorer.session.scene import Key
from explorer.trace.base import Ints
from explorer.trace.stages import DetectionsStage, NmsStage, RefinementStage, Trace


def moved_key(before: Trace, after: Trace, key: Key) -> Key | None:
    """The row of `after` for `key`, a row of `before`: the same region and class in the same stage,
    else in the last stage that it reaches, else the region's scores. Where `after` has other
    regions, the nearest; None where it has none.

    Raises IndexError where `before` has no such row.
    """
    if key.method != after.method:
        return key
    if not np.array_equal(region_boxes(before), region_boxes(after)):
        close = nearest(after, box_of(before, key.stage, key.row))
        return None if close is None else Key(key.method, "regions", close[0])
    if key.stage not in DECIDED:
        return key
    path = before.lineage(key.stage, key.row)
    region = next(row for name, row in path if name == "scores")
    stage = before.stage(key.stage)
    assert isinstance(stage, RefinementStage | NmsStage | DetectionsStage)
    label = int(stage.labels[key.row])
    wanted = [one.name for one in after.stages if one.name in DECIDED]
    wanted = wanted[: wanted.index(key.stage) + 1]
    for name in reversed(wanted):
        rows = _rows_of(after, name, region, label)
        if len(rows):
            return Key(key.method, name, int(rows[0]))
    return Key(key.method, "scores", region)


def _rows_of(trace: Trace, name: str, region: int, label: int) -> Ints:
    """Rows of a decided stage that belong to a region and class."""
    stage = next(one for one in trace.stages if one.name == name)
    assert isinstance(stage, RefinementStage | NmsStage | DetectionsStage)
    source, at = np.asarray(stage.source), stage.source_stage
    while at is not None and at != "scores":
        above = trace.stage(at)
        assert above is not None
        source, at = np.asarray(above.source)[source], above.source_stage
    return np.flatnonzero((source == region) & (np.asarray(stage.labels) == label))
