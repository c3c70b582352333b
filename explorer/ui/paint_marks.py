"""Lines with arrow heads, dots and filled bars."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from explorer.session.scene import Bars, Lines, Points
from explorer.ui.brush import Brush
from explorer.ui.outlines import fill, thickness
from explorer.ui.theme import colour, edge_of

MANY_POINTS = 2_000  # more than this are squares of whole pixels
EDGE = 1.0  # on either side of an edged line, around an edged dot
DOT_EDGE = 210  # how opaque it is there, of 255: a dot is small
HEAD = 7.0  # an arrow head's length on screen, pixels


def paint_lines(brush: Brush, layer: Lines) -> None:
    if not len(layer.segments):
        return
    painter = brush.painter
    ink = colour(brush.palette, layer.role)
    segments = _crisp(brush, brush.view.boxes(layer.segments), layer.width).tolist()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(segments) <= 2_000)
    painter.setOpacity(layer.opacity)
    lines = [QLineF(*segment) for segment in segments]
    heads = _heads(segments) if layer.arrow else []
    if layer.edged:  # below all lines, so that they cross without gaps
        shade = edge_of(brush.palette)
        painter.setPen(_flat(shade, layer.width + 2 * EDGE))
        painter.drawLines(lines)
        painter.setPen(_flat(shade, 2 * EDGE))
        _fill(painter, heads, shade)
    painter.setPen(_flat(ink, layer.width))
    painter.drawLines(lines)
    painter.setPen(Qt.PenStyle.NoPen)
    _fill(painter, heads, ink)
    painter.restore()


def _flat(ink: QColor, width: float) -> QPen:
    pen = QPen(ink, width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def _heads(segments: Sequence[Sequence[float]]) -> list[QPolygonF]:
    """The arrow heads; none on lines that are too short."""
    long = [(ends, math.hypot(ends[2] - ends[0], ends[3] - ends[1])) for ends in segments]
    return [
        _head(x1, y1, x2, y2, min(HEAD, length * 0.6))
        for (x1, y1, x2, y2), length in long if length > 3
    ]


def _fill(painter: QPainter, heads: Sequence[QPolygonF], ink: QColor) -> None:
    painter.setBrush(ink)
    for head in heads:
        painter.drawPolygon(head)


def _crisp(brush: Brush, segments: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Upright and level lines over a photo, moved by less than a device pixel onto whole ones: the
    lines of a grid then look alike."""
    if brush.vector or brush.space != "photo":
        return segments
    crisp = (np.floor(segments * brush.ratio) + thickness(width, brush.ratio) % 2 / 2) / brush.ratio
    straight = np.abs(segments[:, :2] - segments[:, 2:]) < 1e-6
    return np.where(np.tile(straight, 2), crisp, segments)


def _head(x1: float, y1: float, x2: float, y2: float, size: float) -> QPolygonF:
    angle = math.atan2(y2 - y1, x2 - x1)
    sides = [
        QPointF(x2 - size * math.cos(angle + turn), y2 - size * math.sin(angle + turn))
        for turn in (-0.42, 0.42)
    ]
    return QPolygonF([QPointF(x2, y2), *sides])


def paint_points(brush: Brush, layer: Points) -> None:
    painter = brush.painter
    ink = colour(brush.palette, layer.role)
    points = brush.view.boxes(np.asarray(layer.points))
    radius = _radius(points, layer.radius)
    edge = len(points) <= 400 and radius >= 2
    reach = np.array([radius + 1, radius + 1])
    inside = (points >= np.array(brush.area[:2]) - reach) & (
        points <= np.array(brush.area[2:]) + reach
    )
    if len(points) > MANY_POINTS and not brush.vector:
        return _dots(brush, points[inside.all(axis=1)], ink, radius)
    points = points[inside.all(axis=1)]
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    discs = [(ink, radius)]
    if edge:  # below all dots
        shade = edge_of(brush.palette)
        shade.setAlpha(DOT_EDGE)
        discs.insert(0, (shade, radius + EDGE))
    for filling, reaching in discs:
        painter.setBrush(filling)
        for x, y in points.tolist():
            painter.drawEllipse(QPointF(x, y), reaching, reaching)
    painter.restore()


def _dots(brush: Brush, points: NDArray[np.float64], ink: QColor, radius: float) -> None:
    """Thousands of dots, as squares of whole pixels."""
    side = max(1, round(2 * radius * brush.ratio))
    corners = np.floor((points - radius) * brush.ratio).astype(np.int32)
    painter = brush.painter
    painter.save()
    painter.scale(1 / brush.ratio, 1 / brush.ratio)
    fill(painter, np.concatenate([corners, corners + np.int32(side - 1)], axis=1), ink)
    painter.restore()


def _radius(points: NDArray[np.float64], wanted: float) -> float:
    """The wanted radius, less where a grid of so many points would grow together."""
    if len(points) < 4:
        return wanted
    across, down = points.max(axis=0) - points.min(axis=0)
    spacing = math.sqrt(across * down) / (math.sqrt(len(points)) - 1)
    return float(min(wanted, max(0.7, 0.3 * spacing)))


def paint_bars(brush: Brush, layer: Bars) -> None:
    painter = brush.painter
    painter.save()
    painter.setOpacity(layer.opacity)
    painter.setPen(Qt.PenStyle.NoPen)
    boxes = brush.view.boxes(layer.boxes) if len(layer.boxes) else np.zeros((0, 4))
    for (x1, y1, x2, y2), role in zip(boxes.tolist(), layer.roles, strict=True):
        painter.setBrush(colour(brush.palette, role))
        # Bars of a chart look quiet with slightly rounded ends; cells of a grid stay square.
        radius = min(2.0, abs(y2 - y1) / 3, abs(x2 - x1) / 3)
        painter.drawRoundedRect(QRectF(QPointF(x1, y1), QPointF(x2, y2)), radius, radius)
    painter.restore()
