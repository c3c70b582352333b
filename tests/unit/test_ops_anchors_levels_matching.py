"""Anchors, FPN's levels and IoU labelling, by hand."""

from __future__ import annotations

import math

import pytest
import torch

from explorer.ops.anchors import anchors_at, grid, kinds, pyramid
from explorer.ops.levels import level_of
from explorer.ops.matching import IGNORED, NEGATIVE, POSITIVE, best_truth, label_by_iou


def test_nine_anchors_of_faster_rcnn() -> None:
    base = anchors_at((128, 256, 512), (0.5, 1.0, 2.0))
    assert base.shape == (9, 4)
    assert base[3].tolist() == [-64, -64, 64, 64]  # 128 x 128
    assert base[0].tolist() == [-91, -45, 91, 45]  # 128 sqrt(2) x 128 / sqrt(2), rounded
    assert torch.equal(base, -base[:, [2, 3, 0, 1]]), "centred on the origin"
    order = kinds((128, 256, 512), (0.5, 1.0, 2.0))
    assert order[:4] == ((128, 0.5), (256, 0.5), (512, 0.5), (128, 1.0))
    for (size, ratio), box in zip(order, base.tolist(), strict=True):
        width, height = box[2] - box[0], box[3] - box[1]
        assert height / width == pytest.approx(ratio, rel=0.03)
        assert math.sqrt(width * height) == pytest.approx(size, rel=0.02)


def test_grid_runs_along_x_first() -> None:
    base = anchors_at((8,), (0.5, 1.0))
    found = grid(base, 2, 3, stride_x=16, stride_y=10)
    assert found.shape == (12, 4)
    assert torch.equal(found[:2], base), "the first cell's anchors are centred on its corner"
    assert torch.equal(found[2], base[0] + torch.tensor([16.0, 0, 16, 0]))
    assert torch.equal(found[6], base[0] + torch.tensor([0.0, 10, 0, 10]))


def test_pyramid_has_fifteen_kinds() -> None:
    shapes = [(8, 12), (4, 6), (2, 3), (1, 2), (1, 1)]
    strides = [(float(s), float(s)) for s in (4, 8, 16, 32, 64)]
    levels = pyramid([(s,) for s in (12, 24, 48, 96, 192)], (0.5, 1, 2), shapes, strides)
    assert [len(level) for level in levels] == [3 * h * w for h, w in shapes]
    with pytest.raises(ValueError):
        pyramid([(12,)], (1,), shapes, strides)


@pytest.mark.parametrize(
    ("side", "level"),
    [(224, 4), (223, 3), (448, 5), (447.9, 4), (112, 3), (111, 2), (20, 2), (4000, 5), (0, 2)],
)
def test_level_of_a_square(side: float, level: int) -> None:
    raw, k = level_of(torch.tensor([[5.0, 5.0, 5 + side, 5 + side]]), 4, 224, 2, 5)
    assert k.tolist() == [level]
    if side:
        assert raw.item() == pytest.approx(4 + math.log2(side / 224), abs=1e-4)
    else:
        assert raw.item() == -math.inf


def test_level_depends_on_area_alone() -> None:
    boxes = torch.tensor([[0.0, 0.0, 448.0, 112.0], [0.0, 0.0, 112.0, 448.0]])
    assert level_of(boxes, 4, 224, 2, 5)[1].tolist() == [4, 4]


def test_raw_is_under_the_floor() -> None:
    random = torch.Generator().manual_seed(1)
    sides = torch.exp(torch.rand(500, 2, generator=random) * 6 + 1)
    raw, k = level_of(torch.cat((torch.zeros(500, 2), sides), 1), 4, 84, 2, 5)
    assert torch.equal(k, raw.floor().clamp(2, 5).long())
    assert k.min() == 2
    assert k.max() == 5


TRUTHS = torch.tensor([[0.0, 0.0, 10.0, 10.0], [100.0, 0.0, 110.0, 10.0]])
# IoU 0.8, 0.5, 0.3 and 0.05 with the first truth, 0.2 with the second, 0 with both.
BOXES = torch.tensor([
    [0.0, 0.0, 10.0, 8.0], [0.0, 0.0, 10.0, 5.0], [0.0, 0.0, 10.0, 3.0], [0.0, 0.0, 10.0, 0.5],
    [100.0, 0.0, 110.0, 2.0], [50.0, 50.0, 60.0, 60.0],
])  # fmt: skip


def test_best_truth() -> None:
    overlap, truth = best_truth(BOXES, TRUTHS)
    assert overlap.tolist() == pytest.approx([0.8, 0.5, 0.3, 0.05, 0.2, 0.0])
    assert truth.tolist()[:5] == [0, 0, 0, 0, 1]


def test_labels_of_fast_rcnn() -> None:
    labels = label_by_iou(BOXES, TRUTHS, 0.5, (0.1, 0.5))
    assert labels.kind.tolist() == [POSITIVE, POSITIVE, NEGATIVE, IGNORED, NEGATIVE, IGNORED]


def test_labels_of_rpn_include_each_truths_best() -> None:
    labels = label_by_iou(BOXES, TRUTHS, 0.7, (0.0, 0.3), best_is_positive=True)
    expected = [POSITIVE, IGNORED, IGNORED, NEGATIVE, POSITIVE, NEGATIVE]
    assert labels.kind.tolist() == expected
    assert labels.truth[4] == 1
    without = label_by_iou(BOXES, TRUTHS, 0.7, (0.0, 0.3))
    assert without.kind[4] == NEGATIVE


def test_a_truth_that_nobody_touches_makes_nobody_positive() -> None:
    far = torch.tensor([[900.0, 900.0, 910.0, 910.0]])
    labels = label_by_iou(BOXES, far, 0.7, (0.0, 0.3), best_is_positive=True)
    assert labels.kind.tolist() == [NEGATIVE] * 6


def test_a_photo_without_truths() -> None:
    labels = label_by_iou(BOXES, TRUTHS[:0], 0.5, (0.0, 0.5), best_is_positive=True)
    assert labels.kind.tolist() == [NEGATIVE] * 6
    assert labels.truth.tolist() == [-1] * 6
    assert labels.overlap.tolist() == [0.0] * 6
    assert len(label_by_iou(BOXES[:0], TRUTHS, 0.5, (0.0, 0.5), True).kind) == 0
