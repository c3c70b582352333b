"""Bins and sample points, pooled in NumPy, give what torchvision's kernels give."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torchvision
from torch import Tensor

from explorer.ops.bins import bilinear, roi_align_points, roi_pool_bins
from explorer.ops.pooling import roi_align, roi_cells, roi_pool

HEIGHT, WIDTH, CHANNELS = 18, 24, 3


def regions(n: int, seed: int) -> Tensor:
    """Boxes in pixels of a map with stride 16: of all sizes, some outside, some without area."""
    random = np.random.default_rng(seed)
    sides = np.exp(random.uniform(0, 6, (n, 2)))
    corner = random.uniform(-40, [WIDTH * 16, HEIGHT * 16], (n, 2))
    boxes = np.hstack([corner, corner + sides]).astype(np.float32)
    boxes[:3, 2:] = boxes[:3, :2]
    boxes[3:6] = np.round(boxes[3:6] / 8) * 8  # halves of cells
    boxes[6] = 5000, 5000, 5100, 5100
    boxes[7] = 0, 0, WIDTH * 16, HEIGHT * 16
    return torch.from_numpy(boxes)


def some_map(seed: int) -> Tensor:
    return torch.randn(1, CHANNELS, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("output", [1, 2, 3, 6, 7])
def test_roi_pool_bins_cell_by_cell(output: int) -> None:
    values, boxes = some_map(output), regions(60, output)
    expected = torchvision.ops.roi_pool(values, [boxes], output, 1 / 16)
    assert torch.equal(roi_pool(values, boxes, 1 / 16, output), expected)
    cells = roi_cells(boxes, 1 / 16)[1].numpy()
    bins = roi_pool_bins(cells, output, (HEIGHT, WIDTH))
    for row in range(len(boxes)):
        assert np.array_equal(roi_pool_bins(cells[row], output, (HEIGHT, WIDTH)), bins[row])
        for at, (x1, y1, x2, y2) in enumerate(bins[row]):
            inside = values[0, :, y1 : y2 + 1, x1 : x2 + 1].reshape(CHANNELS, -1)
            pooled = inside.amax(1) if inside.shape[1] else torch.zeros(CHANNELS)
            assert torch.equal(pooled, expected[row, :, at // output, at % output])


@pytest.mark.parametrize("sides", [(1, 40), (30, 65)])
def test_roi_pool_bins_of_every_width(sides: tuple[int, int]) -> None:
    # Single precision makes some bins one cell longer; a map of rising values shows every end.
    values = torch.arange(70.0).view(1, 1, 1, 70)
    for cells in range(*sides):
        box = torch.tensor([[3.0, 0.0, 3.0 + cells - 1, 0.0]])
        bins = roi_pool_bins(roi_cells(box, 1.0)[1][0].numpy(), 7, (1, 70))
        expected = torchvision.ops.roi_pool(values, [box], 7, 1.0)
        assert bins[:7, 2].tolist() == expected[0, 0, 0].tolist()


@pytest.mark.parametrize("aligned", [False, True])
@pytest.mark.parametrize(("output", "sampling"), [(7, 2), (2, 1), (3, 4)])
def test_roi_align_points(output: int, sampling: int, aligned: bool) -> None:
    values, boxes = some_map(output), regions(40, sampling)
    expected = torchvision.ops.roi_align(values, [boxes], output, 1 / 16, sampling, aligned)
    found = roi_align(values, boxes, 1 / 16, output, sampling, aligned)
    assert torch.equal(found, expected)
    flat = values[0].view(CHANNELS, -1).numpy()
    for box, one in zip(boxes.numpy(), expected, strict=True):
        points = roi_align_points(box, 1 / 16, 1 / 16, output, sampling, aligned)
        cells, weights = bilinear(points, HEIGHT, WIDTH)
        samples = (flat[:, cells] * weights).sum(-1)
        pooled = samples.reshape(CHANNELS, output, output, sampling**2).mean(-1)
        assert np.allclose(pooled, one.numpy(), atol=2e-5)
