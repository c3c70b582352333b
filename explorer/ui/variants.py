"""Traces of methods with parts exchanged: which are there, which run, which could not."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from explorer.methods.parts import Variant
from explorer.session.part_switches import Varied
from explorer.session.varying import VariantFailed, VariantMade
from explorer.trace.stages import SearchStage, Trace
from explorer.trace.store import bytes_of

MOST_BYTES = 1 << 29  # of traces of variants, beside what they share with the traces as run
STOPPED = "Stopped: what is on screen is what was there before."


class Variants(QObject):
    """A variant belongs to the trace that it was made from: another run makes it anew."""

    came = Signal(str)  # a method, one of whose variants is there or could not be made
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._made: OrderedDict[tuple[str, Variant], VariantMade] = OrderedDict()
        self._bytes: dict[tuple[str, Variant], int] = {}
        self._wanted: Varied = ()
        self._not: dict[tuple[str, Variant], str] = {}  # sentences: why there is none
        self._running: tuple[tuple[str, Variant], ...] = ()

    def trace(self, method: str, variant: Variant, base: Trace) -> Trace | None:
        """The trace of a variant of `base`, where it is there."""
        made = self._made.get((method, variant))
        if made is None or made.base is not base:
            return None
        self._made.move_to_end((method, variant))
        return made.trace

    def searched(self) -> tuple[SearchStage, ...]:
        """The selective searches of this photo that its variants started from."""
        stages = (made.trace.stage("regions") for made in self._made.values())
        found = (stage for stage in stages if isinstance(stage, SearchStage))
        return tuple({id(stage): stage for stage in found}.values())

    def shown(self, run: Mapping[str, Trace], varied: Varied) -> dict[str, Trace | None]:
        """Of each method with parts exchanged, its trace, or None while there is none."""
        self._wanted = varied
        return {
            method: self.trace(method, variant, run[method]) for method, variant in varied
            if method in run
        }

    def to_run(
        self, run: Mapping[str, Trace], varied: Varied, enabled: tuple[str, ...]
    ) -> Varied:
        """What is wanted of the methods that are on, and neither there nor given up."""
        return tuple(
            (method, variant) for method, variant in varied
            if method in enabled and (method, variant) not in self._not
            and (method not in run or self.trace(method, variant, run[method]) is None)
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
        for one in self._running:
            if one not in self._made:
                self._not.setdefault(one, STOPPED)
        self._running = ()

    def retry(self, before: Varied, now: Varied) -> None:
        """What is chosen anew may run again."""
        for one in set(now) - set(before):
            self._not.pop(one, None)

    def take(self, event: VariantMade | VariantFailed) -> None:
        """What a job said of one of them."""
        key = (event.method, event.variant)
        if isinstance(event, VariantMade):
            self._made[key] = event
            self._made.move_to_end(key)
            self._bytes[key] = bytes_of(*(
                one for one in event.trace.stages if one is not event.base.stage(one.name)
            ))
            self._drop()
        else:
            self._not[key] = event.sentence
            self.failed.emit(event.sentence)
        self._running = tuple(one for one in self._running if one != key)
        self.came.emit(event.method)

    def _drop(self) -> None:
        """Keep to the bound: the longest unused go, but not what is on screen."""
        for key in [key for key in self._made if key not in self._wanted]:
            if sum(self._bytes.values()) <= MOST_BYTES:
                return
            del self._made[key], self._bytes[key]

    def forget(self) -> None:
        """Another photo: nothing of the old one is of use."""
        self._made.clear()
        self._bytes.clear()
        self._not.clear()

    def state(self, method: str, variant: Variant) -> str:
        """In words: "" where it is there, or nothing is exchanged."""
        key = (method, variant)
        if key in self._running:
            return "running …"
        return self._not.get(key, "")
