"""The right side: the life of the selected box as cards, each with its own numbers."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from explorer.session.related import Counterpart
from explorer.session.state import Desk
from explorer.trace.stages import Trace
from explorer.ui.style import Theme


class Inspector(QWidget):
    stage_wanted = Signal(object)  # Key

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.theme = theme
        column = QVBoxLayout(self)
        self.label = QLabel("Click a box")
        column.addWidget(self.label)
        column.addStretch()

    def show_selection(
        self, traces: Mapping[str, Trace], desk: Desk, found: Mapping[str, Counterpart]
    ) -> None:
        self.label.setText(str(found))
        self.label.setWordWrap(True)
