"""The scroll bar of a panel that is longer than its area: where it is, and how it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from explorer.session.scene import Rect
from explorer.ui.theme import Palette

if TYPE_CHECKING:
    from explorer.ui.spots import Spot

WIDTH, MARGIN, LEAST = 6.0, 3.0, 28.0  # pixels; the shortest thumb
REACH = 14.0  # from the right edge: as wide as one can grab it


def track(spot: Spot) -> tuple[float, float, float] | None:
    """(length of the panel, visible length, how far it is scrolled) in pixels; None where all of
    it is visible."""
    _, y1, _, y2 = spot.area
    top, bottom = spot.view.rect(spot.scene.extent)[1::2]
    if spot.scene.space != "panel" or bottom - top <= y2 - y1 + 1:
        return None
    return bottom - top, y2 - y1, y1 - top


def thumb(spot: Spot) -> Rect | None:
    """Where the bar's thumb is, or None where there is nothing to scroll."""
    found = track(spot)
    if found is None:
        return None
    whole, visible, scrolled = found
    _, y1, x2, y2 = spot.area
    room = y2 - y1 - 2 * MARGIN
    length = min(max(room * visible / whole, LEAST), room)
    top = y1 + MARGIN + (room - length) * scrolled / (whole - visible)
    return (x2 - MARGIN - WIDTH, top, x2 - MARGIN, top + length)


def pixels_a_pixel(spot: Spot) -> float:
    """How far the panel moves for a pixel that its thumb is dragged."""
    found, at = track(spot), thumb(spot)
    if found is None or at is None:
        return 0.0
    whole, visible, _ = found
    room = spot.area[3] - spot.area[1] - 2 * MARGIN
    return (whole - visible) / max(room - (at[3] - at[1]), 1.0)


def grabbed(spot: Spot, x: float) -> bool:
    """Whether a press at x of the panel is on its scroll bar."""
    return thumb(spot) is not None and x >= spot.area[2] - REACH


def paint_thumb(painter: QPainter, spot: Spot, palette: Palette) -> None:
    at = thumb(spot)
    if at is None:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(palette.faint))
    rect = QRectF(QPointF(at[0], at[1]), QPointF(at[2], at[3]))
    painter.drawRoundedRect(rect, WIDTH / 2, WIDTH / 2)
