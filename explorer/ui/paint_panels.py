"""A canvas's panels: their ground, their plates, and a shade where they go on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath

from explorer.session.scene import Rect
from explorer.ui.paint import paint_scene
from explorer.ui.panel_bar import paint_thumb
from explorer.ui.theme import Palette

if TYPE_CHECKING:
    from explorer.ui.spots import Spot

FADE, CORNER = 26.0, 6.0


def paint_panels(
    painter: QPainter,
    body: Rect,
    spots: Sequence[Spot],
    hidden: Collection[str],
    palette: Palette,
) -> int:
    """The dark ground and the panels on it; returns how many of their labels found no room."""
    rect = QRectF(QPointF(body[0], body[1]), QPointF(body[2], body[3]))
    painter.fillRect(rect, QColor(palette.canvas))
    lost = 0
    for spot in spots:
        if spot.scene.space != "panel":
            continue
        x1, y1, x2, y2 = spot.area
        plate = QPainterPath()
        plate.addRoundedRect(QRectF(x1, y1, x2 - x1, y2 - y1), CORNER, CORNER)
        painter.fillPath(plate, QColor(palette.surface))
        lost += paint_scene(
            painter, spot.scene, spot.view, spot.area, palette, hidden
        ).labels_hidden
        painter.save()
        painter.setClipPath(plate)  # where it fades out, its corners are as round
        _fade(painter, spot, palette)
        painter.restore()
        paint_thumb(painter, spot, palette)
    return lost


def _fade(painter: QPainter, spot: Spot, palette: Palette) -> None:
    """Where a panel goes on above or below its area, it fades out: one can scroll there."""
    x1, y1, x2, y2 = spot.area
    top, bottom = spot.view.rect(spot.scene.extent)[1::2]
    clear = QColor(palette.surface)
    clear.setAlpha(0)
    for more, edge, inner in ((bottom > y2 + 1, y2, y2 - FADE), (top < y1 - 1, y1, y1 + FADE)):
        if more:
            shade = QLinearGradient(0, edge, 0, inner)
            shade.setColorAt(0, QColor(palette.surface))
            shade.setColorAt(1, clear)
            rect = QRectF(QPointF(x1, min(edge, inner)), QPointF(x2, max(edge, inner)))
            painter.fillRect(rect, shade)
