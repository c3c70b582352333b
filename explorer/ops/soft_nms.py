"""Soft-NMS (Bodla et al., ICCV 2017, arXiv 1704.04503): overlap lowers a score, not ends it."""

from __future__ import annotations

import torch
from torch import Tensor
from torchvision.ops import box_iou

from explorer.ops.nms import NmsResult


def soft_nms(
    boxes: Tensor, scores: Tensor, threshold: float, groups: Tensor, least: float
) -> tuple[NmsResult, Tensor]:
    """The linear form: s_i <- s_i (1 - IoU(M, b_i)) where IoU(M, b_i) >= N_t (equation in
    section 3), M being the best that is left. What falls to `least` or below is gone.

    boxes (n, 4), scores (n,) probabilities, groups (n,): boxes of different groups leave each other
    alone. Returns who stayed, and the lowered scores (n,). `suppressed_by` of a box that is gone is
    the M under which it fell to `least`, `overlap` its IoU with that one.
    """
    lowered = scores.clone()
    by = torch.full((len(scores),), -1, dtype=torch.int64, device=scores.device)
    overlap = torch.zeros_like(scores)
    kept: list[Tensor] = []
    for group in groups.unique():
        rows = (groups == group).nonzero()[:, 0]
        iou = box_iou(boxes[rows], boxes[rows])
        left = torch.ones(len(rows), dtype=torch.bool, device=scores.device)
        while left.any():
            best = int(torch.where(left, lowered[rows], -1.0).argmax())
            left[best] = False
            kept.append(rows[best])
            near = left & (iou[best] >= threshold)
            lowered[rows[near]] *= 1 - iou[best, near]
            gone = near & (lowered[rows] <= least)
            by[rows[gone]], overlap[rows[gone]] = rows[best], iou[best, gone]
            left &= ~gone
    chosen = torch.stack(kept) if kept else by.new_zeros(0)
    chosen = chosen.sort().values
    chosen = chosen[lowered[chosen].sort(descending=True, stable=True).indices]
    step = torch.empty_like(by)
    step[chosen] = torch.arange(len(chosen), device=by.device)
    step = step[torch.where(by < 0, torch.arange(len(by), device=by.device), by)]
    return NmsResult(chosen, by, overlap, step), lowered
