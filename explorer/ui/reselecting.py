"""Selects a session's box again once its method has come that far; compares the weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Signal

from explorer.methods.names import method_named
from explorer.ops.bins import overlap
from explorer.session.document import SETTINGS, Document, Selected, fields_of
from explorer.session.related import box_of
from explorer.session.scene import Key
from explorer.session.state import Desk
from explorer.trace.stages import Trace, rows
from explorer.ui.status import complete
from explorer.ui.workbench import Workbench

SAME = 0.99  # IoU from which a row is the one that was selected
NEAR = 0.5  # IoU from which another row may stand for it


class Reselecting(QObject):
    """go: the step to another desk."""

    said = Signal(str)

    def __init__(
        self, bench: Workbench, go: Callable[[Desk], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.bench, self._go = bench, go
        self._selected: Selected | None = None
        self._weights: dict[str, str] = {}  # by method, what the session ran with
        bench.switched.connect(self._try)
        bench.steps.begun.connect(self._forget)

    def begin(self, document: Document) -> None:
        """Select what the document says, now or when it is there."""
        self._selected = document.looked.selected
        self._weights = dict(document.weights)
        self._try()

    def _forget(self) -> None:
        """Another photo is on the bench."""
        self._selected, self._weights = None, {}

    def _try(self) -> None:
        wanted = self._selected
        if wanted is not None and self._is_there(wanted.method):
            self._selected = None
            key = found_again(self.bench.shown[wanted.method], wanted)
            if key is None:
                self.said.emit("The box that was selected in this session is not there any more.")
            elif self.bench.desk.view.selected is None:  # else the user was faster
                self._go(self.bench.desk.selecting(key))
        done = complete(self.bench.traces)
        for method in [name for name in self._weights if name in done]:
            then, now = self._weights.pop(method), done[method].weights
            if then != now:
                self.said.emit(
                    f"This session was saved with other weights of {method_named(method).title}: "
                    f"{then}. It runs with {now} here."
                )

    def _is_there(self, method: str) -> bool:
        """Whether the method is done, and its switches have acted."""
        bench = self.bench
        if method not in complete(bench.traces) or method not in bench.shown:
            return False
        as_run = all(method not in dict(value) for _, value in fields_of(bench.desk, SETTINGS))
        return as_run or method in bench.steps.decisions.before()


def found_again(trace: Trace, wanted: Selected) -> Key | None:
    """The row that was selected, or, where rows are others here, that of the nearest box."""
    box = np.array(wanted.box, np.float32)
    try:
        there = box_of(trace, wanted.stage, wanted.row)
        if overlap(box[None], there[None])[0, 0] >= SAME:
            return wanted.key
    except IndexError:
        pass  # fewer rows than then
    stage = trace.stage(wanted.stage)
    count = 0 if stage is None else rows(stage)
    if not count:
        return None
    boxes = np.stack([box_of(trace, wanted.stage, row) for row in range(count)])
    iou = overlap(box[None], boxes)[0]
    best = int(iou.argmax())
    return Key(wanted.method, wanted.stage, best) if iou[best] >= NEAR else None
