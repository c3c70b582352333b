"""When a page that compares the methods is made again: while it is visible, and not twice alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from explorer.methods.names import NAMES
from explorer.session.ground_truth import GroundTruth
from explorer.session.job import sentence_of
from explorer.trace.base import StageName
from explorer.trace.stages import Trace
from explorer.ui.workbench import Workbench

Compared = tuple[tuple[Trace, ...], GroundTruth | None]


class Follower(QObject):
    """stage: methods that have not reached it are left out.

    make: called in the studio's thread with the traces and the ground truth. put: shows what that
    gave. look: what is compared is the same, but the selection may be another. begin: `make` has
    been asked for.
    """

    def __init__(
        self, page: QWidget, bench: Workbench, stage: StageName,
        make: Callable[[tuple[Trace, ...], GroundTruth | None], Any],
        put: Callable[[tuple[Trace, ...], GroundTruth | None, Any], None],
        look: Callable[[], None] | None = None, begin: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(page)
        self._page, self.bench, self._stage = page, bench, stage
        self._make, self._put, self._look, self._begin = make, put, look, begin
        self._compared: Compared | None = None
        bench.switched.connect(self.follow)
        bench.traces_changed.connect(self.follow)
        page.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self.follow()
        return False

    def follow(self) -> None:
        if not self._page.isVisible():
            return
        desk, shown = self.bench.desk, self.bench.shown
        there = [shown[name] for name in NAMES if name in desk.enabled and name in shown]
        traces = tuple(trace for trace in there if trace.stage(self._stage) is not None)
        held = self._compared
        if held is not None and held[1] is desk.view.truth and _same(held[0], traces):
            if self._look is not None:
                self._look()
            return
        self._compared = now = (traces, desk.view.truth)
        self._begin()
        self.bench.presenter.studio.ask(
            ("compare", self._make), partial(self._make, *now), partial(self._made, now)
        )

    def _made(self, compared: Compared, result: Any) -> None:
        if compared is not self._compared:
            return
        if isinstance(result, Exception):
            self._compared = None
            self.bench.failed.emit(sentence_of(result))
        else:
            self._put(*compared, result)


def _same(one: tuple[Trace, ...], other: tuple[Trace, ...]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
