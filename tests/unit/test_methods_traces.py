"""What holds for every trace of every method."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TypeVar

import numpy as np
import pytest

from explorer.methods.modules import MODULES
from explorer.ops.bins import overlap
from explorer.trace.base import Floats, Ints, NmsRecord, Progress, Stage
from explorer.trace.stages import (
    DetectionsStage,
    ImageStage,
    NmsStage,
    PoolingStage,
    RefinementStage,
    RpnStage,
    ScoresStage,
    Trace,
    rows,
)
from tests.unit.small_nets import (
    CLASSES,
    SEARCHING,
    small_loaded,
    small_photo,
    small_regions,
    small_settings,
    small_trace,
)

S = TypeVar("S", bound=Stage)
METHODS = tuple(name for name, _ in MODULES)
ORDER = {
    "rcnn": "image regions assignment features pooling scores nms refinement detections",
    "sppnet": "image regions features assignment pooling scores nms refinement detections",
    "fast_rcnn": "image regions features assignment pooling scores refinement nms detections",
    "faster_rcnn": "image features regions assignment pooling scores refinement nms detections",
    "fpn": "image features regions assignment pooling scores refinement nms detections",
}
EDGES = {"1 x 1": (1, 1), "flat": (3, 500), "tall": (500, 3)}


@pytest.fixture(scope="module", params=METHODS)
def trace(request: pytest.FixtureRequest) -> Trace:
    return small_trace(request.param)


def need(trace: Trace, name: str, kind: type[S]) -> S:
    stage = trace.stage(name)
    assert isinstance(stage, kind)
    return stage


def boxes_of(trace: Trace, name: str) -> Floats:
    boxes: Floats = trace.stage(name).boxes  # type: ignore[union-attr]
    return boxes


def arrays(value: object) -> Iterator[np.ndarray]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from arrays(each)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from arrays(getattr(value, field.name))


def check_nms(record: NmsRecord, boxes: Floats, scores: Floats, groups: Ints) -> None:
    """The record is what greedy NMS does: every fate has its reason."""
    kept, by = record.kept, record.suppressed_by
    assert np.all(np.diff(scores[kept]) <= 0)
    np.testing.assert_array_equal(np.sort(kept), np.flatnonzero(by < 0))
    np.testing.assert_array_equal(record.step[kept], np.arange(len(kept)))
    assert not record.overlap[kept].any()
    table = overlap(boxes, boxes)
    same = groups[:, None] == groups[None]
    among = np.triu(table[np.ix_(kept, kept)] * same[np.ix_(kept, kept)], 1)
    assert np.all(among <= record.threshold + 1e-4)
    gone = np.flatnonzero(by >= 0)
    assert np.all(np.isin(by[gone], kept))
    np.testing.assert_array_equal(groups[gone], groups[by[gone]])
    assert np.all(scores[gone] <= scores[by[gone]])
    np.testing.assert_allclose(record.overlap[gone], table[gone, by[gone]], atol=1e-3)
    assert np.all(record.overlap[gone] > record.threshold - 1e-4)
    np.testing.assert_array_equal(record.step[gone], record.step[by[gone]])


def test_stages_stand_in_the_papers_order(trace: Trace) -> None:
    assert [stage.name for stage in trace.stages] == ORDER[trace.method].split()
    for stage in trace.stages:
        assert stage.device in ("cpu", "cpu · float32")
        assert stage.ms >= 0


def test_every_row_points_to_a_row(trace: Trace) -> None:
    before: dict[str, Stage] = {}
    for stage in trace.stages:
        if stage.source_stage is not None:
            assert stage.source_stage in before
            count = rows(before[stage.source_stage])
            assert np.all((stage.source >= 0) & (stage.source < count))
            assert len(np.unique(stage.source)) == len(stage.source) or stage.name in (
                "refinement", "nms"
            )  # fmt: skip
        before[stage.name] = stage


def test_every_detection_was_born_a_region(trace: Trace) -> None:
    detections = need(trace, "detections", DetectionsStage)
    assert len(detections.boxes) >= 3
    scores = need(trace, "scores", ScoresStage)
    for row in range(len(detections.boxes)):
        line = dict(trace.lineage("detections", row))
        assert next(iter(line)) == "detections"
        assert trace.lineage("detections", row)[-1][0] == "regions"
        assert {"scores", "pooling", "assignment", "nms", "refinement"} < set(line)
        # The numbers along the way are one pair's.
        score = scores.values[line["scores"], detections.labels[row] + scores.first]
        assert score == detections.scores[row]
        refinement = need(trace, "refinement", RefinementStage)
        np.testing.assert_array_equal(
            refinement.after[line["refinement"]], detections.boxes[row]
        )
        np.testing.assert_allclose(
            refinement.before[line["refinement"]], boxes_of(trace, "regions")[line["regions"]],
            atol=1e-3,
        )


def test_scores_and_thresholds(trace: Trace) -> None:
    detections, nms = need(trace, "detections", DetectionsStage), need(trace, "nms", NmsStage)
    scores = need(trace, "scores", ScoresStage)
    assert np.all(np.diff(detections.scores) <= 0)
    assert np.all(detections.scores > detections.threshold)
    assert np.all(nms.scores > nms.score_threshold)
    assert (scores.values[:, scores.first :] > nms.score_threshold).sum() == len(nms.boxes)
    svm = trace.method in ("rcnn", "sppnet")
    assert scores.kind == ("svm" if svm else "softmax")
    assert scores.values.shape == (len(scores.source), len(CLASSES) + (not svm))
    if not svm:
        np.testing.assert_allclose(scores.values.sum(axis=1), 1, atol=1e-5)


def test_nms_has_a_reason_for_every_fate(trace: Trace) -> None:
    stage = need(trace, "nms", NmsStage)
    assert (stage.nms.suppressed_by >= 0).any()
    check_nms(stage.nms, stage.boxes, stage.scores, stage.labels)


def test_boxes_lie_inside_the_photo(trace: Trace) -> None:
    image = need(trace, "image", ImageStage)
    height, width = image.pixels.shape[:2]
    for name in ("regions", "nms", "detections"):
        boxes = boxes_of(trace, name)
        assert boxes.dtype == np.float32
        assert np.all(boxes >= 0)
        assert np.all(boxes[:, [0, 2]] <= width)
        assert np.all(boxes[:, [1, 3]] <= height)
        assert np.all(boxes[:, :2] <= boxes[:, 2:])


def test_the_photo_is_kept_as_it_is(trace: Trace) -> None:
    np.testing.assert_array_equal(need(trace, "image", ImageStage).pixels, small_photo())


def test_nothing_in_a_trace_can_be_changed(trace: Trace) -> None:
    held = [array for stage in trace.stages for array in arrays(stage)]
    assert len(held) > 20
    for array in held:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
        # Nor through the array that it might be a view of.
        assert array.base is None


def test_no_gradient_is_left(trace: Trace) -> None:
    """`run` leaves the caller's gradient mode as it was, also between stages."""
    import torch

    photo = small_photo()
    regions = small_regions(photo) if trace.method in SEARCHING else None
    loaded = small_loaded(trace.method)
    module = dict(MODULES)[trace.method]
    for _ in module.run(photo, loaded.net, loaded.settings, loaded.device, CLASSES, regions):
        assert torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()


@pytest.mark.parametrize("method", ("faster_rcnn", "fpn"))
def test_rpn_rows_agree(method: str) -> None:
    trace = small_trace(method)
    rpn = need(trace, "regions", RpnStage)
    anchors = sum(level.height * level.width * len(level.sizes) for level in rpn.levels)
    assert len(rpn.anchors) == len(rpn.level) == len(rpn.objectness) == len(rpn.deltas) == anchors
    for i, level in enumerate(rpn.levels):
        assert np.all(rpn.level[level.start : level.start + level.height * level.width] == i)
        assert len(level.sizes) == len(level.ratios)
    assert len(rpn.top) == len(rpn.candidates) == len(rpn.nms.suppressed_by)
    np.testing.assert_array_equal(rpn.boxes, rpn.candidates[rpn.source])
    np.testing.assert_array_equal(rpn.anchor, rpn.top[rpn.source])
    np.testing.assert_array_equal(rpn.source, rpn.nms.kept[: len(rpn.source)])
    likely = 1 / (1 + np.exp(-rpn.objectness[rpn.anchor]))
    np.testing.assert_allclose(rpn.scores, likely, atol=1e-6)
    groups = rpn.level[rpn.top]
    check_nms(rpn.nms, rpn.candidates, rpn.objectness[rpn.top], groups)
    for level in np.unique(groups):
        assert np.all(np.diff(rpn.objectness[rpn.top[groups == level]]) <= 0)
    # Decoding by hand, in photo pixels, with the deltas of the record.
    image = need(trace, "image", ImageStage)
    anchor, move = rpn.anchors[rpn.top], rpn.deltas[rpn.top]
    size = anchor[:, 2:] - anchor[:, :2]
    centre = anchor[:, :2] + size / 2 + move[:, :2] * size
    half = size * np.exp(move[:, 2:]) / 2
    limit = np.array(image.pixels.shape[1::-1] * 2)
    expected = np.concatenate((centre - half, centre + half), axis=1).clip(0, limit)
    np.testing.assert_allclose(rpn.candidates, expected, atol=2e-3)


@pytest.mark.parametrize("shape", EDGES.values(), ids=EDGES)
@pytest.mark.parametrize("method", METHODS)
def test_odd_photos(method: str, shape: tuple[int, int]) -> None:
    photo = small_photo(*shape)
    regions = small_regions(photo, 6) if method in SEARCHING else None
    trace = small_trace(method, photo, regions=regions)
    assert [stage.name for stage in trace.stages] == ORDER[method].split()
    boxes = boxes_of(trace, "detections")
    assert np.all(boxes[:, [0, 2]] <= shape[1])
    assert np.all(boxes[:, [1, 3]] <= shape[0])
    assert np.all(np.isfinite(need(trace, "scores", ScoresStage).values))


@pytest.mark.parametrize("method", METHODS)
def test_no_regions_no_detections(method: str) -> None:
    photo = small_photo()
    trace = small_trace(method, photo, regions=small_regions(photo, 0))
    assert [stage.count for stage in trace.stages if stage.source_stage is not None] == [0] * 6
    assert need(trace, "pooling", PoolingStage).channels > 0


@pytest.mark.parametrize("method", METHODS)
def test_the_same_photo_gives_the_same_trace(method: str) -> None:
    first, second = small_trace(method), small_trace(method)
    held = ([array for stage in each.stages for array in arrays(stage)] for each in (first, second))
    for a, b in zip(*held, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("method", SEARCHING)
def test_methods_search_for_themselves(method: str) -> None:
    loaded = small_loaded(method, settings=small_settings(method, strategy="single", proposals=12))
    module = dict(MODULES)[method]
    steps = list(
        module.run(small_photo(), loaded.net, loaded.settings, loaded.device, CLASSES)
    )
    found = next(step for step in steps if getattr(step, "name", "") == "regions")
    assert 1 <= found.count <= 12
    assert any(isinstance(step, Progress) and step.stage == "regions" for step in steps)
    assert isinstance(steps[-1], DetectionsStage)
