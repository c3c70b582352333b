"""Between the switches' panel and the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject

from explorer.session.as_published import as_published
from explorer.session.changes import changes_text
from explorer.session.panel import PanelRows
from explorer.session.part_switches import (
    Note,
    PartGroup,
    notes,
    part_switches,
    parts_of,
    value_of,
    variant_of,
)
from explorer.session.state import Desk
from explorer.session.switching import Switch, Value, switches
from explorer.trace.stages import Trace
from explorer.ui.switches import SwitchesPanel
from explorer.ui.workbench import Workbench


class Switching(QObject):
    """Shows the switches of the methods on screen, and makes steps of the desk of their moves."""

    def __init__(
        self, bench: Workbench, panel: SwitchesPanel, moved: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.bench, self.panel, self._moved = bench, panel, moved
        self._rows = PanelRows()  # when nothing waited
        panel.changed.connect(self._change)
        panel.exchanged.connect(self._exchange)
        panel.reset_wanted.connect(self._reset)
        panel.papers_wanted.connect(self.to_papers)
        bench.switched.connect(self.show)
        panel.installEventFilter(self)
        bench.presenter.bottom.part_chosen.connect(self._exchange_on_screen)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self.show()
        return False

    def show(self) -> None:
        """Out of sight, only when it comes up: every stage that comes would make it anew."""
        if not self.panel.isVisible():
            return
        run, bench = self._on_screen(), self.bench
        changed = bench.steps.decisions.changes()
        now = PanelRows(bench.desk.shown(), tuple(self.switches()), tuple(self.groups()))
        rows = now.after(self._rows, bench.results.pending(now.methods))
        if not rows.waiting:
            self._rows = rows
        self.panel.show_switches(
            rows.switches, {method: changed[method] for method in run if method in changed},
            rows.groups, bool(bench.desk.chosen or bench.desk.varied), rows.waiting,
        )

    def switches(self) -> Sequence[Switch]:
        """What can be switched for the methods on screen."""
        return switches(self._on_screen(), self.bench.desk.chosen)

    def groups(self) -> list[PartGroup]:
        """The parts of each method on screen, with what its variant cost."""
        run = self._on_screen()
        varied, variants = self.bench.desk.varied, self.bench.steps.variants
        changed = self.bench.steps.decisions.changes()
        groups = []
        for method, found in part_switches(run, varied).items():
            variant = variant_of(varied, method)
            made = variants.trace(variant, run[method]) if variant else None
            said = notes(run[method], made) if made is not None else ()
            if said and method in changed:
                said += (Note("detections", changes_text(changed[method])),)
            groups.append(PartGroup(method, found, variants.state(method, variant), said))
        return groups

    def _on_screen(self) -> Mapping[str, Trace]:
        """Traces as they were run, of the methods on screen."""
        return {
            method: self.bench.traces[method] for method in self.bench.desk.shown()
            if method in self.bench.traces
        }

    def _change(self, key: str, methods: tuple[str, ...], value: Value | None) -> None:
        desk = self.bench.desk.switched(methods, key, value)
        gesture = "" if value is None else f"{key} {' '.join(methods)}"
        self.bench.move_to(desk, gesture)
        self._moved()

    def _exchange(self, key: str, method: str, shown: Value | None) -> None:
        if method not in self.bench.traces:
            return  # a slider came to rest when another photo was there
        self.bench.move_to(self._exchanged(self.bench.desk, method, key, shown))
        self._moved()

    def _exchange_on_screen(self, key: str, shown: Value) -> None:
        """In all methods on screen that have such a part, as one step."""
        desk = self.bench.desk
        for method, trace in self._on_screen().items():
            if any(part.key == key for part in parts_of(trace)):
                desk = self._exchanged(desk, method, key, shown)
        self.bench.move_to(desk)

    def _exchanged(self, desk: Desk, method: str, key: str, shown: Value | None) -> Desk:
        variant, trace = variant_of(desk.varied, method), self.bench.traces[method]
        value = None if shown is None else value_of(trace, key, shown, variant)
        return desk.exchanged(method, key, value)

    def to_papers(self) -> None:
        """All switches of all methods at what the papers say."""
        self.bench.move_to(as_published(self.bench.desk, self.bench.traces))
        self._moved()

    def _reset(self) -> None:
        self.bench.move_to(self.bench.desk.as_run())
        self._moved()
