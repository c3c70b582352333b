"""Texture of selective search: Gaussian derivatives in eight orientations, in ten bins each."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

BINS = 10
ORIENTATIONS = 8
SIGMA = 1.0


def texture_bins(planes: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Signed bins of each pixel's responses: int8 (C, 4, H, W) for an image uint8 (H, W, C).

    Uijlings et al., IJCV 2013, section 3.2.2: derivatives of a Gaussian with sigma 1 in eight
    orientations for each channel, ten bins each. A Gaussian derivative is steerable: the one at
    angle a, from x towards y, is cos(a) d/dx + sin(a) d/dy, so two convolutions give all eight.
    Entry o is the orientation of 45 o degrees where it is positive and the opposite one, o + 4,
    where it is negative; of the two the other one is in bin 0. The bins 0..9 are equal parts of 0
    to the channel's strongest response; a channel without any edge is all bin 0.
    """
    height, width, channels = planes.shape
    bins = np.empty((channels, ORIENTATIONS // 2, height, width), np.int8)
    half = np.float32(np.sqrt(0.5))
    for channel in range(channels):
        across = _derivative(planes[..., channel], along_x=True)
        down = _derivative(planes[..., channel], along_x=False)
        strongest = float(cv2.magnitude(across, down).max())
        scale = np.float32(BINS / max(strongest, 1e-3))
        across *= scale
        down *= scale
        steered = (across, half * (across + down), down, half * (down - across))
        for orientation, response in enumerate(steered):
            # Conversion to integers cuts towards 0, which is the bin with its sign.
            bins[channel, orientation] = np.clip(response, 1 - BINS, BINS - 1)
    return bins


def _derivative(plane: NDArray[np.uint8], along_x: bool) -> NDArray[np.float32]:
    """Derivative of the Gaussian-blurred plane (H, W), along x or y."""
    reach = np.arange(-4, 5, dtype=np.float64)
    bell = np.exp(-(reach**2) / (2 * SIGMA**2))
    bell /= bell.sum()
    # cv2 correlates, it does not convolve: the slope's kernel rises with x.
    slope = reach / SIGMA**2 * bell
    of_x, of_y = (slope, bell) if along_x else (bell, slope)
    result = cv2.sepFilter2D(plane, cv2.CV_32F, of_x, of_y, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(result, np.float32)
