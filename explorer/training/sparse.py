"""Reading a few places of many maps, with gradients that cost what was read.

A training step looks at 256 anchors and some dozens of RoIs a photo, but on the CPU the backward
passes of a convolution and of torchvision's RoIAlign cost as much as if it had looked everywhere.
Here all maps are rows of one table, and reading is gathering rows.

Shapes: N photos, maps (N, C, h, w), S anchors, R RoIs.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from explorer.nets.rpn import RpnHead


class Table:
    """Maps of several levels as rows (T, C): photo by photo, y, x; a border of one zero cell."""

    def __init__(self, maps: Sequence[Tensor]) -> None:
        padded = [F.pad(values, (1, 1, 1, 1)).permute(0, 2, 3, 1) for values in maps]
        self.rows = torch.cat([values.reshape(-1, values.shape[-1]) for values in padded])
        device = self.rows.device
        self.height = torch.tensor([values.shape[-2] for values in maps], device=device)
        self.width = torch.tensor([values.shape[-1] for values in maps], device=device)
        area = (self.height + 2) * (self.width + 2)
        self.start = F.pad((area * len(maps[0])).cumsum(0), (1, 0))[:-1]
        self.area = area

    def row(self, level: Tensor, photo: Tensor, y: Tensor, x: Tensor) -> Tensor:
        """Row of the cell (y, x); -1 is the border."""
        return (
            self.start[level] + photo * self.area[level] + (y + 1) * (self.width[level] + 2) + x + 1
        )


def rpn_at(
    head: RpnHead, table: Table, photo: Tensor, anchors: Tensor
) -> tuple[Tensor, Tensor]:
    """The RPN head at some anchors alone: logits (S,) and deltas (S, 4).

    photo (S,), anchors (S,) rows in (level, y, x, k) order. Equal to running the head everywhere
    and then choosing.
    """
    counts = table.height * table.width * head.anchors
    ends = counts.cumsum(0)
    level = torch.bucketize(anchors, ends, right=True)
    at = anchors - (ends - counts)[level]
    cell, kind = at // head.anchors, at % head.anchors
    y, x = cell // table.width[level], cell % table.width[level]
    offset = torch.arange(3, device=anchors.device) - 1
    rows = table.row(
        level[:, None, None], photo[:, None, None],
        y[:, None, None] + offset[:, None], x[:, None, None] + offset,
    )  # fmt: skip
    weight = head.conv.weight.permute(0, 2, 3, 1).flatten(1)
    patches = table.rows.index_select(0, rows.flatten()).view(len(anchors), weight.shape[1])
    shared = torch.relu(F.linear(patches, weight, head.conv.bias))
    logits = F.linear(shared, head.objectness.weight.flatten(1), head.objectness.bias)
    deltas = F.linear(shared, head.deltas.weight.flatten(1), head.deltas.bias)
    each = torch.arange(len(anchors), device=kind.device)
    picked = deltas.view(len(anchors), head.anchors, 4)[each, kind]
    return logits.gather(1, kind[:, None])[:, 0], picked


def roi_align(
    table: Table, boxes: Tensor, photo: Tensor, level: Tensor, scales: Tensor,
    output: int = 7, sampling: int = 2,
) -> Tensor:  # fmt: skip
    """RoIAlign of boxes (R, 4) on the map of their photo and level: (R, C, output, output).

    scales (levels,): cells per pixel. The same arithmetic as torchvision's with aligned=False.
    """
    exact = boxes * scales[level][:, None]
    start, side = exact[:, :2], (exact[:, 2:] - exact[:, :2]).clamp(min=1)
    points = output * sampling
    step = (torch.arange(points, device=boxes.device) + 0.5) / points
    x = start[:, :1] + side[:, :1] * step
    y = start[:, 1:] + side[:, 1:] * step
    x_cells, x_weights = _between(x, table.width[level])
    y_cells, y_weights = _between(y, table.height[level])
    # (R, bin y, bin x, sample y, corner y, sample x, corner x)
    shape_y = (len(boxes), output, 1, sampling, 2, 1, 1)
    shape_x = (len(boxes), 1, output, 1, 1, sampling, 2)
    first = (len(boxes), 1, 1, 1, 1, 1, 1)
    rows = table.row(
        level.view(first), photo.view(first), y_cells.view(shape_y), x_cells.view(shape_x)
    )
    weights = y_weights.view(shape_y) * x_weights.view(shape_x) / sampling**2
    pooled = F.embedding_bag(
        rows.reshape(-1, 4 * sampling**2), table.rows, mode="sum",
        per_sample_weights=weights.expand_as(rows).reshape(-1, 4 * sampling**2),
    )  # fmt: skip
    return pooled.view(len(boxes), output, output, -1).permute(0, 3, 1, 2)


def _between(at: Tensor, length: Tensor) -> tuple[Tensor, Tensor]:
    """Bilinear reading along one axis: cells (R, p, 2) and weights (R, p, 2) of points (R, p)."""
    last = (length - 1)[:, None]
    outside = (at < -1) | (at > length[:, None])
    at = torch.minimum(at.clamp(min=0), last.to(at.dtype))
    low = at.floor().long()
    share = at - low
    cells = torch.stack((low, torch.minimum(low + 1, last)), -1)
    weights = torch.stack((1 - share, share), -1)
    return cells, weights.masked_fill(outside[..., None], 0.0)
