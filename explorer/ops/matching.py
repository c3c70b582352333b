"""IoU labelling: which boxes a paper trains on as object, as background, or not at all.

    R-CNN fine-tuning    positive >= 0.5   negative [0, 0.5)
    SPPNet, Fast R-CNN   positive >= 0.5   negative [0.1, 0.5)
    SVMs                 (truths alone)    negative [0, 0.3)
    RPN                  positive >= 0.7   negative [0, 0.3)   and the best box of each truth
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.ops.boxes import iou

POSITIVE, NEGATIVE, IGNORED = 1, 0, -1


@dataclass(frozen=True, eq=False)
class Labelling:
    """For each of n boxes: kind (n,) int64 POSITIVE, NEGATIVE or IGNORED; truth (n,) int64 the row
    of the ground truth it overlaps most (the first of equals), -1 where there is none to overlap;
    overlap (n,) its IoU with it, 0 where there is none.
    """

    kind: Tensor
    truth: Tensor
    overlap: Tensor


def best_truth(boxes: Tensor, truths: Tensor) -> tuple[Tensor, Tensor]:
    """Highest IoU of boxes (n, 4) with truths (m, 4) and its row: (n,) floats, (n,) int64.

    0 and -1 where there are no truths.
    """
    if not len(truths):
        return boxes.new_zeros(len(boxes)), torch.full_like(boxes[:, 0], -1, dtype=torch.long)
    overlap, truth = iou(boxes, truths).max(dim=1)
    return overlap, truth


def label_by_iou(
    boxes: Tensor,
    truths: Tensor,
    positive: float,
    negative: tuple[float, float],
    best_is_positive: bool = False,
) -> Labelling:
    """Label boxes (n, 4) by their highest IoU with truths (m, 4).

    POSITIVE from `positive` on; NEGATIVE in [negative[0], negative[1]); the rest IGNORED.
    best_is_positive: boxes that no other box beats on some truth are POSITIVE too, whatever their
    IoU (Faster R-CNN, section 3.1.2, condition i), as long as they touch it.
    """
    overlap, truth = best_truth(boxes, truths)
    kind = torch.full_like(truth, IGNORED)
    kind[(overlap >= negative[0]) & (overlap < negative[1])] = NEGATIVE
    kind[overlap >= positive] = POSITIVE
    if best_is_positive and len(truths) and len(boxes):
        table = iou(boxes, truths)
        highest = table.max(dim=0).values
        kind[((table == highest) & (highest > 0)).any(dim=1)] = POSITIVE
    return Labelling(kind, truth, overlap)
