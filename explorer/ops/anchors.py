"""Anchors, the reference boxes of a region proposal network (Ren et al., 2015, section 3.1.1).

Convention, the same as torchvision's `AnchorGenerator`: an anchor of size s and ratio r
(height / width) is s / sqrt(r) wide and s sqrt(r) high, its corners are rounded to whole pixels
(half to even), and the anchors of cell (i, j) are centred on (j stride_x, i stride_y), which is
where the receptive field of that cell has its middle.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def kinds(sizes: Sequence[float], ratios: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """(size, ratio) of the k = len(sizes) len(ratios) anchors at a location, in their order."""
    return tuple((float(size), float(ratio)) for ratio in ratios for size in sizes)


def anchors_at(sizes: Sequence[float], ratios: Sequence[float]) -> Tensor:
    """The k anchors around the origin, (k, 4) float32, ratio by ratio, each in order of size.

    The Faster R-CNN paper: sizes 128, 256, 512 and ratios 1/2, 1, 2, hence k = 9.
    """
    size = torch.as_tensor(sizes, dtype=torch.float32)
    tall = torch.as_tensor(ratios, dtype=torch.float32).sqrt()
    width = ((1 / tall)[:, None] * size).flatten()
    height = (tall[:, None] * size).flatten()
    return (torch.stack((-width, -height, width, height), dim=1) / 2).round()


def grid(base: Tensor, height: int, width: int, stride_x: float, stride_y: float) -> Tensor:
    """`base` (k, 4) at each cell of a height x width map: (height width k, 4), in (y, x, k) order.

    Strides are in the pixels of `base`, usually the network's.
    """
    x = torch.arange(width, device=base.device) * stride_x
    y = torch.arange(height, device=base.device) * stride_y
    shift_y, shift_x = torch.meshgrid(y, x, indexing="ij")
    shifts = torch.stack((shift_x, shift_y, shift_x, shift_y), dim=-1).to(base.dtype)
    return (shifts[:, :, None] + base).reshape(-1, 4)


def pyramid(
    sizes: Sequence[Sequence[float]],
    ratios: Sequence[float],
    shapes: Sequence[tuple[int, int]],
    strides: Sequence[tuple[float, float]],
    device: torch.device | str = "cpu",
) -> list[Tensor]:
    """Anchors of several maps, finest first: one (h w k, 4) per map.

    sizes: of each map; FPN gives each one size (32 on P2 ... 512 on P6) and three ratios, 15 kinds
    in all. shapes: (height, width) of each map; strides: (stride_x, stride_y).
    Raises ValueError where the three differ in length.
    """
    return [
        grid(anchors_at(size, ratios).to(device), height, width, stride_x, stride_y)
        for size, (height, width), (stride_x, stride_y) in zip(sizes, shapes, strides, strict=True)
    ]
