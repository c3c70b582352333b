"""From the tensors of a pipeline to the arrays of a trace."""

from __future__ import annotations

import math
from collections import OrderedDict

import numpy as np
import torch
from torch import Tensor

from explorer.methods.inputs import Input
from explorer.nets.fpn import Pyramid
from explorer.ops import boxes as box_ops
from explorer.ops.nms import NmsResult
from explorer.trace.base import Floats, Ints, NmsRecord
from explorer.trace.freeze import freeze
from explorer.trace.stages import FeatureMap


def every_row(count: int) -> Ints:
    """The source of a stage whose row i comes from row i of the stage before."""
    return freeze(np.arange(count, dtype=np.int64))


def nms_record(result: NmsResult, threshold: float) -> NmsRecord:
    """An NMS result for the trace."""
    return NmsRecord(
        kept=freeze(result.kept),
        suppressed_by=freeze(result.suppressed_by),
        overlap=freeze(result.overlap, np.float32),
        step=freeze(result.step),
        threshold=threshold,
    )


def feature_map(
    name: str, role: str, values: Tensor, stride: float, scale: tuple[float, float], index: int = 0
) -> FeatureMap:
    """A map (1, C, h, w) of `stride` network pixels a cell, in half precision.

    scale: network pixels per photo pixel, x and y. index: the input (scale) it was computed from.
    """
    return FeatureMap(
        name=name,
        role=role,
        values=freeze(values[0], np.float16),
        stride_x=stride / scale[0],
        stride_y=stride / scale[1],
        scale=index,
    )


def pyramid_maps(
    bottom_up: OrderedDict[str, Tensor], pyramid: Pyramid, image: Input
) -> tuple[FeatureMap, ...]:
    """All maps for the trace: C, then L, M and P, each finest first."""
    height, width = image.images.shape[-2:]
    groups = {
        "bottom-up": bottom_up,
        "lateral": pyramid.laterals,
        "merged": pyramid.merged,
        "map": pyramid.maps,
    }
    recorded = []
    for role, maps in groups.items():
        for name, values in maps.items():
            ratio = max(height / values.shape[-2], width / values.shape[-1])
            stride = 2.0 ** round(math.log2(ratio))
            recorded.append(
                feature_map(name, role, values, stride, (image.scale_x, image.scale_y))
            )
    return tuple(recorded)


def photo_boxes(boxes: Tensor, photo: Ints) -> Floats:
    """Boxes in photo pixels for the trace; what rounding moved over the photo's edge is cut off."""
    size = (photo.shape[0], photo.shape[1])
    return freeze(box_ops.clip(boxes, size), np.float32)


def pairs_above(scores: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
    """Rows and columns of all (region, class) pairs with scores (n, K) > threshold, row by row."""
    rows, labels = (scores > threshold).nonzero().unbind(1)
    return rows, labels


def large_enough(boxes: Tensor, side: float) -> Tensor:
    """(n,) bool: both sides at least `side`."""
    large: Tensor = ((boxes[..., 2:] - boxes[..., :2]) >= side).all(dim=-1)
    return large


def regions_on(device: torch.device, boxes: Floats) -> Tensor:
    """The trace's boxes (n, 4) as a float32 tensor."""
    return torch.tensor(np.asarray(boxes, np.float32).reshape(-1, 4), device=device)
