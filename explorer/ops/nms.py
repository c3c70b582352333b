"""Greedy non-maximum suppression that says who removed whom.

Which boxes survive is torchvision's business; what it throws away, the reason, is found here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torchvision
from torch import Tensor

# Keepers compared at once: small enough for the tables to stay in the cache.
CHUNK = 64


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
    if groups is None:
        kept = torchvision.ops.nms(boxes, scores, threshold)
    elif len(boxes) and boxes.min() < 0:
        # batched_nms moves groups apart by the largest coordinate; below 0 they would still meet.
        kept = _each_group(boxes, scores, threshold, groups)
    else:
        kept = torchvision.ops.batched_nms(boxes, scores, groups, threshold)
    return _explain(boxes, scores, threshold, groups, kept)


def _each_group(boxes: Tensor, scores: Tensor, threshold: float, groups: Tensor) -> Tensor:
    kept = [
        rows[torchvision.ops.nms(boxes[rows], scores[rows], threshold)]
        for rows in ((groups == group).nonzero()[:, 0] for group in groups.unique())
    ]
    rows = torch.cat(kept).sort().values
    return rows[scores[rows].sort(descending=True, stable=True).indices]


def _explain(
    boxes: Tensor, scores: Tensor, threshold: float, groups: Tensor | None, kept: Tensor
) -> NmsResult:
    """The suppressor of a removed row is the first keeper, by falling score, over the threshold.

    Every box a keeper overlaps is removed when that keeper is chosen, if not before; so whoever
    could have removed a row first did.
    """
    n, device = len(boxes), boxes.device
    step = torch.full((n,), -1, dtype=torch.long, device=device)
    step[kept] = torch.arange(len(kept), device=device)
    suppressed_by = torch.full_like(step, -1)
    overlap = torch.zeros(n, dtype=boxes.dtype, device=device)
    open_rows = (step < 0).nonzero()[:, 0]
    # The order in which keepers were chosen: where scores are equal `kept` need not have it.
    chosen = kept.sort().values
    chosen = chosen[scores[chosen].sort(descending=True, stable=True).indices]
    limit = _at_most(threshold, boxes.dtype)
    best = torch.full_like(overlap, -1.0)
    nearest = torch.zeros_like(step)
    for start in range(0, len(chosen), CHUNK):
        if not len(open_rows):
            break
        keepers = chosen[start : start + CHUNK]
        table = torchvision.ops.box_iou(boxes[open_rows], boxes[keepers])
        if groups is not None:
            table.masked_fill_(groups[open_rows][:, None] != groups[keepers], -1.0)
        over = table > limit
        first = over.byte().argmax(dim=1)
        found = over.gather(1, first[:, None])[:, 0]
        rows, by = open_rows[found], keepers[first[found]]
        suppressed_by[rows], step[rows] = by, step[by]
        overlap[rows] = table[found, first[found]]
        highest, column = table.nan_to_num_(nan=0.0).max(dim=1)
        closer = highest > best[open_rows]
        best[open_rows[closer]] = highest[closer]
        nearest[open_rows[closer]] = keepers[column[closer]]
        open_rows = open_rows[~found]
    if len(open_rows):  # removed at an IoU that rounds to the threshold (see `nms`)
        suppressed_by[open_rows] = nearest[open_rows]
        step[open_rows] = step[nearest[open_rows]]
        overlap[open_rows] = best[open_rows]
    return NmsResult(kept, suppressed_by, overlap, step)


def _at_most(threshold: float, dtype: torch.dtype) -> float:
    """The largest number of `dtype` that is not above `threshold`.

    torchvision compares IoUs with the threshold in double precision, a tensor would round it.
    """
    rounded = torch.tensor(threshold, dtype=dtype)
    if rounded.item() > threshold:
        rounded = torch.nextafter(rounded, torch.tensor(-math.inf, dtype=dtype))
    return float(rounded)
