"""Undo and redo, and what is said of it: what changes may be out of sight."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from explorer.session.step_words import step_words

if TYPE_CHECKING:
    from explorer.ui.window import Window


def undo(window: Window) -> None:
    """One step back."""
    _walk(window, window.workbench.steps.undo, "Undone", "There is nothing to undo.")


def redo(window: Window) -> None:
    """One step forward again."""
    _walk(window, window.workbench.steps.redo, "Done again", "There is nothing to do again.")


def _walk(window: Window, step: Callable[[], None], verb: str, nothing: str) -> None:
    bench = window.workbench
    before = bench.desk
    step()
    words = step_words(before, bench.desk, bench.traces)
    if words:
        window.strip.say(f"{verb}: {words}.")
    elif bench.desk == before:
        window.strip.say(nothing)
