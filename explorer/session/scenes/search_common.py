"""What the views of selective search share."""

from __future__ import annotations

from explorer.session.scene import Control
from explorer.session.scenes.common import (
    number,
)
from explorer.session.scenes.panel import Column
from explorer.trace.stages import Grouping

SHOWS = ("boxes", "segments", "merges")
SIMILARITIES = ("colour", "texture", "size", "fill")


def run_name(grouping: Grouping) -> str:
    """'HSV · k 50 · C+T+S+F'."""
    letters = "+".join(
        letter for letter, weight in zip("CTSF", grouping.weights, strict=True) if weight
    )
    return f"{grouping.colour_space} · k {grouping.k:g} · {letters}"


def show_control(value: str) -> Control:
    return Control(key="show", title="Show", kind="choice", value=value, choices=SHOWS)


def similarity_bars(panel: Column, grouping: Grouping, merge: int) -> None:
    values = grouping.similarities[merge]
    top = max(1.0, float(values.max()))
    for name, value, weight in zip(SIMILARITIES, values, grouping.weights, strict=True):
        text = number(float(value), 3)
        caption = name if weight else f"{name} × 0"
        panel.bar(caption, text, float(value) / top, "accent" if weight else "muted")
    panel.pair("Weighted sum", number(float(grouping.total[merge]), 3))
