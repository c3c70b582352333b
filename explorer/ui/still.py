"""What of a widget is drawn once and shown again and again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QWidget


class Still:
    """A drawing as large as its widget, made anew where that or its screen is another now."""

    def __init__(self) -> None:
        self.pixmap = QPixmap()
        self._stale = True

    def forget(self) -> None:
        """What it shows is another now."""
        self._stale = True

    def of(self, widget: QWidget, draw: Callable[[QPainter], None]) -> QPixmap:
        """The drawing, by `draw` where there is none that fits."""
        if self._stale or not self._fits(widget):
            self.draw(widget, draw)
        return self.pixmap

    def draw(self, widget: QWidget, draw: Callable[[QPainter], None]) -> None:
        """Make it anew."""
        if not self._fits(widget):
            ratio = widget.devicePixelRatioF()
            self.pixmap = QPixmap(widget.size() * ratio)
            self.pixmap.setDevicePixelRatio(ratio)
        self.pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self.pixmap)
        try:
            draw(painter)
        finally:  # Qt ends the program when a picture goes that is still being drawn on
            painter.end()
        self._stale = False

    def _fits(self, widget: QWidget) -> bool:
        ratio = widget.devicePixelRatioF()
        same = self.pixmap.devicePixelRatioF() == ratio
        return same and self.pixmap.size() == widget.size() * ratio
