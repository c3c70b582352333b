"""What compares methods, linked with the desk and the camera: pages of the drawer, the swipe."""

from __future__ import annotations

from collections.abc import Callable
from operator import is_

from PySide6.QtCore import QObject

from explorer.session.matches import DIFFICULT, Match
from explorer.session.scene import Key
from explorer.session.state import Desk
from explorer.ui.camera import WORTH
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
        centre.swipe.chosen.connect(lambda left, right: go(bench.desk.swiping(left, right)))
        centre.swipe.closed.connect(lambda: go(bench.desk.side_by_side()))
        self.found = MatchesPage(bench, theme)
        drawer.add("Found", "Which detections of the methods are the same object (M)", self.found)
        self.found.chosen.connect(self._choose)
        self._judged: tuple[object, ...] = ()  # when an object was marked as missed
        bench.switched.connect(self._look)
        self.recall = RecallPage(bench, theme)
        drawer.add("Recall", "How much of the ground truth the regions cover (R)", self.recall)

    def swipe(self) -> None:
        """Lay two methods on each other; again: side by side."""
        desk = self.bench.desk
        if len(desk.enabled) < 2:
            self.bench.failed.emit("Switch on a second method to swipe between two.")
        else:
            self._go(desk.side_by_side() if desk.swipe else desk.swiping())

    def _choose(self, match: Match, key: Key | None, partners: tuple[Key, ...]) -> None:
        """Select an object's detections in all methods, and bring it near. One that nobody found
        has none: its ground truth is marked."""
        desk = self.bench.desk
        self._go(desk.selecting(key, partners))
        self.mark_missed(match if key is None else None)
        self.centre.canvases[desk.shown()[0]].zoom_to(match.box, WORTH)

    def mark_missed(self, match: Match | None) -> None:
        """Outline what nobody found on all photos; None: no more."""
        if match is None and self.found.missed is None:
            return
        self._judged = self._judged_now()
        said = None
        if match is not None:
            how = "difficult" if match.note == DIFFICULT else "missed"
            said = (match.box, f"{how} {match.name}")
        for canvas in self.centre.canvases.values():
            canvas.mark(said)
        self.found.show_missed(match)

    def _judged_now(self) -> tuple[object, ...]:
        """What says that an object was missed: the ground truth, and the traces."""
        return self.bench.desk.view.truth, *self.bench.shown.values()

    def _look(self) -> None:
        """Something is selected now, or what was missed may be found."""
        now = self._judged_now()
        same = len(now) == len(self._judged) and all(map(is_, now, self._judged))
        if self.bench.desk.view.selected is not None or not same:
            self.mark_missed(None)
