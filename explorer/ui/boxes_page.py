"""The list of boxes: all that one stage of one method has, to sort, search and go through."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from explorer.methods.names import method_named
from explorer.session.fate_codes import BELOW, KEPT, SUPPRESSED
from explorer.session.listing import COLUMNS, Listing
from explorer.session.rows import COUNTED
from explorer.session.scenes.common import plural
from explorer.ui.boxes_model import ARROWS, BRIEFS, FIGURE_SIZE, BoxesModel
from explorer.ui.focus import has_keys
from explorer.ui.fonts import mono, sans
from explorer.ui.style import Theme
from explorer.ui.table import Table, shared

LINE = 24  # pixels of a row
HEAD_SIZE = 11  # of headings, as the style sheet has it
AROUND, AROUND_HEAD = (11, 7, 7), 12  # pixels beside a cell's text, of BRIEFS, and a heading's
RIGHT, EDGE = 10, 4  # pixels right of the page's widgets, and of the table, which needs the room
CLASS = 46  # pixels that the column of classes always has; all others are never cut
CHIPS = ((KEPT, "kept"), (SUPPRESSED, "suppressed"), (BELOW, "below threshold"))


class BoxesPage(QWidget):
    """Shows what it is given; says what was clicked, hovered and asked for."""

    chosen = Signal(object)  # Key
    pointed = Signal(object)  # the place in the listing under the pointer, or None
    method_wanted = Signal(str)
    shown = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.theme = theme
        self.model = BoxesModel()
        self._quiet = False  # the selection is brought here, not made here
        self._why = ""  # there is no list
        self._head = "class"  # what the second column is
        self._needs = [[0] * len(COLUMNS) for _ in BRIEFS]  # pixels of what the columns have to say
        self._places: Sequence[int] = ()  # of the selected boxes
        self.methods = QComboBox()
        self.methods.setAccessibleName("Method whose boxes are listed")
        self.methods.activated.connect(
            lambda at: self.method_wanted.emit(self.methods.itemData(at))
        )
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search boxes by class or number")
        self.search.textChanged.connect(self._searched)
        self.chips = {code: QPushButton(name) for code, name in CHIPS}
        for chip in self.chips.values():
            chip.setCheckable(True)
            chip.setProperty("filter", True)
            chip.toggled.connect(self._searched)
        self.count = QLabel()
        self.count.setProperty("quiet", True)
        self.count.setProperty("small", True)
        self.count.setToolTip(COUNTED)
        self.count.setWordWrap(True)
        self.count.linkActivated.connect(self.clear)
        self.table = self._table()
        self._arrange()
        self.show_listing(None, (), "")

    def _table(self) -> Table:
        table = Table(LINE)
        table.setModel(self.model)
        table.setFont(mono(FIGURE_SIZE))
        table.setObjectName("boxes")
        table.setAccessibleName("Boxes")
        table.setMouseTracking(True)
        heads = table.horizontalHeader()
        heads.setHighlightSections(False)
        heads.setTextElideMode(Qt.TextElideMode.ElideRight)
        heads.setMinimumSectionSize(30)
        heads.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        heads.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        table.setSortingEnabled(True)
        heads.setSortIndicatorShown(False)  # the model's heading has the arrow; it needs less room
        heads.sortIndicatorChanged.connect(self._sorted)
        table.selectionModel().currentRowChanged.connect(self._picked)
        table.clicked.connect(self._picked)
        table.entered.connect(self._entered)
        table.viewport().installEventFilter(self)
        return table

    def _arrange(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 12, EDGE, 8)
        whole.setSpacing(8)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, RIGHT - EDGE, 0)
        column.setSpacing(8)
        whole.addLayout(column)
        column.addWidget(self.methods)
        column.addWidget(self.search)
        chips = QHBoxLayout()
        chips.setSpacing(4)
        for chip in self.chips.values():
            chips.addWidget(chip)
        chips.addStretch()
        column.addLayout(chips)
        column.addWidget(self.count)
        whole.addWidget(self.table, 1)

    def sizeHint(self) -> QSize:
        return QSize(344, 800)

    # -- what is shown ---------------------------------------------------------------------

    def show_methods(self, methods: Sequence[str], method: str) -> None:
        """The methods on screen to choose from, and the one that is listed."""
        if [self.methods.itemData(at) for at in range(self.methods.count())] != list(methods):
            self.methods.clear()
            for name in methods:
                self.methods.addItem(method_named(name).title, name)
        self.methods.setCurrentIndex(self.methods.findData(method))
        self.methods.setVisible(len(methods) > 1)

    def show_listing(self, listing: Listing | None, places: Sequence[int], why: str) -> None:
        """places: the selected boxes. why: what to say where there is no list."""
        self._places = places
        there = listing is not None and len(listing) > 0
        if not there and has_keys(self.table):
            self.setFocus()  # Qt would give the keys to any other widget
        for widget in (self.search, self.table, *self.chips.values()):
            widget.setEnabled(there)
        if listing is not self.model.listing or not there:
            self._why = why
            self.model.listing = listing
            head = "class" if listing is None else listing.heads[1]
            if head != self._head:
                self.search.clear()  # "2:1" finds anchors only
                self._head = head
            needs = {column: self.model.need(column) for column in COLUMNS}
            for brief in BRIEFS:  # only what became of them is said in fewer words
                needs["fate"] = self.model.need("fate", brief)
                self._needs[brief] = [ceil(needs[column]) + AROUND[brief] for column in COLUMNS]
            self._fit()
            self.search.setPlaceholderText(f"Search by {head} or number")
            for code, chip in self.chips.items():
                n = 0 if listing is None else listing.fates.count(code)
                chip.setToolTip(f"{n:,} {chip.text()}")
            self._filter()
        self.mark(places)
        if there and has_keys(self):
            self.table.setFocus()

    def take_keys(self) -> None:
        """The list, as soon as there is one: a search would take the letters of all keys."""
        (self.table if self.table.isEnabled() else self).setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Fates and headings are as long as there is room for, then classes are cut; figures never
        are. The last column takes what is left."""
        for brief in BRIEFS:
            self.model.brief = brief
            needs, wholes = self._widths()
            if sum(wholes) <= self.table.room():
                break
        leasts = list(wholes)
        if self._head == "class":
            at = COLUMNS.index("kind")
            leasts[at] = min(CLASS, wholes[at])
        order = [COLUMNS.index(name) for name in ("kind", "number", "score", "fate", "size")]
        for at, width in enumerate(shared(needs, leasts, self.table.room(), order)):
            self.table.setColumnWidth(at, width)

    def _widths(self) -> tuple[list[int], list[int]]:
        """What the columns need, also when they are sorted, and what they need as they are."""
        own = self._needs[self.model.brief]
        advance = QFontMetricsF(sans(HEAD_SIZE)).horizontalAdvance

        def wide(head: str, arrow: str) -> int:
            return ceil(advance(head + arrow)) + AROUND_HEAD if head else 0

        heads = [self.model.heading(at) for at in range(len(COLUMNS))]
        now = [wide(head, arrow) for head, arrow in heads]
        needs = [
            max(need, wide(head, ARROWS[0]))
            for need, (head, _) in zip(own, heads, strict=True)
        ]
        return needs, [max(pair) for pair in zip(own, now, strict=True)]

    def mark(self, places: Sequence[int]) -> None:
        """Select the first of the places in the table, where the search leaves it."""
        lines = [line for place in places if (line := self.model.line_of(place)) is not None]
        current = self.table.currentIndex()
        self._quiet = True
        if not lines:
            self.table.clearSelection()
            self.table.setCurrentIndex(QModelIndex())
        elif current.row() not in lines:
            index = self.model.index(lines[0], 0)
            self.table.selectionModel().setCurrentIndex(
                index,
                QItemSelectionModel.SelectionFlag.ClearAndSelect
                | QItemSelectionModel.SelectionFlag.Rows,
            )
            self.table.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        self._quiet = False

    def _filter(self) -> None:
        listing = self.model.listing
        if listing is None:
            self.model.show_found(None)
            self.count.setText(self._why)
            return
        codes = [code for code, chip in self.chips.items() if chip.isChecked()]
        self._quiet = True
        self.model.show_found(listing, listing.found(self.search.text(), codes))
        self._quiet = False
        shown, total = len(self.model.places), len(listing)
        every = plural(total, "box", "boxes")
        text = every if shown == total else f"{shown:,} of {every}"
        if listing.note:
            text += f" · {listing.note}"
        if total and not shown:
            ink = self.theme.palette.accent
            text += f' · <a href="all" style="color:{ink}">clear the search and filters</a>'
        self.count.setText(text)

    def _searched(self) -> None:
        self._filter()
        self._follow()

    def _sorted(self) -> None:
        self._fit()
        self._follow()

    def _follow(self) -> None:
        """After another order or search: to the selected box, or to the top."""
        self.table.scrollToTop()
        self.mark(self._places)

    def clear(self) -> None:
        """All boxes again."""
        for chip in self.chips.values():
            chip.setChecked(False)
        self.search.clear()

    # -- what the user does ----------------------------------------------------------------

    def _picked(self, index: QModelIndex) -> None:
        listing = self.model.listing
        if not self._quiet and listing is not None and index.isValid():
            self.chosen.emit(listing.key(int(self.model.places[index.row()])))

    def _entered(self, index: QModelIndex) -> None:
        self.pointed.emit(int(self.model.places[index.row()]))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.pointed.emit(None)
        return False

    def showEvent(self, event: QShowEvent) -> None:
        self.shown.emit()
