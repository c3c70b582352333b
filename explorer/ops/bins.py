"""Which cells, and which points, a pooled number was read from. NumPy alone: the window uses it.

Cells are indices of a feature map; ranges are x1, y1, x2, y2 of the first and the last cell, both
inside. The formulas are those of torchvision's kernels, in their precision, so that pooling over
these ranges gives exactly what `explorer.ops.pooling` returns.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]


def overlap(a: Floats, b: Floats) -> NDArray[np.float32]:
    """IoU of boxes a (n, 4) with boxes b (m, 4): (n, m) float32; 0 where there is no area."""
    first, second = np.asarray(a, np.float32)[:, None], np.asarray(b, np.float32)[None]
    low = np.maximum(first[..., :2], second[..., :2])
    high = np.minimum(first[..., 2:], second[..., 2:])
    both = np.prod(np.maximum(high - low, 0), axis=-1)
    areas = [np.prod(np.maximum(x[..., 2:] - x[..., :2], 0), axis=-1) for x in (first, second)]
    union = areas[0] + areas[1] - both
    return np.divide(both, union, out=np.zeros_like(both), where=union > 0)


def pyramid_bins(cells: Ints, levels: Sequence[int] = (6, 3, 2, 1)) -> NDArray[np.int64]:
    """Bins of SPPNet's pyramid (He et al., 2014, appendix A): (50, 4) or (n, 50, 4).

    cells: a window's first and last cell (4,), or (n, 4). Level by level, each row by row. Of a
    window w cells wide, bin i = 1..n of a level spans cells floor((i - 1) w / n) to ceil(i w / n):
    neighbours may share a cell, and none is empty.
    """
    window = np.asarray(cells, np.int64)
    first, sides = window[..., :2], window[..., 2:] - window[..., :2] + 1
    parts = []
    for n in levels:
        i = np.arange(n)
        low = first[..., None] + i * sides[..., None] // n
        high = first[..., None] - (-(i + 1) * sides[..., None] // n) - 1
        parts.append(_rectangles(low, high))
    return np.concatenate(parts, axis=-2)


def used_bins(levels: Sequence[int], used: Sequence[int]) -> NDArray[np.float32]:
    """(bins,) 1 for the bins of those levels of SPPNet's pyramid that are used, 0 for the others.
    """
    parts = [np.full(side * side, side in used, np.float32) for side in levels]
    return np.concatenate(parts)


def rounded_cells(exact: Floats) -> NDArray[np.int64]:
    """RoI pooling's first rounding (Girshick, 2015, section 2.1): a box (4,) in cells -> its first
    and last cell, half away from zero, at least one cell; as `pooling.roi_cells`."""
    whole = np.trunc(exact)
    cells = (whole + (np.abs(exact - whole) >= 0.5) * np.sign(exact)).astype(np.int64)
    return np.concatenate((cells[:2], np.maximum(cells[:2], cells[2:])))


def roi_pool_bins(
    cells: Ints, output: int, size: tuple[int, int] | None = None
) -> NDArray[np.int64]:
    """Bins of RoI max pooling (Girshick, 2015, section 2.1): (output^2, 4) or (n, output^2, 4).

    cells: the RoI's first and last cell (4,), or (n, 4), from `pooling.roi_cells`. Row by row. Of a
    window w cells wide, bin i = 0..output - 1 spans cells floor(i w / output) to
    ceil((i + 1) w / output), the second rounding. `size` = (height, width) cuts bins to the map; a
    bin that is outside has its last cell before its first, and pools to 0.
    In the published code's single precision (i + 1) w / output can come out a little above a
    whole number; the bin then reaches one cell further, and so it does here.
    """
    window = np.asarray(cells, np.int64)
    first, sides = window[..., :2], window[..., 2:] - window[..., :2] + 1
    step = sides.astype(np.float32)[..., None] / np.float32(output)
    i = np.arange(output + 1, dtype=np.float32)
    low = np.floor(i[:-1] * step).astype(np.int64) + first[..., None]
    end = np.ceil(i[1:] * step).astype(np.int64) + first[..., None]
    if size is not None:
        limit = np.array(size[::-1], np.int64)[:, None]
        low, end = low.clip(0, limit), end.clip(0, limit)
    return _rectangles(low, end - 1)


def _rectangles(low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.int64]:
    """Ranges (..., 2, n) along x and y -> their n^2 rectangles (..., n * n, 4), row by row."""
    n = low.shape[-1]
    x1, y1 = low[..., 0, None, :], low[..., 1, :, None]
    x2, y2 = high[..., 0, None, :], high[..., 1, :, None]
    corners = np.stack(np.broadcast_arrays(x1, y1, x2, y2), axis=-1)
    return corners.reshape(*low.shape[:-2], n * n, 4)


def roi_align_points(
    box: Floats,
    scale_x: float,
    scale_y: float,
    output: int,
    sampling: int,
    aligned: bool = False,
) -> NDArray[np.float32]:
    """Where RoIAlign (He et al., 2017, section 3) reads the map: (output^2 sampling^2, 2) x, y.

    box (4,); scale: cells per unit of the box. Bin by bin, row by row, and so inside each bin.
    Coordinates are the kernel's: whole numbers are the middles of cells. Where cell i is centred on
    i / scale, as in these networks, a point is at (x / scale_x, y / scale_y) of the photo, and
    without `aligned`, as in torchvision's detectors, the points fill the box. `aligned` is for maps
    whose cell i covers i / scale to (i + 1) / scale: there they fill it half a cell further.
    """
    scale = np.array([scale_x, scale_y] * 2, np.float32)
    corners = np.asarray(box, np.float32) * scale - np.float32(0.5 if aligned else 0)
    sides = corners[2:] - corners[:2]
    if not aligned:
        sides = np.maximum(sides, np.float32(1))
    step = sides / np.float32(output)
    bins = np.arange(output, dtype=np.float32)
    inside = (np.arange(sampling, dtype=np.float32) + np.float32(0.5)) / np.float32(sampling)
    x, y = (corners[axis] + (bins[:, None] + inside) * step[axis] for axis in (0, 1))
    points = np.empty((output, output, sampling, sampling, 2), np.float32)
    points[..., 0] = x[None, :, None, :]
    points[..., 1] = y[:, None, :, None]
    return points.reshape(-1, 2)


def bilinear(
    points: Floats, height: int, width: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The four cells around each point (m, 2) and their weights: (m, 4) indices y * width + x into
    the map's cells, (m, 4) weights.

    The value of a point is the weighted sum; that of a RoIAlign bin the mean of its points'. Points
    up to one cell outside take the border's value; those further out have weights of 0.
    """
    x, y = np.asarray(points, np.float32).T
    outside = (x < -1) | (x > width) | (y < -1) | (y > height)
    x, y = x.clip(0, width - 1), y.clip(0, height - 1)
    left, top = x.astype(np.int64), y.astype(np.int64)
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    cells = np.stack(
        (top * width + left, top * width + right, bottom * width + left, bottom * width + right),
        axis=1,
    )
    to_right, to_bottom = x - left, y - top
    weights = np.stack(
        (
            (1 - to_bottom) * (1 - to_right), (1 - to_bottom) * to_right,
            to_bottom * (1 - to_right), to_bottom * to_right,
        ),
        axis=1,
    )  # fmt: skip
    return cells, np.where(outside[:, None], 0, weights).astype(np.float32)
