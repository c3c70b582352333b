"""Greedy non-maximum suppression that says who removed whom.

Which boxes survive is what torchvision says; what it throws away, the reason, is found here. On the
CPU its arithmetic is done here too, in loops that a compiler makes of vectors: on thousands of
boxes that takes a tenth of the time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import torch
import torchvision
from numpy.typing import NDArray
from torch import Tensor

SHIFTED = 4_000  # up to so many numbers, batched_nms moves groups apart on the CPU, and rounds


@dataclass(frozen=True, eq=False)
class NmsResult:
    """Fate of n candidates; all int64 but `overlap`.

    kept (k,): rows that survive, by falling score.
    suppressed_by (n,): the kept row that removed this one, -1 where it was kept.
    overlap (n,): its IoU with that row, 0 where kept.
    step (n,): a keeper's index in `kept`; for the others, that of their suppressor.
    """

    kept: Tensor
    suppressed_by: Tensor
    overlap: Tensor
    step: Tensor


def nms(boxes: Tensor, scores: Tensor, threshold: float, groups: Tensor | None = None) -> NmsResult:
    """Take the best-scored box, remove all that overlap it by IoU > threshold, repeat.

    boxes (n, 4), scores (n,). groups (n,) ints: boxes of different groups (classes, levels) leave
    each other alone. Of equal scores the lower row goes first.
    `kept` is what `torchvision.ops.nms` (with groups: `batched_nms`) returns. `batched_nms` may
    move each group aside and so round IoUs a little differently: a row that it removed at an IoU
    of just the threshold has an `overlap` that can be lower by that rounding.
    """
    shifting = groups is not None and boxes.numel() <= SHIFTED
    if boxes.device.type == "cpu" and boxes.dtype == torch.float32 and not shifting:
        kept = _survivors(boxes, scores, threshold, groups)
    elif groups is None:
        kept = torchvision.ops.nms(boxes, scores, threshold)
    elif len(boxes) and boxes.min() < 0:
        # batched_nms moves groups apart by the largest coordinate; below 0 they would still meet.
        kept = _each_group(boxes, scores, threshold, groups)
    else:
        kept = torchvision.ops.batched_nms(boxes, scores, groups, threshold)
    # The order in which keepers were chosen: where scores are equal `kept` need not have it.
    chosen = kept.sort().values
    chosen = chosen[scores[chosen].sort(descending=True, stable=True).indices]
    suppressed_by, overlap = _explain(boxes, groups, chosen, threshold)
    by = torch.from_numpy(suppressed_by).to(boxes.device)
    step = torch.empty_like(by)
    step[kept] = torch.arange(len(kept), device=by.device)
    step = step[torch.where(by < 0, torch.arange(len(by), device=by.device), by)]
    return NmsResult(kept, by, torch.from_numpy(overlap).to(boxes), step)


def _survivors(
    boxes: Tensor, scores: Tensor, threshold: float, groups: Tensor | None
) -> Tensor:
    """As torchvision on the CPU, where it goes group by group: bit by bit the same IoUs."""
    order = scores.sort(descending=True, stable=True).indices.numpy()
    own, ends = order, np.array([len(order)])
    if groups is not None:  # each group side by side, by falling score
        group = groups.numpy()[order]
        place = np.argsort(group, kind="stable")
        own, ends = order[place], np.append(np.flatnonzero(np.diff(group[place])) + 1, len(order))
    # An IoU of 32 bits is above the threshold where it is above the next number below it.
    limit = np.float32(threshold)
    if float(limit) > threshold:
        limit = np.nextafter(limit, np.float32(-np.inf))
    removed = np.zeros(len(own), np.uint8)
    _remove(np.ascontiguousarray(boxes.detach().numpy()[own].T), ends, limit, removed)
    if groups is None:
        return torch.from_numpy(order[removed == 0])
    rows = torch.from_numpy(np.sort(own[removed == 0]))
    return rows[scores[rows].sort(descending=True).indices]


def _each_group(boxes: Tensor, scores: Tensor, threshold: float, groups: Tensor) -> Tensor:
    kept = [
        rows[torchvision.ops.nms(boxes[rows], scores[rows], threshold)]
        for rows in ((groups == group).nonzero()[:, 0] for group in groups.unique())
    ]
    rows = torch.cat(kept).sort().values
    return rows[scores[rows].sort(descending=True, stable=True).indices]


def _explain(
    boxes: Tensor, groups: Tensor | None, chosen: Tensor, threshold: float
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """(n,) who removed each row, -1 for the keepers `chosen`, and (n,) at what IoU."""
    corners = boxes.detach().float().cpu().t().contiguous().numpy()
    keepers = chosen.cpu().numpy()
    by = np.full(len(boxes), -1, np.int64)
    overlap = np.zeros(len(boxes), np.float32)
    removed = np.ones(len(boxes), np.bool_)
    removed[keepers] = False
    rows = np.flatnonzero(removed)
    first, end = np.zeros_like(rows), np.full_like(rows, len(keepers))
    if groups is not None:  # a row's own keepers, side by side, are all it is compared with
        group = groups.cpu().numpy()
        keepers = keepers[np.argsort(group[keepers], kind="stable")]
        first = np.searchsorted(group[keepers], group[rows], "left")
        end = np.searchsorted(group[keepers], group[rows], "right")
    _find_suppressors(
        corners, rows, keepers, corners.take(keepers, 1), first, end, threshold, by, overlap
    )
    return by, overlap


# Compiled when this file is read: a tiny photo, which warms a method up, does not come here, and
# the first real one's milliseconds would be those of compiling.
@numba.njit(
    "void(float32[:, ::1], int64[::1], float32, uint8[::1])",
    nogil=True, cache=True, error_model="numpy",
)  # fmt: skip
def _remove(
    boxes: NDArray[np.float32], ends: NDArray[np.int64], threshold: float,
    removed: NDArray[np.uint8],
) -> None:
    """Mark what an earlier box of its group removes. Boxes are (4, n), groups side by side.

    The inner loop is over slices from 0 and without a branch, so that it is done in vectors.
    """
    x1, y1, x2, y2 = boxes[0], boxes[1], boxes[2], boxes[3]
    area, none, start = (x2 - x1) * (y2 - y1), np.float32(0), 0
    for end in ends:
        for i in range(start, end):
            if removed[i]:
                continue
            left, top, right, bottom = x1[i + 1 : end], y1[i + 1 : end], x2[i + 1 : end], \
                y2[i + 1 : end]
            areas, gone = area[i + 1 : end], removed[i + 1 : end]
            for j in range(len(gone)):
                width = max(min(x2[i], right[j]) - max(x1[i], left[j]), none)
                height = max(min(y2[i], bottom[j]) - max(y1[i], top[j]), none)
                both = width * height
                gone[j] |= both / (area[i] + areas[j] - both) > threshold
        start = end


@numba.njit(nogil=True, cache=True, error_model="numpy", inline="always")
def _iou(a: NDArray[np.float32], i: int, b: NDArray[np.float32], j: int) -> float:
    """IoU of box i of a (4, n) with box j of b (4, m); not a number where both have no area."""
    width = max(min(a[2, i], b[2, j]) - max(a[0, i], b[0, j]), np.float32(0))
    height = max(min(a[3, i], b[3, j]) - max(a[1, i], b[1, j]), np.float32(0))
    both = width * height
    areas = (a[2, i] - a[0, i]) * (a[3, i] - a[1, i]), (b[2, j] - b[0, j]) * (b[3, j] - b[1, j])
    return both / (areas[0] + areas[1] - both)


@numba.njit(nogil=True, cache=True, error_model="numpy")
def _find_suppressors(
    boxes: NDArray[np.float32],
    rows: NDArray[np.int64],
    keepers: NDArray[np.int64],
    keeper_boxes: NDArray[np.float32],
    first: NDArray[np.int64],
    end: NDArray[np.int64],
    threshold: float,
    by: NDArray[np.int64],
    overlap: NDArray[np.float32],
) -> None:
    """Fill in `by` and `overlap` of `rows`. Boxes are (4, n).

    A row's keepers are keepers[first:end], in the order in which they were chosen. It was removed
    by the first that overlaps it by more than the threshold: all that a keeper overlaps is removed
    when that keeper is chosen, if not before. Where rounding leaves none over the threshold it is
    the one that overlaps it most. The arithmetic is that of torchvision's kernel.
    """
    for at in range(len(rows)):
        row, nearest, best = rows[at], first[at], np.float32(-1)
        for i in range(first[at], end[at]):
            iou = _iou(keeper_boxes, i, boxes, row)
            if iou > threshold:
                nearest, best = i, iou
                break
        if best < 0:
            for i in range(first[at], end[at]):
                iou = _iou(keeper_boxes, i, boxes, row)
                if iou > best:
                    nearest, best = i, iou
        by[row], overlap[row] = keepers[nearest], max(best, np.float32(0))
