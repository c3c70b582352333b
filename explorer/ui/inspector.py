"""The right side: the life of the selected box as cards, each with its own numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from explorer.methods.names import NAMES, method_named
from explorer.session.card import Card
from explorer.session.changes import STILL
from explorer.session.facts import cards
from explorer.session.formula_texts import stage_formula
from explorer.session.readings import PooledGrid, pooled_grid
from explorer.session.related import Counterpart
from explorer.session.rows import row_text
from explorer.session.scene import Key
from explorer.session.scenes.common import STAGE_TITLES
from explorer.session.state import Desk
from explorer.trace.base import StageName
from explorer.trace.stages import Trace
from explorer.ui.cards import CardView
from explorer.ui.focus import has_keys
from explorer.ui.grid_view import GridView
from explorer.ui.studio import Studio
from explorer.ui.style import Theme
from explorer.ui.theme import colour
from explorer.ui.tips import with_formula
from explorer.ui.top_bar import dot

GAP = 2  # pixels above a card that is brought to the top
HELP = (
    ("Click a box", "Its whole life appears here: where it was born, what was pooled for it, its "
     "scores, and what kept or suppressed it."),
    ("Boxes upon boxes", "The smallest one under the pointer is taken. ↓ and ↑ step through the "
     "others."),
    ("Side by side", "Other methods show the region of the box, or the one nearest to it; Z zooms "
     "to it in all canvases."),
)


def row_title(key: Key) -> str:
    """ "Faster R-CNN region 12"."""
    return f"{method_named(key.method).title} {row_text(key)}"


def on_screen(story: Sequence[Card], stage: StageName, show: str) -> list[Card]:
    """The cards whose view the canvas shows; of a stage with several views, all in its others."""
    own = [card for card in story if card.stage == stage]
    return [card for card in own if card.control == ("show", show)] or own


class Inspector(QWidget):
    card_wanted = Signal(object)  # Card
    other_wanted = Signal(object)  # Key of another method's box

    def __init__(self, theme: Theme, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(270)
        self.theme, self.studio = theme, studio
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
        show = str(desk.view.control(desk.stage, "show", ""))
        shown = (at, tuple(found.items()), desk.stage, show, at and traces[at.key.method])
        if shown == self._shown:
            return
        self._shown = shown
        if at is None or selected is None:
            self._fill(_help(self.theme), "Journey of a box", None)
            return
        trace = traces[at.key.method]
        story = cards(trace, at.key.stage, at.key.row)
        here = on_screen(story, desk.stage, show)
        views = [self._view(card, trace, card in here) for card in story]
        for card, view in zip(story, views, strict=True):
            if card.stage == "pooling" and card.key is not None:
                self._ask_grid(trace, view, card.key)
        views += self._others(found, at.key, selected)
        self._fill(views, f"Journey of {row_title(at.key)}", trace.method)
        first = next((view for view in views if view.property("here")), None)
        if first is not None:
            # The layout settles first; then the card of the stage on screen is brought into view.
            QTimer.singleShot(0, self, partial(self._bring, first))

    def take_keys(self) -> None:
        """The card of the stage on screen, else the first that leads somewhere."""
        some = [view for view in self.cards if view.leads]
        here = [view for view in some if view.property("here")]
        next(iter([*here, *some]), self).setFocus()

    def _bring(self, card: CardView) -> None:
        if card not in self.cards:
            return
        self.area.ensureWidgetVisible(card, 0, 40)
        # No card is cut by the title: the next one begins there.
        bar = self.area.verticalScrollBar()
        below = [view.y() for view in self.cards if bar.value() <= view.y() <= card.y()]
        bar.setValue(min(below, default=bar.value()) - GAP)

    def _view(self, card: Card, trace: Trace, here: bool) -> CardView:
        formula = stage_formula(trace.method, card.stage, trace)
        leads = f"Show {STAGE_TITLES[card.stage]}" if card.key else ""
        view = CardView(
            card.title, card.note, card.lines, card.bars, trace.method, self.theme,
            here=here, leads=leads, roles=card.roles, tip=with_formula(leads, formula),
        )
        if card.key is not None:
            view.clicked.connect(partial(self.card_wanted.emit, card))
        return view

    def _ask_grid(self, trace: Trace, view: CardView, key: Key) -> None:
        """The pooled numbers may have to be read from the maps again: in the worker."""
        grid = GridView(self.theme)
        view.column.addWidget(grid)

        def arrived(made: PooledGrid | Exception | None) -> None:
            if view in self.cards and isinstance(made, PooledGrid):
                grid.show_grid(made)

        self.studio.ask(("pooled grid",), partial(pooled_grid, trace, key.row), arrived, 1)

    def _others(
        self, found: Mapping[str, Counterpart], shown: Key, selected: Key
    ) -> list[CardView]:
        """The boxes of the other methods that stand for the selected one, and how near they are."""
        views = []
        for name in NAMES:
            if name not in found or name == shown.method:
                continue
            other = found[name]
            note, line = f"IoU {other.iou:.2f}", f"nearest to {row_title(selected)}"
            if other.key.stage == "detections":
                line = f"overlaps {row_title(selected)}, of the same class"
            if other.key == selected:
                note, line = "selected", "the box that was selected"
            elif other.shared and other.iou > STILL:
                note, line = "same region", f"the region of {row_title(selected)}"
            elif other.shared:
                note = "same region"
                line = f"the region of {row_title(selected)}, which moved: IoU {other.iou:.2f}"
            view = CardView(
                row_title(other.key), note, [line], [], name, self.theme,
                leads="Follow this box instead",
            )
            view.clicked.connect(partial(self.other_wanted.emit, other.key))
            views.append(view)
        return views

    def _fill(self, views: list[CardView], title: str, method: str | None) -> None:
        self.title.setText(title)
        self.swatch.setVisible(method is not None)
        if method is not None:
            self.swatch.setPixmap(dot(colour(self.theme.palette, method)).pixmap(11, 11))
        place = self.area.verticalScrollBar().value()
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(14, GAP, 10, 14)
        column.setSpacing(8)
        for view in views:
            column.addWidget(view)
        column.addStretch()
        held = next((at for at, view in enumerate(self.cards) if has_keys(view)), None)
        self.cards = views
        # A card may be what was clicked: it must outlive its own event.
        old = self.area.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()
        self.area.setWidget(holder)
        self.area.verticalScrollBar().setValue(place)
        if held is not None and held < len(views) and views[held].leads:
            views[held].setFocus()
        elif held is not None:
            self.take_keys()


def _help(theme: Theme) -> list[CardView]:
    return [CardView(title, "", [text], [], "accent", theme) for title, text in HELP]
