"""One download at a time, in a thread of its own, with a card that shows how far it is.

Not the worker that runs the methods: they go on meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from explorer.methods.torchvision_names import Published
from explorer.session.job import sentence_of

MEGA = 1_000_000
PATIENCE = 2.0  # seconds that closing waits for a download that hangs in the network
Fetch = Callable[[str, Callable[[int, int], None]], Path]


class Cancelled(Exception):
    """Raised inside a download that nobody wants any more."""


def fetch(name: str, progress: Callable[[int, int], None]) -> Path:
    """torchvision's weights of that name; torch is imported here, in the thread."""
    from explorer.methods.torchvision_weights import download

    return download(name, progress=progress)


class Download(QObject):
    """get: (name, progress) -> the file, in place of torchvision's own download."""

    progressed = Signal(int, int)  # bytes done and in all, 0 where unknown
    done = Signal(object)  # Path
    failed = Signal(str)
    _told = Signal(int, object)

    def __init__(self, get: Fetch = fetch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.get = get
        self.running: Published | None = None
        self._number = 0
        self._threads: list[threading.Thread] = []
        self._told.connect(self._take)

    def start(self, one: Published) -> None:
        """Fetch this instead of what is being fetched."""
        self._number += 1
        self.running = one
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        # A daemon: a server that does not answer must not keep the program from ending.
        thread = threading.Thread(
            target=partial(self._work, self._number, one.name), name="download", daemon=True
        )
        self._threads.append(thread)
        thread.start()

    def cancel(self) -> None:
        """Nothing more is heard of it; its thread ends with the next piece that arrives."""
        self._number += 1
        self.running = None

    def close(self) -> None:
        self.cancel()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _take(self, number: int, news: tuple[int, int] | Path | str) -> None:
        if number != self._number:
            return
        if isinstance(news, tuple):
            self.progressed.emit(*news)
            return
        self.running = None
        if isinstance(news, Path):
            self.done.emit(news)
        else:
            self.failed.emit(news)

    def _work(self, number: int, name: str) -> None:
        def tell(done: int, total: int) -> None:
            if number != self._number:
                raise Cancelled
            self._told.emit(number, (done, total))

        try:
            news: Path | str = self.get(name, tell)
        except Cancelled:
            return
        except Exception as error:  # said in the banner
            news = sentence_of(error)
        self._told.emit(number, news)


class DownloadCard(QWidget):
    """Over the lower edge of the canvases while something is fetched."""

    cancelled = Signal()

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("notice")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.over = over
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 9, 9, 9)
        row.setSpacing(14)
        self.text = QLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(150)
        self.cancel = QPushButton("Cancel")
        self.cancel.setAccessibleName("Cancel the download")
        self.cancel.clicked.connect(self.cancelled)
        for widget in (self.text, self.bar, self.cancel):
            row.addWidget(widget)
        over.installEventFilter(self)
        self.hide()

    def show_progress(self, one: Published, done: int, total: int) -> None:
        """0 of 0: it has not begun to arrive, and the bar moves to and fro."""
        whole = f"{total / MEGA:.0f}" if total else str(one.megabytes)
        self.text.setText(f"Downloading {one.title} · {done / MEGA:.0f} of {whole} MB")
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.show()
        self.raise_()
        self._place()

    def _place(self) -> None:
        self.adjustSize()
        over = self.over
        self.move((over.width() - self.width()) // 2, over.height() - self.height() - 52)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False
