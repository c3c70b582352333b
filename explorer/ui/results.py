"""What the methods have found on the photo on the bench, and how far each is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from explorer.methods.names import NAMES
from explorer.session.job import NEEDS_SEARCH, SEARCHING, Working
from explorer.trace.stages import Trace
from explorer.ui.status import DONE, OFF, Status, at_first, complete, pending


class Results:
    """A method that runs again, and not to its end, has what it had before."""

    def __init__(self) -> None:
        self.traces: dict[str, Trace] = {}
        self.status: dict[str, Status] = {}
        self._before: dict[str, Trace] = {}  # of methods that run again

    def begin(self, enabled: Iterable[str], done: Mapping[str, Trace]) -> None:
        """Another photo. done: what has run on it before."""
        self.traces = dict(done)
        self._before.clear()
        held = tuple(enabled)
        self.status = {name: at_first(name, held, done) for name in NAMES}

    def running(self, event: Working, enabled: Iterable[str]) -> dict[str, Status]:
        """Of the methods that wait for what goes on: for the search, all that start from it."""
        waiting = {event.method}
        if event.text == SEARCHING:
            waiting |= NEEDS_SEARCH & set(enabled) - set(self.traces)
        return dict.fromkeys(waiting, Status("running", event.text))

    def switched(self, added: Iterable[str], removed: Iterable[str]) -> None:
        """Methods came on, or went off."""
        self.status |= dict.fromkeys(removed, OFF)
        self.status |= {
            name: DONE if name in self.traces else Status("waiting", "Waiting") for name in added
        }

    def grew(self, trace: Trace, complete_now: bool) -> bool:
        """Another stage of a method; whether it is one that runs again from here."""
        again = trace.method in complete(self.traces) and trace.stage("detections") is None
        if again:
            self._before[trace.method] = self.traces[trace.method]
        self.traces[trace.method] = trace
        if complete_now:
            self._before.pop(trace.method, None)
        self.status[trace.method] = DONE if complete_now else Status("running", "Running")
        return again

    def end(self, method: str, status: Status) -> bool:
        """It failed or was cancelled; whether its earlier result is back."""
        self.status[method] = status
        back = method in self._before
        if back:
            self.traces[method] = self._before.pop(method)
        if method in complete(self.traces):
            self.status[method] = DONE
        return back

    def pending(self, enabled: Iterable[str]) -> tuple[str, ...]:
        """The methods that wait or run."""
        return pending(enabled, self.status)
