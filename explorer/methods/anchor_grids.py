"""The anchors of a network's maps, kept from one photo to the next of the same size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from explorer.ops import anchors
from explorer.trace.base import Floats, Ints
from explorer.trace.freeze import freeze
from explorer.trace.stages import AnchorLevel

Pair = tuple[float, float]


@dataclass(frozen=True, eq=False)
class AnchorGrid:
    """A anchors in (level, y, x, k) order.

    network (A, 4): in network pixels, on the device. photo (A, 4), level (A,), levels: as in
    `RpnStage`, read-only. counts: anchors of each level.
    """

    network: Tensor
    photo: Floats
    level: Ints
    levels: tuple[AnchorLevel, ...]
    counts: tuple[int, ...]

    def of_sizes(self, used: Sequence[float]) -> Tensor:
        """(A,) bool, on the device: anchors whose size, in network pixels, is among those; (): all.

        Raises ValueError for a size that no anchor has.
        """
        sizes = {size for level in self.levels for size in level.sizes}
        if foreign := sorted(set(used) - sizes):
            known = ", ".join(f"{size:g}" for size in sorted(sizes))
            raise ValueError(f"there are no anchors of {foreign[0]:g}: choose among {known}")
        kinds = [torch.tensor([not used or size in used for size in one.sizes]).repeat(
            one.height * one.width) for one in self.levels]
        return torch.cat(kinds).to(self.network.device)


def anchor_grid(
    maps: dict[str, Tensor],
    sizes: Sequence[Sequence[float]],
    ratios: Sequence[float],
    strides: Sequence[Pair],
    scale: Pair,
) -> AnchorGrid:
    """Anchors over maps (1, C, h, w) by name: sizes and (x, y) strides, in network pixels, of each
    map, the same ratios (height / width) for all. scale: network pixels per photo pixel, x and y.
    """
    shapes = tuple((name, values.shape[-2], values.shape[-1]) for name, values in maps.items())
    device = str(next(iter(maps.values())).device)
    return _grid(
        shapes, tuple(tuple(size) for size in sizes), tuple(ratios), tuple(strides), scale, device
    )


@lru_cache(maxsize=8)
def _grid(
    shapes: tuple[tuple[str, int, int], ...],
    sizes: tuple[tuple[float, ...], ...],
    ratios: tuple[float, ...],
    strides: tuple[Pair, ...],
    scale: Pair,
    device: str,
) -> AnchorGrid:
    cells = [(height, width) for _, height, width in shapes]
    with torch.inference_mode(False):
        grids = anchors.pyramid(sizes, ratios, cells, strides, device)
        network = torch.cat(grids)
    counts = tuple(len(grid) for grid in grids)
    levels = []
    for (name, height, width), size, stride, start in zip(
        shapes, sizes, strides, np.cumsum((0, *counts[:-1])).tolist(), strict=True
    ):
        kinds = anchors.kinds(size, ratios)
        levels.append(
            AnchorLevel(
                name=name,
                stride_x=stride[0] / scale[0],
                stride_y=stride[1] / scale[1],
                height=height,
                width=width,
                start=start,
                sizes=tuple(each for each, _ in kinds),
                ratios=tuple(each for _, each in kinds),
            )
        )
    return AnchorGrid(
        network=network,
        photo=freeze(network / network.new_tensor(scale * 2), np.float32),
        level=freeze(np.repeat(np.arange(len(counts)), counts), np.int16),
        levels=tuple(levels),
        counts=counts,
    )
