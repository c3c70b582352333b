"""Overlap, box coding and clipping, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from explorer.ops import bins
from explorer.ops.boxes import DELTA_CLAMP, area, clip, decode, encode, iou

# A 10 x 10 box, the same moved by half its width, one inside it, one elsewhere, one without area.
BOXES = torch.tensor([
    [0.0, 0.0, 10.0, 10.0], [5.0, 0.0, 15.0, 10.0], [0.0, 0.0, 5.0, 5.0],
    [20.0, 20.0, 30.0, 30.0], [3.0, 3.0, 3.0, 3.0],
])  # fmt: skip
FIRST_ROW = [1.0, 1 / 3, 0.25, 0.0, 0.0]


def test_iou_by_hand() -> None:
    table = iou(BOXES, BOXES)
    assert table.shape == (5, 5)
    assert table[0].tolist() == pytest.approx(FIRST_ROW)
    assert torch.equal(table, table.T)
    assert table[4].tolist() == [0.0] * 5, "a box without area overlaps nothing, itself included"


def test_iou_of_nothing() -> None:
    assert iou(BOXES, BOXES[:0]).shape == (5, 0)
    assert iou(BOXES[:0], BOXES).shape == (0, 5)


def test_numpy_overlap_is_the_same() -> None:
    assert np.allclose(bins.overlap(BOXES.numpy(), BOXES.numpy()), iou(BOXES, BOXES).numpy())
    assert bins.overlap(BOXES.numpy()[:0], BOXES.numpy()).shape == (0, 5)


def test_area_ignores_inverted_boxes() -> None:
    boxes = torch.tensor([[0.0, 0.0, 4.0, 2.5], [4.0, 0.0, 0.0, 2.0], [4.0, 4.0, 0.0, 0.0]])
    assert area(boxes).tolist() == [10.0, 0.0, 0.0]


def test_encode_by_hand() -> None:
    proposal = torch.tensor([[10.0, 20.0, 30.0, 60.0]])  # centre 20, 40; 20 x 40
    truth = torch.tensor([[20.0, 20.0, 60.0, 40.0]])  # centre 40, 30; 40 x 20
    expected = [1.0, -0.25, math.log(2), -math.log(2)]
    assert encode(proposal, truth)[0].tolist() == pytest.approx(expected)
    assert decode(torch.tensor([expected]), proposal)[0].tolist() == pytest.approx([20, 20, 60, 40])


def test_zero_deltas_change_nothing() -> None:
    assert torch.equal(decode(torch.zeros(4, 4), BOXES[:4]), BOXES[:4])


def test_decode_of_each_class() -> None:
    deltas = torch.zeros(2, 3, 4)
    deltas[:, 1, 0] = 1.0  # the second class moves one width to the right
    found = decode(deltas, BOXES[:2, None])
    assert found.shape == (2, 3, 4)
    assert found[0, 1].tolist() == [10, 0, 20, 10]
    assert torch.equal(found[:, 2], BOXES[:2])


def test_growth_is_clamped() -> None:
    box = decode(torch.tensor([[0.0, 0.0, 50.0, DELTA_CLAMP]]), BOXES[:1])[0]
    assert (box[2] - box[0]).item() == pytest.approx(10 * 1000 / 16, rel=1e-5)
    assert (box[3] - box[1]).item() == pytest.approx(10 * 1000 / 16, rel=1e-5)


coordinate = st.floats(0, 500, width=32)
side = st.floats(8, 400, width=32)
corner_and_sides = st.tuples(coordinate, coordinate, side, side)


@given(corner_and_sides, corner_and_sides)
def test_decode_inverts_encode(a: tuple[float, ...], b: tuple[float, ...]) -> None:
    proposal, truth = (torch.tensor([[x, y, x + w, y + h]]) for x, y, w, h in (a, b))
    assert torch.allclose(decode(encode(proposal, truth), proposal), truth, atol=0.01)


def test_clip() -> None:
    boxes = torch.tensor([[-5.0, -6.0, 700.0, 20.0], [650.0, 500.0, 660.0, 510.0]])
    assert clip(boxes, (480, 640)).tolist() == [[0, 0, 640, 20], [640, 480, 640, 480]]
