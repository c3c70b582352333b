"""Cyclic garbage that holds a widget is freed on the UI thread, whoever allocates."""

from __future__ import annotations

import gc
import threading
import weakref

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from explorer.ui.garbage import Collector


class Knot(QObject):
    """Holds itself: only the cyclic collector frees it."""

    def __init__(self, freed: list[int]) -> None:
        super().__init__()
        self.itself = self
        weakref.finalize(self, lambda: freed.append(threading.get_ident()))


def allocate() -> None:
    """More than any threshold of the collector's youngest generation."""
    kept = [[number] for number in range(20_000)]
    del kept


def test_a_worker_that_allocates_frees_no_widget(qtbot: QtBot) -> None:
    collector = Collector()
    try:
        freed: list[int] = []
        Knot(freed)
        worker = threading.Thread(target=allocate)
        worker.start()
        worker.join()
        assert freed == []
        kept = [[number] for number in range(2 * gc.get_threshold()[0])]
        collector.collect()
        assert freed == [threading.get_ident()]
        assert kept
    finally:
        collector.close()
        gc.disable()  # as it is for all tests of the window


def test_python_collects_again_after_the_window(qtbot: QtBot) -> None:
    collector = Collector()
    assert not gc.isenabled()
    collector.close()
    assert gc.isenabled()
    gc.disable()
