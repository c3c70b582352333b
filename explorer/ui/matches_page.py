"""The drawer's page "Found": which detections of the methods are the same object."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QLabel, QVBoxLayout, QWidget

from explorer.session.ground_truth import GroundTruth
from explorer.session.matches import Match, matches, matches_text
from explorer.session.verdicts import MATCH
from explorer.trace.stages import Trace
from explorer.ui.follower import Follower
from explorer.ui.fonts import Weight, sans
from explorer.ui.matches_model import FOUND, OBJECT, TRUTH, MatchesModel
from explorer.ui.style import Theme
from explorer.ui.table import Table, shared
from explorer.ui.theme import colour
from explorer.ui.workbench import Workbench

LINE, HEAD = 26, 42  # pixels of a row and of the headings
LEASTS = {OBJECT: 60, FOUND: 84, TRUTH: 84}  # pixels of columns that are cut before the scores are
WIDEST = 260  # of a method's column
LOOKED_AT = 60  # rows whose texts say how wide the columns must be
HELP = (
    "IoU with the ground truth or, without one, with the box of the newest method (ref). SVM "
    "margins are not probabilities: compare them within their method only."
)
RULE = (
    f"Detections of one class that overlap the reference by IoU ≥ {MATCH:.2f} are one object: one "
    "of each method, best score first."
)


class Headings(QHeaderView):
    """Two lines: a method's name in its colour, the unit below it."""

    def __init__(self, model: MatchesModel, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._model, self.theme = model, theme
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setStretchLastSection(True)
        self.setFixedHeight(HEAD)

    def need(self, section: int) -> int:
        """Pixels in which all of a heading has room, sorted by its column or not."""
        column = self._model.columns[section]
        first, second, _ = self._model.heading(column)
        bold, usual = QFontMetricsF(sans(12, Weight.DemiBold)), QFontMetricsF(sans(11))
        wide = bold.horizontalAdvance(first.rstrip(" ↓↑") + " ↓")
        return round(max(wide, usual.horizontalAdvance(second))) + 13

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        column = self._model.columns[section]
        first, second, role = self._model.heading(column)
        palette = self.theme.palette
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, QColor(palette.line))
        room = QRectF(rect).adjusted(6, 4, -6, -5)
        across = Qt.AlignmentFlag(
            self._model.alignment(column) & int(Qt.AlignmentFlag.AlignHorizontal_Mask)
        )
        top, foot = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom
        lines = ((first, sans(12, Weight.DemiBold), colour(palette, role), top),
                 (second, sans(11), QColor(palette.muted), foot))
        for text, font, ink, place in lines:
            painter.setFont(font)
            painter.setPen(ink)
            shown = QFontMetricsF(font).elidedText(
                text, Qt.TextElideMode.ElideRight, room.width()
            )
            painter.drawText(room, across | (place if second else foot), shown)
        painter.restore()


class MatchesPage(QWidget):
    """Follows the bench while it is visible."""

    chosen = Signal(object, object, tuple)  # a Match, a Key of it or None, its partners

    def __init__(self, bench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bench, self.theme = bench, theme
        self.model = MatchesModel(theme)
        self.missed: Match | None = None
        self.count = QLabel()
        self.help = QLabel(HELP)
        self.help.setWordWrap(True)
        self.count.setToolTip(RULE)
        self.help.setToolTip(RULE)
        for label in (self.count, self.help):
            label.setProperty("quiet", True)
            label.setProperty("small", True)
        self.table = self._table()
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 8, 14, 8)
        column.setSpacing(6)
        column.addWidget(self.count)
        column.addWidget(self.table, 1)
        column.addWidget(self.help)
        theme.changed.connect(self.table.viewport().update)
        self.follower = Follower(self, bench, "detections", matches, self._put, self._look)

    def sizeHint(self) -> QSize:
        return QSize(900, 320)

    def _table(self) -> Table:
        table = Table(LINE)
        table.setModel(self.model)
        self.headings = Headings(self.model, self.theme)
        self.headings.setResizeContentsPrecision(LOOKED_AT)
        table.setHorizontalHeader(self.headings)
        table.setAccessibleName("Objects that were found")
        table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.DescendingOrder)
        table.setSortingEnabled(True)
        table.clicked.connect(self._clicked)
        table.activated.connect(self._clicked)
        return table

    # -- what is shown ---------------------------------------------------------------------

    def _put(
        self, traces: tuple[Trace, ...], truth: GroundTruth | None, made: tuple[Match, ...]
    ) -> None:
        self.model.show_matches(made, {trace.method: trace for trace in traces})
        self._fit()
        self._look()

    def _look(self) -> None:
        """What may change while the objects stay: how many methods will come, the selection."""
        found, methods = self.model.matches, self.model.methods
        text = matches_text(found, methods) if methods else "No method has finished yet."
        coming = len(self.bench.results.pending(self.bench.desk.enabled))
        if coming and methods:
            text = f"{methods} of {methods + coming} methods so far · {text}"
        self.count.setText(text)
        self._mark()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Each column has what it needs, if need be at the cost of words; what is left then, the
        methods' columns share. A text that is cut is whole in its tooltip."""
        names, table = self.model.columns, self.table
        needs = [
            max(table.sizeHintForColumn(at), self.headings.need(at)) for at in range(len(names))
        ]
        leasts = [LEASTS.get(name, need) for name, need in zip(names, needs, strict=True)]
        order = [names.index(name) for name in LEASTS if name in names]
        widths = shared(needs, leasts, table.room(), order)
        methods = [at for at, name in enumerate(names) if name not in LEASTS]
        more = (table.room() - sum(widths)) // max(1, len(methods))
        for at in methods:
            widths[at] = max(widths[at], min(widths[at] + more, WIDEST))
        for at, width in enumerate(widths):
            table.setColumnWidth(at, width)

    def _mark(self) -> None:
        """The row of the selected detection, if it is one of an object here, or of the missed one.
        """
        key = self.bench.desk.view.selected
        rows = [
            row for row, match in enumerate(self.model.matches)
            if any(one.key == key for one in match.found.values()) or match is self.missed
        ]
        if rows:
            self.table.selectRow(rows[0])
        else:
            self.table.clearSelection()

    # -- what the user does ----------------------------------------------------------------

    def _clicked(self, index: QModelIndex) -> None:
        """The cell's own detection leads; in the other methods it is the one matched with it."""
        if not index.isValid():
            return
        match = self.model.matches[index.row()]
        key = match.key(self.model.columns[index.column()])
        rest = tuple(one.key for one in match.found.values() if one.key != key)
        self.chosen.emit(match, key, rest)

    def show_missed(self, match: Match | None) -> None:
        """What is marked on the photos: an object that nobody found, or none."""
        self.missed = match
        self._mark()
