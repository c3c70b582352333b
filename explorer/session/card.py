"""What one card of the inspector says."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.session.scene import Key
from explorer.trace.base import StageName


@dataclass(frozen=True)
class Card:
    """One card of the inspector. key: the row it speaks of, for opening that stage.

    lines: equations and sentences. bars: (name, fraction, text) to draw as a small chart.
    """

    stage: StageName
    title: str
    lines: tuple[str, ...]
    key: Key | None = None
    note: str = ""
    bars: tuple[tuple[str, float, str], ...] = ()
