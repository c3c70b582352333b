"""The papers' loss functions.

Shapes: N photos, A anchors, R regions, K classes. Box targets t = (t_x, t_y, t_w, t_h).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from explorer.ops.boxes import encode

N_CLS = 256  # Faster R-CNN, equation 1: the mini-batch
N_REG = 2400  # about the number of anchor locations of the paper's photos
LAMBDA = 10.0
# The paper's smooth L1 turns at 1; its authors' code turns at 1/9 for the RPN, as all since do.
RPN_TURN = 1 / 9


def smooth_l1(x: Tensor, turn: float = 1.0) -> Tensor:
    """Fast R-CNN, equation 3: 0.5 x^2 if |x| < 1, else |x| - 0.5. `turn` moves the 1."""
    return F.smooth_l1_loss(x, torch.zeros_like(x), beta=turn, reduction="none")


def rpn_losses(
    positive: Tensor, negative: Tensor, deltas: Tensor, anchors: Tensor, truths: Tensor, photos: int
) -> tuple[Tensor, Tensor]:
    """Faster R-CNN, equation 1: objectness and box loss, means over the photos.

    positive (p,), negative (q,): logits of the sampled anchors of all photos; deltas, anchors and
    truths (p, 4) of the positive ones.
    """
    objectness = F.binary_cross_entropy_with_logits(
        torch.cat([positive, negative]),
        torch.cat([torch.ones_like(positive), torch.zeros_like(negative)]),
        reduction="sum",
    )
    box = smooth_l1(deltas - encode(anchors, truths), RPN_TURN).sum()
    return objectness / (N_CLS * photos), box * LAMBDA / (N_REG * photos)


def detection_losses(
    logits: Tensor, boxes: Tensor, labels: Tensor, targets: Tensor
) -> tuple[Tensor, Tensor]:
    """Fast R-CNN, equation 1: L_cls = -log p_u and [u >= 1] L_loc(t^u, v), means over the RoIs.

    logits (R, K + 1), boxes (R, K, 4) normalised, labels (R,) with 0 = background,
    targets (R, 4) normalised.
    """
    rows = (labels > 0).nonzero()[:, 0]
    chosen = boxes[rows, labels[rows] - 1]
    location = smooth_l1(chosen - targets[rows]).sum() / max(1, len(labels))
    return F.cross_entropy(logits, labels), location
