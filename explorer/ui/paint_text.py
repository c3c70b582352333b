"""Captions of boxes and labels. On photos, text that would cover other text is left out, counted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTransform

from explorer.session.scene import Boxes, Label, Labels, Rect
from explorer.ui.brush import Brush
from explorer.ui.fonts import Weight, mono, sans
from explorer.ui.theme import colour, readable_on

CAPTION = 11.5
PAD_X, PAD_Y = 5.0, 2.5
EDGE = 4.0  # pixels between a text and the edge of its canvas
INNER = 7  # places across a box, and down it, for a tag that must stand inside
Sides = NDArray[np.float64]


class Placer:
    """Which rectangles on screen hold text already. Sides (..., 4): left, top, right, bottom."""

    def __init__(self, area: Rect) -> None:
        self.area = QRectF(QPointF(area[0], area[1]), QPointF(area[2], area[3]))
        self.taken: list[QRectF] = []

    def free(self, places: Sides) -> NDArray[np.bool_]:
        """Which of some places (..., 4) are inside the area and hold no text yet."""
        area = self.area
        free = (places[..., 0] >= area.left()) & (places[..., 1] >= area.top())
        free &= (places[..., 2] <= area.right()) & (places[..., 3] <= area.bottom())
        for rect in self.taken:
            free &= _clear_of(places, rect)
        return free

    def keep_clear(self, points: Sides, radius: float) -> None:
        """No text on these dots (n, 2)."""
        side = 2 * radius
        self.taken += [QRectF(x - radius, y - radius, side, side) for x, y in points.tolist()]

    def place(self, rect: QRectF) -> bool:
        """Take a place, if it is free."""
        fits = self.area.contains(rect) and not any(rect.intersects(one) for one in self.taken)
        if fits:
            self.taken.append(rect)
        return fits


def _clear_of(places: Sides, rect: QRectF) -> NDArray[np.bool_]:
    """Which places (..., 4) a rectangle does not cover; they may touch it."""
    clear: NDArray[np.bool_] = places[..., 0] >= rect.right()
    clear |= places[..., 2] <= rect.left()
    clear |= places[..., 1] >= rect.bottom()
    clear |= places[..., 3] <= rect.top()
    return clear


def paint_captions(brush: Brush, layer: Boxes, placer: Placer) -> int:
    """Tags on the boxes of a layer; returns how many found no room.

    The last box, which is drawn on top, may place its tag first. A box outside the area has no tag
    and is not counted; one of which too little is seen to tell its tag by has none and is.
    """
    boxes = brush.view.boxes(layer.boxes)
    seen = _seen(boxes, placer.area) & np.array([bool(text) for text in layer.captions], np.bool_)
    rows = np.flatnonzero(seen)[::-1]
    tried = len(rows) if layer.most is None else min(layer.most, len(rows))
    beyond, rows = len(rows) - tried, rows[:tried]
    font = sans(CAPTION, Weight.DemiBold)
    texts = [layer.captions[row] for row in rows.tolist()]
    height = QFontMetricsF(font).height() + 2 * PAD_Y - 2
    places = _places(boxes[rows], _widths(font, texts) + 2 * PAD_X, height, layer, placer.area)
    if layer.inside:
        places = np.concatenate([places, _inner(boxes[rows], places)], 1)
    free = placer.free(places)
    if layer.inside:
        free &= _within(places, boxes[rows])
    free &= _at_seen(places, boxes[rows], placer.area)
    painter = brush.painter
    painter.save()
    painter.setFont(font)
    lost = 0
    for at, (row, text) in enumerate(zip(rows.tolist(), texts, strict=True)):
        which = int(free[at].argmax())
        if not free[at, which] or (layer.ranked and lost):
            lost += 1
            continue
        left, top, right, bottom = places[at, which].tolist()
        rect = QRectF(left, top, right - left, bottom - top)
        placer.taken.append(rect)
        free[at + 1 :] &= _clear_of(places[at + 1 :], rect)
        role = layer.roles if isinstance(layer.roles, str) else layer.roles[row]
        ink = colour(brush.palette, role)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawRoundedRect(rect, 2, 2)
        painter.setPen(readable_on(ink))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
    return lost + beyond


def _seen(boxes: Sides, area: QRectF) -> NDArray[np.bool_]:
    """Which boxes (n, 4) have a part of their area in `area`."""
    x1, y1, x2, y2 = boxes.T
    seen: NDArray[np.bool_] = (x1 < area.right()) & (x2 > area.left())
    seen &= (y1 < area.bottom()) & (y2 > area.top()) & (x2 > x1) & (y2 > y1)
    return seen


def _at_seen(places: Sides, boxes: Sides, area: QRectF) -> NDArray[np.bool_]:
    """Which places (n, m, 4) belong to what is seen of their own box (n, 4): to some of its
    outline, and not beside a strip of it at the area's edge, over what lies there. A box that is
    cut at a side shares half of its tag: beside it, over other boxes, the tag would be theirs."""
    x1, y1, x2, y2 = boxes.T
    left, right = np.maximum(x1, area.left()), np.minimum(x2, area.right())
    outline = (x1 >= area.left()) | (x2 <= area.right()) | (y1 >= area.top())
    outline |= y2 <= area.bottom()
    shared = np.minimum(places[..., 2], right[:, None])
    shared -= np.maximum(places[..., 0], left[:, None])
    width = places[..., 2] - places[..., 0]
    cut = right - left < x2 - x1 - EDGE  # by more than what the canvas's edge is kept free of
    wanted = np.where(cut[:, None], width, np.minimum(width, (x2 - x1)[:, None])) / 2
    at: NDArray[np.bool_] = outline[:, None] & (shared >= wanted)
    return at


def _within(places: Sides, boxes: Sides) -> NDArray[np.bool_]:
    """Which places (n, m, 4) are in their own box (n, 4)."""
    room = boxes[:, None] + np.array([-2, -2, 2, 2])  # on the outline is inside as well
    inside: NDArray[np.bool_] = (places[..., :2] >= room[..., :2]).all(-1)
    inside &= (places[..., 2:] <= room[..., 2:]).all(-1)
    return inside


def _inner(boxes: Sides, places: Sides) -> Sides:
    """More places of n tags in their boxes (n, 4), in steps across and down: between the dots."""
    steps = np.linspace(0, 1, INNER)
    size = places[:, 0, 2:] - places[:, 0, :2]
    at = np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)
    start = boxes[:, None, :2] + at * (boxes[:, 2:] - boxes[:, :2] - size)[:, None]
    inner: Sides = np.concatenate([start, start + size[:, None]], -1)
    return inner


def _widths(font: QFont, texts: Sequence[str]) -> NDArray[np.float64]:
    metrics = QFontMetricsF(font)
    return np.array([metrics.horizontalAdvance(text) for text in texts], np.float64)


def _places(
    boxes: Sides, width: NDArray[np.float64], height: float, layer: Boxes, area: QRectF
) -> Sides:
    """Where the tags of boxes (n, 4) may stand, best first (n, 8, 4): above the box, inside at its
    top and bottom, below it; each from the left and from the right."""
    x1, y1, x2, y2 = boxes.T
    edge = layer.width / 2
    left = np.minimum(np.maximum(x1 - edge, area.left()), area.right() - width)
    right = np.maximum(np.minimum(x2 + edge, area.right()) - width, area.left())
    tops = np.stack([
        y1 - height + edge, np.maximum(y1, area.top()), y2 - edge,
        np.minimum(y2, area.bottom()) - height,
    ], 1).repeat(2, axis=1)
    lefts = np.tile(np.stack([left, right], 1), 4)
    return np.stack([lefts, tops, lefts + width[:, None], tops + height], -1)


def paint_labels(brush: Brush, layer: Labels, placer: Placer | None) -> int:
    """Draw the labels; with a placer (on photos) on a plate, and only where there is room."""
    if placer is None:
        _panel_labels(brush, layer)
        return 0
    return sum(_photo_label(brush, label, placer) for label in layer.items)


def _weight(label: Label) -> Weight:
    return Weight.DemiBold if label.bold else Weight.Normal


SHIFTS = {"left": 0.0, "centre": 0.5, "right": 1.0}  # of a text's width


def _panel_labels(brush: Brush, layer: Labels) -> None:
    """Text grows with the panel, so it is drawn in whole-pixel fonts, scaled by the little left."""
    painter = brush.painter
    painter.save()
    base = painter.transform()
    looks: dict[tuple[float, bool, bool], tuple[QFont, QFontMetricsF, float]] = {}
    inks = {role: colour(brush.palette, role) for role in {label.role for label in layer.items}}
    for label in layer.items:
        exact = label.size * brush.view.scale
        if exact < 3:
            continue
        size = max(1, round(exact))
        look = label.size, label.bold, label.mono
        if look not in looks:
            font = mono(size, _weight(label)) if label.mono else sans(size, _weight(label))
            metrics = QFontMetricsF(font)
            looks[look] = font, metrics, metrics.capHeight() / 2
        font, metrics, drop = looks[look]
        shift = SHIFTS[label.anchor]
        if shift:
            shift *= metrics.horizontalAdvance(label.text)
        grow = exact / size
        x, y = brush.view.point(label.x, label.y)
        painter.setTransform(QTransform(grow, 0, 0, grow, x, y) * base)
        painter.setFont(font)
        painter.setPen(inks[label.role])
        painter.drawText(QPointF(-shift, drop), label.text)
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
    if not placer.place(rect):
        return 1
    painter = brush.painter
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    plate = QColor(brush.palette.surface)
    plate.setAlphaF(0.82)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(plate)
    painter.drawRoundedRect(rect, 3, 3)
    painter.setFont(font)
    painter.setPen(colour(brush.palette, label.role))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, label.text)
    return 0
