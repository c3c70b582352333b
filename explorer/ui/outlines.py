"""Hundreds of box outlines fast: sides as filled rectangles of whole device pixels, no pen.

Qt fills opaque rectangles at the speed of memory, but takes a detour for every row of a
translucent one and strokes dashes one by one. So a crowd that is translucent or dashed is drawn
opaque and solid on a picture of its own; the gaps between dashes are wiped out in diagonal
stripes, and the picture is laid over the photo at the layer's opacity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from shiboken6 import Shiboken

from explorer.ui.brush import Brush

Pixels = NDArray[np.int32]
DASH, SPACE = 4.0, 3.0  # logical pixels


def paint_outlines(
    brush: Brush,
    groups: Sequence[tuple[QColor, NDArray[np.float64]]],
    width: float,
    opacity: float,
    dashed: bool,
) -> None:
    """groups: (colour, boxes (n, 4) in logical pixels), the last on top. width: logical pixels."""
    ratio = brush.ratio
    thick = thickness(width, ratio)
    area = np.array(brush.area) * ratio
    clip = np.concatenate([np.floor(area[:2]), np.ceil(area[2:])]).astype(np.int32)
    rects, owner = sides_of(np.concatenate([boxes for _, boxes in groups]) * ratio, thick, clip)
    ends = np.cumsum([len(boxes) for _, boxes in groups])
    group = np.searchsorted(ends, owner, "right")
    sides = [(ink, rects[group == at]) for at, (ink, _) in enumerate(groups)]
    painter = brush.painter
    painter.save()
    painter.scale(1 / ratio, 1 / ratio)  # device pixels from here on
    if opacity >= 1 and not dashed:
        for ink, rects in sides:
            fill(painter, rects, ink)
    else:
        painter.setOpacity(opacity)
        # Dashes lie still on the scene, wherever the camera is.
        start = round((brush.view.dx + brush.view.dy) * ratio)
        _overlay(painter, sides, (ratio, start) if dashed else None)
    painter.restore()


def thickness(width: float, ratio: float) -> int:
    """Whole device pixels of a line that is `width` logical pixels wide."""
    return max(1, int(width * ratio + 0.4))


def sides_of(
    boxes: NDArray[np.float64], thick: int, clip: Pixels
) -> tuple[Pixels, NDArray[np.intp]]:
    """The sides of boxes (n, 4) as (m, 4) first and last pixels, x1, y1, x2, y2; and whose (m,).

    Only what lies inside `clip` (x1, y1, x2, y2; device pixels). Corners belong to the horizontal
    sides; of a box that is too low for two of them, one is left.
    """
    # Far-away corners would overflow; outside the clip by more than two sides looks the same.
    far = 2 * thick + 2
    low, high = clip[[0, 1, 0, 1]] - far, clip[[2, 3, 2, 3]] + far
    left, top, right, bottom = np.clip(np.floor(boxes), low, high).astype(np.int32).T
    end, foot = np.maximum(right, left) + thick - 1, bottom + thick - 1
    across = np.stack([left, top, end, top + thick - 1], 1)
    high_enough = bottom - top >= thick
    lower = np.stack([left, bottom, end, foot], 1)[high_enough]
    inside = bottom - 1 >= top + thick
    upright = np.stack([left, top + thick, left + thick - 1, bottom - 1], 1)[inside]
    wide = inside & (right > left)
    other = np.stack([right, top + thick, right + thick - 1, bottom - 1], 1)[wide]
    sides = np.concatenate([across, lower, upright, other])
    own = np.arange(len(boxes))
    owner = np.concatenate([own, own[high_enough], own[inside], own[wide]])
    # The clip's last pixels are x2 - 1 and y2 - 1.
    cut = np.concatenate(
        [np.maximum(sides[:, :2], clip[:2]), np.minimum(sides[:, 2:], clip[2:] - 1)], 1
    )
    seen = (cut[:, 0] <= cut[:, 2]) & (cut[:, 1] <= cut[:, 3])
    return cast(Pixels, np.ascontiguousarray(cut[seen], np.int32)), owner[seen]


def fill(painter: QPainter, rects: Pixels, ink: QColor) -> None:
    """Fill (n, 4) rectangles of first and last pixels, in one call."""
    if not len(rects):
        return
    rects = np.ascontiguousarray(rects, np.int32)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    # A QRect is four 32-bit integers, so the array is one of QRects: no object for each is made.
    first = cast(Any, Shiboken.wrapInstance(rects.ctypes.data, QRect))
    painter.drawRects(first, len(rects))


def _overlay(
    painter: QPainter, sides: Sequence[tuple[QColor, Pixels]], dashes: tuple[float, int] | None
) -> None:
    """All sides on one transparent picture, then that.

    dashes: the pixel ratio, and the x + y at which a dash begins; None for solid lines.
    """
    drawn = [rects for _, rects in sides if len(rects)]
    if not drawn:
        return
    left, top = np.min([rects[:, :2].min(0) for rects in drawn], axis=0).tolist()
    right, bottom = np.max([rects[:, 2:].max(0) for rects in drawn], axis=0).tolist()
    width, height = right - left + 1, bottom - top + 1
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    inner = QPainter(image)
    for ink, rects in sides:
        if len(rects):
            fill(inner, rects - np.array([left, top, left, top], np.int32), ink)
    inner.end()
    if dashes is not None:
        _wipe_gaps(image, left + top - dashes[1], dashes[0])
    painter.drawImage(QPoint(left, top), image)


def _wipe_gaps(image: QImage, start: int, ratio: float) -> None:
    """Clear every pixel whose x + y + start lies in a gap: dashes on horizontals and verticals."""
    dash, space = max(1, round(DASH * ratio)), max(1, round(SPACE * ratio))
    pixels = np.frombuffer(image.bits(), np.uint32).reshape(image.height(), -1)
    column = np.arange(pixels.shape[1]) + start
    for row in range(min(dash + space, image.height())):
        kept = (column + row) % (dash + space) < dash
        pixels[row :: dash + space] &= np.where(kept, 0xFFFFFFFF, 0).astype(np.uint32)
