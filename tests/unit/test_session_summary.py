"""The picture beside the five methods: whom it lists, and who was right."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from explorer.methods.names import METHODS, NAMES
from explorer.session.chart import text_width
from explorer.session.ground_truth import GroundTruth
from explorer.session.scene import Label, Labels, Scene
from explorer.session.summary import CHECKED, UNCHECKED, summary_scene
from explorer.trace.stages import DetectionsStage, Trace
from tests.traces import synthetic_trace


def labels_of(scene: Scene) -> tuple[Label, ...]:
    (layer,) = [one for one in scene.layers if isinstance(one, Labels)]
    return layer.items


def texts(scene: Scene) -> list[str]:
    return [item.text for item in labels_of(scene)]


def found(trace: Trace) -> DetectionsStage:
    stage = trace.stage("detections")
    assert isinstance(stage, DetectionsStage) and len(stage.boxes)
    return stage


def truth_of(*boxes: tuple[str, tuple[float, float, float, float]]) -> GroundTruth:
    return GroundTruth(
        np.array([box for _, box in boxes], np.float32).reshape(-1, 4),
        tuple(name for name, _ in boxes), np.zeros(len(boxes), bool), "by hand",
    )


@pytest.mark.parametrize("some", [("fpn",), ("fast_rcnn", "fpn"), NAMES])
def test_only_the_methods_asked_for_are_listed(some: tuple[str, ...]) -> None:
    traces = [synthetic_trace(name) for name in some]
    words = texts(summary_scene(traces, 480.0, 480.0, methods=some))
    for method in METHODS:
        assert (method.title in words) == (method.name in some)


def test_without_ground_truth_it_says_that_nothing_was_checked() -> None:
    words = texts(summary_scene([synthetic_trace("fpn")], 480.0, 480.0))
    assert UNCHECKED in words and CHECKED not in words
    assert not any("✓" in word or "✗" in word for word in words)


def test_with_ground_truth_right_and_wrong_are_marked_and_what_all_missed_is_listed() -> None:
    trace = synthetic_trace("fpn")
    stage = found(trace)
    best = int(stage.labels[0])
    name = trace.classes[best]
    other = next(one for at, one in enumerate(trace.classes) if at not in stage.labels.tolist())
    x1, y1, x2, y2 = stage.boxes[0].tolist()
    right = truth_of((name, (x1, y1, x2, y2)), (other, (0, 0, 9, 9)))
    wrong = truth_of((name, (x1 + 5_000, y1, x2 + 5_000, y2)))
    for truth, mark in ((right, "✓"), (wrong, "✗")):
        words = texts(summary_scene([trace], 480.0, 480.0, truth=truth))
        assert CHECKED in words and UNCHECKED not in words
        after = words[words.index(name) :]
        assert next(word for word in after if word[:1] in ("✓", "✗"))[0] == mark
        assert (other in words) == (truth is right)


def test_marks_leave_the_columns_apart_in_the_narrowest_card() -> None:
    traces = [synthetic_trace(name) for name in NAMES]
    widest = [
        replace(trace, stages=tuple(
            replace(one, scores=np.full(len(one.boxes), 0.99 if at > 1 else 2.63, np.float32))
            if isinstance(one, DetectionsStage) else one for one in trace.stages
        ))
        for at, trace in enumerate(traces)
    ]
    stage = found(widest[-1])
    truth = truth_of(("person", tuple(stage.boxes[0].tolist())))
    items = labels_of(summary_scene(widest, 330.0, 480.0, truth=truth))
    heads = {item.x for item in items if item.text in [method.short for method in METHODS]}
    rows = [item for item in items if item.text in ("✓", "✗") or (
        item.x in heads and item.text[-1:].isdigit())]
    assert sum(item.text in ("✓", "✗") for item in rows) > 3
    lines: dict[float, list[tuple[float, float]]] = {}
    for item in rows:
        wide = text_width(item.text, item.size, item.bold)
        lines.setdefault(item.y, []).append((item.x - wide, item.x))
    for spans in lines.values():
        spans.sort()
        assert all(left[1] <= right[0] for left, right in pairwise(spans))


@pytest.mark.parametrize("width", [330.0, 360.0, 420.0, 560.0])
@pytest.mark.parametrize("judged", [False, True])
def test_what_the_rows_are_never_runs_into_the_first_unit(width: float, judged: bool) -> None:
    traces = [synthetic_trace(name) for name in NAMES]
    truth = truth_of(("person", (0, 0, 9, 9))) if judged else None
    items = labels_of(summary_scene(traces, width, 480.0, truth=truth))
    said = next(item for item in items if item.text.startswith("best"))
    units = [item for item in items if item.y == said.y and item is not said]
    start = min(item.x - text_width(item.text, item.size) for item in units)
    assert said.x + text_width(said.text, said.size) + 6 <= start
