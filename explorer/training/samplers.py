"""Which regions each paper trains on, and with what label.

Shapes: A anchors, R regions and n ground-truth boxes of one photo, all in network pixels.
A class label counts from 1 here; 0 is the background.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torchvision.ops import nms

from explorer.ops.boxes import iou


@dataclass(frozen=True, eq=False)
class AnchorSample:
    """The anchors of one RPN mini-batch: rows (p,) positive, rows (q,) negative, and the
    ground-truth box (p, 4) of each positive."""

    positive: Tensor
    negative: Tensor
    truths: Tensor


@dataclass(frozen=True, eq=False)
class RoiSample:
    """Regions (m, 4), their labels (m,) with 0 = background, and the ground-truth box (m, 4) of
    each (of no meaning for the background)."""

    boxes: Tensor
    labels: Tensor
    truths: Tensor


def choose(rows: Tensor, count: int, generator: torch.Generator | None = None) -> Tensor:
    """At most `count` of the rows, at random."""
    if len(rows) <= count:
        return rows
    chosen = torch.randperm(len(rows), generator=generator)[:count]
    return rows[chosen.to(rows.device)]


def inside(anchors: Tensor, size: tuple[int, int]) -> Tensor:
    """(A,) whether an anchor lies within the image of `size` = (height, width).

    Faster R-CNN, section 3.3: anchors that cross the border play no part in training.
    """
    height, width = size
    return (
        (anchors[:, 0] >= 0) & (anchors[:, 1] >= 0)
        & (anchors[:, 2] <= width) & (anchors[:, 3] <= height)
    )  # fmt: skip


def sample_anchors(
    anchors: Tensor, truths: Tensor, allowed: Tensor | None = None,
    batch: int = 256, positive: float = 0.7, negative: float = 0.3,
    generator: torch.Generator | None = None,
) -> AnchorSample:  # fmt: skip
    """Label anchors and draw a mini-batch (Faster R-CNN, sections 3.1.2 and 3.1.3; FPN, 4.1).

    Positive: the anchors with the highest IoU for some ground truth, and those above `positive`
    with any. Negative: below `negative` with all. The rest plays no part, nor does any anchor
    that is not `allowed`. Up to half of `batch` is positive; negatives fill the rest.
    """
    if allowed is None:
        allowed = torch.ones(len(anchors), dtype=torch.bool, device=anchors.device)
    if len(truths) == 0:
        none = torch.zeros(0, dtype=torch.int64, device=anchors.device)
        rows = choose(allowed.nonzero()[:, 0], batch, generator)
        return AnchorSample(none, rows, truths.reshape(0, 4))
    # Only what overlaps something is worth more than its label "negative".
    overlap = iou(truths, anchors)
    overlap[:, ~allowed] = -1
    best, match = overlap.max(0)
    highest = overlap.max(1, keepdim=True).values
    chosen = best > positive
    ties = (overlap == highest) & (highest > 0)
    truth_of, anchor_of = ties.nonzero(as_tuple=True)
    chosen[anchor_of] = True
    match[anchor_of] = truth_of
    positives = choose(chosen.nonzero()[:, 0], batch // 2, generator)
    negatives = choose(
        ((best >= 0) & (best < negative) & ~chosen).nonzero()[:, 0], batch - len(positives),
        generator,
    )  # fmt: skip
    return AnchorSample(positives, negatives, truths[match[positives]])


def sample_rois(
    regions: Tensor, truths: Tensor, labels: Tensor,
    batch: int = 64, foreground: float = 0.25, above: float = 0.5, low: float = 0.1,
    generator: torch.Generator | None = None,
) -> RoiSample:  # fmt: skip
    """Draw the RoIs of one photo (Fast R-CNN, section 2.3; SPPNet, section 4.1; R-CNN, 2.3).

    Foreground: IoU >= `above` with some ground truth, labelled with the class (1..K) of the best;
    background: highest IoU in [low, above), or any below `above` where these are too few.
    labels (n,) count from 0. The ground-truth boxes themselves are among the regions.
    """
    regions = torch.cat([truths, regions])
    if len(truths) == 0:
        boxes = regions[choose(torch.arange(len(regions), device=regions.device), batch, generator)]
        return RoiSample(boxes, torch.zeros_like(boxes[:, 0], dtype=torch.int64), boxes)
    best, match = iou(regions, truths).max(1)
    positives = choose((best >= above).nonzero()[:, 0], round(batch * foreground), generator)
    wanted = batch - len(positives)
    negatives = choose(((best >= low) & (best < above)).nonzero()[:, 0], wanted, generator)
    if len(negatives) < wanted:
        easy = choose((best < low).nonzero()[:, 0], wanted - len(negatives), generator)
        negatives = torch.cat([negatives, easy])
    rows = torch.cat([positives, negatives])
    classes = labels[match[rows]] + 1
    classes[len(positives) :] = 0
    return RoiSample(regions[rows], classes, truths[match[rows]])


def svm_labels(
    regions: Tensor, truths: Tensor, labels: Tensor, classes: int, below: float = 0.3
) -> Tensor:
    """(R, K) bool: which regions are negatives of each class's SVM (R-CNN, section 2.3).

    A region is a negative of class c where its IoU with every box of c is at most `below`; what
    lies between that and the ground truth itself (the only positives) is ignored.
    """
    negative = torch.ones(len(regions), classes, dtype=torch.bool)
    overlap = iou(regions, truths)
    for label in labels.unique().tolist():
        negative[:, label] = overlap[:, labels == label].max(1).values <= below
    return negative


def thin(boxes: Tensor, overlap: float = 0.7) -> Tensor:
    """Rows of the boxes that overlap no earlier kept one by more than `overlap`.

    SPPNet, section 4.1: a negative that overlaps another negative by more than 70% is removed.
    """
    order = torch.linspace(1, 0, max(1, len(boxes)))[: len(boxes)]
    rows: Tensor = nms(boxes, order, overlap)
    return rows
