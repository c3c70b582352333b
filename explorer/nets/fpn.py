"""The feature pyramid of FPN (Lin et al., CVPR 2017, arXiv 1612.03144, section 3).

Shapes: N images; the bottom-up maps C2..C5 are (N, C_i, h_i, w_i), everything the pyramid makes
is (N, d, h_i, w_i), with one d for all levels (256 in the paper).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch.nn.functional as F
from torch import Tensor, nn

CHANNELS = 128  # d; the paper's is 256


@dataclass(frozen=True, eq=False)
class Pyramid:
    """All that the pyramid makes, by level name.

    laterals: L2..L5, the 1x1 convolutions of C2..C5. merged: M2..M5, lateral plus the coarser sum
    enlarged (M5 = L5). maps: P2..P5, a 3x3 convolution of each sum, and P6.
    """

    laterals: OrderedDict[str, Tensor]
    merged: OrderedDict[str, Tensor]
    maps: OrderedDict[str, Tensor]


class Parts(Protocol):
    """What a detector over a pyramid is made of, ours or torchvision's, for `methods.fpn.run`."""

    def pyramid(self, images: Tensor) -> tuple[OrderedDict[str, Tensor], Pyramid]:
        """Normalised images (N, 3, H, W) -> C2..C5 and the pyramid over them."""

    def anchor_strides(self, images: Tensor, maps: Sequence[Tensor]) -> list[tuple[float, float]]:
        """(x, y) distance of neighbouring anchors on each map, in network pixels."""

    def rpn_outputs(self, maps: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Maps P2..P6 -> logits (N, k, h, w) and deltas (N, 4k, h, w) of each."""

    def head_outputs(self, pooled: Tensor) -> tuple[Tensor, Tensor]:
        """Pooled regions (n, d, 7, 7) -> logits (n, K + 1) and t_x, t_y, t_w, t_h (n, K, 4)."""


class FeaturePyramid(nn.Module):
    """C2..C5 -> P2..P6. lateral[i] and smooth[i] belong to the i-th map, finest first."""

    def __init__(self, inputs: Sequence[int], channels: int = CHANNELS) -> None:
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(count, channels, 1) for count in inputs)
        self.smooth = nn.ModuleList(
            nn.Conv2d(channels, channels, 3, padding=1) for _ in inputs
        )
        self.out_channels = channels
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_uniform_(module.weight, a=1)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, bottom_up: OrderedDict[str, Tensor]) -> Pyramid:
        """Bottom-up maps by name ("C2".."C5", finest first) -> the pyramid."""
        return build(bottom_up, list(self.lateral), list(self.smooth))


def build(
    bottom_up: OrderedDict[str, Tensor], lateral: list[nn.Module], smooth: list[nn.Module]
) -> Pyramid:
    """The pyramid over maps named "C<level>", given its convolutions, finest first.

    Figure 3 of the paper: each coarser sum is enlarged to the size of the finer lateral by
    nearest neighbour (twofold where sizes are even) and added to it. P6 is the coarsest P read at
    every second cell (footnote 2); only the RPN uses it.
    """
    levels = [int(name[1:]) for name in bottom_up]
    laterals = OrderedDict(
        (f"L{level}", conv(values))
        for level, conv, values in zip(levels, lateral, bottom_up.values(), strict=True)
    )
    top = levels[-1]
    merged = OrderedDict([(f"M{top}", laterals[f"L{top}"])])
    for finer, coarser in zip(levels[-2::-1], levels[:0:-1], strict=True):
        side = laterals[f"L{finer}"]
        down = F.interpolate(merged[f"M{coarser}"], size=side.shape[-2:], mode="nearest")
        merged[f"M{finer}"] = side + down
    merged = OrderedDict((f"M{level}", merged[f"M{level}"]) for level in levels)
    maps = OrderedDict(
        (f"P{level}", conv(values))
        for level, conv, values in zip(levels, smooth, merged.values(), strict=True)
    )
    maps[f"P{top + 1}"] = F.max_pool2d(maps[f"P{top}"], kernel_size=1, stride=2)
    return Pyramid(laterals, merged, maps)
