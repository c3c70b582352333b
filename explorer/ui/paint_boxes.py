"""Box outlines: few as crisp vectors, many as whole pixels, crowds as one picture.

How a layer looks is decided by what of it is in the whole view, not in the part that is drawn:
while the camera pans, only the edges that come in are drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from explorer.session.scene import Boxes, Rect
from explorer.ui.box_index import BoxIndex, index_of
from explorer.ui.brush import Brush
from explorer.ui.crowd import crowd_pixels
from explorer.ui.images import from_argb
from explorer.ui.outlines import paint_outlines, thickness
from explorer.ui.theme import colour, edge_of, readable_on
from explorer.ui.transform import View

MANY = 120  # more than this are drawn as sides of whole pixels, without smoothing
CROWD = 5_000  # more outlines than this become one picture
VECTORS = 20_000  # up to this many are lines in an SVG or PDF; more become one picture there too
HALO = 60  # up to this many thick or edged outlines get edges, to stand out from any photo
FAINTEST = 0.35  # the opacity of a crowd's single outline is at most this,
COVERED = 0.5  # and on average a pixel is crossed by so much: the photo shines through
EDGE, HEAVY_EDGE = 1.0, 2.0  # logical pixels on either side of an outline; of one with handles
HANDLE, SHARE = 8.0, 0.4  # the side of a handle; on a small box at most this share of the box's
GAP = 3  # a double line is as wide as so many of the gap in its middle
Kind = Literal["crowd", "pixels", "lines"]


@dataclass(frozen=True)
class Look:
    """edged: per role, whether its outlines have edges, where they are lines."""

    kind: Kind
    edged: tuple[bool, ...] = ()


def look_of(layer: Boxes, view: View, whole: Rect, vector: bool = False) -> Look:
    """How a layer is drawn where the view shows `whole` (logical pixels)."""
    index = index_of(layer)
    there = index.touching((*view.back(*whole[:2]), *view.back(*whole[2:])))
    if len(there) > (VECTORS if vector else CROWD) and not layer.fill:
        return Look("crowd")
    if len(there) > MANY and not layer.fill and not vector:
        return Look("pixels")
    numbers = [len(own) for _, own in index.by_role(there)]
    return Look("lines", tuple((layer.edged or layer.width >= 2) and n <= HALO for n in numbers))


def paint_boxes(brush: Brush, layer: Boxes) -> None:
    """Draw the outlines (and fills) of one layer; captions come later, above all layers."""
    if not len(layer.boxes):
        return
    index = index_of(layer)
    look = look_of(layer, brush.view, brush.whole, brush.vector)
    area = (*brush.view.back(*brush.area[:2]), *brush.view.back(*brush.area[2:]))
    # Lines have a width: those of boxes just outside come in.
    here = index.touching(area, (layer.width + 2 + HANDLE * layer.handles) / brush.view.scale)
    groups = [
        (colour(brush.palette, role), brush.view.boxes(layer.boxes[own]))
        for role, own in index.by_role(here)
    ]
    if look.kind == "crowd":
        for ink, own in groups:
            _crowd(brush, own, ink, _faint(layer, index, brush))
    elif look.kind == "pixels":
        paint_outlines(brush, groups, layer.width, layer.opacity, layer.dashed)
    else:
        for (ink, own), edged in zip(groups, look.edged, strict=True):
            if len(own):
                _outlines(brush, own, ink, layer, edged)


def _outlines(
    brush: Brush, boxes: NDArray[np.float64], ink: QColor, layer: Boxes, edged: bool
) -> None:
    """On a screen, moved by less than a device pixel and of whole pixels' width: nothing is left to
    be smoothed."""
    painter, crisp, width = brush.painter, boxes, layer.width
    edge = HEAVY_EDGE if layer.handles else EDGE
    if not brush.vector:
        thick = thickness(layer.width, brush.ratio)
        crisp = (np.floor(boxes * brush.ratio) + thick % 2 / 2) / brush.ratio
        width = thick / brush.ratio
        edge = max(1, round(edge * brush.ratio)) / brush.ratio
    # Far-away corners overflow Qt's rasteriser; just outside the view looks the same.
    reach = 4 * max(brush.whole[2] - brush.whole[0], brush.whole[3] - brush.whole[1]) + 100
    crisp = np.clip(crisp, -reach, reach)
    rects = [QRectF(QPointF(x1, y1), QPointF(x2, y2)) for x1, y1, x2, y2 in crisp.tolist()]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, brush.vector)
    painter.setOpacity(layer.opacity)
    if layer.fill:
        painter.setPen(Qt.PenStyle.NoPen)
        inside = QColor(ink)
        inside.setAlphaF(layer.fill)
        painter.setBrush(inside)
        painter.drawRects(rects)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if layer.handles or (edged and brush.space == "photo"):
        shade = readable_on(ink) if layer.handles else edge_of(brush.palette)
        painter.setPen(_pen(shade, width + 2 * edge, False))
        painter.drawRects(rects)
    squares = [each for rect in rects for each in _handles(rect)] if layer.handles else []
    grown = [each.adjusted(-EDGE, -EDGE, EDGE, EDGE) for each in squares]
    _filled(painter, grown, readable_on(ink))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(ink, width, layer.dashed))
    painter.drawRects(rects)
    if layer.double:
        painter.setPen(_pen(readable_on(ink), max(1 / brush.ratio, width / GAP), False))
        painter.drawRects(rects)
    _filled(painter, squares, ink)
    painter.restore()


def _filled(painter: QPainter, squares: list[QRectF], ink: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawRects(squares)


def _handles(box: QRectF) -> list[QRectF]:
    """A square on each corner."""
    half = min(HANDLE, max(box.width() * SHARE, 1.0), max(box.height() * SHARE, 1.0)) / 2
    corners = (box.topLeft(), box.topRight(), box.bottomLeft(), box.bottomRight())
    return [QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half) for at in corners]


def _pen(ink: QColor, width: float, dashed: bool) -> QPen:
    pen = QPen(ink, width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    if dashed:
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([4 / max(width, 1), 3 / max(width, 1)])
    return pen


def _faint(layer: Boxes, index: BoxIndex, brush: Brush) -> float:
    """The opacity of one outline of a crowd, the same wherever the camera is."""
    mean = index.crossings / (brush.view.scale * brush.ratio)
    return min(layer.opacity, FAINTEST, COVERED / max(mean, 1e-9))


def _crowd(
    brush: Brush, boxes: NDArray[np.float64], ink: QColor, opacity: float
) -> None:
    """Only the part of the area that the boxes reach becomes a picture."""
    if not len(boxes):
        return
    ratio = brush.ratio
    local = boxes * ratio
    left, top = (math.floor(side * ratio) for side in brush.area[:2])
    right, bottom = (math.ceil(side * ratio) for side in brush.area[2:])
    left, top = max(left, math.floor(local[:, 0].min())), max(top, math.floor(local[:, 1].min()))
    right = min(right, math.floor(local[:, 2].max()) + 1)
    bottom = min(bottom, math.floor(local[:, 3].max()) + 1)
    if right <= left or bottom <= top:
        return
    local -= np.array([left, top, left, top])
    rgb = (ink.red(), ink.green(), ink.blue())
    pixels = crowd_pixels(local, right - left, bottom - top, rgb, opacity)
    place = QRectF(left / ratio, top / ratio, (right - left) / ratio, (bottom - top) / ratio)
    brush.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    brush.painter.drawImage(place, from_argb(pixels))
