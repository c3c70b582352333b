"""Box outlines: few as crisp vectors, many as whole pixels, crowds as one picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from explorer.session.scene import Boxes
from explorer.ui.brush import Brush
from explorer.ui.crowd import crowd_pixels
from explorer.ui.images import to_image
from explorer.ui.outlines import paint_outlines
from explorer.ui.theme import colour

MANY = 120  # more than this are drawn as sides of whole pixels, without smoothing
CROWD = 5_000  # more outlines than this become one picture
VECTORS = 20_000  # up to this many are lines in an SVG or PDF; more become one picture there too
HALO = 60  # up to this many thick outlines get a dark edge, to stand out from any photo


def paint_boxes(brush: Brush, layer: Boxes) -> None:
    """Draw the outlines (and fills) of one layer; captions come later, above all layers."""
    if not len(layer.boxes):
        return
    boxes = brush.view.boxes(layer.boxes)
    groups = [
        (colour(brush.palette, role), boxes[chosen])
        for role, chosen in _by_role(layer, _seen(boxes, brush))
    ]
    total = sum(len(own) for _, own in groups)
    if total > (VECTORS if brush.vector else CROWD) and not layer.fill:
        for ink, own in groups:
            _crowd(brush, own, ink, layer.opacity)
    elif total > MANY and not layer.fill and not brush.vector:
        paint_outlines(brush, groups, layer.width, layer.opacity, layer.dashed)
    else:
        for ink, own in groups:
            _outlines(brush, own, ink, layer)


def _seen(boxes: NDArray[np.float64], brush: Brush) -> NDArray[np.intp]:
    """Indices of boxes with some part in the area."""
    left, top, right, bottom = brush.area
    inside = (
        (boxes[:, 2] >= left) & (boxes[:, 0] <= right)
        & (boxes[:, 3] >= top) & (boxes[:, 1] <= bottom)
    )
    return np.flatnonzero(inside)


def _by_role(layer: Boxes, seen: NDArray[np.intp]) -> list[tuple[str, NDArray[np.intp]]]:
    """(role, indices of its boxes), each role once, in order of its last box."""
    if isinstance(layer.roles, str):
        return [(layer.roles, seen)] if len(seen) else []
    roles = np.array(layer.roles, dtype=object)[seen]
    return [(role, seen[roles == role]) for role in dict.fromkeys(roles)]


def _crisp(
    boxes: NDArray[np.float64], width: float, ratio: float
) -> NDArray[np.float64]:
    """Outlines moved by less than a device pixel, so that their lines cover whole pixels."""
    odd = round(width * ratio) % 2 == 1
    shift = 0.5 if odd else 0.0
    crisp: NDArray[np.float64] = (np.floor(boxes * ratio) + shift) / ratio
    return crisp


def _outlines(
    brush: Brush, boxes: NDArray[np.float64], ink: QColor, layer: Boxes
) -> None:
    painter = brush.painter
    crisp = boxes if brush.vector else _crisp(boxes, layer.width, brush.ratio)
    # Far-away corners overflow Qt's rasteriser; just outside the area looks the same.
    reach = 4 * max(brush.area[2] - brush.area[0], brush.area[3] - brush.area[1]) + 100
    crisp = np.clip(crisp, -reach, reach)
    rects = [QRectF(QPointF(x1, y1), QPointF(x2, y2)) for x1, y1, x2, y2 in crisp.tolist()]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(rects) <= MANY)
    painter.setOpacity(layer.opacity)
    if layer.fill:
        painter.setPen(Qt.PenStyle.NoPen)
        inside = QColor(ink)
        inside.setAlphaF(layer.fill)
        painter.setBrush(inside)
        painter.drawRects(rects)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if layer.width >= 2 and len(rects) <= HALO and brush.space == "photo":
        dark = brush.palette.name == "dark"
        edge = QColor(0, 0, 0, 110) if dark else QColor(255, 255, 255, 170)
        painter.setPen(_pen(edge, layer.width + 2, False))
        painter.drawRects(rects)
    painter.setPen(_pen(ink, layer.width, layer.dashed))
    painter.drawRects(rects)
    painter.restore()


def _pen(ink: QColor, width: float, dashed: bool) -> QPen:
    pen = QPen(ink, width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    if dashed:
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([4 / max(width, 1), 3 / max(width, 1)])
    return pen


def _crowd(
    brush: Brush, boxes: NDArray[np.float64], ink: QColor, opacity: float
) -> None:
    left, top, right, bottom = brush.area
    ratio = brush.ratio
    width, height = round((right - left) * ratio), round((bottom - top) * ratio)
    if width < 1 or height < 1:
        return
    local = (boxes - np.array([left, top, left, top])) * ratio
    rgb = (ink.red(), ink.green(), ink.blue())
    pixels = crowd_pixels(local, width, height, rgb, min(opacity, 0.35))
    brush.painter.drawImage(QRectF(left, top, right - left, bottom - top), to_image(pixels))
