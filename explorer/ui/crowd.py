"""Tens of thousands of box outlines as one picture, with NumPy instead of a pen.

Each outline adds one to the pixels it passes; a pixel crossed c times by lines of opacity a gets
the opacity 1 - (1 - a)^c, which is what painting them one after another would give.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]


def outline_counts(boxes: NDArray[np.floating], width: int, height: int) -> Ints:
    """How many outlines of `boxes` (n, 4; pixels of the picture) cross each pixel, (height, width).

    Corners count once. Sides outside the picture are left out.
    """
    # Far-away corners would overflow; just outside the picture counts the same.
    limits = np.array([width, height, width, height], np.float64)
    corners = np.clip(np.floor(boxes), -2, limits + 1).astype(np.int32)
    x1, y1, x2, y2 = np.ascontiguousarray(corners.T)
    # A box one pixel high has one horizontal side, not two.
    tall = y2 > y1
    row = np.concatenate([y1, y2[tall]])
    first, last = np.concatenate([x1, x1[tall]]), np.concatenate([x2, x2[tall]])
    counts = _ends(row, first, last, height, width, width + 1, 1)
    counts = np.cumsum(counts.reshape(height, width + 1), axis=1, dtype=np.int32)[:, :width]
    inner = y2 - y1 > 1
    wide = inner & (x2 > x1)
    column = np.concatenate([x1[inner], x2[wide]])
    first = np.concatenate([y1[inner], y1[wide]]) + np.int32(1)
    last = np.concatenate([y2[inner], y2[wide]]) - np.int32(1)
    upright = _ends(column, first, last, width, height, 1, width).reshape(height + 1, width)
    for below in range(1, height):  # a row at a time: as fast as the memory
        upright[below] += upright[below - 1]
    counts += upright[:height]
    return counts


def _ends(
    line: Ints, first: Ints, last: Ints, lines: int, length: int, line_step: int, step: int
) -> Ints:
    """Flat counts: +1 where a run first..last (inclusive) of a line starts, -1 after its end.

    A run starts at line * line_step + first * step, where it has `length` places.
    """
    seen = (line >= 0) & (line < lines) & (last >= 0) & (first < length)
    at = line[seen] * np.int32(line_step)
    start = at + np.maximum(first[seen], 0) * np.int32(step)
    end = at + np.minimum(last[seen] + np.int32(1), length) * np.int32(step)
    size = lines * (length + 1)
    steps = np.bincount(start, minlength=size)
    steps -= np.bincount(end, minlength=size)
    return steps.astype(np.int32)


def crowd_pixels(
    boxes: NDArray[np.floating],
    width: int,
    height: int,
    rgb: tuple[int, int, int],
    opacity: float,
) -> NDArray[np.uint32]:
    """The outlines as premultiplied ARGB (height, width), one number a pixel."""
    counts = outline_counts(boxes, width, height)
    most = int(counts.max(initial=0))
    alpha = ((1 - (1 - opacity) ** np.arange(most + 1)) * 255).astype(np.uint32)
    red, green, blue = ((alpha * value + 127) // 255 for value in rgb)
    table = alpha << 24 | red << 16 | green << 8 | blue
    pixels: NDArray[np.uint32] = table.astype(np.uint32)[counts]
    return pixels
