"""Layouts: lines filled like words of a text, and widgets one above the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QVBoxLayout, QWidget

GAP_X, GAP_Y = 14, 2  # pixels between widgets of a line, and between lines


def lines_of(widths: Sequence[int], room: int, gap: int = GAP_X) -> int:
    """How many lines such widgets fill; one that is wider than the room has a line of its own."""
    lines, x = 0, room + 1
    for width in widths:
        if x + width > room:
            lines, x = lines + 1, 0
        x += width + gap
    return lines


class FlowLayout(QLayout):
    def __init__(
        self, parent: QWidget | None = None, gap_x: int = GAP_X, gap_y: int = GAP_Y
    ) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap_x, self._gap_y = gap_x, gap_y
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        self.invalidate()
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        # Few lines stand in the middle of the room they have.
        spare = max(0, rect.height() - self._place(rect, move=False))
        self._place(rect.adjusted(0, spare // 2, 0, 0), move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, rect: QRect, move: bool) -> int:
        x, y, line = rect.x(), rect.y(), 0
        for item in self._items:
            hint = item.sizeHint()
            if x > rect.x() and x + hint.width() > rect.right() + 1:
                x, y, line = rect.x(), y + line + self._gap_y, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), hint))
            x += hint.width() + self._gap_x
            line = max(line, hint.height())
        return y + line - rect.y()


def stacked(*widgets: QWidget) -> QWidget:
    """The widgets from top to bottom without gaps; the second takes the spare room."""
    root = QWidget()
    rows = QVBoxLayout(root)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(0)
    for index, widget in enumerate(widgets):
        rows.addWidget(widget, int(index == 1))
    return root
