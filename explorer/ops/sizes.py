"""The sizes at which photos enter a network, without torch: what runs and what tells of it share
them."""

from __future__ import annotations

import math


def size_within(height: int, width: int, short: float, long: float) -> tuple[int, int]:
    """(height, width), at least 1, of a photo scaled so that its short side is `short`, or its
    long side `long` where that is smaller. Rounded down, as torchvision's detectors do.
    """
    scale = min(short / min(height, width), long / max(height, width))
    return max(1, math.floor(height * scale)), max(1, math.floor(width * scale))
