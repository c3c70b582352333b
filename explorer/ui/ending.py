"""Ctrl+C in the terminal, and what ends programs at log-out: the window closes as by its button, so
that no thread is cut off while it writes a file."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

from PySide6.QtCore import QObject, QSocketNotifier, QTimer

from explorer.session.files import ENDS


class Ending(QObject):
    """Calls `end` soon after the first signal; a second one ends the program at once.

    number: the signal that came, 0 for none. Python runs a handler only between its own
    instructions, of which an idle window has none: the byte that each signal writes wakes it.
    """

    def __init__(self, end: Callable[[], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.number = 0
        self._end = end
        self._reading, self._writing = socket.socketpair()
        for one in (self._reading, self._writing):
            one.setblocking(False)
        self._notifier = QSocketNotifier(
            self._reading.fileno(), QSocketNotifier.Type.Read, self
        )
        self._notifier.activated.connect(self._woken)
        known = [getattr(signal, name) for name in ENDS if hasattr(signal, name)]
        self._before: dict[signal.Signals, Any] = {
            one: signal.signal(one, self._came) for one in known
        }
        self._fd = signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)

    def close(self) -> None:
        """As it was before."""
        for one, handler in self._before.items():
            signal.signal(one, handler)
        signal.set_wakeup_fd(self._fd)
        self._notifier.setEnabled(False)
        self._reading.close()
        self._writing.close()

    def _came(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        for one in self._before:
            signal.signal(one, signal.SIG_DFL)
        QTimer.singleShot(0, self, self._end)

    def _woken(self) -> None:
        """The handler has run, or runs before the next line."""
        self._reading.recv(64)
