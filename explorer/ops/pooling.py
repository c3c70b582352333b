"""Reading regions from a feature map: RoI max pooling, RoIAlign and SPPNet's spatial pyramid.

A map is (1, C, H, W). `scale` is map cells per unit of the boxes, e.g. 1 / 16 for boxes in network
pixels. Which cells or points each output was read from is in `explorer.ops.bins`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torchvision
from torch import Tensor

from explorer.ops.bins import pyramid_bins


def roi_cells(boxes: Tensor, scale: float) -> tuple[Tensor, Tensor]:
    """The first of RoI pooling's two roundings (Girshick, 2015, section 2.1).

    boxes (n, 4) -> exact (n, 4) = boxes x scale, and cells (n, 4) int64: exact rounded half away
    from zero, x1, y1, x2, y2 of the first and last cell, both inside. As in the published code
    an RoI is never less than one cell, so the last cell is at least the first.
    """
    exact = boxes * scale
    whole = exact.trunc()
    cells = (whole + ((exact - whole).abs() >= 0.5) * exact.sign()).long()
    first, last = cells[:, :2], cells[:, 2:]
    return exact, torch.cat((first, torch.maximum(first, last)), dim=1)


def roi_pool(feature_map: Tensor, boxes: Tensor, scale: float, output: int = 7) -> Tensor:
    """RoI max pooling: boxes (n, 4) -> (n, C, output, output); an empty bin gives 0.

    Two roundings: of the box to cells (`roi_cells`), and of each of the output x output bins
    (`bins.roi_pool_bins`).
    """
    return torchvision.ops.roi_pool(feature_map, [boxes.to(feature_map.dtype)], output, scale)


def roi_align(
    feature_map: Tensor,
    boxes: Tensor,
    scale: float,
    output: int = 7,
    sampling: int = 2,
    aligned: bool = False,
) -> Tensor:
    """RoIAlign (He et al., 2017): boxes (n, 4) -> (n, C, output, output), no rounding.

    The mean of sampling x sampling bilinear samples in each bin (`bins.roi_align_points`).
    aligned: shift by half a cell, so that cell (i, j) stands for its middle; torchvision's
    detectors do without.
    """
    return torchvision.ops.roi_align(
        feature_map, [boxes.to(feature_map.dtype)], output, scale, sampling, aligned
    )


def window_of(boxes: Tensor, stride: float, height: int, width: int) -> Tensor:
    """SPPNet's projection of boxes (n, 4) to a height x width map (He et al., 2014, appendix A).

    Left and top: floor(x / stride) + 1; right and bottom: ceil(x / stride) - 1: the cells whose
    receptive fields, centred on stride x', are centred inside the box. A window that collapses
    takes the cell nearest to its middle. Returns (n, 4) int64, first and last cell x1, y1, x2, y2,
    both inside, clamped to the map.
    """
    exact = boxes / stride
    first, last = exact[:, :2].floor() + 1, exact[:, 2:].ceil() - 1
    nearest = ((exact[:, :2] + exact[:, 2:]) / 2 + 0.5).floor()
    collapsed = first > last
    first, last = torch.where(collapsed, nearest, first), torch.where(collapsed, nearest, last)
    limit = torch.tensor((width - 1, height - 1), dtype=exact.dtype, device=exact.device)
    low = torch.zeros_like(limit)
    return torch.cat((first.clamp(low, limit), last.clamp(low, limit)), dim=1).long()


def pyramid_pool(
    feature_map: Tensor, cells: Tensor, levels: Sequence[int] = (6, 3, 2, 1)
) -> Tensor:
    """Spatial pyramid max pooling of windows: (n, C, bins), bins = 36 + 9 + 4 + 1 = 50.

    cells (n, 4): as `window_of` gives them. Bins in the order of `bins.pyramid_bins`. No gradient:
    SPPNet's convolutions are fixed.
    In memory the result is (n, bins, C): `.transpose(1, 2)` is contiguous.
    """
    rectangles = pyramid_bins(cells.cpu().numpy(), levels)
    n, bins = rectangles.shape[:2]
    unique, row = np.unique(rectangles.reshape(-1, 4), axis=0, return_inverse=True)
    channels_last = feature_map.detach()[0].permute(1, 2, 0).contiguous()
    maxima = torch.stack([
        channels_last[y1 : y2 + 1, x1 : x2 + 1].amax(dim=(0, 1)) for x1, y1, x2, y2 in unique
    ]) if len(unique) else channels_last.new_zeros((0, channels_last.shape[-1]))
    return maxima[torch.from_numpy(row).to(maxima.device)].view(n, bins, -1).transpose(1, 2)
