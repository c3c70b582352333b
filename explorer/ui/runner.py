"""Runs jobs in one worker thread and hands their events to the window's thread.

The newest job wins: starting one cancels what runs. Events carry their job's number, and those of
an older job are dropped. The thread is a Python thread, because Qt's have stacks too small for
numba and torch on some systems; it is always joined, never killed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from explorer.session.job import Engine, Failed, Job, sentence_of
from explorer.session.varying import all_events


class Runner(QObject):
    """make_engine is called once, in the worker: only there is torch imported."""

    happened = Signal(object)  # an Event of the newest job
    finished = Signal()  # the newest job is done, failed or cancelled
    _told = Signal(int, object)

    def __init__(self, make_engine: Callable[[], Engine], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make_engine = make_engine
        self._number = 0
        self._next: tuple[int, Job] | None = None
        self._closing = False
        self._condition = threading.Condition()
        self.busy = False
        self._told.connect(self._pass_on)
        self._thread = threading.Thread(target=self._work, name="explorer-runner")
        self._thread.start()

    # -- called in the window's thread -----------------------------------------------------

    def start(self, job: Job) -> None:
        """Do `job` instead of whatever runs."""
        with self._condition:
            self._number += 1
            self._next = (self._number, job)
            self.busy = True
            self._condition.notify()

    def cancel(self) -> None:
        """Stop what runs, as soon as its present step ends. `finished` comes at once."""
        with self._condition:
            self._number += 1
            self._next = None
        if self.busy:
            self.busy = False
            self.finished.emit()

    def stop(self) -> None:
        """For good, as soon as the present step ends; see `stopped`. The first imports torch."""
        with self._condition:
            self._closing = True
            self._number += 1
            self._next = None
            self._condition.notify()

    @property
    def stopped(self) -> bool:
        """Whether its thread has ended."""
        return not self._thread.is_alive()

    def close(self) -> None:
        """Stop and wait for the thread (at most one step of a method)."""
        self.stop()
        self._thread.join()

    def _pass_on(self, number: int, event: object | None) -> None:
        if number != self._number:
            return
        if event is None:
            self.busy = False
            self.finished.emit()
        else:
            self.happened.emit(event)

    # -- called in the worker --------------------------------------------------------------

    def _is_old(self, number: int) -> bool:
        return number != self._number

    def _work(self) -> None:
        engine: Engine | None = None
        while True:
            with self._condition:
                while self._next is None and not self._closing:
                    self._condition.wait()
                if self._closing or self._next is None:
                    return
                number, job = self._next
                self._next = None
            try:
                engine = engine or self._make_engine()
                for event in all_events(job, engine, partial(self._is_old, number)):
                    if number != self._number:
                        break
                    self._told.emit(number, event)
            except Exception as error:  # a missing library or device: say so, stay alive
                self._told.emit(number, Failed(sentence_of(error)))
            self._told.emit(number, None)
