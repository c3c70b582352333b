"""Cyclic garbage that holds a widget is freed on the UI thread, whoever allocates."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from explorer.ui.garbage import MANY, OLDEST, Collector


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


def turn_of_the_oldest() -> None:
    """As many collections of the younger ones as it takes."""
    while gc.get_count()[OLDEST] <= gc.get_threshold()[OLDEST]:
        gc.collect(OLDEST - 1)
    kept = [[number] for number in range(2 * gc.get_threshold()[0])]
    del kept


def test_many_old_objects_are_not_looked_through(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library that was read bit by bit: each bit is too small to tell."""
    collector = Collector()
    collected: list[int] = []
    whole = gc.collect
    try:
        gc.freeze()
        library = [[number] for number in range(MANY + 1)]
        turn_of_the_oldest()
        monkeypatch.setattr(gc, "collect", lambda oldest: collected.append(oldest) or whole(oldest))
        collector.collect()
        assert collected == [OLDEST - 1]
        assert len(gc.get_objects(generation=OLDEST)) == 0 and len(library) > MANY
        monkeypatch.undo()
    finally:
        collector.close()
        gc.disable()


def test_few_old_objects_are(qtbot: QtBot) -> None:
    collector = Collector()
    try:
        gc.freeze()
        freed: list[int] = []
        knots = [Knot(freed)]
        turn_of_the_oldest()
        assert gc.is_tracked(knots[0]) and not freed
        knots.clear()
        collector.collect()
        assert freed == [threading.get_ident()]
    finally:
        collector.close()
        gc.disable()
