"""The drawer's pages that compare methods, linked with the desk and the camera."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from explorer.session.ground_truth import Rect
from explorer.session.scene import Key
from explorer.session.state import Desk
from explorer.ui.centre import Centre
from explorer.ui.drawer import Drawer
from explorer.ui.matches_page import MatchesPage
from explorer.ui.recall_page import RecallPage
from explorer.ui.style import Theme
from explorer.ui.workbench import Workbench


class Comparing(QObject):
    """go: the step to another desk."""

    def __init__(
        self, bench: Workbench, drawer: Drawer, centre: Centre, theme: Theme,
        go: Callable[[Desk], None], parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.bench, self.centre, self._go = bench, centre, go
        self.found = MatchesPage(bench, theme)
        drawer.add("Found", "Which detections of the methods are the same object (M)", self.found)
        self.found.chosen.connect(self._choose)
        self.recall = RecallPage(bench, theme)
        drawer.add("Recall", "How much of the ground truth the regions cover (R)", self.recall)

    def _choose(self, box: Rect, key: Key | None, partners: tuple[Key, ...]) -> None:
        """Select an object's detections in all methods, and bring it near."""
        desk = self.bench.desk
        self._go(desk.selecting(key, partners))
        self.centre.canvases[desk.shown()[0]].zoom_to(box)
