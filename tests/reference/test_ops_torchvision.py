"""Our box operations beside torchvision's: the same numbers, over many seeds and odd cases."""

from __future__ import annotations

import pytest
import torch
import torchvision
from torch import Tensor
from torchvision.models.detection._utils import BoxCoder, Matcher
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList
from torchvision.ops.poolers import LevelMapper

from explorer.ops.anchors import anchors_at, grid, pyramid
from explorer.ops.boxes import clip, decode, encode, iou
from explorer.ops.levels import level_of
from explorer.ops.matching import IGNORED, NEGATIVE, POSITIVE, label_by_iou
from explorer.ops.nms import nms


def some_boxes(n: int, random: torch.Generator, crowd: float = 100.0) -> Tensor:
    corner = torch.rand(n, 2, generator=random) * crowd
    return torch.cat((corner, corner + 1 + torch.rand(n, 2, generator=random) * 60), 1)


@pytest.mark.parametrize("seed", range(3))
def test_boxes(seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    a, b = some_boxes(80, random), some_boxes(80, random)
    assert torch.equal(iou(a, b), torchvision.ops.box_iou(a, b))
    assert torch.equal(clip(a, (50, 70)), torchvision.ops.clip_boxes_to_image(a, (50, 70)))
    coder = BoxCoder((1.0, 1.0, 1.0, 1.0))
    deltas = encode(a, b)
    assert torch.allclose(deltas, coder.encode_single(b, a), atol=1e-6)
    wild = torch.randn(80, 4, generator=random) * 3
    assert torch.allclose(decode(wild, a), coder.decode_single(wild, a), rtol=1e-6, atol=1e-3)


THRESHOLDS = (0.0, 0.3, 0.5, 0.7, 1.0)


def suppression_holds(boxes: Tensor, threshold: float, groups: Tensor | None) -> None:
    """Our NMS keeps torchvision's rows, in its order, and explains all the others."""
    scores = boxes.new_tensor([(7 * i) % 11 / 11 for i in range(len(boxes))])  # with ties
    fate = nms(boxes, scores, threshold, groups)
    if groups is None:
        expected = torchvision.ops.nms(boxes, scores, threshold)
    else:
        expected = torchvision.ops.batched_nms(boxes, scores, groups, threshold)
    assert torch.equal(fate.kept, expected)
    removed = fate.suppressed_by >= 0
    assert int(removed.sum()) == len(boxes) - len(expected)
    assert not removed[expected].any()
    assert torch.isin(fate.suppressed_by[removed], expected).all()
    # batched_nms shifts groups and so rounds: at most this much at these coordinates.
    overlap = fate.overlap[removed].double()  # as torchvision compares it
    assert (overlap > threshold - (0 if groups is None else 1e-4)).all()
    if groups is not None:
        assert torch.equal(groups[fate.suppressed_by[removed]], groups[removed])


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("grouped", [False, True])
def test_nms_over_seeds(seed: int, grouped: bool) -> None:
    random = torch.Generator().manual_seed(seed)
    n = int(torch.randint(0, 250, (1,), generator=random))
    boxes = some_boxes(n, random, crowd=80)
    if seed % 3 == 0:
        boxes = boxes.round()  # exact ties of IoU, equal boxes, boxes that only touch
    if seed % 4 == 0 and n > 20:
        boxes[:5, 2:] = boxes[:5, :2]  # no area
        boxes[5:10] = boxes[10:15]
        boxes[15:18, 2] = boxes[15:18, 0]  # no width
    groups = torch.randint(0, 5, (n,), generator=random) if grouped else None
    suppression_holds(boxes, THRESHOLDS[seed % len(THRESHOLDS)], groups)


@pytest.mark.parametrize("n", [999, 1000, 1001, 1600])
def test_nms_on_both_sides_of_torchvisions_switch(n: int) -> None:
    # Above 1,000 boxes on the CPU batched_nms goes group by group instead of shifting groups.
    random = torch.Generator().manual_seed(n)
    boxes = some_boxes(n, random, crowd=300)
    suppression_holds(boxes, 0.5, torch.randint(0, 4, (n,), generator=random))


def test_nms_of_many_candidates() -> None:
    random = torch.Generator().manual_seed(6)
    suppression_holds(some_boxes(6000, random, crowd=500), 0.7, None)


@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("grouped", [False, True])
def test_nms_of_many_boxes_at_just_the_threshold(grouped: bool, threshold: float) -> None:
    random = torch.Generator().manual_seed(9)
    boxes = some_boxes(1500, random, crowd=200).round() - 30  # also below 0; exact ties of IoU
    boxes[:20, 2] = boxes[:20, 0]  # no width
    groups = torch.randint(0, 6, (1500,), generator=random) if grouped else None
    suppression_holds(boxes, threshold, groups)


def test_single_map_anchors() -> None:
    sizes, ratios = (48, 96, 192), (0.5, 1.0, 2.0)
    theirs = AnchorGenerator((sizes,), (ratios,))
    images = ImageList(torch.zeros(1, 3, 288, 384), [(288, 384)])
    expected = theirs(images, [torch.zeros(1, 8, 18, 24)])[0]
    assert torch.equal(grid(anchors_at(sizes, ratios), 18, 24, 16, 16), expected)


def test_pyramid_anchors() -> None:
    sizes = tuple((s,) for s in (12, 24, 48, 96, 192))
    ratios = (0.5, 1.0, 2.0)
    shapes = [(72, 96), (36, 48), (18, 24), (9, 12), (5, 6)]
    images = ImageList(torch.zeros(1, 3, 288, 384), [(288, 384)])
    maps = [torch.zeros(1, 8, *shape) for shape in shapes]
    expected = AnchorGenerator(sizes, (ratios,) * 5)(images, maps)[0]
    strides = [(384 // w, 288 // h) for h, w in shapes]
    assert torch.equal(torch.cat(pyramid(sizes, ratios, shapes, strides)), expected)


@pytest.mark.parametrize("seed", range(3))
def test_levels(seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    sides = torch.exp(torch.rand(2000, 2, generator=random) * 7)
    powers = 224.0 * 2.0 ** torch.arange(-3, 4)
    sides = torch.cat((sides, torch.stack((powers, powers), 1), torch.zeros(1, 2)))
    boxes = torch.cat((torch.zeros_like(sides), sides), 1)
    assert torch.equal(level_of(boxes, 4, 224, 2, 5)[1] - 2, LevelMapper(2, 5)([boxes]))


@pytest.mark.parametrize("best", [False, True])
def test_labels(best: bool) -> None:
    random = torch.Generator().manual_seed(3)
    boxes, truths = some_boxes(400, random), some_boxes(6, random)
    matches = Matcher(0.7, 0.3, allow_low_quality_matches=best)(iou(truths, boxes))
    labels = label_by_iou(boxes, truths, 0.7, (0.0, 0.3), best)
    assert torch.equal(labels.kind == POSITIVE, matches >= 0)
    assert torch.equal(labels.kind == NEGATIVE, matches == Matcher.BELOW_LOW_THRESHOLD)
    assert torch.equal(labels.kind == IGNORED, matches == Matcher.BETWEEN_THRESHOLDS)
    assert torch.equal(labels.truth[matches >= 0], matches[matches >= 0])
