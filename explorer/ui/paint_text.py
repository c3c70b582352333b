"""Captions of boxes and labels. On photos, text that would cover other text is left out, counted.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from explorer.session.scene import Boxes, Label, Labels, Rect
from explorer.ui.brush import Brush
from explorer.ui.fonts import Weight, mono, sans
from explorer.ui.theme import colour, readable_on

CAPTION = 11.5
PAD_X, PAD_Y = 5.0, 2.5


class Placer:
    """Which rectangles on screen hold text already."""

    def __init__(self, area: Rect) -> None:
        self.area = QRectF(QPointF(area[0], area[1]), QPointF(area[2], area[3]))
        self.taken: list[QRectF] = []
        self._sides = np.empty((4, 64))  # theirs, left, top, right and bottom; with room for more

    def place(self, wanted: list[QRectF]) -> QRectF | None:
        """The first of the wanted places that is free and inside, or None. Takes it."""
        inside = [rect for rect in wanted if self.area.contains(rect)]
        if not inside:
            return None
        sides = np.array([(r.left(), r.top(), r.right(), r.bottom()) for r in inside])
        left, top, right, bottom = self._sides[:, : len(self.taken)]
        covered = (sides[:, :1] < right) & (sides[:, 2:3] > left)
        covered &= (sides[:, 1:2] < bottom) & (sides[:, 3:] > top)
        free = np.flatnonzero(~covered.any(axis=1))
        if not len(free):
            return None
        if len(self.taken) == self._sides.shape[1]:
            self._sides = np.concatenate([self._sides, np.empty_like(self._sides)], axis=1)
        self._sides[:, len(self.taken)] = sides[free[0]]
        self.taken.append(inside[free[0]])
        return inside[free[0]]


def paint_captions(brush: Brush, layer: Boxes, placer: Placer) -> int:
    """Tags on the boxes of a layer, in the boxes' order; returns how many found no room.

    A box outside the area has no tag and is not counted.
    """
    font = sans(CAPTION, Weight.DemiBold)
    metrics = QFontMetricsF(font)
    height = metrics.height() + 2 * PAD_Y - 2
    painter = brush.painter
    painter.setFont(font)
    lost = 0
    boxes = brush.view.boxes(layer.boxes).tolist()
    for index, ((x1, y1, x2, y2), text) in enumerate(zip(boxes, layer.captions, strict=True)):
        if not text or not placer.area.intersects(QRectF(QPointF(x1, y1), QPointF(x2, y2))):
            continue
        width = metrics.horizontalAdvance(text) + 2 * PAD_X
        edge = layer.width / 2
        left = min(max(x1 - edge, placer.area.left()), placer.area.right() - width)
        right = max(min(x2 + edge, placer.area.right()) - width, placer.area.left())
        rows = (
            y1 - height + edge, max(y1, placer.area.top()), y2 - edge,
            min(y2, placer.area.bottom()) - height,
        )
        wanted = [QRectF(x, y, width, height) for y in rows for x in (left, right)]
        rect = placer.place(wanted)
        if rect is None:
            lost += 1
            continue
        role = layer.roles if isinstance(layer.roles, str) else layer.roles[index]
        ink = colour(brush.palette, role)
        painter.setOpacity(max(layer.opacity, 0.85))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawRoundedRect(rect, 2, 2)
        painter.setPen(readable_on(ink))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
        painter.setOpacity(1.0)
    return lost


def paint_labels(brush: Brush, layer: Labels, placer: Placer | None) -> int:
    """Draw the labels; with a placer (on photos) on a plate, and only where there is room."""
    lost = 0
    for label in layer.items:
        if placer is None:
            _panel_label(brush, label)
        else:
            lost += _photo_label(brush, label, placer)
    return lost


def _weight(label: Label) -> Weight:
    return Weight.DemiBold if label.bold else Weight.Normal


def _panel_label(brush: Brush, label: Label) -> None:
    """Text grows with the panel, so it is drawn in whole-pixel fonts, scaled by the little left."""
    exact = label.size * brush.view.scale
    if exact < 3:
        return
    size = max(1, round(exact))
    font = mono(size, _weight(label)) if label.mono else sans(size, _weight(label))
    metrics = QFontMetricsF(font)
    width = metrics.horizontalAdvance(label.text)
    shift = {"left": 0.0, "centre": width / 2, "right": width}[label.anchor]
    x, y = brush.view.point(label.x, label.y)
    painter = brush.painter
    painter.save()
    painter.translate(x, y)
    painter.scale(exact / size, exact / size)
    painter.setFont(font)
    painter.setPen(colour(brush.palette, label.role))
    painter.drawText(QPointF(-shift, metrics.capHeight() / 2), label.text)
    painter.restore()


def _photo_label(brush: Brush, label: Label, placer: Placer) -> int:
    font = mono(label.size, _weight(label)) if label.mono else sans(label.size, _weight(label))
    metrics = QFontMetricsF(font)
    width, height = metrics.horizontalAdvance(label.text) + 8, metrics.height() + 2
    x, y = brush.view.point(label.x, label.y)
    shift = {"left": 0.0, "centre": width / 2, "right": width}[label.anchor]
    rect = QRectF(x - shift, y - height / 2, width, height)
    if not placer.area.intersects(rect):
        return 0
    kept = placer.place([rect])
    if kept is None:
        return 1
    painter = brush.painter
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    plate = QColor(brush.palette.surface)
    plate.setAlphaF(0.82)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(plate)
    painter.drawRoundedRect(kept, 3, 3)
    painter.setFont(font)
    painter.setPen(colour(brush.palette, label.role))
    painter.drawText(kept, Qt.AlignmentFlag.AlignCenter, label.text)
    return 0
