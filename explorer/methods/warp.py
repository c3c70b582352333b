"""R-CNN's warp: any region, with its context, to a square crop (Girshick et al., 2014, appendix A).

NumPy and OpenCV alone, so that training, the pipeline and the window all make the same crops.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from numpy.typing import NDArray

from explorer.nets.backbone import MEAN
from explorer.trace.base import Floats

MEAN_COLOUR = tuple(round(255 * channel) for channel in MEAN)  # of what lies outside the photo
AT_ONCE = 64  # crops that one thread warps before it asks for more
MOST_THREADS = 8


def context_boxes(boxes: Floats, size: int, padding: int) -> NDArray[np.float32]:
    """Dilate boxes (n, 4) so that, warped to size x size, `padding` pixels surround them.

    The box itself then fills size - 2 padding pixels (paper: 227 - 2 x 16 = 195), so that a crop
    pixel is w / (size - 2 padding) photo pixels. The result may leave the photo.
    """
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    margin = (boxes[:, 2:] - boxes[:, :2]) * (padding / (size - 2 * padding))
    return np.concatenate((boxes[:, :2] - margin, boxes[:, 2:] + margin), axis=1)


class Warper:
    """Warps parts of one photo, uint8 RGB (H, W, 3).

    Large regions are read from the photo at half, a quarter ... of its size: sampled at full size,
    most of their pixels would be skipped.
    """

    def __init__(self, photo: NDArray[np.uint8]) -> None:
        self._shape = photo.shape[:2]
        self._halved = [np.ascontiguousarray(photo)]

    def _level(self, level: int) -> NDArray[np.uint8]:
        while len(self._halved) <= level:
            last = self._halved[-1]
            size = (-(-last.shape[1] // 2), -(-last.shape[0] // 2))
            self._halved.append(np.asarray(cv2.resize(last, size, interpolation=cv2.INTER_AREA)))
        return self._halved[level]

    def crop(self, context: Floats, size: int) -> NDArray[np.uint8]:
        """The part `context` (4,) of the photo, its aspect ratio ignored: (size, size, 3)."""
        return self.crops(np.asarray(context)[None], size)[0]

    def crops(self, contexts: Floats, size: int) -> NDArray[np.uint8]:
        """All parts (n, 4) of the photo, their aspect ratios ignored: (n, size, size, 3).

        Bilinear; the mean colour where a part leaves the photo.
        """
        contexts = np.asarray(contexts, np.float64).reshape(-1, 4)
        step = (contexts[:, 2:] - contexts[:, :2]) / size  # photo pixels per crop pixel, x and y
        level = np.log2(np.sqrt(step.prod(axis=1)).clip(min=1)).astype(int)
        sources = [self._level(each) for each in range(level.max(initial=0) + 1)]
        height, width = self._shape
        along = np.array([(s.shape[1] / width, s.shape[0] / height) for s in sources])[level]
        # Pixel i covers [i, i + 1): crop pixel u is read at x1 + (u + 1/2) step, less half a pixel.
        matrices = np.zeros((len(contexts), 2, 3))
        matrices[:, (0, 1), (0, 1)] = step * along
        matrices[:, :, 2] = (contexts[:, :2] + step / 2) * along - 0.5
        warped = np.empty((len(contexts), size, size, 3), np.uint8)

        def fill(rows: range) -> None:
            for row in rows:
                cv2.warpAffine(
                    sources[level[row]], matrices[row], (size, size), dst=warped[row],
                    flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
                )  # fmt: skip

        starts = range(0, len(contexts), AT_ONCE)
        with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as pool:
            list(pool.map(fill, (range(i, min(i + AT_ONCE, len(contexts))) for i in starts)))
        leaving = (contexts[:, :2] < 0).any(1) | (contexts[:, 2:] > (width, height)).any(1)
        middles = np.arange(size)[:, None] + 0.5
        for row in np.flatnonzero(leaving):
            at = contexts[row, :2] + middles * step[row]
            outside = (at < 0) | (at > (width, height))
            warped[row, outside[:, 1]] = MEAN_COLOUR
            warped[row, :, outside[:, 0]] = MEAN_COLOUR
        return warped
