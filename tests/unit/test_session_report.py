"""What is written beside pictures: trace.json, captions, and how near a method came."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from explorer.methods.names import NAMES
from explorer.session.caption import caption
from explorer.session.origins import MERGE, origin
from explorer.session.report import plain, trace_json
from explorer.session.scene import Labels, ViewState
from explorer.session.scenes import picture
from explorer.trace.stages import DetectionsStage, RpnStage, SearchStage
from tests.traces import synthetic_trace


@pytest.mark.parametrize("method", NAMES)
def test_trace_json_survives_json_and_holds_what_the_trace_holds(method: str) -> None:
    trace = synthetic_trace(method)
    report = json.loads(json.dumps(trace_json(trace, "photos/cat.jpg"), allow_nan=False))
    assert report["image"] == {"path": "photos/cat.jpg", "width": 320, "height": 240}
    assert report["method"] == method and report["weights"] == trace.weights
    assert report["device"] == trace.device
    assert report["settings"]["nms_threshold"] == trace.settings["nms_threshold"]
    assert [(s["name"], s["count"]) for s in report["stages"]] == [
        (stage.name, stage.count) for stage in trace.stages
    ]
    assert all(stage["ms"] >= 0 for stage in report["stages"])
    found = trace.stage("detections")
    assert isinstance(found, DetectionsStage) and len(found.boxes)
    assert len(report["detections"]) == len(found.boxes)
    for row, each in enumerate(report["detections"]):
        assert each["box"] == pytest.approx(found.boxes[row].tolist(), abs=0.006)
        assert each["label"] == trace.classes[found.labels[row]]
        assert each["score"] == pytest.approx(float(found.scores[row]), abs=1e-6)
        path = [(step["stage"], step["row"]) for step in each["lineage"]]
        assert tuple(path) == trace.lineage("detections", row)
        assert path[0] == ("detections", row) and path[-1][0] == "regions"


@pytest.mark.parametrize("method", ["faster_rcnn", "fpn"])
def test_a_lineage_ends_at_the_anchor(method: str) -> None:
    """Index, level, cell, size and ratio: what makes the anchor's own box again."""
    trace = synthetic_trace(method)
    stage = trace.stage("regions")
    assert isinstance(stage, RpnStage)
    for detection in trace_json(trace, "x.png")["detections"]:
        born = detection["lineage"][-1]
        assert born["box"] == pytest.approx(stage.boxes[born["row"]].tolist(), abs=0.006)
        assert born["anchor"] == stage.anchor[born["row"]] == stage.top[stage.source[born["row"]]]
        x1, y1, x2, y2 = stage.anchors[born["anchor"]]
        level = stage.levels[stage.level[born["anchor"]]]
        assert born["anchor_level"] == level.name
        cell = born["anchor"] - level.start
        assert cell // len(level.sizes) == born["cell_y"] * level.width + born["cell_x"]
        kind = cell % len(level.sizes)
        assert (born["anchor_size"], born["anchor_ratio"]) == (
            level.sizes[kind], level.ratios[kind])
        assert born["anchor_ratio"] == pytest.approx((y2 - y1) / (x2 - x1), rel=0.01)


@pytest.mark.parametrize("method", ["rcnn", "sppnet", "fast_rcnn"])
def test_a_lineage_ends_at_the_merge_of_selective_search(method: str) -> None:
    """The run, the merge, its two parts, whose boxes the region's is around, and how alike."""
    trace = synthetic_trace(method)
    stage = trace.stage("regions")
    assert isinstance(stage, SearchStage)
    merged = 0
    for detection in trace_json(trace, "x.png")["detections"]:
        born = detection["lineage"][-1]
        grouping = stage.groupings[born["run"] - 1]
        assert (born["colour_space"], born["k"]) == (grouping.colour_space, grouping.k)
        assert born["box"] == pytest.approx(grouping.boxes[born["node"]].tolist(), abs=0.006)
        segments = len(grouping.boxes) - len(grouping.merges)
        assert ("merge" in born) == (born["node"] >= segments)
        if "merge" not in born:
            continue
        merged += 1
        assert born["node"] == segments + born["merge"] - 1
        parts = grouping.boxes[[born["part_1"], born["part_2"]]]
        around = [*parts[:, :2].min(0), *parts[:, 2:].max(0)]
        assert born["box"] == pytest.approx([float(side) for side in around], abs=0.006)
        values = [born[f"s_{name}"] for name in ("colour", "texture", "size", "fill")]
        assert values == pytest.approx(
            grouping.similarities[born["merge"] - 1].tolist(), abs=6e-5)
        counted = [letter in born["similarities"] for letter in "CTSF"]
        total = sum(value for value, one in zip(values, counted, strict=True) if one)
        assert born["s_total"] == pytest.approx(total, abs=1e-3)
    assert merged


def test_a_segment_has_no_merge() -> None:
    stage = synthetic_trace("rcnn").stage("regions")
    assert isinstance(stage, SearchStage)
    segment = replace(stage, region=np.zeros_like(stage.region))
    assert list(origin(segment, 0)) == ["run", "colour_space", "k", "similarities", "node"]
    assert set(origin(stage, 0)) <= set(MERGE) and len(MERGE) == 13


def test_a_trace_without_detections_gives_an_empty_list() -> None:
    assert trace_json(synthetic_trace("rcnn", proposals=0), "x.png")["detections"] == []


def test_settings_of_any_kind_become_plain_json() -> None:
    odd = {"a": np.float32(0.5), "b": (1, (2.0, "x")), "c": np.arange(2), "d": None, "e": {3}}
    assert plain(odd) == {"a": 0.5, "b": [1, [2.0, "x"]], "c": [0, 1], "d": None, "e": [3]}


@pytest.mark.parametrize("method", NAMES)
def test_captions_state_method_weights_device_and_thresholds(method: str) -> None:
    trace = synthetic_trace(method)
    first, second = caption(trace)
    assert trace.weights in first and trace.device in first
    assert f"NMS IoU {trace.settings['nms_threshold']:.2f}" in second
    wanted = f"{trace.settings['detection_threshold']:.2f}"
    assert f"detections above {wanted}" in second


def test_where_nothing_is_found_the_picture_says_how_near_it_came() -> None:
    trace = synthetic_trace("fpn", strength=0.0)
    drawn = picture(trace, "detections", ViewState())
    text = next(layer for layer in drawn.main.layers if isinstance(layer, Labels)).items[0].text
    assert text == "Nothing above 0.50"
    assert drawn.summary.startswith("Nothing above 0.50. Best: ")
    scores = trace.stage("scores")
    best = scores.values[:, 1:].max()  # type: ignore[union-attr]
    assert drawn.summary.endswith(f"{best:.2f}")
