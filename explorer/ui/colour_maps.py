"""Colour maps as 256-entry tables, interpolated from a few of matplotlib's own entries (CC0)."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from explorer.trace.base import Floats

STOPS: dict[str, str] = {
    "viridis": (
        "440154 481a6c 472f7d 414487 39568c 31688e 2a788e 23888e 1f988b 22a884 35b779 54c568 "
        "7ad151 a5db36 d2e21b fde725"
    ),
    "magma": (
        "000004 0c0926 221150 400f74 5f187f 7b2382 982d80 b73779 d3436e eb5760 f8765c fd9a6a "
        "febb81 fddc9e fcfdbf"
    ),
    "inferno": (
        "000004 0c0826 240c4f 420a68 5d126e 781c6d 932667 ae305c c73e4c dd513a ed6925 f8850f "
        "fca50a fac62d f2e661 fcffa4"
    ),
    "grey": "000000 ffffff",
}


@cache
def table(name: str) -> NDArray[np.uint8]:
    """(256, 3) RGB. Raises KeyError for a map that is not in STOPS."""
    stops = np.array([[int(s[i : i + 2], 16) for i in (0, 2, 4)] for s in STOPS[name].split()])
    at = np.linspace(0, len(stops) - 1, 256)
    columns = [np.interp(at, np.arange(len(stops)), stops[:, channel]) for channel in range(3)]
    return np.stack(columns, -1).round().astype(np.uint8)


def mapped(values: Floats, low: float, high: float, name: str) -> NDArray[np.uint8]:
    """(h, w) floats -> (h, w, 3) RGB; NaN as `low`, a flat range as its first colour."""
    span = high - low
    share = (values.astype(np.float32) - low) / span if span > 0 else np.zeros(values.shape)
    index = np.clip(np.nan_to_num(share) * 255, 0, 255).astype(np.uint8)
    return table(name)[index]
