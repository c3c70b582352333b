"""Boxes: overlap, the regression targets of R-CNN (Girshick et al., 2014, appendix C), clipping.

A box is (x1, y1, x2, y2), y downwards; pixel i covers [i, i + 1), so a box is x2 - x1 wide.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torchvision.ops import box_iou, clip_boxes_to_image

# t_w and t_h are held below this before exp(), so that no box grows by more than 1000 / 16.
DELTA_CLAMP = math.log(1000 / 16)


def iou(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union of boxes a (n, 4) with boxes b (m, 4): (n, m) in [0, 1].

    Boxes without an area overlap nothing: 0, also with each other.
    """
    return box_iou(a, b).nan_to_num_(nan=0.0)


def area(boxes: Tensor) -> Tensor:
    """Width times height of boxes (..., 4), 0 where a side is negative."""
    sides = (boxes[..., 2:] - boxes[..., :2]).clamp(min=0)
    return sides[..., 0] * sides[..., 1]


def _centre_and_size(boxes: Tensor) -> tuple[Tensor, Tensor]:
    size = boxes[..., 2:] - boxes[..., :2]
    return boxes[..., :2] + 0.5 * size, size


def encode(proposals: Tensor, truths: Tensor) -> Tensor:
    """Regression targets that move `proposals` P onto `truths` G, both (..., 4) with area.

    t_x = (G_x - P_x) / P_w,  t_y = (G_y - P_y) / P_h,  t_w = ln(G_w / P_w),  t_h = ln(G_h / P_h)
    (R-CNN, equations 6-9; x, y are centres).
    """
    from_centre, from_size = _centre_and_size(proposals)
    to_centre, to_size = _centre_and_size(truths)
    shift = (to_centre - from_centre) / from_size
    return torch.cat((shift, torch.log(to_size / from_size)), dim=-1)


def decode(deltas: Tensor, proposals: Tensor) -> Tensor:
    """The inverse of `encode` (R-CNN, equations 1-4): boxes (..., 4), broadcast over both.

    deltas (n, K, 4) with proposals (n, 1, 4) give the boxes of K class-specific regressors.
    t_w and t_h are clamped at `DELTA_CLAMP`.
    """
    centre, size = _centre_and_size(proposals)
    centre = deltas[..., :2] * size + centre
    half = 0.5 * (deltas[..., 2:].clamp(max=DELTA_CLAMP).exp() * size)
    return torch.cat((centre - half, centre + half), dim=-1)


def clip(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Boxes (..., 4) cut to an image of `size` = (height, width)."""
    return clip_boxes_to_image(boxes, size)
