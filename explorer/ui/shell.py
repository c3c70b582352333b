"""The window before anything is in it: on screen at once, in the colours and at the place of what
comes. Imports nothing but Qt, the colours and the least size.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QSettings, QSize, QTimer, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QMainWindow

from explorer.ui.text_size import LEAST
from explorer.ui.theme import PALETTES

TOP, BOTTOM, LEFT, RIGHT = 56, 88, 366, 344  # pixels of the bars and columns that will be there
USUAL = QSize(1680, 1050)
FRAME = QSize(16, 48)  # what a window's own frame may take; how much is known once it is shown


def first_size(screen: QSize) -> QSize:
    """Of a window that is shown for the first time, on a screen with so much room."""
    return USUAL.boundedTo(screen - FRAME)


class Shell(QMainWindow):
    """painted: once, after its first frame. furnished: whether its parts are in it."""

    painted = Signal()

    def __init__(self, settings: QSettings) -> None:
        super().__init__()
        self.settings = settings
        self.furnished = False
        self._waiting = True  # nothing has been painted yet
        self.setWindowTitle("Two-Stage Explorer")
        first = first_size(QGuiApplication.primaryScreen().availableSize())
        self.setMinimumSize(LEAST.boundedTo(first))
        self.resize(first)
        geometry = settings.value("geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._waiting:
            self._waiting = False
            QTimer.singleShot(0, self, self.painted.emit)
        if self.furnished:
            return super().paintEvent(event)
        palette = PALETTES.get(str(self.settings.value("theme", "dark")), PALETTES["dark"])
        painter = QPainter(self)
        width, height = self.width(), self.height()
        painter.fillRect(self.rect(), QColor(palette.window))
        middle = height - TOP - BOTTOM
        for bar in (
            QRect(0, 0, width, TOP), QRect(0, TOP + 1, LEFT, middle - 2),
            QRect(width - RIGHT, TOP + 1, RIGHT, middle - 2),
            QRect(0, height - BOTTOM, width, BOTTOM),
        ):
            painter.fillRect(bar, QColor(palette.surface))
