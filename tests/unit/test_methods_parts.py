"""Parts that can be exchanged: what each one does, against numbers worked out another way."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import Tensor

from explorer.methods.catalog import stages
from explorer.methods.pooled import pooled
from explorer.nets.fpn import top_down
from explorer.ops.bins import rounded_cells
from explorer.ops.pooling import only_levels, roi_align, roi_cells, roi_pool
from explorer.trace.base import Stage
from explorer.trace.stages import (
    DetectionsStage,
    FeaturesStage,
    LevelStage,
    PoolingStage,
    RefinementStage,
    RpnStage,
    ScoresStage,
    Trace,
    WarpStage,
)
from tests.unit.small_nets import (
    small_loaded,
    small_net,
    small_photo,
    small_regions,
    small_settings,
    small_trace,
)


def varied(method: str, **changed: object) -> Trace:
    return small_trace(method, settings=small_settings(method, **changed))


def scores_of(trace: Trace) -> np.ndarray:
    stage = trace.stage("scores")
    assert isinstance(stage, ScoresStage)
    return np.asarray(stage.values)


def rpn_of(trace: Trace) -> RpnStage:
    stage = trace.stage("regions")
    assert isinstance(stage, RpnStage)
    return stage


def head_says(method: str, trace: Trace, row: int) -> np.ndarray:
    """A row's scores from what `pooled` reads in the trace, through the head by hand."""
    net = small_net(method)
    with torch.no_grad():
        features = torch.from_numpy(pooled(trace, row)[None])
        if method == "sppnet":
            values: Tensor = net.svm(net.head.features(features))
        else:
            values = net.head(features).softmax(-1)
    return values[0].numpy()


# --- all -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ("rcnn", "fpn"))
def test_without_regression_boxes_stay(method: str) -> None:
    trace = varied(method, regression=False)
    stage, found = trace.stage("refinement"), trace.stage("detections")
    assert isinstance(stage, RefinementStage) and isinstance(found, DetectionsStage)
    np.testing.assert_array_equal(stage.before, stage.after)
    regions = np.asarray(trace.stage("regions").boxes)  # type: ignore[union-attr]
    for row, box in enumerate(found.boxes):
        assert np.abs(regions[trace.lineage("detections", row)[-1][1]] - box).max() < 1e-3


# --- R-CNN ---------------------------------------------------------------------------------------


def test_without_context_a_crop_is_the_region() -> None:
    trace = varied("rcnn", padding=0)
    stage = trace.stage("assignment")
    assert isinstance(stage, WarpStage)
    np.testing.assert_array_equal(stage.context, small_regions(small_photo()).boxes)


# --- SPPNet --------------------------------------------------------------------------------------


def test_bins_of_levels_that_take_no_part_are_zero() -> None:
    values = torch.arange(1.0, 11).view(1, 2, 5)  # levels 2 x 2 and 1 x 1
    kept = only_levels(values, (2, 1), (1,))
    assert kept.tolist() == [[[0, 0, 0, 0, 5], [0, 0, 0, 0, 10]]]
    assert only_levels(values, (2, 1), (1, 2)) is values
    with pytest.raises(ValueError, match="no level 3"):
        only_levels(values, (2, 1), (3,))


def test_the_head_sees_zeros_of_a_level_that_takes_no_part() -> None:
    trace = varied("sppnet", levels=(3, 1))
    row = 7
    again = pooled(trace, row)
    assert not again[:, :36].any() and not again[:, 45:49].any()
    assert again[:, 36:45].any() and again[:, 49].any()
    np.testing.assert_allclose(head_says("sppnet", trace, row), scores_of(trace)[row], atol=0.02)
    assert not np.allclose(scores_of(trace), scores_of(small_trace("sppnet")), atol=0.1)


# --- RoI pooling or RoIAlign ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "pooling"),
    [("fast_rcnn", "roi_align"), ("faster_rcnn", "roi_align"), ("fpn", "roi_pool")],
)
def test_the_other_pooling_reads_the_same_boxes_of_the_same_maps(method: str, pooling: str) -> None:
    trace = varied(method, pooling=pooling)
    features, stage = trace.stage("features"), trace.stage("pooling")
    level, regions = trace.stage("assignment"), trace.stage("regions")
    assert isinstance(features, FeaturesStage) and isinstance(stage, PoolingStage)
    assert stage.kind == pooling and stage.sampling == (2 if pooling == "roi_align" else 0)
    for row in (0, 5, 11):
        name = f"P{level.level[row]}" if isinstance(level, LevelStage) else "C5"
        chosen = next(each for each in features.maps if each.name == name)
        stride = torch.tensor([chosen.stride_x, chosen.stride_y] * 2)
        box = torch.tensor(regions.boxes[row : row + 1]) / stride  # type: ignore[union-attr]
        values = torch.tensor(np.asarray(chosen.values, np.float32))[None]
        pool = roi_align if pooling == "roi_align" else roi_pool
        expected = pool(values, box, 1.0)[0].flatten(1).numpy()
        np.testing.assert_allclose(pooled(trace, row), expected, atol=2e-3, rtol=2e-3)
        np.testing.assert_allclose(head_says(method, trace, row), scores_of(trace)[row], atol=0.02)


def test_one_box_is_rounded_as_all_are() -> None:
    boxes = torch.tensor([[7.9, 8.0, 40.1, 23.9], [24, 24.1, 24.5, 24.2], [0, 0, 3, 3]])
    exact, cells = roi_cells(boxes, 1 / 16)
    for one, expected in zip(exact, cells, strict=True):
        assert rounded_cells(one.numpy()).tolist() == expected.tolist()


# --- Fast R-CNN's truncated SVD ------------------------------------------------------------------


def test_all_singular_values_give_the_same_scores() -> None:
    full, kept = small_trace("fast_rcnn"), varied("fast_rcnn", svd_fc6=24, svd_fc7=24)
    np.testing.assert_allclose(scores_of(kept), scores_of(full), atol=1e-4)
    cut = varied("fast_rcnn", svd_fc6=4)
    stage = cut.stage("scores")
    assert isinstance(stage, ScoresStage)
    assert [(one.name, one.t, one.weights) for one in stage.layers] == [
        ("fc6", 4, 4 * (256 * 49 + 24)), ("fc7", 0, 24 * 24),
    ]  # fmt: skip
    assert np.abs(scores_of(cut) - scores_of(full)).max() > 0.01
    before = full.stage("scores")
    assert before is not None
    saved = 30 * (24 * 256 * 49 - 4 * (256 * 49 + 24))  # of 30 regions
    assert before.multiply_adds - stage.multiply_adds == saved


# --- the RPN's proposals -------------------------------------------------------------------------


@pytest.mark.parametrize("method", ("faster_rcnn", "fpn"))
def test_without_refinement_proposals_are_anchors(method: str) -> None:
    rpn = rpn_of(varied(method, rpn_refinement=False))
    limit = np.array(small_photo().shape[1::-1] * 2)
    np.testing.assert_allclose(rpn.boxes, rpn.anchors[rpn.anchor].clip(0, limit), atol=1e-3)
    assert len(rpn.boxes) > 5


@pytest.mark.parametrize("used", ((32.0,), (16.0, 64.0), (16.0, 32.0, 64.0)))
def test_only_anchors_of_the_chosen_sizes_become_proposals(used: tuple[float, ...]) -> None:
    rpn = rpn_of(varied("faster_rcnn", sizes_used=used))
    sizes = np.array(rpn.levels[0].sizes)[rpn.top % 9]
    assert set(sizes.tolist()) == set(used)
    every = rpn_of(small_trace("faster_rcnn"))
    np.testing.assert_array_equal(rpn.objectness, every.objectness)
    if len(used) == 3:
        np.testing.assert_array_equal(rpn.boxes, every.boxes)


def test_a_size_without_anchors_is_refused() -> None:
    with pytest.raises(ValueError, match="no anchors of 100: choose among 16, 32, 64"):
        varied("faster_rcnn", sizes_used=(100.0,))


# --- FPN -----------------------------------------------------------------------------------------


def test_sums_without_a_part_by_hand() -> None:
    fine, coarse = torch.tensor([[[[1.0, 2], [3, 4]]]]), torch.tensor([[[[10.0]]]])
    laterals = OrderedDict(L2=fine, L3=coarse)
    wanted = {
        (True, True): [[11, 12], [13, 14]], (False, True): [[1, 2], [3, 4]],
        (True, False): [[10, 10], [10, 10]], (False, False): [[0, 0], [0, 0]],
    }
    for (pathway, connected), values in wanted.items():
        merged = top_down(laterals, pathway, connected)
        assert merged["M2"][0, 0].tolist() == values
        assert merged["M3"] is coarse


def test_maps_without_the_top_down_pathway() -> None:
    features = varied("fpn", top_down=False).stage("features")
    assert isinstance(features, FeaturesStage)
    named = {each.name: each.values for each in features.maps}
    for level in (2, 3, 4, 5):
        np.testing.assert_array_equal(named[f"M{level}"], named[f"L{level}"])


@pytest.mark.parametrize("level", (2, 4))
def test_all_regions_from_one_level(level: int) -> None:
    trace = varied("fpn", only_level=level)
    stage = trace.stage("assignment")
    assert isinstance(stage, LevelStage)
    assert set(stage.level.tolist()) == {level}
    np.testing.assert_allclose(head_says("fpn", trace, 3), scores_of(trace)[3], atol=0.02)


def test_the_canonical_size_moves_the_level() -> None:
    one, other = small_trace("fpn").stage("assignment"), varied("fpn", canonical=42.0)
    assert isinstance(one, LevelStage)
    moved = other.stage("assignment")
    assert isinstance(moved, LevelStage)
    np.testing.assert_allclose(moved.raw, one.raw + 1, atol=1e-4)


# --- regions of another method -------------------------------------------------------------------


@pytest.mark.parametrize("method", ("rcnn", "sppnet", "fast_rcnn", "fpn"))
def test_the_rpns_proposals_under_another_head(method: str) -> None:
    regions = rpn_of(small_trace("faster_rcnn"))
    trace = small_trace(method, regions=regions)
    assert trace.stage("regions") is regions
    assert len(scores_of(trace)) == len(regions.boxes)
    found = trace.stage("detections")
    assert isinstance(found, DetectionsStage)
    for row in range(len(found.boxes)):
        assert trace.lineage("detections", row)[-1][0] == "regions"


# --- what does not change ------------------------------------------------------------------------


def test_the_full_layers_are_never_factored(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default pays nothing for what it does not use."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the default worked out an SVD")

    monkeypatch.setattr(torch.linalg, "svd", refuse)
    loaded = small_loaded("fast_rcnn")
    steps = stages(small_photo(), "fast_rcnn", loaded, small_regions(small_photo(), 3))
    assert len([step for step in steps if isinstance(step, Stage)]) == 9
