"""R-CNN's warp: any region, with its context, to a square crop (Girshick et al., 2014, appendix A).

NumPy and OpenCV alone, so that training, the pipeline and the window all make the same crops.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from explorer.nets.backbone import MEAN
from explorer.trace.stages import Floats

MEAN_COLOUR = tuple(round(255 * channel) for channel in MEAN)  # of what lies outside the photo


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
        """The part `context` (4,) of the photo, its aspect ratio ignored: (size, size, 3).

        Bilinear; the mean colour where the part leaves the photo.
        """
        x1, y1, x2, y2 = (float(value) for value in context)
        step_x, step_y = (x2 - x1) / size, (y2 - y1) / size  # photo pixels per crop pixel
        level = max(0, int(np.log2(max(1.0, np.sqrt(step_x * step_y)))))
        source = self._level(level)
        along_x = source.shape[1] / self._shape[1]
        along_y = source.shape[0] / self._shape[0]
        # Pixel i covers [i, i + 1): crop pixel u is read at x1 + (u + 1/2) step, less half a pixel.
        matrix = np.array([
            [step_x * along_x, 0, (x1 + step_x / 2) * along_x - 0.5],
            [0, step_y * along_y, (y1 + step_y / 2) * along_y - 0.5],
        ])
        crop = np.asarray(cv2.warpAffine(
            source, matrix, (size, size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ), np.uint8)  # fmt: skip
        middles = np.arange(size) + 0.5
        height, width = self._shape
        crop[_outside(y1 + middles * step_y, height)] = MEAN_COLOUR
        crop[:, _outside(x1 + middles * step_x, width)] = MEAN_COLOUR
        return crop

    def crops(self, contexts: Floats, size: int) -> NDArray[np.uint8]:
        """All parts (n, 4) of the photo: (n, size, size, 3)."""
        warped = np.empty((len(contexts), size, size, 3), np.uint8)
        for row, context in enumerate(contexts):
            warped[row] = self.crop(context, size)
        return warped


def _outside(at: NDArray[np.float64], length: int) -> NDArray[np.bool_]:
    """Whether points on an axis are off a photo of that length."""
    off: NDArray[np.bool_] = (at < 0) | (at > length)
    return off
