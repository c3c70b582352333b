"""What takes long is done piece by piece, each in a turn of the event loop of its own.

Five canvases that get a picture or another size at once would else be drawn in one turn, in which
the window could not answer.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from explorer.ui.still import Still


class Turns(QObject):
    """A queue of widgets to be drawn, and of other things to be done."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[QWidget | Callable[[], object]] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._next)

    @property
    def busy(self) -> bool:
        """Whether anything is still to be drawn or done."""
        return bool(self._waiting)

    def ask(self, widget: QWidget) -> None:
        """Draw it when its turn comes; until then it shows what it showed (see `Seen`)."""
        if widget not in self._waiting:
            self._waiting.append(widget)
        self._timer.start()

    def later(self, do: Callable[[], object]) -> None:
        """Do it when its turn comes."""
        self._waiting.append(do)
        self._timer.start()

    def waits(self, widget: QWidget) -> bool:
        """Whether its turn is still to come."""
        return widget in self._waiting

    def draw_now(self, widget: QWidget) -> None:
        """Its turn is now."""
        if widget in self._waiting:
            self._waiting.remove(widget)
        widget.repaint()

    def _next(self) -> None:
        try:
            first = self._waiting[0] if self._waiting else None
            if isinstance(first, QWidget):
                self.draw_now(first)
            elif first is not None:
                self._waiting.pop(0)
                first()
        finally:  # what one failed to do does not keep the others from their turn
            if self._waiting:
                self._timer.start()


class Seen:
    """What a widget showed last. Qt asks all of a window to be drawn when one part of it changes
    its place: those of which nothing has changed show this again, and so do those that wait for
    their turn, whatever size they have now."""

    def __init__(self, turns: Turns) -> None:
        self._turns, self._still = turns, Still()

    def forget(self) -> None:
        """It is another now."""
        self._still.forget()

    def paint(self, widget: QWidget, draw: Callable[[QPainter], None]) -> None:
        """In a paint event: by `draw` where need be."""
        waits = self._turns.waits(widget)
        pixmap = self._still.pixmap if waits else self._still.of(widget, draw)
        QPainter(widget).drawPixmap(0, 0, pixmap)
