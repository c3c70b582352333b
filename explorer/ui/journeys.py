"""Between the journey's cards, the desk and the canvases."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from explorer.session.card import Card
from explorer.session.essentials import essentials
from explorer.session.scene import Key
from explorer.session.state import Desk
from explorer.ui.centre import Centre
from explorer.ui.inspector import Inspector
from explorer.ui.workbench import Workbench


class Journeys(QObject):
    """A card takes the canvas to its stage; a canvas hears what the box under its pointer is."""

    def __init__(
        self, bench: Workbench, inspector: Inspector, centre: Centre, go: Callable[[Desk], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.bench, self._go = bench, go
        inspector.card_wanted.connect(self._show_card)
        inspector.other_wanted.connect(self._follow)
        for canvas in centre.canvases.values():
            canvas.describe = self.describe

    def describe(self, key: Key) -> str:
        """The essentials of a box that is on a canvas."""
        trace = self.bench.shown.get(key.method)
        return essentials(trace, key) if trace is not None else ""

    def _show_card(self, card: Card) -> None:
        self._go(self.bench.desk.at_card(card))

    def _follow(self, key: Key) -> None:
        """Go on with the box that stands for the selected one in another method."""
        desk = self.bench.desk
        self._go((desk.alone(key.method) if desk.method else desk).selecting(key))
