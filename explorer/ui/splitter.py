"""A splitter whose handles are lines in the theme's colours.

A style sheet draws a handle only where the splitter has one, and with it all that it holds (see
`style_files`).
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from explorer.ui.style import Theme


class Handle(QSplitterHandle):
    """A line that lights up under the pointer."""

    def __init__(self, splitter: Splitter) -> None:
        super().__init__(splitter.orientation(), splitter)
        self._theme = splitter.theme
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # drawn again as the pointer comes and goes
        splitter.theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self._theme.palette
        colour = palette.accent if self.underMouse() else palette.line
        QPainter(self).fillRect(self.rect(), QColor(colour))


class Splitter(QSplitter):
    """One pixel between its parts."""

    def __init__(
        self, orientation: Qt.Orientation, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(orientation, parent)
        self.theme = theme
        self.setHandleWidth(1)

    def createHandle(self) -> QSplitterHandle:
        return Handle(self)
