"""Makes pictures and thumbnails in a worker thread, so that the window never waits for them.

Work is filed by slot, and a newer order for a slot replaces one that has not begun: while a slider
moves, only the latest position is drawn. Slots of lower rank go first.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal


@dataclass(frozen=True, eq=False)
class Order:
    rank: int
    number: int
    make: Callable[[], Any]
    deliver: Callable[[Any], None]


class Studio(QObject):
    """`ask` in the window's thread; `deliver` is called there with what `make` gave."""

    _done = Signal(object, object, object)  # slot, order, result or the error

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._orders: dict[Hashable, Order] = {}
        self._latest: dict[Hashable, int] = {}
        self._numbers = itertools.count()
        self._condition = threading.Condition()
        self._closing = False
        self._done.connect(self._deliver)
        self._thread = threading.Thread(target=self._work, name="explorer-studio")
        self._thread.start()

    @property
    def busy(self) -> bool:
        return bool(self._latest)

    def ask(
        self,
        slot: Hashable,
        make: Callable[[], Any],
        deliver: Callable[[Any], None],
        rank: int = 0,
    ) -> None:
        """Run `make` in the worker. Its result, or the exception it raised, goes to `deliver`,
        unless a newer order for the slot came in between."""
        order = Order(rank, next(self._numbers), make, deliver)
        with self._condition:
            self._orders[slot] = order
            self._latest[slot] = order.number
            self._condition.notify()

    def forget(self) -> None:
        """Drop all orders: another photo is on the desk."""
        with self._condition:
            self._orders.clear()
            self._latest.clear()

    def close(self) -> None:
        with self._condition:
            self._closing = True
            self._condition.notify()
        self._thread.join()

    def _deliver(self, slot: Hashable, order: Order, result: Any) -> None:
        if self._latest.get(slot) == order.number:
            del self._latest[slot]
            order.deliver(result)

    def _work(self) -> None:
        while True:
            with self._condition:
                while not self._orders and not self._closing:
                    self._condition.wait()
                if self._closing:
                    return
                slot = min(
                    self._orders, key=lambda s: (self._orders[s].rank, self._orders[s].number)
                )
                order = self._orders.pop(slot)
            result: Any
            try:
                result = order.make()
            except Exception as error:  # delivered: the canvas says what is wrong
                result = error
            self._done.emit(slot, order, result)
