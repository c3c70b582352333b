"""Sliders whose keys move them, not the stage, while they have the focus."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSlider
from superqt import QDoubleSlider, QLabeledDoubleSlider, QLabeledSlider

from explorer.ui.table import kept_key

STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
HANDLE, RING = 14.0, 5.0  # pixels: the handle's width, a mark's radius
KEYS = (*STEPS, Qt.Key.Key_Home, Qt.Key.Key_End)


NARROWEST = 0.5  # of the width that a slider wants: as narrow as it gets in a small window


class Wide:
    """Before a slider's own class: it can be told how wide to be, see `want`."""

    wanted = 0

    def sizeHint(self) -> QSize:
        hint: QSize = super().sizeHint()  # type: ignore[misc]
        return QSize(self.wanted or hint.width(), hint.height())


class Slider(Wide, QLabeledSlider):  # type: ignore[misc]
    """A labelled slider of whole numbers."""

    def event(self, event: QEvent) -> bool:
        return kept_key(event, KEYS) or bool(super().event(event))


def _moved(slider: QDoubleSlider, event: QKeyEvent) -> bool:
    """Move a slider of other numbers by a key, which QSlider does for whole numbers alone."""
    key = event.key()
    if key in STEPS:
        slider.setValue(slider.value() + STEPS[Qt.Key(key)] * slider.singleStep())
    elif key in KEYS:
        slider.setValue(slider.minimum() if key == Qt.Key.Key_Home else slider.maximum())
    return key in KEYS


class FineSlider(Wide, QLabeledDoubleSlider):  # type: ignore[misc]
    """A labelled slider of numbers between whole ones."""

    def __init__(self, orientation: Qt.Orientation) -> None:
        super().__init__(orientation)
        inner = self.findChild(QSlider)
        assert inner is not None
        inner.installEventFilter(self)  # it takes the keys

    def event(self, event: QEvent) -> bool:
        return kept_key(event, KEYS) or bool(super().event(event))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return _moved(self, event)
        return bool(super().eventFilter(watched, event))


def want(slider: Slider | FineSlider, width: int) -> None:
    """Let it be so many pixels wide where there is room, and narrower where there is not."""
    slider.wanted = width
    slider.setMaximumWidth(width)
    slider.setMinimumWidth(round(NARROWEST * width))


class StillSlider(QDoubleSlider):  # type: ignore[misc]
    """The wheel scrolls the panel; it does not move a threshold that it happens to pass.

    marks: values at which rings stand beside the handle: what else it stands for; ink: theirs.
    """

    marks: Sequence[float] = ()
    ink = ""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.marks:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.ink), 2))
        span = self.maximum() - self.minimum() or 1.0
        for mark in self.marks:
            along = HANDLE / 2 + (self.width() - HANDLE) * (mark - self.minimum()) / span
            painter.drawEllipse(QPointF(along, self.height() / 2), RING, RING)

    def event(self, event: QEvent) -> bool:
        return kept_key(event, KEYS) or bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _moved(self, event):
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
