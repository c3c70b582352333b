"""Reading regions from a feature map: RoI max pooling, RoIAlign and SPPNet's spatial pyramid.

A map is (1, C, H, W). `scale` is map cells per unit of the boxes, e.g. 1 / 16 for boxes in network
pixels. Which cells or points each output was read from is in `explorer.ops.bins`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import torch
import torchvision
from numpy.typing import NDArray
from torch import Tensor

from explorer.ops.bins import pyramid_bins, used_bins

Pooling = Literal["roi_pool", "roi_align"]
CHUNK = 1024  # rectangles looked up at once: what they need stays in the cache


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
    aligned: shift by half a cell, as if cell i spanned i S to (i + 1) S. Without it, as in
    torchvision's detectors, cell i is centred at i S, where its receptive field is.
    """
    return torchvision.ops.roi_align(
        feature_map, [boxes.to(feature_map.dtype)], output, scale, sampling, aligned
    )


def pool_rois(
    kind: Pooling, feature_map: Tensor, boxes: Tensor, scale: float, output: int, sampling: int
) -> Tensor:
    """`roi_pool` or `roi_align` of the same boxes (n, 4) on the same map: (n, C, output, output).

    Raises ValueError for another kind.
    """
    if kind == "roi_pool":
        return roi_pool(feature_map, boxes, scale, output)
    if kind == "roi_align":
        return roi_align(feature_map, boxes, scale, output, sampling)
    raise ValueError(f"there is no pooling '{kind}': choose roi_pool or roi_align")


def pool_levels(
    kind: Pooling, maps: Mapping[str, Tensor], boxes: Tensor, level: Tensor, output: int,
    sampling: int,
) -> Tensor:  # fmt: skip
    """Boxes (n, 4) in network pixels, each from the map P<k> of its level k (n,), whose stride is
    2^k: (n, d, output, output)."""
    channels = next(iter(maps.values())).shape[1]
    pooled = boxes.new_empty((len(boxes), channels, output, output))
    for k in level.unique().tolist():
        rows = (level == k).nonzero()[:, 0]
        pooled[rows] = pool_rois(kind, maps[f"P{k}"], boxes[rows], 1 / 2**k, output, sampling)
    return pooled


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
    height, width = feature_map.shape[-2:]
    bins = pyramid_bins(cells.cpu().numpy(), levels)
    # Windows share many bins (small ones above all): each rectangle is read once.
    keys = np.ravel_multi_index(np.moveaxis(bins, -1, 0), (width, height, width, height))
    unique, row = np.unique(keys, return_inverse=True)
    x1, y1, x2, y2 = np.unravel_index(unique, (width, height, width, height))
    maxima = _rectangle_max(feature_map.detach()[0], np.stack((x1, y1, x2, y2), axis=1))
    rows = torch.from_numpy(row.reshape(-1)).to(maxima.device)
    return maxima.index_select(0, rows).view(*bins.shape[:2], maxima.shape[1]).transpose(1, 2)


def only_levels(pooled: Tensor, levels: Sequence[int], used: Sequence[int]) -> Tensor:
    """The pooled pyramid (n, C, bins) with 0 in the bins of those `levels` that are not `used`.

    The same tensor where all are. Raises ValueError for a level that the pyramid has not.
    """
    if foreign := sorted(set(used) - set(levels)):
        raise ValueError(f"the pyramid has no level {foreign[0]}: choose among {tuple(levels)}")
    if set(used) == set(levels):
        return pooled
    return pooled * torch.from_numpy(used_bins(levels, used)).to(pooled)


def _rectangle_max(values: Tensor, rectangles: NDArray[np.int64]) -> Tensor:
    """Maximum of a map (C, H, W) over each of m rectangles of cells (m, 4): (m, C).

    By a sparse table (Bender and Farach-Colton, 2000): table[a, b] holds the maxima over 2^a x 2^b
    cells from each cell on, and four of those, overlapping, cover any rectangle.
    """
    channels, height, width = values.shape
    high, wide = height.bit_length(), width.bit_length()
    table = values.new_empty((high, wide, height, width, channels))
    table[0, 0] = values.permute(1, 2, 0)
    for a in range(high):
        if a:
            _doubled(table[a - 1, 0], 0, 1 << (a - 1), table[a, 0])
        for b in range(1, wide):
            _doubled(table[a, b - 1], 1, 1 << (b - 1), table[a, b])
    x1, y1, x2, y2 = rectangles.T
    tall, broad = _log2(y2 - y1 + 1), _log2(x2 - x1 + 1)
    shape = table.shape[:4]
    corners = [
        torch.from_numpy(np.ravel_multi_index((tall, broad, y, x), shape)).to(values.device)
        for y in (y1, y2 + 1 - (1 << tall))
        for x in (x1, x2 + 1 - (1 << broad))
    ]
    flat = table.view(-1, channels)
    maxima = values.new_empty((len(rectangles), channels))
    for start in range(0, len(rectangles), CHUNK):
        part = slice(start, start + CHUNK)
        best = flat.index_select(0, corners[0][part])
        for corner in corners[1:]:
            torch.maximum(best, flat.index_select(0, corner[part]), out=best)
        maxima[part] = best
    return maxima


def _doubled(source: Tensor, axis: int, reach: int, target: Tensor) -> None:
    """target = the maximum of source and of source moved by `reach` cells along the axis.

    The last `reach` cells, whose neighbours are outside, keep their own and are never asked for.
    """
    n = source.shape[axis]
    target.copy_(source)
    inside = target.narrow(axis, 0, n - reach)
    torch.maximum(inside, source.narrow(axis, reach, n - reach), out=inside)


def _log2(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole part of log2 of positive integers; exact, as frexp is."""
    return np.frexp(lengths)[1].astype(np.int64) - 1
