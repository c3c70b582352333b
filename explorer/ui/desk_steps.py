"""The desk with its steps back and forth, and the traces as its switches have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from explorer.methods.parts import Variant
from explorer.session.history import History
from explorer.session.part_switches import Varied
from explorer.session.remap import moved_key
from explorer.session.state import Desk
from explorer.trace.stages import Trace
from explorer.trace.store import Store
from explorer.ui.decisions import Decisions
from explorer.ui.studio import Studio
from explorer.ui.variants import Variants


class DeskSteps(QObject):
    begun = Signal()  # another photo lies on the bench
    stepped = Signal(object)  # the desk before
    decided = Signal(str)  # a method whose trace on screen is another now
    failed = Signal(str)

    def __init__(self, studio: Studio, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history = History(Desk())
        self.awaited: tuple[str, ...] = ()  # methods on screen soon: a session is being opened
        self.decisions = Decisions(studio, self)
        self.variants = Variants(store, self)
        self.variants.failed.connect(self.failed)
        self.decisions.decided.connect(self._decided)
        self.decisions.failed.connect(self.failed)

    @property
    def desk(self) -> Desk:
        return self.history.present

    def looked_at(self) -> tuple[str, ...]:
        """The methods on screen, or soon there. The runner's thread asks too."""
        return self.awaited or self.desk.shown()

    def wants(self, variant: tuple[str, Variant]) -> bool:
        """Whether a variant is still exchanged. The runner's thread asks."""
        return variant in self.desk.varied

    def put(self, desk: Desk) -> None:
        """Another desk, without a step that could be undone."""
        self.history = replace(self.history, present=desk)

    def begin(self) -> None:
        """Another photo: what holds there too can still be undone. What belonged to the one before
        is in no state any more, nor are steps that changed nothing else."""
        here = self.history.everywhere(Desk.for_another_photo)
        self.history = here.without_repeats(Desk.only_looks_elsewhere)
        self.variants.forget()
        self.begun.emit()

    def keep(self, desk: Desk) -> None:
        """The next desk, which is on screen already."""
        self.history = self.history.to(desk)

    def everywhere(self, change: Callable[[Desk], Desk]) -> None:
        """What became known is so in all steps; see `History.everywhere`."""
        self._to(self.history.everywhere(change))

    def step(self, desk: Desk, gesture: str = "") -> None:
        """The next desk. gesture: see `History.to`. Merely looking elsewhere cannot be undone: the
        steps before and after look there too, unless they changed that themselves."""
        before = self.desk
        if desk.only_looks_elsewhere(before):
            self._to(self.history.everywhere(lambda each: each.following(before, desk)))
        else:
            self._to(self.history.to(desk, gesture))

    def undo(self) -> None:
        self._walk(self.history.undone())

    def redo(self) -> None:
        self._walk(self.history.redone())

    def _walk(self, history: History[Desk]) -> None:
        """Where switches change, rows after the scores become other boxes: the present selection is
        followed through the change (`_decided`), not the row that was selected then. What it does
        is watched where the user looks now, not where the switch was moved."""
        desk = history.present
        if (desk.chosen, desk.varied) != (self.desk.chosen, self.desk.varied):
            view = self.desk.view
            desk = desk.looking_as(self.desk).selecting(view.selected, view.partners)
            history = replace(history, present=desk)
        stages = desk.stages_changed(self.desk)
        if desk.stage == self.desk.stage and len(stages) == 1 and desk.stage not in stages:
            # A layer or control is of one stage: where it is switched back is shown.
            shown = desk.at_stage(stages[0])
            history = history.everywhere(lambda each: each.following(desk, shown))
        self._to(history)

    def _to(self, history: History[Desk]) -> None:
        before, self.history, self.awaited = self.desk, history, ()
        self.variants.retry(before.varied, self.desk.varied)
        self.stepped.emit(before)

    def decide(self, run: Mapping[str, Trace]) -> Mapping[str, Trace]:
        """The traces on screen, of those that were run; `decided` follows where it takes time."""
        varied = self.variants.shown(run, self.desk.varied)
        return self.decisions.show(run, self.desk.chosen, varied)

    def timed(self, run: Mapping[str, Trace]) -> dict[str, Trace]:
        """The traces with the times that canvases tell: as they ran, with parts exchanged where
        that is done, and decided again where that is."""
        varied = self.variants.shown(run, self.desk.varied)
        return {
            method: self.decisions.of(varied.get(method) or trace) for method, trace in run.items()
        }

    def to_run(self, run: Mapping[str, Trace]) -> Varied:
        """The variants that a job should make; they are on their way from now on."""
        wanted = self.variants.to_run(run, self.desk.varied, self.desk.enabled)
        return self.variants.begin(wanted)

    def is_missing(self, run: Mapping[str, Trace]) -> bool:
        """Whether a variant is wanted that is neither there nor on its way. run: complete ones."""
        return self.variants.missing(run, self.desk.varied, self.desk.enabled)

    def _decided(self, method: str, before: Trace, after: Trace) -> None:
        """The selection stays on its box, whatever its row is now."""
        view = self.desk.view
        if view.selected is not None:
            keys = (
                moved_key(before, after, key) if key.method == method else key
                for key in (view.selected, *view.partners)
            )
            first, *others = keys
            partners = tuple(key for key in others if key is not None)
            self.put(self.desk.selecting(first, partners))
        self.decided.emit(method)
