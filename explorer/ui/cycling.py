"""Steps through the boxes that lie on each other, where the pointer is or last clicked."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QObject, QPointF
from PySide6.QtGui import QCursor

from explorer.ui.canvas import Canvas


class Cycling(QObject):
    def __init__(self, canvases: Iterable[Canvas], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvases = tuple(canvases)
        self._last: Canvas | None = None  # whose boxes are stepped through
        for canvas in self._canvases:
            canvas.picked.connect(partial(self._picked, canvas))

    def _picked(self, canvas: Canvas, key: object) -> None:
        self._last = canvas

    def step(self, by: int) -> None:
        """Select the next box (or the one before) under the pointer, where it is over boxes; else
        under the last click."""
        for canvas in self._canvases:
            if canvas.isVisible() and canvas.underMouse():
                at = QPointF(canvas.mapFromGlobal(QCursor.pos()))
                if canvas.look_at(at):
                    canvas.cycle(by)
                    return
        if self._last is not None and self._last.isVisible():
            self._last.cycle(by)
