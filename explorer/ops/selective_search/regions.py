"""What is read from the photo, once: sizes, boxes, histograms and neighbours of the regions."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from explorer.ops.selective_search.compiled import compiled
from explorer.ops.selective_search.texture import BINS as TEXTURE_BINS
from explorer.ops.selective_search.texture import ORIENTATIONS

COLOUR_BINS = 25
SIGMA = 0.8


@dataclass(frozen=True, eq=False)
class Regions:
    """n regions of one over-segmentation.

    labels (H, W) int16 or int32: region of each pixel. sizes (n,) int64 pixels.
    boxes (n, 4) int32: x1, y1, x2, y2, the right and lower ends exclusive.
    colour (n, 25 C), texture (n, 80 C): float32 histograms, each row sums to 1.
    pairs (p, 2) int32: neighbours i < j, in rising order.
    """

    labels: NDArray[np.integer]
    sizes: NDArray[np.int64]
    boxes: NDArray[np.int32]
    colour: NDArray[np.float32]
    texture: NDArray[np.float32]
    pairs: NDArray[np.int32]


def segment(planes: NDArray[np.uint8], k: float, min_size: int) -> NDArray[np.integer]:
    """Graph-based over-segmentation (Felzenszwalb and Huttenlocher, IJCV 2004): labels (H, W).

    OpenCV's. sigma 0.8; k: the larger, the larger the regions; regions below `min_size` pixels
    join a neighbour. Labels run from 0 without gaps.
    """
    if planes.shape[0] == 1 and planes.shape[1] == 1:
        return np.zeros((1, 1), np.int16)
    graph = cv2.ximgproc.segmentation.createGraphSegmentation(SIGMA, float(k), min_size)
    labels = np.asarray(graph.processImage(planes))
    small = int(labels.max()) < np.iinfo(np.int16).max
    return labels.astype(np.int16 if small else np.int32)


def describe(
    labels: NDArray[np.integer], planes: NDArray[np.uint8], texture: NDArray[np.int8]
) -> Regions:
    """Everything the merging needs to know of the regions, in one pass over the pixels.

    labels (H, W); planes uint8 (H, W, C); texture: their `texture_bins`, int8 (C, 4, H, W).
    """
    count = int(labels.max()) + 1
    height, width, channels = planes.shape
    sizes = np.bincount(labels.ravel(), minlength=count)
    boxes = np.tile(np.array([width, height, 0, 0], np.int32), (count, 1))
    colour = np.zeros((count, channels, COLOUR_BINS), np.float32)
    grain = np.zeros((count, channels, ORIENTATIONS, TEXTURE_BINS), np.float32)
    touching = np.zeros((count, count), np.bool_)
    _read_pixels(labels, planes, texture, boxes, colour, grain)
    _read_borders(labels, touching)
    # Most responses lie in bin 0, which is what the other bins leave of the region.
    grain[..., 0] = sizes[:, None, None] - grain[..., 1:].sum(axis=-1)
    pairs = np.argwhere(touching).astype(np.int32)
    return Regions(labels, sizes, boxes, _normalised(colour), _normalised(grain), pairs)


def _normalised(counts: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each region's histogram divided by its L1 norm: (n, ...) -> (n, bins)."""
    flat = counts.reshape(len(counts), -1)
    return np.asarray(flat / flat.sum(axis=1, keepdims=True), np.float32)


@compiled
def _read_pixels(
    labels: NDArray[np.integer],
    planes: NDArray[np.uint8],
    texture: NDArray[np.int8],
    boxes: NDArray[np.int32],
    colour: NDArray[np.float32],
    grain: NDArray[np.float32],
) -> None:
    """Grow `boxes`, count `colour` and the texture bins above 0 in `grain`, in place."""
    height, width, channels = planes.shape
    for y in range(height):
        for x in range(width):
            region = labels[y, x]
            if x < boxes[region, 0]:
                boxes[region, 0] = x
            if y < boxes[region, 1]:
                boxes[region, 1] = y
            if x >= boxes[region, 2]:
                boxes[region, 2] = x + 1
            boxes[region, 3] = y + 1
            for channel in range(channels):
                value = np.int64(planes[y, x, channel])
                colour[region, channel, value * COLOUR_BINS // 256] += 1
                for orientation in range(4):
                    code = np.int64(texture[channel, orientation, y, x])
                    if code > 0:
                        grain[region, channel, orientation, code] += 1
                    elif code < 0:
                        grain[region, channel, orientation + 4, -code] += 1


@compiled
def _read_borders(labels: NDArray[np.integer], touching: NDArray[np.bool_]) -> None:
    """Set touching[i, j], i < j, where a pixel of i is one of the 8 neighbours of one of j."""
    height, width = labels.shape
    for y in range(height):
        for x in range(width):
            # Right, down, and the two diagonals down: the other four are met from their side.
            for way in range(4):
                other_x = x + 1 if way == 0 else x + way - 2
                other_y = y if way == 0 else y + 1
                if other_y < height and 0 <= other_x < width:
                    here, there = labels[y, x], labels[other_y, other_x]
                    if here < there:
                        touching[here, there] = True
                    elif there < here:
                        touching[there, here] = True
