"""What is written beside pictures: trace.json, captions, and how near a method came."""

from __future__ import annotations

import json

import numpy as np
import pytest

from explorer.methods.names import NAMES
from explorer.session.caption import caption
from explorer.session.report import plain, trace_json
from explorer.session.scene import Labels, ViewState
from explorer.session.scenes import picture
from explorer.trace.stages import DetectionsStage
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
