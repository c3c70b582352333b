"""Undo and redo: states before and after the present one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

T = TypeVar("T")
KEPT = 200  # states; a few kilobytes each


@dataclass(frozen=True)
class History(Generic[T]):
    """present, with what came before it (oldest first) and what was undone (next first).

    gesture: names what the last step was part of; steps of one gesture (a slider that is being
    dragged) are undone together.
    """

    present: T
    past: tuple[T, ...] = ()
    future: tuple[T, ...] = ()
    gesture: str = ""

    def to(self, state: T, gesture: str = "") -> History[T]:
        """The next state. A new one forgets what was undone."""
        if state == self.present:
            return self
        if gesture and gesture == self.gesture:
            return replace(self, present=state, future=())
        return History(state, (*self.past, self.present)[-KEPT:], (), gesture)

    def everywhere(self, change: Callable[[T], T]) -> History[T]:
        """The same steps in states that have changed: what became known cannot be undone."""
        past, future = tuple(map(change, self.past)), tuple(map(change, self.future))
        return replace(self, present=change(self.present), past=past, future=future)

    def without_repeats(self, same: Callable[[T, T], bool]) -> History[T]:
        """Without the states, beside the present one, that are the same as their neighbour towards
        it. The next step is part of no gesture that was."""
        past, future = (
            _apart(self.present, states, same) for states in (self.past[::-1], self.future)
        )
        return History(self.present, tuple(past[::-1]), tuple(future))

    def undone(self) -> History[T]:
        """One step back; the same where there is none."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future))

    def redone(self) -> History[T]:
        """One step forward again; the same where there is none."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.present), self.future[1:])


def _apart(last: T, states: Iterable[T], same: Callable[[T, T], bool]) -> list[T]:
    """Those of the states that are not the same as the one before, the first as `last`."""
    apart: list[T] = []
    for each in states:
        if not same(each, last):
            apart.append(each)
            last = each
    return apart
