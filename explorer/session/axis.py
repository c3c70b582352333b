"""A time axis: where a duration lies on it, and its ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass

FEW = 4  # ticks at most on a linear axis, besides 0


@dataclass(frozen=True)
class Axis:
    """From `low` (linear: 0) to `high` milliseconds."""

    low: float
    high: float
    log: bool

    def at(self, ms: float) -> float:
        """0 at `low` (or before it), 1 at `high`."""
        if not self.log:
            return max(ms, 0.0) / self.high
        if ms <= self.low:
            return 0.0
        return math.log(ms / self.low) / math.log(self.high / self.low)

    def ticks(self) -> tuple[float, ...]:
        if self.log:
            decades = round(math.log10(self.high / self.low))
            return tuple(self.low * 10**i for i in range(decades + 1))
        step = _nice(self.high / FEW)
        return tuple(step * i for i in range(int(self.high / step + 1e-9) + 1))


def axis_for(totals: list[float], log: bool) -> Axis:
    """The axis on which all totals (ms) find room; on a log one the shortest is seen too."""
    longest = max((ms for ms in totals if ms > 0), default=1.0)
    if not log:
        return Axis(0.0, longest, False)
    shortest = min((ms for ms in totals if ms > 0), default=longest)
    low = 10.0 ** math.floor(math.log10(shortest * 0.9))
    high = 10.0 ** math.ceil(math.log10(longest))
    return Axis(low, max(high, 10 * low), True)


def _nice(least: float) -> float:
    """1, 2 or 5 times a power of ten, at least so much."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(
        (size * power for size in (1.0, 2.0, 5.0) if size * power >= least * (1 - 1e-9)),
        10.0 * power,
    )


def tick_text(ms: float) -> str:
    """"0", "20 ms", "1.5 s"."""
    if ms == 0:
        return "0"
    return f"{ms:g} ms" if ms < 1000 else f"{ms / 1000:g} s"
