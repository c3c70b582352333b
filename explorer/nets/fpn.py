"""The feature pyramid of FPN (Lin et al., CVPR 2017, arXiv 1612.03144, section 3).

Shapes: N images; the bottom-up maps C2..C5 are (N, C_i, h_i, w_i), everything the pyramid makes
is (N, d, h_i, w_i), with one d for all levels (256 in the paper).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
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

    def bottom_up(self, images: Tensor) -> OrderedDict[str, Tensor]:
        """Normalised images (N, 3, H, W) -> C2..C5, the last map of each stage."""

    def convolutions(self) -> tuple[list[nn.Module], list[nn.Module]]:
        """The 1x1 ones of the lateral connections and the 3x3 ones on the sums, finest first."""

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
    """The pyramid over maps named "C<level>", given its convolutions, finest first."""
    laterals = connect(bottom_up, lateral)
    merged = top_down(laterals)
    return Pyramid(laterals, merged, smoothed(merged, smooth))


def connect(
    bottom_up: OrderedDict[str, Tensor], lateral: Sequence[nn.Module]
) -> OrderedDict[str, Tensor]:
    """Lateral connections: C2..C5 -> L2..L5, each by its 1x1 convolution."""
    return OrderedDict(
        (f"L{name[1:]}", conv(values))
        for (name, values), conv in zip(bottom_up.items(), lateral, strict=True)
    )


def top_down(
    laterals: OrderedDict[str, Tensor], pathway: bool = True, connected: bool = True
) -> OrderedDict[str, Tensor]:
    """Top-down pathway: L2..L5 -> M2..M5 (figure 3 of the paper).

    M5 = L5. Each coarser sum is enlarged to the size of the finer lateral by nearest neighbour
    (twofold where sizes are even) and added to it.
    pathway=False leaves out what comes from above (tables 1 and 2, row d), connected=False the
    laterals below M5 (row e); without both, all below M5 is 0.
    """
    levels = [int(name[1:]) for name in laterals]
    merged = {levels[-1]: laterals[f"L{levels[-1]}"]}
    for finer in levels[-2::-1]:
        side = laterals[f"L{finer}"]
        down = F.interpolate(merged[finer + 1], size=side.shape[-2:], mode="nearest")
        if pathway and connected:
            merged[finer] = side + down
        else:
            merged[finer] = side if connected else down if pathway else torch.zeros_like(side)
    return OrderedDict((f"M{level}", merged[level]) for level in levels)


def smoothed(
    merged: OrderedDict[str, Tensor], smooth: Sequence[nn.Module]
) -> OrderedDict[str, Tensor]:
    """M2..M5 -> P2..P5, each by its 3x3 convolution, and P6, which is P5 read at every second cell
    (footnote 2 of the paper): only the RPN uses it."""
    maps = OrderedDict(
        (f"P{name[1:]}", conv(values))
        for (name, values), conv in zip(merged.items(), smooth, strict=True)
    )
    top = int(next(reversed(maps))[1:])
    maps[f"P{top + 1}"] = F.max_pool2d(maps[f"P{top}"], kernel_size=1, stride=2)
    return maps
