"""The bins of one region, in photo pixels, whatever the method pools with."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from explorer.methods.pooled import levels_used, roi_cells_of
from explorer.ops.bins import pyramid_bins, roi_align_points, roi_pool_bins
from explorer.session.related import region_boxes
from explorer.session.scenes.common import Focus
from explorer.session.scenes.grids import beyond_text, cells_box, map_named
from explorer.trace.base import Floats, Ints
from explorer.trace.stages import (
    FeatureMap,
    LevelStage,
    PoolingStage,
    RoiStage,
    Trace,
    WarpStage,
    WindowStage,
)


@dataclass(frozen=True, eq=False)
class Bins:
    """boxes (b, 4) in photo pixels, all grids in order, row by row. cells (b, 4): first and last
    cell of each bin, where bins consist of cells. points (b * s * s, 2): RoIAlign's samples in
    photo pixels, bin by bin. source: the map. note: one sentence about them. rounded (4,): the
    region after RoI pooling's first rounding, photo pixels. off: sides of the grids that are
    switched off: their bins are 0.
    """

    boxes: Floats
    source: FeatureMap | None = None
    cells: Ints | None = None
    points: Floats | None = None
    note: str = ""
    rounded: Floats | None = None
    off: tuple[int, ...] = ()


def grid_starts(stage: PoolingStage) -> Ints:
    """Where each grid begins among the bins, and where the last ends."""
    return np.cumsum([0, *(side * side for side in stage.bins)])


def grid_on(trace: Trace, stage: PoolingStage) -> slice:
    """The bins of the first grid that is not switched off."""
    used = levels_used(trace, stage)
    first = next((at for at, side in enumerate(stage.bins) if side in used), 0)
    starts = grid_starts(stage)
    return slice(int(starts[first]), int(starts[first + 1]))


def even(box: Floats, side: int) -> Floats:
    """A box (4,) in side x side equal parts, row by row: (side * side, 4)."""
    x = np.linspace(box[0], box[2], side + 1)
    y = np.linspace(box[1], box[3], side + 1)
    left, top = np.meshgrid(x[:-1], y[:-1])
    right, bottom = np.meshgrid(x[1:], y[1:])
    parts: Floats = np.stack([left, top, right, bottom], -1).reshape(-1, 4)
    return parts


def bins_of(trace: Trace, at: Focus, stage: PoolingStage) -> Bins:
    """The bins of the focused region."""
    assignment, row = trace.stage("assignment"), at.first("assignment")
    box = np.asarray(region_boxes(trace)[at.region], np.float64)
    side = stage.bins[0]
    if row is None:
        return Bins(even(box, side))
    if isinstance(assignment, WarpStage):
        return Bins(
            even(assignment.context[row], side),
            note=f"The crop gives {side} × {side} cells; each sees far beyond its own square.",
        )
    if isinstance(assignment, WindowStage):
        source = map_named(trace, index=int(assignment.scale[row]))
        cells = pyramid_bins(assignment.cells[row], stage.bins)
        off = tuple(n for n in stage.bins if n not in levels_used(trace, stage))
        zero = ", ".join(f"{n} × {n}" for n in off)
        note = f" Set to 0, as switched: {zero}." if off else ""
        made = _of_cells(source, cells, box, side, f"Neighbouring bins may share a cell.{note}")
        return replace(made, off=off)
    source = map_named(trace, str(int(assignment.level[row]))) if isinstance(
        assignment, LevelStage
    ) else map_named(trace)
    if source is None:
        return Bins(even(box, side))
    if stage.kind == "roi_align":
        return Bins(
            even(box, side), source, None, _samples(box, source, side, stage.sampling or 2),
            f"Read from {source.name} between cells: nothing is rounded.",
        )
    cells = assignment.cells[row] if isinstance(assignment, RoiStage) else \
        roi_cells_of(source, box)
    size = source.values.shape[1:]
    return _of_cells(
        source, roi_pool_bins(cells, side, (size[0], size[1])), box, side,
        "The second rounding: bins end on whole cells, so neighbours may share one. "
        + beyond_text(cells, source),
        cells_box(cells, source),
    )


def _of_cells(
    source: FeatureMap | None, cells: Ints, box: Floats, side: int, note: str,
    rounded: Floats | None = None,
) -> Bins:
    """Bins that are ranges of cells; an empty one is drawn as a line."""
    if source is None:
        return Bins(even(box, side), cells=cells, note=note)
    boxes = cells_box(cells, source)
    boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2])
    return Bins(boxes, source, cells, None, note, rounded)


def _samples(box: Floats, source: FeatureMap, side: int, sampling: int) -> Floats:
    """RoIAlign's sample points in photo pixels, bin by bin: whole cells are centred on i S."""
    points = roi_align_points(
        box, 1 / source.stride_x, 1 / source.stride_y, side, sampling, False
    )
    stride = np.array([source.stride_x, source.stride_y])
    scaled: Floats = np.asarray(points, np.float64) * stride
    return scaled
