"""The four similarities, the histograms and the colour spaces, on cases computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.ops.selective_search.colour import colour_space
from explorer.ops.selective_search.merging import (
    fill_similarity,
    intersection,
    merge_all,
    size_similarity,
)
from explorer.ops.selective_search.regions import describe, segment
from explorer.ops.selective_search.texture import texture_bins


def test_intersection_adds_the_smaller_of_each_two_bins() -> None:
    first = np.array([0.5, 0.25, 0.25, 0.0], np.float32)
    second = np.array([0.25, 0.5, 0.0, 0.25], np.float32)
    assert intersection(first, second) == pytest.approx(0.5)
    assert intersection(first, first) == pytest.approx(1.0)


def test_size_similarity_is_one_less_the_share_of_the_photo() -> None:
    assert size_similarity(20, 30, 200) == pytest.approx(0.75)


def test_fill_similarity_is_one_less_the_gap_in_the_joint_box() -> None:
    # Two 2 x 2 squares at opposite corners of a 4 x 4 photo leave 8 of its 16 pixels empty.
    first = np.array([0, 0, 2, 2], np.int32)
    second = np.array([2, 2, 4, 4], np.int32)
    assert fill_similarity(4, 4, first, second, 16) == pytest.approx(0.5)
    # Two halves of a rectangle leave nothing.
    beside = np.array([2, 0, 4, 2], np.int32)
    assert fill_similarity(4, 4, first, beside, 16) == pytest.approx(1.0)


def test_regions_of_a_hand_made_segmentation() -> None:
    labels = np.array([[0, 0, 1], [0, 2, 1], [2, 2, 1]], np.int16)
    planes = np.array([[0, 10, 255], [11, 100, 255], [100, 103, 255]], np.uint8)[..., None]
    flat = np.zeros((1, 4, 3, 3), np.int8)
    regions = describe(labels, planes, flat)
    assert regions.sizes.tolist() == [3, 3, 3]
    assert regions.boxes.tolist() == [[0, 0, 2, 2], [2, 0, 3, 3], [0, 1, 2, 3]]
    assert regions.pairs.tolist() == [[0, 1], [0, 2], [1, 2]]
    # 25 bins over 256 values are 10.24 wide: 0 and 10 share bin 0, 11 is in bin 1.
    assert regions.colour[0, :2].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert regions.colour[1, 24] == pytest.approx(1.0)
    # 100 is in bin 9 (92.16 to 102.4), 103 in bin 10.
    assert regions.colour[2, 9:11].tolist() == pytest.approx([2 / 3, 1 / 3])
    # No edges anywhere: bin 0 of each of the eight orientations.
    assert regions.texture.reshape(3, 8, 10)[:, :, 0] == pytest.approx(1 / 8)
    assert regions.texture.sum(axis=1) == pytest.approx(1)


def test_regions_that_touch_at_a_corner_alone_are_neighbours() -> None:
    labels = np.array([[0, 1], [2, 3]], np.int16)
    regions = describe(labels, np.zeros((2, 2, 1), np.uint8), np.zeros((1, 4, 2, 2), np.int8))
    assert regions.pairs.tolist() == [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]


def test_signed_texture_codes_count_for_opposite_orientations() -> None:
    codes = np.zeros((1, 4, 1, 2), np.int8)
    codes[0, :, 0, 0] = (3, -9, 0, 1)
    regions = describe(np.zeros((1, 2), np.int16), np.zeros((1, 2, 1), np.uint8), codes)
    counts = np.rint(regions.texture.reshape(8, 10) * 2 * 8).astype(int)
    expected = np.zeros((8, 10), int)
    expected[:, 0] = 2
    for orientation, bin_of_pixel in ((0, 3), (5, 9), (3, 1)):
        expected[orientation, bin_of_pixel] = 1
        expected[orientation, 0] = 1
    assert counts.tolist() == expected.tolist()


def test_merging_three_bars_by_hand() -> None:
    """A 6 x 1 strip in bars of 1, 2 and 3 pixels: 0 | 1 1 | 2 2 2, of values 0, 0 and 255."""
    labels = np.array([[0, 1, 1, 2, 2, 2]], np.int16)
    planes = np.array([[0, 0, 0, 255, 255, 255]], np.uint8)[..., None]
    regions = describe(labels, planes, np.zeros((1, 4, 1, 6), np.int8))
    history = merge_all(regions, (1.0, 1.0, 1.0, 1.0))
    assert history.merges.tolist() == [[0, 1], [2, 3]]
    # Bars 0 and 1: colour 1, texture 1, size 1 - 3/6, fill 1; then colour 0 and size 1 - 6/6.
    assert history.similarities[0].tolist() == pytest.approx([1, 1, 0.5, 1])
    assert history.similarities[1].tolist() == pytest.approx([0, 1, 0, 1])
    assert history.total.tolist() == pytest.approx([3.5, 2])
    assert history.boxes[3:].tolist() == [[0, 0, 3, 1], [0, 0, 6, 1]]


def test_a_merged_histogram_is_the_mean_weighted_by_size() -> None:
    """Bars of 1, 3 and 2 pixels, by size alone; the smallest two, 0 and 2, are no neighbours."""
    labels = np.array([[0, 1, 1, 1, 2, 2]], np.int16)
    planes = np.array([[0, 255, 255, 255, 0, 255]], np.uint8)[..., None]
    regions = describe(labels, planes, np.zeros((1, 4, 1, 6), np.int8))
    history = merge_all(regions, (0.0, 0.0, 1.0, 0.0))
    assert history.merges.tolist() == [[0, 1], [2, 3]]
    # Region 3 has 1/4 dark and 3/4 bright, region 2 half and half: 1/4 + 1/2 in common.
    assert history.similarities[1, 0] == pytest.approx(0.75)
    assert history.similarities[0, 0] == pytest.approx(0.0)


def test_ties_go_to_the_older_regions() -> None:
    """Four equal cells in a row: every neighbouring pair is equally alike."""
    labels = np.array([[0, 1, 2, 3]], np.int16)
    regions = describe(labels, np.zeros((1, 4, 1), np.uint8), np.zeros((1, 4, 1, 4), np.int8))
    history = merge_all(regions, (1.0, 1.0, 1.0, 1.0))
    assert history.merges.tolist() == [[0, 1], [2, 3], [4, 5]]


def test_texture_of_an_edge_points_from_dark_to_bright() -> None:
    planes = np.zeros((9, 12, 1), np.uint8)
    planes[:, 6:] = 200
    codes = texture_bins(planes)
    # Straight at the edge: x strongest, both diagonals half the square root of it, y nothing.
    assert codes[0, :, 4, 6].tolist() == [9, 7, 0, -7]
    assert codes[0, :, 4, 0].tolist() == [0, 0, 0, 0]
    assert texture_bins(planes[:, ::-1])[0, :, 4, 5].tolist() == [-9, -7, 0, 7]
    assert texture_bins(planes.transpose(1, 0, 2))[0, :, 6, 4].tolist() == [0, 7, 9, 7]


def test_texture_of_a_flat_photo_is_empty() -> None:
    assert not texture_bins(np.full((5, 7, 3), 77, np.uint8)).any()


def test_colour_spaces_fill_0_to_255() -> None:
    photo = np.array([[[255, 0, 0], [0, 0, 0], [100, 50, 50], [0, 0, 255]]], np.uint8)
    assert colour_space(photo, "HSV")[0, 0].tolist() == [0, 255, 255]
    # Blue stands at 240 of 360 degrees.
    assert colour_space(photo, "H")[0, 3, 0] == pytest.approx(255 * 240 / 360, abs=1)
    assert colour_space(photo, "I").shape == (1, 4, 1)
    rgi = colour_space(photo, "rgI")
    assert rgi[0, 0, :2].tolist() == [255, 0]
    assert rgi[0, 1].tolist() == [85, 85, 0]
    assert rgi[0, 2, :2].tolist() == [128, 64]
    assert colour_space(photo, "Lab")[0, 1].tolist() == [0, 128, 128]
    with pytest.raises(ValueError, match="no colour space 'CMYK'"):
        colour_space(photo, "CMYK")


def test_segments_have_no_gaps_and_their_least_size() -> None:
    photo = np.random.default_rng(3).integers(0, 256, (80, 90, 3), dtype=np.uint8)
    sizes = np.bincount(segment(photo, 50, 50).ravel())
    assert len(sizes) > 1
    assert sizes.min() >= 50
