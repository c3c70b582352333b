"""What follows a box: the list of boxes, the journey's cards, pictures under the pointer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from explorer.session.scene import Key
from explorer.session.state import Desk
from explorer.ui.box_list import BoxList
from explorer.ui.centre import Centre
from explorer.ui.journeys import Journeys
from explorer.ui.pointing import Pointing
from explorer.ui.side import Side
from explorer.ui.workbench import Workbench


class Following(QObject):
    """Links the side with the canvases."""

    def __init__(
        self, bench: Workbench, side: Side, centre: Centre, select: Callable[[Key | None], None],
        go: Callable[..., None], parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)

        def step(desk: Desk, gesture: str = "") -> None:
            go(desk, gesture)

        self.boxes = BoxList(bench, side.boxes, centre, select, self)
        self.journeys = Journeys(bench, side.inspector, centre, step, self)
        self.pointing = Pointing(bench, centre, step, self)
