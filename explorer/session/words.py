"""Short texts for durations and devices."""

from __future__ import annotations


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


def device_text(device: str) -> str:
    """ "cpu · float32" -> "CPU · float32"."""
    head, dot, tail = device.partition(" ")
    return f"{head.upper()}{dot}{tail}"
