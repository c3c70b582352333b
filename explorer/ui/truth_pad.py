"""A sheet of glass over a canvas, on which ground truth is drawn; all else passes through it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from explorer.session.class_names import on_screen
from explorer.session.ground_truth import GroundTruth, Rect, nothing_drawn
from explorer.session.scene import Boxes, Scene
from explorer.session.scenes.truth_layers import TRUTH, tag, truth_boxes
from explorer.trace.base import Floats
from explorer.ui.canvas import DRAG, Canvas
from explorer.ui.fonts import Weight, sans
from explorer.ui.paint import paint_layers
from explorer.ui.paint_text import CAPTION
from explorer.ui.spots import Spot
from explorer.ui.style import Theme
from explorer.ui.theme import readable_on

LEAST = 2.0  # photo pixels; a smaller box is a slip of the hand


class TruthPad(QWidget):
    """Shows what `show_truth` is given, in the canvas's own view of the photo."""

    drawn = Signal(object)  # Rect in photo pixels
    chosen = Signal(object)  # row of the ground truth, or None beside all boxes

    def __init__(self, canvas: Canvas, theme: Theme) -> None:
        super().__init__(canvas)
        self.canvas, self.theme = canvas, theme
        self.truth = nothing_drawn()
        self.row: int | None = None
        self.name = ""
        self._press: QPointF | None = None
        self._at: QPointF | None = None
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        canvas.installEventFilter(self)
        canvas.camera.changed.connect(self.update)
        theme.changed.connect(self.update)
        self.hide()

    def show_truth(self, truth: GroundTruth, row: int | None, name: str) -> None:
        """row: the chosen one. name: the class of the next box."""
        self.truth, self.row, self.name = truth, row, name
        self.setGeometry(self.canvas.rect())
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self.canvas.rect())
        return False

    # -- geometry --------------------------------------------------------------------------

    def _spot(self) -> Spot | None:
        """Where the photo is, if the canvas shows it."""
        spots = self.canvas.spots()
        return spots[0] if spots and spots[0].scene.space == "photo" else None

    def _inside(self, at: QPointF) -> bool:
        spot = self._spot()
        if spot is None:
            return False
        x1, y1, x2, y2 = spot.area
        return x1 <= at.x() <= x2 and y1 <= at.y() <= y2

    def _box(self) -> Rect | None:
        """What is being dragged, in photo pixels and inside the photo."""
        spot = self._spot()
        if spot is None or self._press is None or self._at is None:
            return None
        left, top, right, bottom = spot.scene.extent
        (ax, ay), (bx, by) = (spot.view.back(at.x(), at.y()) for at in (self._press, self._at))
        x1, x2 = sorted(min(max(x, left), right) for x in (ax, bx))
        y1, y2 = sorted(min(max(y, top), bottom) for y in (ay, by))
        return (x1, y1, x2, y2)

    # -- pointer ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._inside(event.position()):
            self._press = event.position()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            event.ignore()
            return
        if self._at or (event.position() - self._press).manhattanLength() > DRAG:
            self._at = event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is None or event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        box, press, spot = self._box(), self._press, self._spot()
        self._press = self._at = None
        self.update()
        if box is not None and min(box[2] - box[0], box[3] - box[1]) >= LEAST:
            self.drawn.emit(box)
        elif box is None and spot is not None:
            self.chosen.emit(self.truth.row_at(*spot.view.back(press.x(), press.y())))

    # -- drawing ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        spot = self._spot()
        if spot is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x1, y1, x2, y2 = spot.area
        painter.setClipRect(QRectF(x1, y1, x2 - x1, y2 - y1))
        for row, box in enumerate(self.truth.boxes.tolist()):
            self._inside_of(painter, spot.view.rect(box), row == self.row)
        drawn = self._drawn(spot.scene)
        missing = [not any(np.array_equal(box, each) for each in drawn) for box in self.truth.boxes]
        self._outline(painter, spot, self.truth.boxes[np.array(missing, np.bool_)])
        # The picture's captions come over the outlines again, where they were.
        self.canvas.paint_captions(painter, spot, replace(
            spot.scene, layers=(self._names(spot.scene), *spot.scene.layers)
        ))
        dragged = self._box()
        if dragged is not None:
            self._inside_of(painter, spot.view.rect(dragged), True)
            self._outline(painter, spot, np.array([dragged]))
            self._name(painter, spot.view.rect(dragged))

    def _drawn(self, scene: Scene, named: bool = False) -> list[Floats]:
        """The boxes that the picture shows itself; named: those whose names it says."""
        return [
            box for layer in scene.layers
            if isinstance(layer, Boxes) and layer.name == TRUTH
            and layer.name not in self.canvas.hidden and (layer.captions or not named)
            for box in layer.boxes
        ]

    def _names(self, scene: Scene) -> Boxes:
        """A layer with the names that the picture does not say itself; as the lowest one, it finds
        room last."""
        said = self._drawn(scene, named=True)
        names = tuple(
            "" if any(np.array_equal(box, other) for other in said) else tag(name)
            for box, name in zip(self.truth.boxes, self.truth.names, strict=True)
        )
        return replace(truth_boxes(self.truth.boxes, names), name="Drawn")

    def _inside_of(self, painter: QPainter, at: Rect, chosen: bool) -> None:
        inside = QColor(self.theme.palette.accent)
        inside.setAlphaF(0.22 if chosen else 0.05)
        painter.fillRect(QRectF(QPointF(at[0], at[1]), QPointF(at[2], at[3])), inside)

    def _outline(self, painter: QPainter, spot: Spot, boxes: Floats) -> None:
        """As pictures draw the ground truth: what they do not show yet looks no different."""
        scene = replace(spot.scene, layers=(truth_boxes(boxes, ()),))
        paint_layers(painter, scene, spot.view, spot.area, self.theme.palette)

    def _name(self, painter: QPainter, at: Rect) -> None:
        """The class of the box that is being dragged, in its lower right corner."""
        ink, font = QColor(self.theme.palette.truth), sans(CAPTION, Weight.DemiBold)
        name = on_screen(self.name)
        width = QFontMetricsF(font).horizontalAdvance(name) + 12
        plate = QRectF(at[2] + 1 - width, at[3] - 19, width, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawRoundedRect(plate, 2, 2)
        painter.setFont(font)
        painter.setPen(readable_on(ink))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, name)
