"""Short texts for numbers on screen."""

from __future__ import annotations

from explorer.session.words import device_text as device_text
from explorer.session.words import time_text as time_text
from explorer.trace.stages import Trace


def total_ms(trace: Trace) -> float:
    """Milliseconds of all stages so far."""
    return sum(stage.ms for stage in trace.stages)


def brief_time(ms: float) -> str:
    """ "612 ms", "4.1 s", "41 s", "1:06" (minutes and seconds)."""
    seconds = round(ms / 1000)
    if seconds >= 60:
        return f"{seconds // 60}:{seconds % 60:02}"
    return f"{seconds} s" if ms >= 9_950 else time_text(ms)


def short_count(count: int) -> str:
    """ "12", "2,000", "61.2k", "1.3M"."""
    if count < 10_000:
        return f"{count:,}"
    if count < 999_950:
        return f"{count / 1000:.1f}k"
    return f"{count / 1e6:.1f}M"
