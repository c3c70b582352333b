"""Widgets that draw much draw one after the other, each in a turn of the event loop of its own.

Five canvases that get a picture at once would else be drawn in one turn, in which the window could
not answer.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget


class Turns(QObject):
    """A queue of widgets to be drawn."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[QWidget] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._next)

    def ask(self, widget: QWidget) -> None:
        """Draw it when its turn comes; until then it shows what it showed."""
        if widget not in self._waiting:
            self._waiting.append(widget)
        self._timer.start()

    def _next(self) -> None:
        if self._waiting:
            self._waiting.pop(0).repaint()
        if self._waiting:
            self._timer.start()
