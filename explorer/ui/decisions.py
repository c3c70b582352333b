"""The traces as the switches have them, decided in the studio's thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from explorer.methods.choices import Choices
from explorer.session.job import sentence_of
from explorer.session.switching import Changes, Chosen, changes, choices_of
from explorer.trace.stages import Trace
from explorer.ui.studio import Studio


def _decide(run: Trace, trace: Trace, choices: Choices) -> Trace:
    from explorer.methods.deciding import decide  # torch; the method that ran has imported it

    decided = decide(trace, choices)
    changes(run, decided)  # which is kept: the switches ask for it in the window's thread
    return decided


@dataclass(frozen=True, eq=False)
class Decided:
    """By method: the trace on screen, the one that ran, what was decided from, by which choices."""

    traces: dict[str, Trace]
    run: dict[str, Trace]
    origin: dict[str, Trace]
    choices: dict[str, Choices]


class Decisions(QObject):
    """traces: by method, what is on screen. Until a decision is there, the last one stays."""

    decided = Signal(str, object, object)  # method, the trace on screen before, the one now
    failed = Signal(str)

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.studio = studio
        self.traces: dict[str, Trace] = {}
        self._run: dict[str, Trace] = {}  # as the methods ran
        self._from: dict[str, Trace] = {}  # what is decided from: the same, or with other parts
        self._choices: dict[str, Choices] = {}

    def show(
        self, run: Mapping[str, Trace], chosen: Chosen, varied: Mapping[str, Trace | None]
    ) -> Mapping[str, Trace]:
        """Take what was run and what is switched; `decided` follows where that takes time.

        varied: of methods with parts exchanged, their traces; None: not there yet.
        """
        for gone in set(self.traces) - set(run):
            del self.traces[gone], self._run[gone], self._from[gone], self._choices[gone]
        for method, base in run.items():
            choices = choices_of(chosen, method)
            fresh = self._run.get(method) is not base
            trace = varied.get(method, base) or (base if fresh else self._from[method])
            if self._from.get(method) is trace and self._choices[method] == choices:
                continue
            self._run[method], self._from[method] = base, trace
            self._choices[method] = choices
            before = self.traces.get(method)
            if fresh:
                self.traces[method] = trace
            if trace.stage("detections") is None:
                continue
            if choices == Choices():
                self.traces[method] = trace
                if not fresh and before is not None:
                    self.decided.emit(method, before, trace)
                continue
            self.studio.ask(
                ("decide", method), partial(_decide, base, trace, choices),
                partial(self._arrived, method, trace, choices), rank=-1,
            )
        return self.traces

    def _arrived(
        self, method: str, trace: Trace, choices: Choices, result: Trace | Exception
    ) -> None:
        if self._from.get(method) is not trace or self._choices[method] != choices:
            return
        if isinstance(result, Exception):
            self.failed.emit(sentence_of(result))
            return
        before, self.traces[method] = self.traces[method], result
        self.decided.emit(method, before, result)

    def of(self, origin: Trace) -> Trace:
        """What was decided from a trace last; the trace itself before that."""
        decided = self._from.get(origin.method) is origin
        return self.traces[origin.method] if decided else origin

    def kept(self) -> Decided:
        """What is decided now."""
        return Decided(
            dict(self.traces), dict(self._run), dict(self._from), dict(self._choices)
        )

    def take(self, decided: Decided) -> None:
        """What was decided of the same traces before: a selection is one of its rows."""
        for method, base in decided.run.items():
            if self._run.get(method) is base:
                self.traces[method] = decided.traces[method]
                self._from[method] = decided.origin[method]
                self._choices[method] = decided.choices[method]

    def before(self) -> dict[str, Trace]:
        """As they ran, the traces of the methods that the switches have changed."""
        return {
            method: self._run[method] for method, trace in self.traces.items()
            if trace is not self._run[method]
        }

    def changes(self) -> dict[str, Changes]:
        """What the switches changed in the detections, of the methods that are switched."""
        return {
            method: changes(run, self.traces[method]) for method, run in self.before().items()
        }
