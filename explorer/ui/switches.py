"""The switches: each beside what the paper says, and what they changed in the detections."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from itertools import zip_longest

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from explorer.methods.names import NAMES, method_named
from explorer.session.part_switches import PartGroup
from explorer.session.switching import Changes, Switch, changes_text
from explorer.ui.focus import dismiss, hand_over
from explorer.ui.part_card import PartCard
from explorer.ui.style import Theme
from explorer.ui.switch_row import SwitchRow as SwitchRow
from explorer.ui.switch_row import value_text as value_text
from explorer.ui.theme import colour
from explorer.ui.tips import tip_text
from explorer.ui.top_bar import dot

NOTE = "Decided again from the cached scores; no network runs. The stages after the scores then " \
    "show how long deciding again took."
PARTS_NOTE = "Parts of a method: it runs again on this photo, from the first stage that changes, " \
    "with the weights as they were trained."
# Columns at whose right edges numbers stand, in pixels: as far apart as their words are.
KINDS = {"gained": 40, "lost": 30, "moved": 48}
AS_RUN, AS_RUN_SAID, NOT_DONE = "–", "unchanged", "not done on this photo"
PAPERS_TIP = "Thresholds and parts of all methods as their papers have them.\nWhat no paper " \
    "says, and sizes that are the paper's scaled to these networks, are as the program ran them."
AGAINST = "Detections against the untouched run"
AGAINST_TIP = "Gained, lost and moved are counted against the run with all switches as the " \
    "program has them at first: not against the last change, nor against the paper. Moved: the " \
    "same object in another box."
NOTHING = "Switches appear when a method has found its detections."


class ChangeLine(QWidget):
    """A method's gained, lost and moved detections, as numbers in columns: however they change, the
    line keeps its height and its width."""

    def __init__(self, method: str, theme: Theme) -> None:
        super().__init__()
        self.method, self.theme = method, theme
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.swatch = QLabel()
        self.restyle()
        row.addWidget(self.swatch)
        row.addWidget(QLabel(method_named(method).short), 1)
        self.numbers = [_number("", kind) for kind in KINDS]
        for number in self.numbers:
            row.addWidget(number)

    def restyle(self) -> None:
        """In the theme's colours."""
        self.swatch.setPixmap(dot(colour(self.theme.palette, self.method)).pixmap(11, 11))

    def show_changes(self, changes: Changes | None, waits: bool = False) -> None:
        """None: nothing of the method is switched, or (waits) it is not done."""
        found = (changes.gained, changes.lost, changes.moved) if changes is not None else ()
        for number, rows in zip_longest(self.numbers, found):
            text = AS_RUN if rows is None else f"{len(rows):,}"
            number.setText(text)
            quiet = text in (AS_RUN, "0")
            if number.property("quiet") != quiet:
                number.setProperty("quiet", quiet)
                number.style().polish(number)
        said = changes_text(changes) if changes is not None else NOT_DONE if waits else AS_RUN_SAID
        self.setToolTip(said)
        self.setAccessibleName(f"{method_named(self.method).title}: {said}")


def _heads() -> QWidget:
    """What the columns of the lines below count."""
    head = QWidget()
    row = QHBoxLayout(head)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    title = QLabel(AGAINST)
    title.setWordWrap(True)
    title.setProperty("quiet", True)
    title.setProperty("small", True)
    row.addWidget(title, 1)
    for kind in KINDS:
        row.addWidget(_number(kind, kind, quiet=True), 0, Qt.AlignmentFlag.AlignBottom)
    head.setToolTip(tip_text(AGAINST_TIP))
    return head


def _number(text: str, kind: str, quiet: bool = False) -> QLabel:
    """A cell of a column."""
    label = QLabel(text)
    label.setFixedWidth(KINDS[kind])
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    if quiet:
        label.setProperty("quiet", True)
        label.setProperty("small", True)
    return label


class SwitchesPanel(QWidget):
    """`changed` tells key, methods and value (None: as it was run); `exchanged` key, method and
    what the switch shows now (None: as it was run)."""

    changed = Signal(str, object, object)
    exchanged = Signal(str, str, object)
    reset_wanted = Signal()
    papers_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.rows: list[SwitchRow] = []
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # else nothing can be in order after it
        self._described: object = None
        self._methods: list[str] | None = None  # whose parts are shown
        self._lines: dict[str, ChangeLine] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(self.area, 1)
        holder = QWidget()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(14, 10, 10, 14)
        inner.setSpacing(10)
        self.note = QLabel(NOTHING)
        self.note.setWordWrap(True)
        self.note.setProperty("quiet", True)
        self.note.setProperty("small", True)
        inner.addWidget(self.note)
        # Above what causes it: it must not need scrolling. A line for each method, also where
        # nothing is switched: what is below must not move under the pointer.
        self._changes = _card(inner)
        self._layout(self._changes).setSpacing(4)
        self._switches = _card(inner)
        self._parts_note = QLabel(PARTS_NOTE)
        self._parts_note.setWordWrap(True)
        self._parts_note.setProperty("quiet", True)
        self._parts_note.setProperty("small", True)
        inner.addWidget(self._parts_note)
        self.parts: dict[str, PartCard] = {}
        self._cards = QWidget()
        self._parts = QVBoxLayout(self._cards)
        self._parts.setContentsMargins(0, 0, 0, 0)
        self._parts.setSpacing(8)
        inner.addWidget(self._cards)
        self.reset_all = QPushButton("Reset all")
        self.reset_all.setToolTip("Thresholds and parts of all methods as the program ran them "
                                  "(Ctrl+Shift+R)")
        self.reset_all.clicked.connect(self.reset_wanted)
        self.papers = QPushButton("Reset to the papers")
        self.papers.setToolTip(PAPERS_TIP)
        self.papers.clicked.connect(self.papers_wanted)
        ends = QHBoxLayout()
        ends.setSpacing(6)
        ends.addWidget(self.reset_all)
        ends.addWidget(self.papers, 1)
        inner.addLayout(ends)
        inner.addStretch()
        self.area.setWidget(holder)
        for ground in (self.area.viewport(), holder):
            ground.setAutoFillBackground(False)  # the side's is behind
        self.show_switches((), {})
        theme.changed.connect(self._restyle)

    def styled(self) -> list[QWidget]:
        """What has a style sheet of its own (see `style_files`)."""
        return [
            self._switches, self._changes, self._cards, self.note, self._parts_note,
            self.reset_all, self.papers, self.area.verticalScrollBar(),
        ]  # fmt: skip

    def take_keys(self) -> None:
        """The panel itself: Tab goes on to the first switch. With the keys, that would be moved by
        ← and →, which step through the stages to show what the switches do."""
        self.setFocus()

    def _order_keys(self) -> None:
        """Tab comes to the rows from the panel: they were made after all that is below them."""
        before: QWidget = self
        for row in self.rows:
            for widget in (row.field, row.reset):
                self.setTabOrder(before, widget)
                before = widget

    def _restyle(self) -> None:
        dyed: list[ChangeLine | SwitchRow | PartCard] = [
            *self._lines.values(), *self.rows, *self.parts.values()
        ]
        for each in dyed:
            each.restyle()

    def show_switches(
        self, switches: Sequence[Switch], changes: Mapping[str, Changes],
        parts: Sequence[PartGroup] = (), changed: bool = False,
        waiting: Collection[str] = frozenset(),
    ) -> None:
        """What can be switched for the methods on screen, what was changed by it, and the parts of
        each that can be exchanged. changed: whether anything is, of any method. waiting: methods
        whose rows hold their place, until they are done on this photo."""
        described = tuple((one.key, one.title, one.methods, one.low, one.high, one.choices)
                          for one in switches)
        if described != self._described:
            self._described = described
            _empty(self._switches, self)
            self.rows = []
            for one in switches:
                row = SwitchRow(one, self.theme)
                row.moved.connect(partial(self.changed.emit, one.key, one.methods))
                row.back.connect(partial(self.changed.emit, one.key, one.methods, None))
                self.rows.append(row)
                self._layout(self._switches).addWidget(row)
            self._order_keys()
        for row, one in zip(self.rows, switches, strict=True):
            row.show_switch(one)
            self._enable(row, not set(one.methods) <= set(waiting))
        shown = {method for one in switches for method in one.methods}
        methods = [method for method in NAMES if method in {*shown, *changes, *waiting}]
        if methods != list(self._lines):
            _empty(self._changes, self)
            self._lines = {method: ChangeLine(method, self.theme) for method in methods}
            self._layout(self._changes).addWidget(_heads())
            for line in self._lines.values():
                self._layout(self._changes).addWidget(line)
        for method, line in self._lines.items():
            line.show_changes(changes.get(method), method in waiting)
        self.note.setText(NOTE if switches else NOTHING)
        self._switches.setVisible(bool(switches))
        self._changes.setVisible(bool(methods))
        self._show_parts(parts)
        for method, card in self.parts.items():
            self._enable(card.body, method not in waiting)
        self.reset_all.setVisible(bool(switches))
        self.papers.setVisible(bool(switches))
        self.reset_all.setEnabled(changed)

    def _enable(self, rows: QWidget, on: bool) -> None:
        if not on:
            hand_over(rows, self)
        rows.setEnabled(on)

    def _show_parts(self, parts: Sequence[PartGroup]) -> None:
        self._parts_note.setVisible(bool(parts))
        methods = [group.method for group in parts]
        if methods != self._methods:
            several = len(self.parts) > 1
            opened = {name for name, card in self.parts.items() if several and card.unfolded}
            self._methods = methods
            for method, card in self.parts.items():
                if method not in methods:
                    dismiss(card, self)
            self.parts = {
                group.method: self.parts.get(group.method) or self._part_card(group)
                for group in parts
            }
            for method, card in self.parts.items():
                card.head.setChecked(len(parts) == 1 or method in opened)
                self._parts.addWidget(card)  # to the end, also one that was there
        for group in parts:
            self.parts[group.method].show_group(group)

    def _part_card(self, group: PartGroup) -> PartCard:
        card = PartCard(group, self.theme)
        card.exchanged.connect(partial(self._exchanged, group.method))
        return card

    def _exchanged(self, method: str, key: str, value: object) -> None:
        self.exchanged.emit(key, method, value)

    @staticmethod
    def _layout(card: QFrame) -> QVBoxLayout:
        layout = card.layout()
        assert isinstance(layout, QVBoxLayout)
        return layout


def _card(column: QVBoxLayout) -> QFrame:
    card = QFrame()
    card.setObjectName("card")
    inner = QVBoxLayout(card)
    inner.setContentsMargins(12, 10, 12, 10)
    inner.setSpacing(11)
    column.addWidget(card)
    return card


def _empty(card: QFrame, heir: QWidget) -> None:
    layout = card.layout()
    assert layout is not None
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            dismiss(widget, heir)
