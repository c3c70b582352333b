"""The steps that are each paper's own, against numbers worked out by hand or another way."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from explorer.methods import fpn, rcnn, sppnet
from explorer.methods.catalog import stages
from explorer.methods.inputs import network_input
from explorer.methods.pooled import pooled
from explorer.methods.warp import MEAN_COLOUR, Warper, context_boxes
from explorer.nets.fpn import FeaturePyramid
from explorer.ops.pooling import roi_align, roi_pool
from explorer.trace.base import Progress
from explorer.trace.stages import (
    FeaturesStage,
    ImageStage,
    LevelStage,
    PoolingStage,
    RefinementStage,
    RpnStage,
    ScoresStage,
    WarpStage,
    WindowStage,
)
from tests.unit.small_nets import (
    CLASSES,
    small_loaded,
    small_net,
    small_photo,
    small_regions,
    small_settings,
    small_trace,
)

# --- R-CNN ---------------------------------------------------------------------------------------


def test_context_fills_p_pixels_of_the_crop() -> None:
    """Paper: 227 pixels, p = 16, so a box of 195 x 390 gets 16 and 32 pixels of context."""
    box = np.array([[100, 200, 295, 590]], np.float32)
    np.testing.assert_allclose(context_boxes(box, 227, 16), [[84, 168, 311, 622]], atol=1e-4)


def test_warp_of_the_whole_photo_is_the_photo() -> None:
    photo = small_photo(40, 40)
    crop = Warper(photo).crop(np.array([0, 0, 40, 40]), 40)
    np.testing.assert_array_equal(crop, photo)


def test_warp_cuts_out_and_enlarges() -> None:
    """A part of whole pixels, twice as wide and three times as high, ignoring its shape."""
    photo = np.zeros((20, 30, 3), np.uint8)
    photo[5:9, 10:16] = (200, 100, 50)
    crop = Warper(photo).crop(np.array([10, 5, 16, 9]), 12)
    np.testing.assert_array_equal(crop[3:-3, 2:-2], np.full((6, 8, 3), (200, 100, 50)))


def test_warp_is_the_mean_colour_outside_the_photo() -> None:
    photo = np.full((20, 20, 3), 255, np.uint8)
    crop = Warper(photo).crop(np.array([-20, 0, 20, 20]), 40)
    np.testing.assert_array_equal(crop[:, :20], np.broadcast_to(MEAN_COLOUR, (40, 20, 3)))
    np.testing.assert_array_equal(crop[:, 20:], np.full((40, 20, 3), 255))


def test_warp_averages_what_it_makes_small() -> None:
    """Every second column white: read at full size, a crop could be all black."""
    photo = np.zeros((256, 256, 3), np.uint8)
    photo[:, ::2] = 255
    crop = Warper(photo).crop(np.array([0, 0, 256, 256]), 32)
    assert np.all(np.abs(crop.astype(int) - 127) <= 2)


def test_crops_lie_in_their_context() -> None:
    """p pixels of the crop surround the box, also where it is not square."""
    settings = small_settings("rcnn")
    assert isinstance(settings, rcnn.Settings)
    photo = np.zeros((200, 200, 3), np.uint8)
    photo[60:100, 40:150] = 255
    context = context_boxes(np.array([[40, 60, 150, 100]]), settings.crop, settings.padding)
    crop = Warper(photo).crop(context[0], settings.crop)
    inner, p = slice(settings.padding + 1, -settings.padding - 1), settings.padding - 1
    assert crop[inner, inner].min() == 255
    for border in (crop[:p], crop[-p:], crop[:, :p], crop[:, -p:]):
        assert border.max() == 0


def test_rcnn_can_stop_between_batches() -> None:
    photo = small_photo()
    steps = stages(photo, "rcnn", small_loaded("rcnn"), small_regions(photo, 30))
    seen = [step for step in steps if isinstance(step, Progress)]
    assert [(step.done, step.total) for step in seen] == [(0, 30), (16, 30)]
    assert {step.stage for step in seen} == {"features"}


def test_batches_do_not_change_what_rcnn_sees() -> None:
    one = small_trace("rcnn", settings=small_settings("rcnn", batch=7)).stage("scores")
    other = small_trace("rcnn", settings=small_settings("rcnn", batch=30)).stage("scores")
    assert isinstance(one, ScoresStage)
    assert isinstance(other, ScoresStage)
    np.testing.assert_allclose(one.values, other.values, atol=1e-4)


def test_rcnn_scores_are_those_of_its_crops() -> None:
    """The recorded crops, through the network by hand, give the recorded margins."""
    trace = small_trace("rcnn")
    warp, scores = trace.stage("assignment"), trace.stage("scores")
    assert isinstance(warp, WarpStage)
    assert isinstance(scores, ScoresStage)
    net = small_net("rcnn")
    assert isinstance(net, rcnn.Net)
    with torch.no_grad():
        crops = rcnn.normalised(np.array(warp.crops), torch.device("cpu"))
        margins = net.svm(net.head.features(net.pool5(crops)))
    np.testing.assert_allclose(scores.values, margins.numpy(), atol=1e-4)


# --- SPPNet --------------------------------------------------------------------------------------


def test_windows_are_read_at_the_scale_nearest_to_their_size() -> None:
    """Boxes of 84, 42, 21 and 2 photo pixels, networks at 1, 2 and 4 times the photo's size."""
    device = torch.device("cpu")
    photo = small_photo(100, 100)
    inputs = [network_input(photo, short, 400, device) for short in (100, 200, 400)]
    boxes = torch.tensor([[0, 0, 84, 84], [0, 0, 42, 42], [0, 0, 21, 21], [0, 0, 2, 2]]).float()
    assert sppnet.nearest_scale(boxes, inputs, 84.0).tolist() == [0, 1, 2, 2]


def test_sppnet_uses_several_maps() -> None:
    trace = small_trace("sppnet")
    features, window = trace.stage("features"), trace.stage("assignment")
    assert isinstance(features, FeaturesStage)
    assert isinstance(window, WindowStage)
    assert [each.scale for each in features.maps] == [0, 1]
    assert set(window.scale.tolist()) == {0, 1}
    for row, scale in enumerate(window.scale):
        _, height, width = features.maps[scale].values.shape
        x1, y1, x2, y2 = window.cells[row]
        assert 0 <= x1 <= x2 < width
        assert 0 <= y1 <= y2 < height


def test_sppnets_maps_are_named_after_the_sizes_that_were_run() -> None:
    photo = small_photo(72, 288)  # four times as wide as high
    for long, names in (
        (400, ["C5 at 80 px", "C5 at 100 px"]),
        (320, ["C5 at 80 px, scale 1", "C5 at 80 px, scale 2"]),
    ):
        settings = small_settings("sppnet", scales=(80, 112), long=long)
        trace = small_trace("sppnet", photo=photo, settings=settings)
        image, features = trace.stage("image"), trace.stage("features")
        assert isinstance(image, ImageStage) and isinstance(features, FeaturesStage)
        assert [each.name for each in features.maps] == names
        assert [f"C5 at {each.height} px" for each in image.inputs] == [
            name.partition(",")[0] for name in names
        ]


# --- pooled features, read again -----------------------------------------------------------------


@pytest.mark.parametrize("method", ("rcnn", "sppnet", "fast_rcnn", "faster_rcnn", "fpn"))
def test_pooled_features_lead_to_the_recorded_scores(method: str) -> None:
    """What `pooled` reads from the trace alone gives, through the head, the row's scores."""
    trace, net = small_trace(method), small_net(method)
    stage, scores = trace.stage("pooling"), trace.stage("scores")
    assert isinstance(stage, PoolingStage)
    assert isinstance(scores, ScoresStage)
    rows = (0, 7, len(stage.source) - 1)
    again = np.stack([pooled(trace, row) for row in rows])
    bins = sum(side * side for side in stage.bins)
    assert again.shape == (3, stage.channels, bins)
    with torch.no_grad():
        features = torch.from_numpy(again)
        if scores.kind == "svm":
            values = net.svm(net.head.features(features))
        else:
            values = net.head(features).softmax(-1)
    np.testing.assert_allclose(values.numpy(), scores.values[list(rows)], atol=0.02)


def test_pooled_refuses_rows_there_are_not() -> None:
    trace = small_trace("fast_rcnn")
    with pytest.raises(IndexError, match="no row 30"):
        pooled(trace, 30)


def test_pooled_equals_torchvisions_pooling() -> None:
    for method in ("faster_rcnn", "fpn"):
        trace = small_trace(method)
        features, regions = trace.stage("features"), trace.stage("regions")
        level = trace.stage("assignment")
        assert isinstance(features, FeaturesStage)
        assert isinstance(regions, RpnStage)
        for row in range(0, len(regions.boxes), 5):
            name = f"P{level.level[row]}" if isinstance(level, LevelStage) else "C5"
            chosen = next(each for each in features.maps if each.name == name)
            stride = torch.tensor([chosen.stride_x, chosen.stride_y] * 2)
            box = torch.tensor(regions.boxes[row : row + 1]) / stride
            values = torch.tensor(np.asarray(chosen.values, np.float32))[None]
            if method == "fpn":
                expected = roi_align(values, box, 1.0)
            else:
                expected = roi_pool(values, box, 1.0)
            np.testing.assert_allclose(
                pooled(trace, row), expected[0].flatten(1).numpy(), atol=2e-3, rtol=2e-3
            )


# --- Faster R-CNN and FPN ------------------------------------------------------------------------


def test_nine_anchors_a_cell() -> None:
    trace = small_trace("faster_rcnn")
    rpn, features = trace.stage("regions"), trace.stage("features")
    assert isinstance(rpn, RpnStage)
    assert isinstance(features, FeaturesStage)
    _, height, width = features.maps[0].values.shape
    assert len(rpn.anchors) == 9 * height * width
    assert len(set(zip(rpn.levels[0].sizes, rpn.levels[0].ratios, strict=True))) == 9


def test_fifteen_anchors_over_the_pyramid() -> None:
    rpn = small_trace("fpn").stage("regions")
    assert isinstance(rpn, RpnStage)
    assert [level.name for level in rpn.levels] == ["P2", "P3", "P4", "P5", "P6"]
    assert sum(len(level.sizes) for level in rpn.levels) == 15
    strides = np.array([level.stride_x for level in rpn.levels])
    np.testing.assert_allclose(strides / strides[0], [1, 2, 4, 8, 16])


def test_the_regions_of_another_method_under_a_head() -> None:
    """FPN's head on searched regions: same rows, FPN's own levels."""
    photo = small_photo()
    regions = small_regions(photo, 12)
    trace = small_trace("fpn", photo, regions=regions)
    assert trace.stage("regions") is regions
    level = trace.stage("assignment")
    assert isinstance(level, LevelStage)
    assert len(level.level) == 12


def test_the_pyramid_adds_what_is_above() -> None:
    """Merged = lateral + the coarser sum enlarged, also where sides are odd."""
    torch.manual_seed(0)
    pyramid = FeaturePyramid((3, 4, 5), 6)
    sizes = {"C2": (13, 18), "C3": (7, 9), "C4": (4, 5)}
    maps = {
        name: torch.randn(1, channels, *size)
        for (name, size), channels in zip(sizes.items(), (3, 4, 5), strict=True)
    }
    result = pyramid(maps)
    assert list(result.maps) == ["P2", "P3", "P4", "P5"]
    np.testing.assert_array_equal(result.merged["M4"].detach(), result.laterals["L4"].detach())
    down = F.interpolate(result.merged["M3"], size=(13, 18), mode="nearest")
    torch.testing.assert_close(result.merged["M2"], result.laterals["L2"] + down)
    assert result.maps["P4"].shape == (1, 6, 4, 5)
    torch.testing.assert_close(result.maps["P5"], result.maps["P4"][:, :, ::2, ::2])


def test_fpn_records_every_map() -> None:
    features = small_trace("fpn").stage("features")
    assert isinstance(features, FeaturesStage)
    named = {each.name: each for each in features.maps}
    assert [*named] == [f"{letter}{level}" for letter in "CLMP" for level in (2, 3, 4, 5)] + ["P6"]
    roles = {letter: {named[name].role for name in named if name[0] == letter} for letter in "CLMP"}
    assert roles == {"C": {"bottom-up"}, "L": {"lateral"}, "M": {"merged"}, "P": {"map"}}
    for each in features.maps:
        assert each.values.dtype == np.float16
    lateral = np.asarray(named["L3"].values, np.float32)
    above = np.asarray(named["M4"].values, np.float32).repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_allclose(named["M3"].values, lateral + above, atol=0.02, rtol=0.01)


# --- boxes ---------------------------------------------------------------------------------------


def test_normalised_targets_are_turned_back() -> None:
    """A head that says 1 for t_x of every class moves boxes by mean + std of their width."""
    net = fpn.Net(len(CLASSES), width=8).eval()
    torch.nn.init.zeros_(net.head.box.weight)
    with torch.no_grad():
        net.head.box.bias.copy_(torch.tensor([1.0, 0, 0, 0]).repeat(len(CLASSES)))
        net.head.mean.copy_(torch.tensor([0.03, 0, 0, 0]))
        net.head.std.copy_(torch.tensor([0.1, 0.1, 0.2, 0.2]))
    stage = small_trace("fpn", net=net).stage("refinement")
    assert isinstance(stage, RefinementStage)
    assert len(stage.deltas) > 0
    np.testing.assert_allclose(stage.deltas, [[0.13, 0, 0, 0]] * len(stage.deltas), atol=1e-6)
    width = stage.before[:, 2] - stage.before[:, 0]
    inside = stage.after[:, 2] < small_photo().shape[1]
    moved = stage.after[inside] - stage.before[inside]
    np.testing.assert_allclose(moved[:, 0], 0.13 * width[inside], atol=1e-3)
    np.testing.assert_allclose(moved[:, 1], 0, atol=1e-3)
