"""A photo at the size and in the numbers that a network reads."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from explorer.nets.backbone import MEAN, STD
from explorer.trace.stages import NetworkInput


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
    photo: NDArray[np.uint8], short: int, long: int, device: torch.device, multiple: int = 1
) -> Input:
    """Resize a photo so that its short side is `short`, or its long side `long` if that is less.

    photo: uint8 RGB (H, W, 3). Sides are then padded to a multiple of `multiple`. The arithmetic
    is that of torchvision's GeneralizedRCNNTransform: normalise, then resize bilinearly.
    """
    height, width = photo.shape[:2]
    scale = min(short / min(height, width), long / max(height, width))
    size = (max(1, math.floor(height * scale)), max(1, math.floor(width * scale)))
    pixels = torch.tensor(photo, device=device).permute(2, 0, 1).contiguous().float().div(255)
    mean, std = pixels.new_tensor(MEAN), pixels.new_tensor(STD)
    normalised = (pixels - mean[:, None, None]) / std[:, None, None]
    images = F.interpolate(normalised[None], size=size, mode="bilinear", align_corners=False)
    images = F.pad(images, (0, -size[1] % multiple, 0, -size[0] % multiple))
    return Input(images, size, size[1] / width, size[0] / height)
