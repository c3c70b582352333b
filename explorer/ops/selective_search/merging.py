"""Hierarchical grouping: Algorithm 1 of Uijlings et al., IJCV 2013, with its whole history.

Regions 0..n-1 are the over-segmentation; merge m creates region n + m, and region 2n - 2, the
last, covers the photo. The pair merged is always the most similar one of all neighbouring pairs
of regions that are present. **Ties** go to the pair whose older region is older (has the smaller
number), then to the one whose other region is older.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.ops.selective_search.compiled import compiled
from explorer.ops.selective_search.regions import Regions
from explorer.ops.strategies import Weights


@dataclass(frozen=True, eq=False)
class Merging:
    """The history of one grouping of n regions: M = n - 1 merges.

    merges (M, 2) int32: the regions i < j that became region n + m.
    similarities (M, 4) float64: colour, texture, size, fill; total (M,): weights . similarities.
    boxes (n + M, 4) int32: x1, y1, x2, y2 of every region, right and lower ends exclusive.
    """

    merges: NDArray[np.int32]
    similarities: NDArray[np.float64]
    total: NDArray[np.float64]
    boxes: NDArray[np.int32]


def merge_all(regions: Regions, weights: Weights) -> Merging:
    """Merge the regions, most similar pair first, until one is left.

    weights: a1..a4 of equation 6, for colour, texture, size and fill.
    """
    merges = len(regions.sizes) - 1
    history = Merging(
        merges=np.zeros((merges, 2), np.int32),
        similarities=np.zeros((merges, 4), np.float64),
        total=np.zeros(merges, np.float64),
        boxes=_with_room(regions.boxes, merges),
    )
    _merge_all(
        regions.pairs.copy(),
        _with_room(regions.sizes, merges),
        history.boxes,
        _with_room(regions.colour, merges),
        _with_room(regions.texture, merges),
        np.array(weights, np.float64),
        history.merges,
        history.similarities,
        history.total,
    )
    return history


def _with_room(values: NDArray[Any], more: int) -> NDArray[Any]:
    """The rows of the first regions, then `more` rows of zeros for those that merging makes."""
    return np.concatenate([values, np.zeros((more, *values.shape[1:]), values.dtype)])


@compiled
def intersection(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Sum of the smaller of each two bins (equations 1 and 3: s_colour, s_texture), 0..1."""
    shared = np.float32(0)
    for index in range(len(first)):
        shared += min(first[index], second[index])
    return float(shared)


@compiled
def size_similarity(first: int, second: int, whole: int) -> float:
    """Equation 4: s_size = 1 - (size_i + size_j) / size_image. Small regions merge early."""
    return 1.0 - (first + second) / whole


@compiled
def fill_similarity(
    first: int, second: int, first_box: NDArray[np.int32], second_box: NDArray[np.int32], whole: int
) -> float:
    """Equation 5: s_fill = 1 - (size(BB_ij) - size_i - size_j) / size_image. Gaps merge late."""
    width = max(first_box[2], second_box[2]) - min(first_box[0], second_box[0])
    height = max(first_box[3], second_box[3]) - min(first_box[1], second_box[1])
    return 1.0 - float(width * height - first - second) / whole


@compiled
def _merge_all(
    pairs: NDArray[np.int32],
    sizes: NDArray[np.int64],
    boxes: NDArray[np.int32],
    colour: NDArray[np.float32],
    texture: NDArray[np.float32],
    weights: NDArray[np.float64],
    merges: NDArray[np.int32],
    similarities: NDArray[np.float64],
    total: NDArray[np.float64],
) -> None:
    """Fill the rows of the new regions in sizes, boxes, colour and texture, and the history.

    `pairs` is the set of neighbouring pairs; it is used up. It never grows: a merge turns every
    pair of i or j into a pair of the new region, and two with the same neighbour into one.
    """
    count = len(merges) + 1
    whole = sizes[count - 1]
    for region in range(count - 1):
        whole += sizes[region]
    alike = np.empty(len(pairs), np.float64)
    best = 0
    for row in range(len(pairs)):
        alike[row] = _similarity(
            pairs[row, 0], pairs[row, 1], sizes, boxes, colour, texture, weights, whole
        )
        if alike[row] > alike[best]:
            best = row

    gone = np.zeros(len(sizes), np.bool_)
    met_by = np.zeros(len(sizes), np.int32)
    present = len(pairs)
    for step in range(count - 1):
        i, j = pairs[best, 0], pairs[best, 1]
        new = np.int32(count + step)
        merges[step, 0] = i
        merges[step, 1] = j
        total[step] = alike[best]
        similarities[step, 0] = intersection(colour[i], colour[j])
        similarities[step, 1] = intersection(texture[i], texture[j])
        similarities[step, 2] = size_similarity(sizes[i], sizes[j], whole)
        similarities[step, 3] = fill_similarity(sizes[i], sizes[j], boxes[i], boxes[j], whole)
        _join(i, j, new, sizes, boxes, colour, texture)
        gone[i] = gone[j] = True

        # One walk over the pairs: those of i or j become the new region's, the rest stay in
        # order, and the most similar of all is found for the next step.
        kept = 0
        best = 0
        for row in range(present):
            a, b, value = pairs[row, 0], pairs[row, 1], alike[row]
            if gone[a] or gone[b]:
                other = b if gone[a] else a
                if gone[other] or met_by[other] == new:
                    continue
                met_by[other] = new
                a, b = other, new
                value = _similarity(a, b, sizes, boxes, colour, texture, weights, whole)
            pairs[kept, 0] = a
            pairs[kept, 1] = b
            alike[kept] = value
            tied = value == alike[best]
            older = a < pairs[best, 0] or (a == pairs[best, 0] and b < pairs[best, 1])
            if value > alike[best] or (tied and older):
                best = kept
            kept += 1
        present = kept


@compiled
def _similarity(
    i: int,
    j: int,
    sizes: NDArray[np.int64],
    boxes: NDArray[np.int32],
    colour: NDArray[np.float32],
    texture: NDArray[np.float32],
    weights: NDArray[np.float64],
    whole: int,
) -> float:
    """Equation 6: a1 s_colour + a2 s_texture + a3 s_size + a4 s_fill; what weighs 0 is skipped."""
    total = weights[2] * size_similarity(sizes[i], sizes[j], whole)
    total += weights[3] * fill_similarity(sizes[i], sizes[j], boxes[i], boxes[j], whole)
    if weights[0] != 0:
        total += weights[0] * intersection(colour[i], colour[j])
    if weights[1] != 0:
        total += weights[1] * intersection(texture[i], texture[j])
    return float(total)


@compiled
def _join(
    i: int,
    j: int,
    new: int,
    sizes: NDArray[np.int64],
    boxes: NDArray[np.int32],
    colour: NDArray[np.float32],
    texture: NDArray[np.float32],
) -> None:
    """Write the row of the union: size, box and the mean histograms, weighted by size
    (C_t = (size_i C_i + size_j C_j) / (size_i + size_j), equation 2). No pixel is read again.
    """
    sizes[new] = sizes[i] + sizes[j]
    for side in range(2):
        boxes[new, side] = min(boxes[i, side], boxes[j, side])
        boxes[new, side + 2] = max(boxes[i, side + 2], boxes[j, side + 2])
    share = np.float32(sizes[i] / sizes[new])
    rest = np.float32(sizes[j] / sizes[new])
    for index in range(colour.shape[1]):
        colour[new, index] = share * colour[i, index] + rest * colour[j, index]
    for index in range(texture.shape[1]):
        texture[new, index] = share * texture[i, index] + rest * texture[j, index]
