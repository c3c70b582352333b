"""The command palette: a list over the window that is searched by typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from explorer.session.fuzzy import APART, match
from explorer.ui.focus import give_back, has_keys
from explorer.ui.fonts import Weight, mono, sans
from explorer.ui.palette_entries import NOW, Entry, entries
from explorer.ui.style import Theme

if TYPE_CHECKING:
    from explorer.ui.window import Window

WIDTH, HEIGHT, ROW = 620, 374, 34
KEYS = 100  # of the keys' column
TOP = 58  # pixels below the window's: the heads of the canvases are covered whole
# More where the words are found together, as they were typed. What scores less than a share of the
# best has their letters only here and there.
TOGETHER, SHARE = 12.0, 0.5
TITLE = 3.0  # more where all letters are in the title
ALREADY = 2.0  # less for an entry where the words are what is so already, not what it does
ROLE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Hit:
    """places: the letters of its title that were typed."""

    entry: Entry
    places: tuple[int, ...] = ()


def search(offered: Sequence[Entry], query: str) -> list[Hit]:
    """The entries in which the query is found, best first; all of them where it is empty.

    The words may also be those of the entry's group, "switch nms", or other names of it.
    """
    if not query.strip():
        return [Hit(entry) for entry in offered]
    found, words = [], " ".join(query.casefold().split())
    for number, entry in enumerate(offered):
        hit = match(query, f"{entry.title}  {entry.group}  {entry.also}")
        if hit is not None:
            places = tuple(place for place in hit.places if place < len(entry.title))
            does = entry.title.partition(NOW)[0]
            score = hit.score - ALREADY * any(place >= len(does) for place in places)
            score += entry.rank + APART * len(entry.also) / 10  # many words make no entry worse
            score += TOGETHER * (words in f"{does}  {entry.group}  {entry.also}".casefold())
            score += TITLE * len(places) / max(1, len(hit.places))
            found.append((-score, number, Hit(entry, places)))
    found.sort(key=lambda each: each[:2])
    return [hit for score, _, hit in found if score <= SHARE * found[0][0]]


class Hits(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hits: list[Hit] = []

    def show(self, hits: list[Hit]) -> None:
        self.beginResetModel()
        self.hits = hits
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        hit = self.hits[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return hit.entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (hit.entry.title, hit.entry.group, hit.entry.keys)))
        return hit if role == ROLE else None


class HitPainter(QStyledItemDelegate):
    """Title with the typed letters marked; at the right what it is, and its keys."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        hit: Hit = index.data(ROLE)
        palette = self.theme.palette
        rect = QRectF(option.rect)  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = option.state & QStyle.StateFlag.State_Selected  # type: ignore[attr-defined]
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.hover))
            painter.drawRoundedRect(rect.adjusted(6, 1, -6, -1), 6, 6)
        right = rect.right() - 18
        if hit.entry.keys:
            self._text(painter, rect, right, hit.entry.keys, mono(11.5), palette.text)
        right -= KEYS
        right -= self._text(painter, rect, right, hit.entry.group, sans(12), palette.muted)
        self._title(painter, rect, right - 14, hit)
        painter.restore()

    def _text(
        self, painter: QPainter, rect: QRectF, right: float, text: str, font: object, ink: str
    ) -> float:
        """Text that ends at `right`; its width."""
        painter.setFont(font)  # type: ignore[arg-type]
        metrics = QFontMetricsF(painter.font())
        width = metrics.horizontalAdvance(text)
        painter.setPen(QColor(ink))
        painter.drawText(QPointF(right - width, rect.center().y() + metrics.capHeight() / 2), text)
        return width

    def _title(self, painter: QPainter, rect: QRectF, right: float, hit: Hit) -> None:
        palette = self.theme.palette
        plain, strong = sans(13.5), sans(13.5, Weight.DemiBold)
        metrics = QFontMetricsF(strong)
        x, y = rect.left() + 18, rect.center().y() + metrics.capHeight() / 2
        title = metrics.elidedText(hit.entry.title, Qt.TextElideMode.ElideRight, right - x)
        for place, letter in enumerate(title):
            marked = place in hit.places
            painter.setFont(strong if marked else plain)
            painter.setPen(QColor(palette.accent if marked else palette.text))
            painter.drawText(QPointF(x, y), letter)
            x += QFontMetricsF(painter.font()).horizontalAdvance(letter)


class SearchLine(QLineEdit):
    """A line whose arrows, Enter and Esc are the palette's, not the window's shortcuts."""

    OURS = (
        Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Escape,
        Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab,
    )

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in self.OURS
        ):
            event.accept()
            return True
        return super().event(event)


class CommandPalette(QFrame):
    """Lies over the window; what can be done is asked anew each time it opens."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.setObjectName("palette")
        self.setAccessibleName("Command palette")
        self._window = window
        self._entries: list[Entry] = []
        self._before: QWidget | None = None
        self.line = SearchLine()
        self.line.setObjectName("paletteline")
        self.line.setPlaceholderText("Search commands, stages, methods, photos, layers, switches")
        self.line.setAccessibleName("Search")
        self.line.textChanged.connect(self._search)
        self.line.installEventFilter(self)
        self.model = Hits(self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(HitPainter(window.theme, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.entered.connect(self.list.setCurrentIndex)
        self.list.clicked.connect(lambda _: self.run())
        self.nothing = QLabel("Nothing is called that.")
        self.nothing.setProperty("quiet", True)
        self.nothing.setContentsMargins(18, 6, 18, 14)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 7)
        column.setSpacing(6)
        column.addWidget(self.line)
        column.addWidget(self.list)
        column.addWidget(self.nothing)
        self.hide()

    def toggle(self) -> None:
        if self.isVisible():
            self.leave()
            return
        window = self._window
        self._before = window.focusWidget()
        self._entries = entries(window)
        self.line.clear()
        self._search("")
        width = min(WIDTH, window.width() - 40)
        self.move((window.width() - width) // 2, TOP)
        self.setFixedWidth(width)
        self.show()
        self.raise_()
        self.line.setFocus()

    def leave(self) -> None:
        """Close, and give the keyboard back."""
        before, self._before = self._before, None
        self.hide()  # Qt gives it to the next widget in turn, the first method's chip
        give_back(before, self._window.centre)

    def run(self) -> None:
        """Do what is chosen; the palette is closed by then."""
        row = self.list.currentIndex().row()
        if 0 <= row < len(self.model.hits):
            entry = self.model.hits[row].entry
            self.leave()
            self._window.strip.acted()
            entry.run()

    def _search(self, query: str) -> None:
        self.model.show(search(self._entries, query))
        self.list.setCurrentIndex(self.model.index(0))
        self.list.setVisible(bool(self.model.hits))
        self.nothing.setVisible(not self.model.hits)
        # As high as what was found, as far as there is room.
        room = min(HEIGHT, self._window.height() - TOP - 40 - self.line.sizeHint().height())
        self.list.setFixedHeight(min(ROW * len(self.model.hits), room))
        self.adjustSize()

    def _step(self, step: int) -> None:
        count = self.model.rowCount()
        if count:
            row = self.list.currentIndex().row() + step
            # One beyond an end comes in at the other; a page stops there.
            row = row % count if abs(step) == 1 else min(max(row, 0), count - 1)
            self.list.setCurrentIndex(self.model.index(row))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            page = max(1, self.list.viewport().height() // ROW)
            steps = {
                Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: page,
                Qt.Key.Key_PageUp: -page, Qt.Key.Key_Tab: 1,
            }
            key = Qt.Key(event.key())
            if key in steps:
                self._step(steps[key])
                return True
            if key == Qt.Key.Key_Escape:
                self.leave()
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.run()
                return True
        elif (
            event.type() == QEvent.Type.FocusOut and isinstance(event, QFocusEvent)
            and event.reason() != Qt.FocusReason.PopupFocusReason and self.isVisible()
        ):
            if has_keys(self.line):  # another window came in front
                self.leave()
            else:
                self._before = None  # the keyboard is elsewhere already
                self.hide()
        return False
