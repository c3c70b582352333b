"""Greedy NMS: who removed whom, by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.ops.boxes import iou
from explorer.ops.nms import _remove, nms

# A row of 10 x 10 boxes, each moved by 4 (IoU 6 / 14 = 0.43 with the next, 2 / 18 = 0.11 beyond).
ROW = torch.tensor([[4.0 * i, 0.0, 4.0 * i + 10.0, 10.0] for i in range(5)])


def test_a_suppressed_box_suppresses_nobody() -> None:
    fate = nms(ROW, torch.tensor([0.9, 0.8, 0.7, 0.6, 0.5]), 0.3)
    assert fate.kept.tolist() == [0, 2, 4]
    assert fate.suppressed_by.tolist() == [-1, 0, -1, 2, -1]
    assert fate.overlap.tolist() == pytest.approx([0, 6 / 14, 0, 6 / 14, 0])
    assert fate.step.tolist() == [0, 0, 1, 1, 2]


def test_the_first_that_could_did_it_not_the_nearest() -> None:
    # Row 2 overlaps row 1 most, but row 0 was chosen before it and is enough.
    boxes = torch.tensor([[0.0, 0.0, 10.0, 10.0], [5.0, 0.0, 15.0, 10.0], [4.0, 0.0, 14.0, 10.0]])
    fate = nms(boxes, torch.tensor([0.9, 0.8, 0.7]), 0.4)
    assert fate.kept.tolist() == [0, 1]
    assert fate.suppressed_by[2] == 0
    assert fate.overlap[2].item() == pytest.approx(6 / 14)


def test_order_is_by_score_not_by_row() -> None:
    fate = nms(ROW, torch.tensor([0.5, 0.6, 0.7, 0.8, 0.9]), 0.3)
    assert fate.kept.tolist() == [4, 2, 0]
    assert fate.suppressed_by.tolist() == [-1, 2, -1, 4, -1]
    assert fate.step.tolist() == [2, 1, 1, 0, 0]


def test_equal_scores_go_by_row() -> None:
    fate = nms(ROW, torch.full((5,), 0.5), 0.3)
    assert fate.kept.tolist() == [0, 2, 4]
    assert fate.suppressed_by.tolist() == [-1, 0, -1, 2, -1]


def test_iou_of_just_the_threshold_is_kept() -> None:
    boxes = torch.tensor([[0.0, 0.0, 2.0, 1.0], [0.0, 0.0, 1.0, 1.0]])  # IoU 0.5, exactly
    scores = torch.tensor([0.9, 0.8])
    assert nms(boxes, scores, 0.5).kept.tolist() == [0, 1]
    assert nms(boxes, scores, 0.4999).suppressed_by.tolist() == [-1, 0]


def test_groups_leave_each_other_alone() -> None:
    boxes = ROW[:1].repeat(4, 1)
    fate = nms(boxes, torch.tensor([0.6, 0.9, 0.8, 0.7]), 0.5, torch.tensor([0, 1, 0, 1]))
    assert fate.kept.tolist() == [1, 2]
    assert fate.suppressed_by.tolist() == [2, -1, -1, 1]
    assert fate.step.tolist() == [1, 0, 1, 0]


def test_groups_stay_apart_below_zero() -> None:
    # Shifted by the largest coordinate, group 1's box at -10 would land on group 0's at 0.
    boxes = torch.tensor([[0.0, 0.0, 9.0, 9.0], [-10.0, -10.0, -1.0, -1.0]])
    fate = nms(boxes, torch.tensor([0.9, 0.8]), 0.5, torch.tensor([0, 1]))
    assert fate.kept.tolist() == [0, 1]


@pytest.mark.parametrize("groups", [None, torch.zeros(0, dtype=torch.long)])
def test_nothing(groups: torch.Tensor | None) -> None:
    fate = nms(torch.zeros(0, 4), torch.zeros(0), 0.5, groups)
    assert [len(x) for x in (fate.kept, fate.suppressed_by, fate.overlap, fate.step)] == [0] * 4


def test_boxes_without_area_are_kept() -> None:
    boxes = torch.tensor([[3.0, 3.0, 3.0, 3.0]] * 2 + [[0.0, 0.0, 10.0, 10.0]])
    fate = nms(boxes, torch.tensor([0.9, 0.8, 0.7]), 0.5)
    assert fate.kept.tolist() == [0, 1, 2]
    assert fate.suppressed_by.tolist() == [-1, -1, -1]


@pytest.mark.parametrize("seed", range(4))
def test_every_fate_agrees_with_the_definition(seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    corner = torch.rand(300, 2, generator=random) * 60
    boxes = torch.cat((corner, corner + 5 + torch.rand(300, 2, generator=random) * 30), 1)
    scores = (torch.rand(300, generator=random) * 20).round() / 20  # many ties
    groups = torch.randint(0, 3, (300,), generator=random)
    fate = nms(boxes, scores, 0.4, groups)
    table = iou(boxes, boxes)
    kept = set(fate.kept.tolist())
    order = sorted(kept, key=lambda row: (-scores[row].item(), row))
    for row in range(300):
        over = [k for k in order if groups[k] == groups[row] and table[k, row] > 0.4 and k != row]
        by = int(fate.suppressed_by[row])
        if row in kept:
            assert by == -1
            assert fate.step[row] == fate.kept.tolist().index(row)
        else:
            assert by == over[0]
            assert fate.overlap[row].item() == pytest.approx(table[by, row].item(), abs=1e-6)
            assert fate.step[row] == fate.step[by]
            assert (scores[by], -by) >= (scores[row], -row), "it was chosen before"


def test_the_loop_is_compiled_before_a_photo_is_measured() -> None:
    assert len(_remove.signatures) == 1
    with pytest.raises(TypeError, match="No matching definition"):  # it compiles for no other types
        _remove(np.zeros((4, 1)), np.array([1]), np.float32(0.5), np.zeros(1, np.uint8))
