"""How far each method is with the photo on the bench."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from explorer.trace.stages import Trace


@dataclass(frozen=True)
class Status:
    """state: "off", "waiting", "running", "done", "failed". text: what the canvas says then."""

    state: str = "waiting"
    text: str = ""

    @property
    def given_up(self) -> bool:
        return self.state == "failed" or self == CANCELLED


OFF = Status("off", "Switched off")
DONE = Status("done")
WAITING = Status("waiting", "Waiting for its turn")
CANCELLED = Status("waiting", "Cancelled")


def at_first(name: str, methods: Container[str], done: Container[str]) -> Status:
    """A method's status when a photo comes; done: what has run on the photo before."""
    if name not in methods:
        return OFF
    return DONE if name in done else WAITING


def pending(methods: Iterable[str], status: Mapping[str, Status]) -> tuple[str, ...]:
    """Those of the methods that wait or run and were not cancelled."""
    states = {name: status.get(name, WAITING) for name in methods}
    return tuple(
        name for name, each in states.items()
        if each.state in ("waiting", "running") and each != CANCELLED
    )


def complete(traces: Mapping[str, Trace]) -> dict[str, Trace]:
    """The traces that have come to their detections."""
    return {
        name: trace for name, trace in traces.items() if trace.stage("detections") is not None
    }
