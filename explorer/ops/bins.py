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
    """Bins of SPPNet's pyramid (He et al., 2014, section 3.1): (50, 4), or (n, 50, 4) for n windows.

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
        across = np.stack((low[..., 0, :], high[..., 0, :]), axis=-1)[..., None, :, :]
        down = np.stack((low[..., 1, :], high[..., 1, :]), axis=-1)[..., :, None, :]
        across, down = np.broadcast_arrays(across, down)
        rectangles = np.stack(
            (across[..., 0], down[..., 0], across[..., 1], down[..., 1]), axis=-1
        )
        parts.append(rectangles.reshape(*window.shape[:-1], n * n, 4))
    return np.concatenate(parts, axis=-2)
