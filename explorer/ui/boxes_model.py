"""The list of boxes for Qt: texts are made for the cells on screen, nothing else per row."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFontMetricsF

from explorer.session.class_names import on_screen
from explorer.session.fate_codes import NOBODY
from explorer.session.listing import COLUMNS, Column, Listing
from explorer.trace.base import Ints
from explorer.ui.fonts import mono, sans

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
NONE: Ints = np.zeros(0, np.int64)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
WORDS: tuple[Column, ...] = ("kind", "fate")  # the other columns are figures
WORD_SIZE, FIGURE_SIZE = 11.5, 11
LOOKED_AT = 200  # rows whose texts say how wide the columns must be
ALIGN = dict.fromkeys(WORDS, LEFT)
ARROWS = (" ↑", " ↓")  # after the heading of the column that is sorted: rising, falling
BRIEF = {"objectness": "obj."}  # headings where there is little room; their tips say it all
BRIEFS = (0, 1, 2)  # see `Fates.short`


class BoxesModel(QAbstractTableModel):
    """Rows are the places of `listing` that the search leaves, in the order of one column."""

    def __init__(self) -> None:
        super().__init__()
        self.listing: Listing | None = None
        self.places: Ints = NONE
        self._found: Ints = NONE
        self._column: Column = "number"
        self._falling = False
        self.brief = 0  # how short headings and fates are, of BRIEFS

    def show_found(self, listing: Listing | None, found: Ints = NONE) -> None:
        """found: the places of the listing to show."""
        self.beginResetModel()
        self.listing, self._found = listing, found
        self._arrange()
        self.endResetModel()

    def _arrange(self) -> None:
        held = self.listing
        self.places = self._found if held is None else \
            held.sorted(self._found, self._column, self._falling)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column, self._falling = COLUMNS[column], order == Qt.SortOrder.DescendingOrder
        self.beginResetModel()
        self._arrange()
        self.endResetModel()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

    def line_of(self, place: int) -> int | None:
        """The line on which a place of the listing stands now, or None where it is filtered out."""
        found = np.flatnonzero(self.places == place)
        return int(found[0]) if len(found) else None

    # -- for the view ----------------------------------------------------------------------

    def need(self, column: Column, brief: int = 0) -> float:
        """Pixels that the texts of a column take, as some rows of the listing have them."""
        held = self.listing
        if held is None or not len(held):
            return 0.0
        by = np.where(held.fates.by == NOBODY, 0, held.fates.by)
        some = {*np.linspace(0, len(held) - 1, min(len(held), LOOKED_AT)).astype(int).tolist(),
                int(by.argmax()), int(by.argmin())}
        if column == "kind":
            texts = {on_screen(held.names[at]) for at in np.unique(held.kinds).tolist() if at >= 0}
        else:
            texts = {held.text(at, column, brief) for at in some}
        metrics = QFontMetricsF(sans(WORD_SIZE) if column in WORDS else mono(FIGURE_SIZE))
        return max(map(metrics.horizontalAdvance, texts), default=0.0)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.places)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if self.listing is None or not index.isValid():
            return None
        if role == Role.TextAlignmentRole:
            return ALIGN.get(COLUMNS[index.column()], RIGHT)
        if role == Role.FontRole:
            return sans(WORD_SIZE) if COLUMNS[index.column()] in WORDS else None
        place = int(self.places[index.row()])
        if role == Role.DisplayRole:
            return self.listing.text(place, COLUMNS[index.column()], self.brief)
        return self.listing.sentence(place) if role == Role.ToolTipRole else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or self.listing is None:
            return None
        if role == Role.TextAlignmentRole:
            return ALIGN.get(COLUMNS[section], RIGHT)
        if role == Role.ToolTipRole:
            return self.listing.tips[section] or None
        if role != Role.DisplayRole:
            return None
        return "".join(self.heading(section))

    def heading(self, section: int) -> tuple[str, str]:
        """A column's heading, and its arrow where it is the sorted one."""
        head = "" if self.listing is None else self.listing.heads[section]
        head = BRIEF.get(head, head) if self.brief else head
        return head, ARROWS[self._falling] if COLUMNS[section] == self._column else ""
