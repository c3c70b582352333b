"""Pictures that follow the pointer: the RPN's sliding window under it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer

from explorer.session.state import Desk
from explorer.ui.canvas import Canvas
from explorer.ui.centre import Centre
from explorer.ui.workbench import Workbench

EVERY = 40  # milliseconds between two pictures


class Pointing(QObject):
    """Takes the latest place of the pointer, so often as pictures can follow."""

    def __init__(
        self, bench: Workbench, centre: Centre, go: Callable[[Desk, str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.bench, self._go = bench, go
        self._latest: tuple[Canvas, int, int] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self._take)
        for canvas in centre.canvases.values():
            canvas.pointed.connect(partial(self._moved, canvas))

    def _moved(self, canvas: Canvas, x: float, y: float) -> None:
        self._latest = (canvas, round(x), round(y))
        if not self._timer.isActive():
            self._timer.start()

    def _take(self) -> None:
        latest, self._latest = self._latest, None
        if latest is None:
            return
        canvas, x, y = latest
        picture = canvas.picture
        if picture is None or picture.pointer is None or self.bench.photo is None:
            return
        height, width = self.bench.photo.shape[:2]
        desk = self.bench.desk
        for key, value, end in zip(picture.pointer, (x, y), (width, height), strict=True):
            desk = desk.with_control(key, min(max(value, 0), end - 1))
        if desk != self.bench.desk:
            self._go(desk, "pointer")
