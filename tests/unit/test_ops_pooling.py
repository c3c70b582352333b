"""Windows, bins and sample points, by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.ops.bins import bilinear, pyramid_bins, roi_align_points, roi_pool_bins
from explorer.ops.pooling import pyramid_pool, roi_cells, roi_pool, window_of


def test_window_by_hand() -> None:
    # x: floor(20 / 16) + 1 = 2 to ceil(100 / 16) - 1 = 6; y: floor(0) + 1 = 1 to ceil(4) - 1 = 3.
    boxes = torch.tensor([[20.0, 0.0, 100.0, 64.0]])
    assert window_of(boxes, 16, 24, 32).tolist() == [[2, 1, 6, 3]]


def test_a_collapsed_window_takes_the_nearest_cell() -> None:
    boxes = torch.tensor([[33.0, 36.0, 40.0, 47.0], [16.0, 16.0, 17.0, 17.0]])
    assert window_of(boxes, 16, 24, 32).tolist() == [[2, 3, 2, 3], [1, 1, 1, 1]]


def test_windows_stay_on_the_map() -> None:
    boxes = torch.tensor([[-50.0, -50.0, 900.0, 900.0], [600.0, 500.0, 640.0, 600.0]])
    assert window_of(boxes, 16, 24, 32).tolist() == [[0, 0, 31, 23], [31, 23, 31, 23]]


def test_pyramid_bins_of_a_window_of_seven_cells() -> None:
    bins = pyramid_bins(np.array([10, 20, 16, 26]), (3,))
    # floor(7 i / 3) = 0, 2, 4 and ceil(7 (i + 1) / 3) = 3, 5, 7: neighbours share a cell.
    assert bins[:3, [0, 2]].tolist() == [[10, 12], [12, 14], [14, 16]]
    assert bins[::3, [1, 3]].tolist() == [[20, 22], [22, 24], [24, 26]]


def test_fifty_bins_cover_the_window_and_none_is_empty() -> None:
    windows = np.array([[0, 0, 31, 23], [3, 4, 3, 4], [5, 1, 6, 9]])
    bins = pyramid_bins(windows)
    assert bins.shape == (3, 50, 4)
    assert (bins[..., 2:] >= bins[..., :2]).all()
    assert np.array_equal(bins[:, 49], windows), "the last level is the whole window"
    for level in (slice(0, 36), slice(36, 45), slice(45, 49)):
        assert np.array_equal(bins[:, level, :2].min(1), windows[:, :2])
        assert np.array_equal(bins[:, level, 2:].max(1), windows[:, 2:])
    assert np.array_equal(pyramid_bins(windows[2]), bins[2])


@pytest.mark.parametrize(("height", "width"), [(24, 32), (1, 1), (1, 9), (16, 16), (7, 5)])
def test_pyramid_pool_is_the_maximum_over_its_bins(height: int, width: int) -> None:
    random = np.random.default_rng(height * 100 + width)
    values = torch.from_numpy(random.normal(size=(1, 5, height, width)).astype(np.float32))
    ends = np.sort(random.integers(0, [[width], [height]], (40, 2, 2)), axis=-1)
    cells = ends.transpose(0, 2, 1).reshape(40, 4)
    found = pyramid_pool(values, torch.from_numpy(cells))
    assert found.shape == (40, 5, 50)
    for window, pooled in zip(cells, found, strict=True):
        for (x1, y1, x2, y2), column in zip(pyramid_bins(window), pooled.T, strict=True):
            assert torch.equal(values[0, :, y1 : y2 + 1, x1 : x2 + 1].amax((1, 2)), column)


def test_pyramid_pool_of_no_window_and_of_other_levels() -> None:
    values = torch.arange(12.0).view(1, 1, 3, 4)
    assert pyramid_pool(values, torch.zeros(0, 4, dtype=torch.long)).shape == (0, 1, 50)
    found = pyramid_pool(values, torch.tensor([[0, 0, 3, 2]]), (2, 1))
    assert found[0, 0].tolist() == [5.0, 7.0, 9.0, 11.0, 11.0]
    half = pyramid_pool(values.half(), torch.tensor([[1, 0, 2, 1]]), (1,))
    assert half.dtype == torch.float16
    assert half.item() == 6.0


def test_the_two_roundings_of_roi_pooling() -> None:
    boxes = torch.tensor([[7.9, 8.0, 119.0, 87.0]])
    exact, cells = roi_cells(boxes, 1 / 16)
    assert exact[0].tolist() == pytest.approx([0.49375, 0.5, 7.4375, 5.4375])
    assert cells.tolist() == [[0, 1, 7, 5]], "a half is rounded away from zero"
    bins = roi_pool_bins(cells[0].numpy(), 2)
    assert bins.tolist() == [[0, 1, 3, 3], [4, 1, 7, 3], [0, 3, 3, 5], [4, 3, 7, 5]]


def test_an_roi_is_at_least_one_cell() -> None:
    _, cells = roi_cells(torch.tensor([[40.0, 40.0, 20.0, 20.0], [-24.0, 0.0, 8.0, 3.0]]), 1 / 16)
    assert cells.tolist() == [[3, 3, 3, 3], [-2, 0, 1, 0]]


def test_bins_outside_the_map_are_empty_and_pool_to_zero() -> None:
    boxes = torch.tensor([[160.0, 0.0, 300.0, 60.0]])  # cells 10 to 19 of a map with 8
    values = torch.ones(1, 2, 6, 8)
    bins = roi_pool_bins(roi_cells(boxes, 1 / 16)[1][0].numpy(), 2, (6, 8))
    assert (bins[:, 2] < bins[:, 0]).all()
    assert not roi_pool(values, boxes, 1 / 16, 2).any()


def test_sample_points_of_roi_align() -> None:
    box = np.array([32.0, 16.0, 96.0, 80.0])
    points = roi_align_points(box, 1 / 16, 1 / 16, 2, 2, aligned=True)
    assert points.shape == (16, 2)
    # 4 x 4 cells from (2, 1) on, less half a cell: bins of 2 cells, samples at 0.5 and 1.5 in them.
    assert points[:4].tolist() == [[2.0, 1.0], [3.0, 1.0], [2.0, 2.0], [3.0, 2.0]]
    assert points[4].tolist() == [4.0, 1.0]
    assert points[8].tolist() == [2.0, 3.0]
    on_photo = (points + 0.5) * 16
    assert on_photo.mean(0).tolist() == [64.0, 48.0], "aligned samples are centred on the box"
    unaligned = roi_align_points(box, 1 / 16, 1 / 16, 2, 2)
    assert np.array_equal(unaligned, points + 0.5)


def test_unaligned_boxes_are_at_least_one_cell() -> None:
    points = roi_align_points(np.array([32.0, 32.0, 33.0, 33.0]), 1 / 16, 1 / 16, 1, 1)
    assert points.tolist() == [[2.5, 2.5]]


def test_bilinear_weights() -> None:
    points = np.array([[1.25, 0.5], [2.0, 1.0], [-0.5, 0.0], [-1.5, 0.0], [3.7, 2.9]])
    cells, weights = bilinear(points, 3, 4)
    assert cells[0].tolist() == [1, 2, 5, 6]
    assert weights[0].tolist() == [0.375, 0.125, 0.375, 0.125]
    values = np.arange(12.0)
    sums = (values[cells] * weights).sum(1)
    assert sums.tolist() == [3.25, 6.0, 0.0, 0.0, 11.0]
    assert weights.sum(1).tolist() == [1.0, 1.0, 1.0, 0.0, 1.0]
