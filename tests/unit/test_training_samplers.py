"""The papers' labels and losses, by hand; sparse reading against the dense networks."""

from __future__ import annotations

import math

import pytest
import torch
import torchvision

from explorer.nets.rpn import RpnHead, flatten
from explorer.training.losses import detection_losses, rpn_losses, smooth_l1
from explorer.training.samplers import inside, sample_anchors, sample_rois, svm_labels, thin
from explorer.training.sparse import Table, roi_align, rpn_at

TRUTH = torch.tensor([[0.0, 0, 10, 10]])


def boxes(*rows: tuple[float, float, float, float]) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float32)


def test_anchors_above_and_the_best_are_positive_the_low_negative() -> None:
    # IoU with the truth: 0.8, 0.5, 0.1, 0 -> positive, ignored, negative, negative
    anchors = boxes((0, 0, 10, 8), (0, 0, 10, 5), (0, 0, 10, 1), (20, 20, 30, 30))
    sample = sample_anchors(anchors, TRUTH)
    assert sample.positive.tolist() == [0]
    assert sorted(sample.negative.tolist()) == [2, 3]
    assert sample.truths.tolist() == TRUTH.tolist()


def test_the_best_anchor_of_a_truth_is_positive_however_low() -> None:
    anchors = boxes((0, 0, 10, 4), (0, 0, 10, 1))
    assert sample_anchors(anchors, TRUTH).positive.tolist() == [0]


def test_each_truth_keeps_its_own_best_anchor() -> None:
    truths = boxes((0, 0, 10, 10), (0, 0, 10, 6))
    anchors = boxes((0, 0, 10, 10), (0, 0, 10, 5.9))
    sample = sample_anchors(anchors, truths)
    assert sample.positive.tolist() == [0, 1]
    assert sample.truths.tolist() == truths.tolist()


def test_anchors_across_the_border_play_no_part() -> None:
    anchors = boxes((0, 0, 10, 9), (-1, 0, 9, 10), (20, 20, 30, 30), (25, 25, 35, 30))
    allowed = inside(anchors, (30, 30))
    assert allowed.tolist() == [True, False, True, False]
    sample = sample_anchors(anchors, TRUTH, allowed)
    assert sample.positive.tolist() == [0]
    assert sample.negative.tolist() == [2]


def test_at_most_half_of_the_anchors_are_positive_and_negatives_fill_up() -> None:
    anchors = torch.cat([TRUTH.repeat(30, 1), boxes((50, 50, 60, 60)).repeat(100, 1)])
    sample = sample_anchors(anchors, TRUTH, batch=16)
    assert (len(sample.positive), len(sample.negative)) == (8, 8)
    few = sample_anchors(anchors[29:], TRUTH, batch=16)
    assert (len(few.positive), len(few.negative)) == (1, 15)


def test_a_photo_without_truths_gives_negatives_alone() -> None:
    sample = sample_anchors(boxes((0, 0, 10, 10)).repeat(9, 1), torch.zeros(0, 4), batch=4)
    assert (len(sample.positive), len(sample.negative), len(sample.truths)) == (0, 4, 0)


def test_rois_are_a_quarter_foreground_and_background_from_a_tenth() -> None:
    good = boxes((0, 0, 10, 8)).repeat(40, 1)
    hard = boxes((0, 0, 10, 3)).repeat(40, 1)  # IoU 0.3
    easy = boxes((50, 50, 60, 60)).repeat(40, 1)
    sample = sample_rois(torch.cat([easy, hard, good]), TRUTH, torch.tensor([4]), batch=32)
    assert sample.labels.tolist() == [5] * 8 + [0] * 24
    assert (sample.boxes[8:] == hard[0]).all()
    assert (sample.truths[:8] == TRUTH).all()


def test_easy_background_fills_up_where_hard_is_rare() -> None:
    easy = boxes((50, 50, 60, 60)).repeat(40, 1)
    sample = sample_rois(torch.cat([easy, boxes((0, 0, 10, 3))]), TRUTH, torch.tensor([0]), 16)
    assert sample.labels.tolist() == [1] + [0] * 15  # the truth itself is a region
    assert (sample.boxes == boxes((0, 0, 10, 3))).all(1).sum() == 1


def test_svm_negatives_are_counted_per_class() -> None:
    regions = boxes((0, 0, 10, 10), (0, 0, 10, 3), (50, 50, 60, 60))
    negative = svm_labels(regions, TRUTH, torch.tensor([1]), 3, below=0.3)
    assert negative[:, 0].all() and negative[:, 2].all()
    assert negative[:, 1].tolist() == [False, True, True]


def test_thinning_drops_what_overlaps_an_earlier_one() -> None:
    kept = thin(boxes((0, 0, 10, 10), (0, 0, 10, 8), (0, 0, 10, 6), (30, 30, 40, 40)))
    assert kept.tolist() == [0, 2, 3]
    assert thin(torch.zeros(0, 4)).tolist() == []


def test_smooth_l1_on_both_sides_of_its_turn() -> None:
    assert smooth_l1(torch.tensor([0.5, -2.0, 1.0])).tolist() == [0.125, 1.5, 0.5]


def test_rpn_losses_by_hand() -> None:
    anchors, truths = boxes((0, 0, 10, 10)), boxes((5, 0, 15, 10))  # t = (0.5, 0, 0, 0)
    objectness, box = rpn_losses(
        torch.zeros(1), torch.zeros(3), torch.zeros(1, 4), anchors, truths, photos=1
    )
    assert objectness.item() == pytest.approx(4 * math.log(2) / 256)
    assert box.item() == pytest.approx((0.5 - 0.5 / 9) * 10 / 2400)


def test_detection_losses_by_hand() -> None:
    # Two RoIs, K = 2: one of class 2 (label 2), whose box is off by 2 in x; one background.
    predicted = torch.full((2, 2, 4), 100.0)
    predicted[0, 1] = torch.tensor([2.0, 0, 0, 0])
    scores, box = detection_losses(
        torch.zeros(2, 3), predicted, torch.tensor([2, 0]), torch.zeros(2, 4)
    )
    assert scores.item() == pytest.approx(math.log(3))
    assert box.item() == pytest.approx(1.5 / 2)


def maps() -> list[torch.Tensor]:
    torch.manual_seed(0)
    return [torch.randn(2, 8, 12, 16), torch.randn(2, 8, 6, 8)]


def test_rpn_at_some_anchors_is_the_dense_head_there() -> None:
    levels, head = maps(), RpnHead(8, 3)
    torch.nn.init.normal_(head.conv.weight)
    logits, deltas = flatten(*head(levels))
    photo, rows = torch.randint(0, 2, (60,)), torch.randint(0, logits.shape[1], (60,))
    some, moves = rpn_at(head, Table(levels), photo, rows)
    torch.testing.assert_close(some, logits[photo, rows], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(moves, deltas[photo, rows], rtol=1e-4, atol=1e-5)


def test_rpn_at_no_anchors_has_no_loss_but_a_gradient() -> None:
    """Where all anchors cross the border of a small photo."""
    levels, head, none = maps(), RpnHead(8, 3), torch.zeros(0, dtype=torch.int64)
    logits, deltas = rpn_at(head, Table(levels), none, none)
    assert (logits.shape, deltas.shape) == ((0,), (0, 4))
    (logits.sum() + deltas.sum()).backward()
    assert head.conv.weight.grad is not None and not head.conv.weight.grad.any()


def test_sparse_roi_align_is_torchvisions_with_its_gradient() -> None:
    levels = [x.requires_grad_() for x in maps()]
    corner, size = torch.rand(40, 2) * 60 - 6, torch.rand(40, 2) * 40
    rois, photo = torch.cat([corner, corner + size], 1), torch.randint(0, 2, (40,))
    level, scales = torch.randint(0, 2, (40,)), torch.tensor([0.25, 0.125])
    ours = roi_align(Table(levels), rois, photo, level, scales)
    theirs = torch.zeros_like(ours)
    for k in (0, 1):
        rows = level == k
        placed = torch.cat([photo[rows, None].float(), rois[rows]], 1)
        theirs[rows] = torchvision.ops.roi_align(levels[k], placed, 7, float(scales[k]), 2)
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)
    weight = torch.randn_like(ours)
    for a, b in zip(
        torch.autograd.grad((ours * weight).sum(), levels),
        torch.autograd.grad((theirs * weight).sum(), levels), strict=True,
    ):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)
