"""What the program is started with, opened once its window is painted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from explorer.ui.workbench import Workbench


class Beginning(QObject):
    """Calls `begin` after the first paint of `canvases`: only then may torch be read from disk.

    Where nothing of it could be read, a sample lies behind what is said of that.
    """

    def __init__(
        self, canvases: QWidget, workbench: Workbench, begin: Callable[[], object]
    ) -> None:
        super().__init__(canvases)
        self._canvases, self._workbench, self._begin = canvases, workbench, begin
        self._over = False
        canvases.installEventFilter(self)
        workbench.failed.connect(self._failed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._canvases.removeEventFilter(self)
            QTimer.singleShot(0, self, self._begin)
        return False

    def _failed(self) -> None:
        bench = self._workbench
        if self._over or bench.coming is not None:
            return
        self._over = True  # the sample may be bad as well
        if bench.photo is None:
            from explorer.paths import samples

            if photos := list(samples()[:1]):
                bench.open_paths(photos)
