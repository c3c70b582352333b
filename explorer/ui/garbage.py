"""Python's cyclic garbage is collected on the UI thread alone.

The collector runs in whichever thread happens to allocate. A widget that is freed by a worker takes
the whole program with it, so the automatic collector is off, and a timer does its work.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY = 1000  # milliseconds
LIBRARY = 50_000  # new objects in that time: a library was read from disk
MANY = 30_000  # old objects: looking through them takes some 20 ms, and 400,000 a third of a second
OLDEST = 2  # generation


class Collector(QObject):
    """Lives on the UI thread; until `close`, nothing is collected elsewhere."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._settled = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(EVERY)

    def collect(self) -> None:
        """The oldest generation whose turn it is, as the automatic collector would choose.

        Many old objects are libraries that a worker reads: at once, or bit by bit where the disk is
        slow or their source is compiled. They stay, and are not looked through.
        """
        if not self._settled and gc.get_count()[0] > LIBRARY:
            gc.freeze()
            return
        turns = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = max((number for number, (count, most) in enumerate(turns) if 0 < most < count),
                  default=None)
        if due == OLDEST and len(gc.get_objects(generation=OLDEST)) > MANY:
            gc.collect(OLDEST - 1)
            gc.freeze()
        elif due is not None:
            gc.collect(due)

    def settle(self) -> None:
        """Once the libraries are loaded: what they brought stays, and is not looked through."""
        if not self._settled:
            self._settled = True
            gc.freeze()

    def close(self) -> None:
        """Give the work back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
