"""Which level of a feature pyramid a region is read from (Lin et al., 2017, equation 1)."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.ops.boxes import area

# Keeps a box whose side is the canonical one times a power of two on the upper of its two levels,
# where rounding could put it on either.
EPSILON = 1e-6


def level_of(
    boxes: Tensor, k0: int, canonical: float, low: int, high: int
) -> tuple[Tensor, Tensor]:
    """k = floor(k0 + log2(sqrt(w h) / canonical)), clamped to [low, high].

    boxes (n, 4) in network pixels. Returns raw (n,), the number under the floor (EPSILON included,
    which no digit on screen shows), and level (n,) int64, the clamped k. A box without area has
    raw = -inf and the lowest level.
    canonical: 224 in the paper, the side of the pre-training images; k0: its level, 4.
    """
    raw = k0 + torch.log2(area(boxes).sqrt() / canonical) + EPSILON
    return raw, raw.floor().clamp(low, high).long()
