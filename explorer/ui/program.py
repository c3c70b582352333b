"""One window after the other: the first, and one for each other size of texts that is chosen.

Qt scales by one factor for each application (see `explorer.ui.text_size`). So a window in another
size has an application of its own, and takes over all that the one before had: the photo, results,
undo steps, networks in memory. Nothing runs again.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from explorer.ui.ending import Ending
from explorer.ui.garbage import Collector
from explorer.ui.text_size import FACTOR, USUAL, largest, text_size, use_text_size
from explorer.ui.window import Window

if TYPE_CHECKING:
    from explorer.session.job import Engine
    from explorer.ui.legacy import Legacy

NAME = "two-stage-explorer"
SOON = "The texts change their size as soon as the present step ends."
POLL = 30  # milliseconds from one look at the worker to the next
SIGNALLED = 128  # and the signal's number: the exit code of a program that a signal ended


def run(make_engine: Callable[[], Engine], open_first: Callable[[Window], None]) -> int:
    """Show the window until it is closed; the exit code. open_first: what to open in it."""
    own = os.environ.get(FACTOR)
    make = cache(make_engine)  # called in the worker of each window, one after the other
    legacy: Legacy | None = None
    while True:
        app, size = _begin(own)
        code, legacy = _show(app, make, open_first, size, legacy)
        if legacy is None:
            return code
        _end(app)


def _begin(own: str | None) -> tuple[QCoreApplication, int]:
    """The application in the chosen size, or in the largest for which there is room; which."""
    size = use_text_size(text_size(QSettings(NAME, NAME)), own)
    app = QApplication.instance() or QApplication([NAME])
    if size > USUAL and (most := largest(QApplication.primaryScreen(), size)) < size:
        _end(app)
        size = use_text_size(most, own)
        app = QApplication([NAME])
    app.setApplicationName(NAME)
    return app, size


def _end(app: QCoreApplication) -> None:
    """The application goes, with all that is left of its window."""
    from explorer.ui.fonts import forget_fonts

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    forget_fonts()
    app.shutdown()


def _show(
    app: QCoreApplication, make_engine: Callable[[], Engine],
    open_first: Callable[[Window], None], size: int, legacy: Legacy | None,
) -> tuple[int, Legacy | None]:
    """One window until it is closed; the exit code, and what it leaves to the next."""
    collector = Collector()
    window = Window(make_engine, QSettings(NAME, NAME), furnished=False)
    window.text_size = size
    if legacy is not None:
        legacy.place(window)
    left: list[Legacy] = []

    def leave(sentence: str) -> None:
        from explorer.ui.legacy import Legacy  # reads most of the program: not before it is shown

        if left:
            return  # it is going
        left.append(Legacy.of(window, sentence))
        window.setEnabled(False)
        window.strip.hint.setText(SOON)
        window.runner.stop()
        close_once_stopped()

    def close_once_stopped() -> None:
        """Until then it stays on screen: a step may take seconds."""
        if window.runner.stopped:
            window.close()
        else:
            QTimer.singleShot(POLL, window, close_once_stopped)

    def furnish() -> None:
        if not window.isVisible():
            return  # it was closed at once
        try:
            window.furnish()
        except BaseException:
            app.exit(1)  # a window without its parts is of no use
            raise
        window.workbench.idle.connect(collector.settle)
        window.text_size_chosen.connect(leave)
        if legacy is None or not legacy.fill(window):
            open_first(window)

    ending = Ending(window.close)
    window.painted.connect(furnish)
    window.show()
    code = app.exec()
    window.deleteLater()
    collector.close()
    ending.close()
    if ending.number:
        return SIGNALLED + ending.number, None
    return code, left[0] if left else None
