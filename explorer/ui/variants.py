"""Traces of methods with parts exchanged: which are there, which run, which could not."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from explorer.methods.parts import Variant
from explorer.session.part_switches import Varied
from explorer.session.varying import VariantFailed, VariantMade
from explorer.trace.stages import SearchStage, Trace
from explorer.trace.store import Store

RUNNING = "running …"
STOPPED = "Stopped: what is on screen is what was there before."


Refused = dict[tuple[str, Variant], str]  # sentences: why there is none


class Variants(QObject):
    """A variant belongs to the trace that it was made from: another run makes it anew. The store
    holds them, under the bound of all results."""

    came = Signal(str)  # a method, one of whose variants is there or could not be made
    failed = Signal(str)

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self.refused: Refused = {}
        self._running: tuple[tuple[str, Variant], ...] = ()

    def trace(self, variant: Variant, base: Trace) -> Trace | None:
        """The trace of a variant of `base`, where it is there."""
        return self._store.variant(base, variant)

    def searched(self, run: Mapping[str, Trace]) -> tuple[SearchStage, ...]:
        """The selective searches that variants of these traces started from."""
        stages = (trace.stage("regions") for trace in self._store.variants_of(run.values()))
        found = (stage for stage in stages if isinstance(stage, SearchStage))
        return tuple({id(stage): stage for stage in found}.values())

    def shown(self, run: Mapping[str, Trace], varied: Varied) -> dict[str, Trace | None]:
        """Of each method with parts exchanged, its trace, or None while there is none."""
        there = [(method, variant) for method, variant in varied if method in run]
        self._store.wanted = frozenset((run[method], variant) for method, variant in there)
        return {method: self.trace(variant, run[method]) for method, variant in there}

    def to_run(
        self, run: Mapping[str, Trace], varied: Varied, enabled: tuple[str, ...]
    ) -> Varied:
        """What is wanted of the methods that are on, and neither there nor given up."""
        return tuple(
            (method, variant) for method, variant in varied
            if method in enabled and (method, variant) not in self.refused
            and (method not in run or self.trace(variant, run[method]) is None)
        )

    def missing(
        self, run: Mapping[str, Trace], varied: Varied, enabled: tuple[str, ...]
    ) -> bool:
        """Whether a run must begin: something is wanted of a method that is done, and not on its
        way."""
        return any(
            one[0] in run and one not in self._running
            for one in self.to_run(run, varied, enabled)
        )

    def begin(self, varied: Varied) -> Varied:
        """These are on their way from now on."""
        self._running = varied
        return varied

    def end(self) -> None:
        """Nothing runs any more; what did not come was stopped."""
        for one in self._running:  # what came is no longer among them
            self.refused.setdefault(one, STOPPED)
        self._running = ()

    def retry(self, before: Varied, now: Varied) -> None:
        """What is chosen anew may run again; what is not wanted any more is given up, where it
        runs: chosen once more, it has to begin anew."""
        for one in set(now) - set(before):
            self.refused.pop(one, None)
        self._running = tuple(one for one in self._running if one in now)

    @property
    def run(self) -> bool:
        """Whether any is on its way."""
        return bool(self._running)

    def take(self, event: VariantMade | VariantFailed) -> None:
        """What a job said of one of them."""
        key = (event.method, event.variant)
        if isinstance(event, VariantMade):
            self._store.put_variant(event.base, event.variant, event.trace)
        else:
            self.refused[key] = event.sentence
            self.failed.emit(event.sentence)
        self._running = tuple(one for one in self._running if one != key)
        self.came.emit(event.method)

    def forget(self) -> None:
        """Another photo: what could not be made of the old one may be of this one."""
        self._store.sweep()
        self.refused.clear()

    def running(self, varied: Varied) -> frozenset[str]:
        """The methods whose variant is on its way: what is shown of them was there before."""
        return frozenset(one[0] for one in varied if one in self._running)

    def state(self, method: str, variant: Variant) -> str:
        """In words: "" where it is there, or nothing is exchanged."""
        key = (method, variant)
        if key in self._running:
            return RUNNING
        return self.refused.get(key, "")
