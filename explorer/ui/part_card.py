"""The exchangeable parts of one method, below its name; folded where many methods are shown."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from explorer.methods.names import method_named
from explorer.session.part_switches import PartGroup
from explorer.ui.focus import dismiss
from explorer.ui.style import Theme
from explorer.ui.switch_row import SwitchRow
from explorer.ui.theme import colour
from explorer.ui.top_bar import dot
from explorer.ui.variants import RUNNING

# Of what exchanged parts cost and change, most often: a search adds two lines, SVD a layer's.
LINES = {"rcnn": 4, "sppnet": 4, "fast_rcnn": 5, "faster_rcnn": 3, "fpn": 3}
# It fills the room for what is said after a change.
NOTHING = "No part is changed. After a change, its cost and what it gains, loses and moves are " \
    "told here."


class PartCard(QFrame):
    exchanged = Signal(str, object)  # key, what the switch shows now (None: as it was run)

    def __init__(self, group: PartGroup, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("card")
        self.theme, self.group = theme, group
        self.rows: dict[str, SwitchRow] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(11, 5, 9, 7)
        column.setSpacing(7)
        self.head = QToolButton()
        self.head.setCheckable(True)
        self.head.setObjectName("cardtitle")
        self.head.setProperty("tiny", True)
        self.head.setText(f" {method_named(group.method).title}")
        self.head.setIconSize(QSize(11, 11))
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setAccessibleName(f"Parts of {method_named(group.method).title}")
        self.state = QLabel()
        self.state.setProperty("quiet", True)
        self.state.setProperty("small", True)
        self.fold = QToolButton()
        self.fold.setProperty("tiny", True)
        self.fold.setIconSize(QSize(12, 12))
        self.fold.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.fold.clicked.connect(self.head.toggle)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.head)
        row.addStretch()
        row.addWidget(self.state)
        row.addWidget(self.fold)
        column.addLayout(row)
        self.body = QWidget()
        self.inner = QVBoxLayout(self.body)
        self.inner.setContentsMargins(2, 0, 2, 3)
        self.inner.setSpacing(11)
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setProperty("small", True)
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        # Above the rows, with room for its lines from the beginning: no row moves under the
        # pointer when what it changed is there.
        self.said.setMinimumHeight(
            LINES[group.method] * self.said.fontMetrics().lineSpacing()
        )
        self.inner.addWidget(self.said)
        column.addWidget(self.body)
        self.head.toggled.connect(self._fold)
        self._fold(False)
        self.restyle()
        self.show_group(group)

    def restyle(self) -> None:
        """In the theme's colours."""
        self.head.setIcon(dot(colour(self.theme.palette, self.group.method)))
        self._restyle_fold()
        for row in self.rows.values():
            row.restyle()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """All of its head folds it, not its name alone."""
        if event.position().y() < self.body.y() or not self.unfolded:
            self.head.toggle()

    @property
    def unfolded(self) -> bool:
        """Whether its parts are shown."""
        return self.head.isChecked()

    def show_group(self, group: PartGroup) -> None:
        """The values now, what runs, and what the variant cost."""
        self.group = group
        if self.unfolded:
            self._show_rows()
        count = group.changed
        self.state.setText(
            (RUNNING if group.state == RUNNING else f"{count} changed") if count
            else "unchanged"
        )
        lines = [group.state] if group.state not in ("", RUNNING) else []
        if not group.state:
            lines += [f"{note.name}: {note.text}" for note in group.notes]
        self.said.setText("\n".join(lines) or (NOTHING if not count else ""))
        self.said.setEnabled(bool(lines))
        # More lines than that make room once; fewer do not take it back.
        high = self.said.heightForWidth(max(self.said.width(), 1))
        self.said.setMinimumHeight(max(self.said.minimumHeight(), high))

    def _show_rows(self) -> None:
        """Only what is unfolded has rows: those of five methods take long to make."""
        described = [(one.key, one.choices, one.low, one.high) for one in self.group.switches]
        if described != [
            (one.switch.key, one.switch.choices, one.switch.low, one.switch.high)
            for one in self.rows.values()
        ]:
            self._make_rows(self.group)
        for one in self.group.switches:
            self.rows[one.key].show_switch(one)

    def _make_rows(self, group: PartGroup) -> None:
        for row in self.rows.values():
            dismiss(row, self.head)
        self.rows = {}
        for one in group.switches:
            row = SwitchRow(one, self.theme, patient=True)
            row.moved.connect(partial(self.exchanged.emit, one.key))
            row.back.connect(partial(self.exchanged.emit, one.key, None))
            self.rows[one.key] = row
            self.inner.addWidget(row)

    def _fold(self, open_: bool) -> None:
        if open_:
            self._show_rows()
        self.body.setVisible(open_)
        self._restyle_fold()
        self.fold.setToolTip("Fold" if open_ else "Unfold")
        self.fold.setAccessibleName(self.fold.toolTip())

    def _restyle_fold(self) -> None:
        name = "ph.caret-up" if self.unfolded else "ph.caret-down"
        self.fold.setIcon(self.theme.icon(name, "muted"))
