"""Between the list of boxes, the desk and the canvases."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from explorer.session.listing import Listing, listing, rows_at
from explorer.session.scene import Key
from explorer.session.scenes.common import STAGE_TITLES
from explorer.trace.base import Stage, StageName
from explorer.trace.stages import Trace
from explorer.ui.boxes_page import BoxesPage
from explorer.ui.centre import Centre
from explorer.ui.picking import Hit
from explorer.ui.workbench import Workbench

Made = tuple[str, StageName, tuple[Stage, ...]]


class BoxList(QObject):
    """Fills the page while it is visible, links it with the selection and with the pointer."""

    def __init__(
        self, bench: Workbench, page: BoxesPage, centre: Centre,
        select: Callable[[Key | None], None], parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.bench, self.page, self.centre = bench, page, centre
        self._wanted = ""  # the method that was chosen in the page
        self._made: Made | None = None
        self._listing: Listing | None = None
        page.chosen.connect(select)
        page.pointed.connect(self._point)
        page.method_wanted.connect(self._choose)
        page.shown.connect(self.show)
        bench.switched.connect(self.show)

    def _choose(self, method: str) -> None:
        self._wanted = method
        self.show()

    def method(self) -> str:
        """The method that is listed: the one alone, the chosen one, that of the selection."""
        desk = self.bench.desk
        shown = desk.shown()
        if len(shown) == 1 or self._wanted in shown:
            return shown[0] if len(shown) == 1 else self._wanted
        selected = desk.view.selected
        return selected.method if selected and selected.method in shown else shown[0]

    def show(self) -> None:
        if not self.page.isVisible():
            return
        desk, method = self.bench.desk, self.method()
        self.page.show_methods(desk.shown(), method)
        trace = self.bench.shown.get(method)
        if trace is None or trace.stage(desk.stage) is None:
            self._made = self._listing = None
            self.page.show_listing(None, (), "No boxes yet.")
            return
        made = (method, desk.stage, trace.stages)
        if made != self._made:
            self._made = made
            self.bench.presenter.studio.ask(
                ("boxes",), partial(listing, trace, desk.stage), partial(self._arrived, made)
            )
        else:
            self._put(trace)

    def _arrived(self, made: Made, result: Listing | Exception | None) -> None:
        trace = self.bench.shown.get(made[0])
        if made != self._made or trace is None:
            return
        self._listing = None if isinstance(result, Exception) else result
        self._put(trace)

    def _put(self, trace: Trace) -> None:
        held = self._listing
        found = self.bench.presenter.found.get(trace.method)
        places = rows_at(held, trace, found.key) if held is not None and found else ()
        stage = STAGE_TITLES[self.bench.desk.stage]
        self.page.show_listing(held, places, f"The stage {stage} has no boxes.")

    def _point(self, place: int | None) -> None:
        """Outline the box under the pointer on the canvas of its method."""
        held = self._listing
        if held is None:
            return
        hit = None
        if place is not None:
            hit = Hit(held.key(place), held.box(place), held.sentence(place))
        self.centre.canvases[held.method].point_at(hit)
