"""The list of keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.session.rows import COUNTED
from explorer.ui.actions import Command
from explorer.ui.fonts import mono
from explorer.ui.key_groups import grouped

Group = tuple[str, Sequence[Command]]
HEADING = 2  # lines that a heading takes, with what is left free above it


class KeysDialog(QDialog):
    """Two columns of groups, about equally long."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        columns = QHBoxLayout()
        columns.setSpacing(44)
        for part in halves(grouped()):
            columns.addLayout(_column(part))
        pointer = QLabel("Drag to move, wheel or pinch to zoom, click a box to follow it. "
                         "Tab goes through all controls, Enter presses one.\n" + COUNTED)
        pointer.setProperty("quiet", True)
        pointer.setAlignment(Qt.AlignmentFlag.AlignCenter)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(30, 18, 34, 20)
        lines.setSpacing(16)
        lines.addLayout(columns)
        lines.addWidget(pointer)


def halves(groups: Sequence[Group]) -> tuple[Sequence[Group], Sequence[Group]]:
    """The groups in two parts, in order, the longer one as short as it can be."""
    lines = [HEADING + len(commands) for _, commands in groups]
    cut = min(range(len(groups) + 1), key=lambda at: max(sum(lines[:at]), sum(lines[at:])))
    return groups[:cut], groups[cut:]


def _column(groups: Sequence[Group]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(3)
    row = 0
    for heading, commands in groups:
        title = QLabel(heading)
        title.setObjectName("cardtitle")
        title.setContentsMargins(0, 10 if row else 0, 0, 2)
        grid.addWidget(title, row, 1)
        row += 1
        for command in commands:
            keys = QLabel(command.shown)
            keys.setObjectName("keys")
            keys.setFont(mono(12))  # the style sheet's own has ligatures: "Ctrl++" as one sign
            keys.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(keys, row, 0)
            grid.addWidget(QLabel(command.text), row, 1)
            row += 1
    grid.setRowStretch(row, 1)
    grid.setColumnStretch(1, 1)
    return grid
