"""Texture of selective search: Gaussian derivatives in eight orientations, in ten bins each."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

BINS = 10
ORIENTATIONS = 8
SIGMA = 1.0


def texture_bins(planes: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Signed bins of each pixel's responses: int8 (H, W, C, 4) for an image uint8 (H, W, C).

    Uijlings et al., IJCV 2013, section 3.2.2: derivatives of a Gaussian with sigma 1 in eight
    orientations for each channel, ten bins each. A Gaussian derivative is steerable: the one at
    angle a, from x towards y, is cos(a) d/dx + sin(a) d/dy, so two convolutions give all eight.
    Entry o is the orientation of 45 o degrees where it is positive and the opposite one, o + 4,
    where it is negative; of the two the other one is in bin 0. The bins 0..9 are equal parts of 0
    to the channel's strongest response; a channel without any edge is all bin 0.
    """
    across = _derivative(planes, along_x=True)
    down = _derivative(planes, along_x=False)
    strongest = np.maximum(np.hypot(across, down).max(axis=(0, 1)), 1e-3)
    scale = (BINS / strongest).astype(np.float32)
    across *= scale
    down *= scale
    half = np.float32(np.sqrt(0.5))
    steered = (across, half * (across + down), down, half * (down - across))
    bins = np.empty((*planes.shape, ORIENTATIONS // 2), np.int8)
    for orientation, response in enumerate(steered):
        # Conversion to integers cuts towards 0, which is the bin with its sign.
        bins[..., orientation] = np.clip(response, 1 - BINS, BINS - 1)
    return bins


def _derivative(planes: NDArray[np.uint8], along_x: bool) -> NDArray[np.float32]:
    reach = np.arange(-4, 5, dtype=np.float64)
    bell = np.exp(-(reach**2) / (2 * SIGMA**2))
    bell /= bell.sum()
    # cv2 correlates, it does not convolve: the slope's kernel rises with x.
    slope = reach / SIGMA**2 * bell
    of_x, of_y = (slope, bell) if along_x else (bell, slope)
    result = cv2.sepFilter2D(planes, cv2.CV_32F, of_x, of_y, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(result, np.float32).reshape(planes.shape)
