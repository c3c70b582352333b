"""Writes exports in threads of their own; the window's thread only hears how far they are."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.session.job import sentence_of
from explorer.ui.export_jobs import ExportJob


class Exporter(QObject):
    """One export at a time is heard of. Every file appears whole or not at all."""

    progressed = Signal()  # one file, or one part of it, is done
    done = Signal(list)  # Paths
    cancelled = Signal(list)  # those written before
    failed = Signal(str)
    _told = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._threads: list[tuple[threading.Thread, threading.Event]] = []
        self._told.connect(self._take)

    def start(self, job: ExportJob) -> None:
        self._number += 1
        self._threads = [held for held in self._threads if held[0].is_alive()]
        stop = threading.Event()
        thread = threading.Thread(
            target=partial(self._write, self._number, job, stop), name="export"
        )
        self._threads.append((thread, stop))
        thread.start()

    def cancel(self) -> None:
        """Ask it to stop, without waiting; the page that is being drawn is not written."""
        for _, stop in self._threads:
            stop.set()

    def close(self) -> None:
        """Stop, and wait until the present page is drawn."""
        self.cancel()
        for thread, _ in self._threads:
            thread.join()

    def _write(self, number: int, job: ExportJob, stop: threading.Event) -> None:
        written: list[Path] = []
        try:
            for news in job.write(stop.is_set):
                if news is not None:
                    written.append(news)
                self._told.emit(number, None)
        except Exception as error:  # said in the banner
            self._told.emit(number, sentence_of(error))
            return
        self._told.emit(number, (written, stop.is_set()))

    def _take(self, number: int, news: str | tuple[list[Path], bool] | None) -> None:
        if number != self._number:
            return
        if news is None:
            self.progressed.emit()
        elif isinstance(news, str):
            self.failed.emit(news)
        else:
            (self.cancelled if news[1] else self.done).emit(news[0])
