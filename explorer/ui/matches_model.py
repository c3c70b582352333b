"""The table of objects for Qt: one row per object, one column per method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from explorer.methods.names import method_named
from explorer.session.class_names import on_screen
from explorer.session.matches import Match
from explorer.session.scenes.common import number
from explorer.session.summary import UNITS, score_kind
from explorer.trace.stages import Trace
from explorer.ui.fonts import mono, sans
from explorer.ui.style import Theme
from explorer.ui.theme import colour

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
OBJECT, FOUND, TRUTH = "object", "found by", "ground truth"
REFERENCE = "ref"
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class MatchesModel(QAbstractTableModel):
    """columns: names of columns, those of methods among them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.columns: tuple[str, ...] = ()
        self.matches: tuple[Match, ...] = ()  # in the order of the rows
        self._given: tuple[Match, ...] = ()
        self._traces: Mapping[str, Trace] = {}
        self._by: tuple[str, bool] = ("", False)  # column and whether falling; "": as they came

    def show_matches(self, matches: Sequence[Match], traces: Mapping[str, Trace]) -> None:
        """traces: by method, in the order of the columns."""
        truth = any(match.note for match in matches)
        columns = (OBJECT, FOUND, *traces, *((TRUTH,) if truth else ()))
        self.beginResetModel()
        self.columns, self._given, self._traces = columns, tuple(matches), traces
        if self._by[0] not in columns:
            self._by = ("", False)
        self._arrange()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        name = self.columns[column] if 0 <= column < len(self.columns) else ""
        self._by = (name, order == Qt.SortOrder.DescendingOrder)
        self.beginResetModel()
        self._arrange()
        self.endResetModel()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def _arrange(self) -> None:
        """What a method has not found comes last, whichever way it is sorted."""
        name, falling = self._by
        if name in self._traces:
            sign = -1 if falling else 1
            self.matches = tuple(sorted(self._given, key=lambda match: (
                name not in match.found,
                sign * match.found[name].score if name in match.found else 0.0,
            )))
        elif name == FOUND:
            self.matches = tuple(
                sorted(self._given, key=lambda match: len(match.found), reverse=falling)
            )
        elif name:
            texts = {OBJECT: lambda match: match.name, TRUTH: lambda match: match.note}
            self.matches = tuple(sorted(self._given, key=texts[name], reverse=falling))
        else:
            self.matches = self._given

    @property
    def methods(self) -> int:
        """How many methods' detections are compared."""
        return len(self._traces)

    def row_of(self, match: Match) -> int:
        return next((row for row, each in enumerate(self.matches) if each is match), -1)

    # -- texts -----------------------------------------------------------------------------

    def heading(self, column: str) -> tuple[str, str, str]:
        """Two lines and the role of the first: what the column is, and its unit."""
        arrow = (" ↓" if self._by[1] else " ↑") if self._by[0] == column else ""
        if column in self._traces:
            kind = score_kind(self._traces[column])
            unit = f"{UNITS[kind][0]} · IoU" if kind else ""
            return method_named(column).title + arrow, unit, column
        return column + arrow, "", "text"

    def text(self, match: Match, column: str) -> str:
        if column == OBJECT:
            return on_screen(match.name)
        if column == TRUTH:
            return match.note
        if column == FOUND:
            if not self._traces:
                return "–"
            if match.alone and len(self._traces) > 1:
                return f"{method_named(match.alone).title} alone"
            every = len(match.found) == len(self._traces)
            return f"{len(match.found)} of {len(self._traces)}" + (" · all" if every else "") \
                if match.found else f"none of {len(self._traces)}"
        one = match.found.get(column)
        if one is None:
            return "–"
        near = REFERENCE if match.reference == column else number(one.iou)
        return f"{match.mark}{number(one.score)} · {near}"

    def _role(self, match: Match, column: str) -> str:
        if column == FOUND and match.alone:
            return match.alone
        if column == FOUND and not match.found:
            return "bad" if self._traces else "muted"
        if column in self._traces and column not in match.found:
            return "muted"
        return "muted" if column == TRUTH else "text"

    # -- for the view ----------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.matches)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        match, column = self.matches[index.row()], self.columns[index.column()]
        if role == Role.DisplayRole:
            return self.text(match, column)
        if role == Role.TextAlignmentRole:
            return self.alignment(column)
        if role == Role.FontRole:
            return mono(11.5) if column in self._traces else sans(12.5)
        if role == Role.ForegroundRole:
            return colour(self.theme.palette, self._role(match, column))
        return self._tip(match, column) or None if role == Role.ToolTipRole else None

    def _tip(self, match: Match, column: str) -> str:
        one = match.found.get(column)
        whys = {method: each.why for method, each in match.found.items()}
        if one is None and column == TRUTH and len(set(whys.values())) > 1:
            each = (f"{method_named(method).title}: {why}." for method, why in whys.items())
            return "\n".join(("Not in the ground truth:", *each))
        if one is None:
            return match.note
        name = "the ground truth"
        if match.reference:
            name = f"the reference, {method_named(match.reference).title}'s box"
        unit = UNITS.get(score_kind(self._traces[column]), ("score", ""))[0]
        score = number(one.score)
        said = f"{unit} {score}, IoU {number(one.iou)} with {name}"
        return f"{said}\nNot in the ground truth: {one.why}." if one.why else said

    def alignment(self, column: str) -> int:
        return RIGHT if column in self._traces else LEFT

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Role.DisplayRole:
            return "\n".join(self.heading(column)[:2])
        return self.alignment(column) if role == Role.TextAlignmentRole else None
