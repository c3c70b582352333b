"""What a window leaves to the one that follows it in another size of texts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, QTimer

from explorer.session.ground_truth import GroundTruth
from explorer.trace.store import Store
from explorer.ui.coming import Coming
from explorer.ui.kept_bench import Kept, PuttingBack, kept_of
from explorer.ui.side import SideKept
from explorer.ui.text_size import LEAST
from explorer.ui.variants import Refused
from explorer.ui.weights import Choice

if TYPE_CHECKING:
    from explorer.ui.window import Window


@dataclass(frozen=True, eq=False)
class Legacy:
    """Plain data: no object of Qt outlives its application.

    size: of the texts of the window that was. sides: widths of the left and the right side, and the
    height of the drawer, in its pixels. coming: a photo that was being read.
    """

    sentence: str
    size: int
    theme: str  # which a session may have brought
    frame: QRect
    state: Qt.WindowState
    sides: tuple[int, int, int]
    side: SideKept
    drawer: int | None
    kept: Kept
    coming: Coming | None
    store: Store
    refused: Refused
    weights: Choice
    truths: dict[Path, GroundTruth]
    sets: dict[Path, Path]
    drawing: bool
    tour: int | None

    @classmethod
    def of(cls, window: Window, sentence: str) -> Legacy:
        """What `window` leaves. sentence: what to say in the next one."""
        bench, tour = window.workbench, window.tour
        left, _, right = window.splitter.sizes()
        page = tour.page.number if tour.page is not None and tour.on else None
        return cls(
            sentence, window.text_size, window.theme.palette.name, window.normalGeometry(),
            window.windowState(),
            (left, right, window.middle.sizes()[1]), window.side.kept(), window.drawer.kept(),
            tour.kept or kept_of(bench), bench.coming if page is None else None,
            bench.shelf.store,
            dict(bench.steps.variants.refused), window.weights.kept(),
            window.truth.kept, window.truth.sets, window.truth.drawing, page,
        )

    def place(self, window: Window) -> None:
        """As large on the screen, and where the one before was."""
        corner = window.screen().geometry().topLeft()
        share = self.size / window.text_size
        at = (self.frame.topLeft() - corner) * share
        room = window.screen().availableGeometry()
        size = QSize(
            round(self.frame.width() * share), round(self.frame.height() * share)
        ).expandedTo(LEAST).boundedTo(room.size())
        place = QRect(corner + at, size)
        place.moveTo(
            max(room.left(), min(place.left(), room.right() + 1 - size.width())),
            max(room.top(), min(place.top(), room.bottom() + 1 - size.height())),
        )
        window.setGeometry(place)
        window.setWindowState(self.state)

    def fill(self, window: Window) -> bool:
        """Put all of it into a window that has its parts; False where there was no photo."""
        bench = window.workbench
        window.use_theme(self.theme, keep=False)
        bench.shelf.store.take_over(self.store)
        window.weights.take_over(self.weights)
        window.truth.kept.update(self.truths)
        window.truth.sets.update(self.sets)
        left, right, below = self.sides
        if right:  # 0: it was hidden, and has the width that it had before when it comes
            window.splitter.setSizes([left, window.width() - left - right, right])
        if below:
            window.middle.setSizes([window.middle.height() - below, below])
        window.drawer.put_back(self.drawer)
        window.side.put_back(self.side)
        window.strip.hint.setText(self.sentence)
        bench.steps.variants.refused.update(self.refused)
        if self.kept.photo is None and self.coming is None and self.tour is None:
            return False
        then = partial(self._go_on, window)
        if self.coming is None and self.kept.photo is None:
            then()
        else:  # once its photo is there
            bench.photo_shown.connect(
                lambda: QTimer.singleShot(0, window, then), Qt.ConnectionType.SingleShotConnection
            )
        if self.coming is not None:
            bench.steps.history = self.kept.history
            bench.start(self.coming)
        else:
            PuttingBack(bench, self.kept)
        return True

    def _go_on(self, window: Window) -> None:
        """What needs the photo."""
        window.strip.hint.setText(self.sentence)  # which a photo takes away
        if self.coming is None:
            window.workbench.steps.variants.refused.update(self.refused)
        if self.tour is not None:
            window.tour.begin(self.tour)
        elif self.drawing:
            window.truth.toggle()
