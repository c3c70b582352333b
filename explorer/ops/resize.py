"""Photos at the size at which a network reads them."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from explorer.ops.images import MEAN, STD
from explorer.ops.sizes import size_within


def resized(
    photo: NDArray[np.uint8], short: int, long: int, antialias: bool = True
) -> tuple[Tensor, float, float]:
    """A photo (H, W, 3) as the network reads it: float32 (3, h, w) of zero mean and unit variance
    over ImageNet, and scale_x, scale_y, network pixels per photo pixel.

    antialias: average what is scaled down (in 8 bits: bounded memory for large photos). Without
    it the result is that of torchvision's GeneralizedRCNNTransform.
    """
    height, width = photo.shape[:2]
    size = size_within(height, width, short, long)
    pixels = torch.tensor(photo).permute(2, 0, 1)[None]
    if not antialias:
        pixels = pixels.float()
    pixels = F.interpolate(
        pixels, size=size, mode="bilinear", align_corners=False, antialias=antialias
    )
    mean, std = (torch.tensor(values)[:, None, None] for values in (MEAN, STD))
    return (pixels[0].float() / 255 - mean) / std, size[1] / width, size[0] / height

