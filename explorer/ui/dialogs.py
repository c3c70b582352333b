"""The list of keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QWidget


class KeysDialog(QDialog):
    def __init__(self, keys: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        grid = QGridLayout(self)
        grid.setContentsMargins(26, 22, 30, 24)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(8)
        half = -(-len(keys) // 2)
        for index, (key, text) in enumerate(keys):
            column, row = divmod(index, half)
            label = QLabel(key)
            label.setObjectName("formula")
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            label.setStyleSheet("padding-left: 20px;" if column else "")
            grid.addWidget(label, row, 2 * column)
            grid.addWidget(QLabel(text), row, 2 * column + 1)
        pointer = QLabel("Drag to move, wheel or pinch to zoom, click a box to follow it.")
        pointer.setProperty("quiet", True)
        grid.addWidget(pointer, half, 0, 1, 4)
        grid.setRowMinimumHeight(half, 34)
