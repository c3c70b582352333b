"""What of a widget is drawn once and shown again and again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QWidget


class Still:
    """A drawing as large as its widget, made anew where that or its screen is another now."""

    def __init__(self) -> None:
        self._pixmap = QPixmap()

    def forget(self) -> None:
        """What it shows is another now."""
        self._pixmap = QPixmap()

    def of(self, widget: QWidget, draw: Callable[[QPainter], None]) -> QPixmap:
        """The drawing, by `draw` where there is none that fits."""
        ratio = widget.devicePixelRatioF()
        size = widget.size() * ratio
        if self._pixmap.size() != size or self._pixmap.devicePixelRatioF() != ratio:
            self._pixmap = QPixmap(size)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._pixmap)
            draw(painter)
            painter.end()
        return self._pixmap
