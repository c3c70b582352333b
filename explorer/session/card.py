"""What one card of the inspector says."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.session.scene import Key
from explorer.trace.base import StageName


@dataclass(frozen=True)
class Card:
    """One card of the inspector. key: the row it speaks of, for opening that stage.

    lines: equations and sentences. bars: (name, fraction, text) to draw as a small chart.
    control: (key, value) of the stage's control that shows what the card says. roles: the colour
    of each bar; () for the method's.
    """

    stage: StageName
    title: str
    lines: tuple[str, ...]
    key: Key | None = None
    note: str = ""
    bars: tuple[tuple[str, float, str], ...] = ()
    control: tuple[str, str] | None = None
    roles: tuple[str, ...] = ()
