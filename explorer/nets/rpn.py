"""The region proposal network's head (Ren et al., NIPS 2015, arXiv 1506.01497, section 3.1).

Shapes: N images, k anchors a location, maps (N, C, h, w), A = sum of h * w * k over the maps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn


class RpnHead(nn.Module):
    """A 3x3 convolution, then two 1x1 siblings: k objectness logits, 4k deltas per location.

    One logit per anchor (logistic regression, which the paper names as the equal of its two-class
    softmax). Called with several maps it is the one head that all levels of FPN share.
    """

    def __init__(self, channels: int, anchors: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.objectness = nn.Conv2d(channels, anchors, 1)
        self.deltas = nn.Conv2d(channels, 4 * anchors, 1)
        self.anchors = anchors
        for module in (self.conv, self.objectness, self.deltas):
            nn.init.normal_(module.weight, std=0.01)
            nn.init.zeros_(module.bias)  # type: ignore[arg-type]

    def forward(self, maps: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Maps (N, C, h, w) -> their objectness logits (N, k, h, w) and deltas (N, 4k, h, w)."""
        shared = [torch.relu(self.conv(values)) for values in maps]
        return [self.objectness(x) for x in shared], [self.deltas(x) for x in shared]


def flatten(objectness: Sequence[Tensor], deltas: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Outputs of the head -> logits (N, A) and deltas (N, A, 4), anchors in (level, y, x, k) order.

    Deltas leave the network in blocks of t_x, t_y, t_w, t_h per anchor.
    """
    logits = [x.permute(0, 2, 3, 1).flatten(1) for x in objectness]
    moves = [x.permute(0, 2, 3, 1).reshape(len(x), -1, 4) for x in deltas]
    return torch.cat(logits, 1), torch.cat(moves, 1)


def best_of_each_level(objectness: Tensor, counts: Sequence[int], top: int) -> Tensor:
    """Anchor rows of each level's `top` highest logits (A,), by level then falling logit.

    counts: anchors of each level, in the order in which they stand in `objectness`.
    """
    starts = np.cumsum((0, *counts[:-1])).tolist()
    return torch.cat([
        part.topk(min(top, len(part))).indices + start
        for part, start in zip(torch.split(objectness, list(counts)), starts, strict=True)
    ])
