"""Tens of thousands of box outlines as one picture, with NumPy instead of a pen.

Each outline adds one to the pixels it passes; a pixel crossed c times by lines of opacity a gets
the opacity 1 - (1 - a)^c, which is what painting them one after another would give.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def outline_counts(
    boxes: NDArray[np.floating], width: int, height: int
) -> NDArray[np.int32]:
    """How many outlines of `boxes` (n, 4; pixels of the picture) cross each pixel, (height, width).

    Corners count once. Sides outside the picture are left out.
    """
    x1, y1, x2, y2 = (np.floor(boxes[:, i]).astype(np.int64) for i in range(4))
    counts = _runs(y1, x1, x2, height, width)
    # A box one pixel high has one horizontal side, not two.
    taller = y2 > y1
    counts += _runs(y2[taller], x1[taller], x2[taller], height, width)
    inner = y2 - y1 > 1
    upright = _runs(x1[inner], y1[inner] + 1, y2[inner] - 1, width, height)
    wide = inner & (x2 > x1)
    upright += _runs(x2[wide], y1[wide] + 1, y2[wide] - 1, width, height)
    total: NDArray[np.int32] = counts + upright.T
    return total


def _runs(
    row: NDArray[np.int64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    rows: int,
    columns: int,
) -> NDArray[np.int32]:
    """Counts (rows, columns) of the runs start..end (inclusive) on their rows."""
    seen = (row >= 0) & (row < rows) & (end >= 0) & (start < columns)
    row, start = row[seen], np.clip(start[seen], 0, columns)
    end = np.clip(end[seen] + 1, 0, columns)
    size = rows * (columns + 1)
    steps = np.bincount(row * (columns + 1) + start, minlength=size)
    steps -= np.bincount(row * (columns + 1) + end, minlength=size)
    runs: NDArray[np.int32] = np.cumsum(
        steps.reshape(rows, columns + 1), axis=1, dtype=np.int32
    )[:, :columns]
    return runs


def crowd_pixels(
    boxes: NDArray[np.floating],
    width: int,
    height: int,
    rgb: tuple[int, int, int],
    opacity: float,
) -> NDArray[np.uint8]:
    """The outlines as RGBA (height, width, 4)."""
    counts = outline_counts(boxes, width, height)
    pixels = np.empty((height, width, 4), np.uint8)
    pixels[..., :3] = rgb
    pixels[..., 3] = ((1 - (1 - opacity) ** counts) * 255).astype(np.uint8)
    return pixels
