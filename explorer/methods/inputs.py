"""A photo at the size and in the numbers that a network reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from explorer.ops.resize import resized
from explorer.trace.base import NetworkInput


@dataclass(frozen=True, eq=False)
class Input:
    """images (1, 3, H, W): normalised, padded with zeros to the right and below.

    size: height and width without the padding. scale_x, scale_y: network pixels per photo pixel.
    """

    images: Tensor
    size: tuple[int, int]
    scale_x: float
    scale_y: float

    @property
    def record(self) -> NetworkInput:
        """For the trace."""
        height, width = self.size
        return NetworkInput(width, height, self.scale_x, self.scale_y)

    def to_network(self, boxes: Tensor) -> Tensor:
        """Boxes (..., 4) in photo pixels -> network pixels."""
        return boxes * boxes.new_tensor([self.scale_x, self.scale_y] * 2)

    def to_photo(self, boxes: Tensor) -> Tensor:
        """Boxes (..., 4) in network pixels -> photo pixels."""
        return boxes / boxes.new_tensor([self.scale_x, self.scale_y] * 2)


def network_input(
    photo: NDArray[np.uint8],
    short: int,
    long: int,
    device: torch.device,
    multiple: int = 1,
    antialias: bool = True,
) -> Input:
    """A photo, uint8 RGB (H, W, 3), resized so that its short side is `short`, or its long side
    `long` where that is less; its sides padded to a multiple of `multiple`.

    antialias: see `explorer.ops.resize`; without it the arithmetic is torchvision's.
    """
    pixels, scale_x, scale_y = resized(photo, short, long, antialias)
    height, width = pixels.shape[1:]
    padded = F.pad(pixels[None], (0, -width % multiple, 0, -height % multiple))
    return Input(padded.to(device), (height, width), scale_x, scale_y)
