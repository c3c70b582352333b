"""One row's pooled features, read again from the maps of a trace; no network runs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.ops.bins import (
    bilinear,
    pyramid_bins,
    roi_align_points,
    roi_pool_bins,
    rounded_cells,
    used_bins,
)
from explorer.trace.base import Floats
from explorer.trace.stages import (
    FeatureMap,
    FeaturesStage,
    LevelStage,
    PoolingStage,
    RoiStage,
    Trace,
    WindowStage,
)


def pooled(trace: Trace, row: int) -> NDArray[np.float32]:
    """Pooled features (C, bins) of row `row` of the pooling stage: level by level, row by row.

    Within the half precision in which maps are kept. Raises IndexError for a row there is not and
    ValueError for a trace that has not come to pooling.
    """
    stage, assignment = trace.stage("pooling"), trace.stage("assignment")
    features = trace.stage("features")
    if not (isinstance(stage, PoolingStage) and isinstance(features, FeaturesStage)):
        raise ValueError(f"{trace.method} has pooled nothing yet")
    if not 0 <= row < len(stage.source):
        raise IndexError(f"{trace.method} has no row {row} in its stage 'pooling'")
    if stage.values is not None:
        return np.asarray(stage.values[row], np.float32)
    maps = [each for each in features.maps if each.role == "map"]
    if isinstance(assignment, WindowStage):
        values = maps[int(assignment.scale[row])].values
        largest = _largest(values, pyramid_bins(assignment.cells[row], stage.bins))
        return largest * used_bins(stage.bins, levels_used(trace, stage))
    chosen = maps[0]
    if isinstance(assignment, LevelStage):
        name = f"P{int(assignment.level[row])}"
        chosen = next(each for each in maps if each.name == name)
    elif not isinstance(assignment, RoiStage):
        raise ValueError(f"{trace.method} pools in a way that cannot be read again")
    if stage.kind == "roi_align":
        return _aligned(chosen, box_of(trace, row), stage)
    cells = roi_cells_of(chosen, box_of(trace, row))
    if isinstance(assignment, RoiStage):
        cells = assignment.cells[row]
    size = (chosen.values.shape[1], chosen.values.shape[2])
    return _largest(chosen.values, roi_pool_bins(cells, stage.bins[0], size))


def levels_used(trace: Trace, stage: PoolingStage) -> tuple[int, ...]:
    """The sides of those grids of SPPNet's pyramid that take part."""
    used = trace.settings.get("levels", stage.bins)
    assert isinstance(used, tuple | list)
    return tuple(used)


def roi_cells_of(feature_map: FeatureMap, box: Floats) -> NDArray[np.int64]:
    """First and last cell (4,) of a box in photo pixels, rounded as RoI pooling does."""
    stride = np.array([feature_map.stride_x, feature_map.stride_y] * 2)
    return rounded_cells(np.asarray(box, np.float64) / stride)


def box_of(trace: Trace, row: int) -> Floats:
    """The region (4,), photo pixels, that a row of the pooling stage was read from."""
    name, at = trace.lineage("pooling", row)[-1]
    boxes: Floats = getattr(trace.stage(name), "boxes")[at]  # noqa: B009 - regions have boxes
    return boxes


def _largest(values: Floats, bins: NDArray[np.int64]) -> NDArray[np.float32]:
    """Maximum of each channel over each bin's cells (first and last, inside); 0 where none."""
    result = np.zeros((len(values), len(bins)), np.float32)
    for i, (x1, y1, x2, y2) in enumerate(bins.tolist()):
        if x1 <= x2 and y1 <= y2:
            result[:, i] = values[:, y1 : y2 + 1, x1 : x2 + 1].max(axis=(1, 2))
    return result


def _aligned(feature_map: FeatureMap, box: Floats, stage: PoolingStage) -> NDArray[np.float32]:
    """RoIAlign: the mean of each bin's bilinear samples."""
    values = np.asarray(feature_map.values, np.float32)
    channels, height, width = values.shape
    points = roi_align_points(
        box, 1 / feature_map.stride_x, 1 / feature_map.stride_y, stage.bins[0], stage.sampling
    )
    cells, weights = bilinear(points, height, width)
    samples = (values.reshape(channels, -1)[:, cells] * weights).sum(axis=-1)
    means: NDArray[np.float32] = samples.reshape(channels, stage.bins[0] ** 2, -1).mean(axis=-1)
    return means
