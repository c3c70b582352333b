"""Short texts for numbers on screen."""

from __future__ import annotations

from explorer.trace.stages import Trace


def time_text(ms: float) -> str:
    """ "0.4 ms", "612 ms", "4.1 s", "1 min 12 s"."""
    if ms < 9.95:
        return f"{ms:.1f} ms"
    if ms < 999.5:
        return f"{ms:.0f} ms"
    if ms < 59_950:
        return f"{ms / 1000:.1f} s"
    minutes, seconds = divmod(round(ms / 1000), 60)
    return f"{minutes} min {seconds} s"


def total_ms(trace: Trace) -> float:
    """Milliseconds of all stages so far."""
    return sum(stage.ms for stage in trace.stages)


def short_count(count: int) -> str:
    """ "12", "2,000", "61.2k", "1.3M"."""
    if count < 10_000:
        return f"{count:,}"
    if count < 999_950:
        return f"{count / 1000:.1f}k"
    return f"{count / 1e6:.1f}M"


def device_text(device: str) -> str:
    """ "cpu · float32" -> "CPU · float32"."""
    head, dot, tail = device.partition(" ")
    return f"{head.upper()}{dot}{tail}"
