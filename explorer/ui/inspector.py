"""The right side: the life of the selected box as cards, each with its own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from explorer.methods.names import NAMES, method_named
from explorer.session.card import Card
from explorer.session.facts import cards
from explorer.session.related import Counterpart
from explorer.session.rows import row_text
from explorer.session.scene import Key
from explorer.session.scenes.common import STAGE_TITLES
from explorer.session.state import Desk
from explorer.trace.base import StageName
from explorer.trace.stages import Trace
from explorer.ui.cards import CardView
from explorer.ui.style import Theme
from explorer.ui.theme import colour
from explorer.ui.top_bar import dot

HELP = (
    ("Click a box", "Its whole life appears here: where it was born, what was pooled for it, its "
     "scores, and what kept or suppressed it."),
    ("Boxes upon boxes", "The smallest one under the pointer is taken. ↓ and ↑ step through the "
     "others."),
    ("Side by side", "The same box is looked up in the other methods, and Z zooms to it in all."),
)


def row_title(key: Key) -> str:
    """ "Faster R-CNN region 12"."""
    return f"{method_named(key.method).title} {row_text(key)}"


class Inspector(QWidget):
    stage_wanted = Signal(object)  # Key

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(270)
        self.theme = theme
        self.cards: list[CardView] = []
        self._shown: object = None
        self._last: tuple[Mapping[str, Trace], Desk, Mapping[str, Counterpart]] = ({}, Desk(), {})
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setContentsMargins(14, 0, 14, 0)
        head.setSpacing(8)
        self.swatch = QLabel()
        self.title = QLabel()
        self.title.setObjectName("heading")
        self.title.setWordWrap(True)
        head.addWidget(self.swatch)
        head.addWidget(self.title, 1)
        column.addLayout(head)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(self.area, 1)
        self._fill([], "Journey of a box", None)
        theme.changed.connect(self._again)

    def sizeHint(self) -> QSize:
        return QSize(344, 800)

    def _again(self) -> None:
        self._shown = None
        self.show_selection(*self._last)

    def show_selection(
        self, traces: Mapping[str, Trace], desk: Desk, found: Mapping[str, Counterpart]
    ) -> None:
        """The journey of the selection; where one method is alone, of its own nearest box."""
        self._last = (traces, desk, found)
        selected = desk.view.selected
        at = found.get(desk.method or "") or (found.get(selected.method) if selected else None)
        shown = (at, tuple(found.items()), desk.stage, at and traces[at.key.method])
        if shown == self._shown:
            return
        self._shown = shown
        if at is None or selected is None:
            self._fill(_help(self.theme), "Journey of a box", None)
            return
        trace = traces[at.key.method]
        views = [
            self._view(card, trace.method, desk.stage)
            for card in cards(trace, at.key.stage, at.key.row)
        ]
        near = self._nearest(found, at.key, selected)
        if near is not None:
            views.append(near)
        self._fill(views, f"Journey of {row_title(at.key)}", trace.method)
        here = next((view for view in views if view.property("here")), None)
        if here is not None:
            # The layout settles first; then the card of the stage on screen is brought into view.
            QTimer.singleShot(0, partial(self._bring, here))

    def _bring(self, card: CardView) -> None:
        if card in self.cards:
            self.area.ensureWidgetVisible(card, 0, 40)

    def _view(self, card: Card, method: str, stage: StageName) -> CardView:
        leads = f"Show {STAGE_TITLES[card.stage]}" if card.key else ""
        view = CardView(
            card.title, card.note, card.lines, card.bars, method, self.theme,
            here=card.stage == stage, leads=leads,
        )
        if card.key is not None:
            view.clicked.connect(partial(self.stage_wanted.emit, card.key))
        return view

    def _nearest(
        self, found: Mapping[str, Counterpart], shown: Key, selected: Key
    ) -> CardView | None:
        """Which boxes of the other methods stand for the selected one, and how well."""
        others = [found[name] for name in NAMES if name in found and name != shown.method]
        if not others:
            return None
        lines = []
        for other in others:
            how = "selected" if other.key == selected else f"IoU {other.iou:.2f}"
            lines.append(f"{row_title(other.key)} · {how}")
        return CardView(
            "In the other methods", "nearest by IoU", lines, [], "accent", self.theme
        )

    def _fill(self, views: list[CardView], title: str, method: str | None) -> None:
        self.title.setText(title)
        self.swatch.setVisible(method is not None)
        if method is not None:
            self.swatch.setPixmap(dot(colour(self.theme.palette, method)).pixmap(11, 11))
        place = self.area.verticalScrollBar().value()
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(14, 2, 10, 14)
        column.setSpacing(8)
        for view in views:
            column.addWidget(view)
        column.addStretch()
        self.cards = views
        # A card may be what was clicked: it must outlive its own event.
        old = self.area.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()
        self.area.setWidget(holder)
        self.area.verticalScrollBar().setValue(place)


def _help(theme: Theme) -> list[CardView]:
    return [CardView(title, "", [text], [], "accent", theme) for title, text in HELP]
