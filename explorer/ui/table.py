"""Tables of rows that are chosen one at a time, and keys that a widget keeps for itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
        Qt.Key.Key_Home, Qt.Key.Key_End)


def kept_key(event: QEvent, keys: Collection[int]) -> bool:
    """Whether it asks for one of these keys before the window's shortcuts; then it is accepted."""
    if (
        event.type() == QEvent.Type.ShortcutOverride
        and isinstance(event, QKeyEvent) and event.key() in keys
    ):
        event.accept()
        return True
    return False


def shared(
    needs: Sequence[int], leasts: Sequence[int], room: int, order: Iterable[int]
) -> list[int]:
    """Widths of columns in so many pixels: what each needs. Without room for all, they are filled
    up from their least in that order."""
    widths = [min(pair) for pair in zip(needs, leasts, strict=True)]
    left = room - sum(widths)
    for at in order:
        more = max(0, min(needs[at] - widths[at], left))
        widths[at] += more
        left -= more
    return widths


class Table(QTableView):
    """Its arrow keys move in it, not through the boxes under the pointer. line: pixels of a row.
    """

    def __init__(self, line: int) -> None:
        super().__init__()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        lines = self.verticalHeader()
        lines.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        lines.setDefaultSectionSize(line)
        lines.hide()

    def room(self) -> int:
        """Pixels for columns. The bar that scrolls may come with the rows: its place is left free.
        """
        return self.width() - self.verticalScrollBar().sizeHint().width()

    def event(self, event: QEvent) -> bool:
        return kept_key(event, KEYS) or super().event(event)
