"""Relatives of a row: ancestors, descendants, counterparts, and what is said about its life."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from explorer.methods.names import NAMES
from explorer.session.class_names import on_screen
from explorer.session.facts import cards, facts
from explorer.session.fates import PAIR
from explorer.session.related import (
    Counterpart,
    best_key,
    box_of,
    counterparts,
    nearest,
    region_boxes,
    related,
)
from explorer.session.scene import Key
from explorer.session.scenes.common import class_role, label_name
from explorer.trace.stages import (
    DetectionsStage,
    NmsStage,
    ScoresStage,
    SearchStage,
    Trace,
    rows,
)
from tests.trace_regions import overlap
from tests.traces import exchanged, synthetic_trace


@cache
def trace_of(method: str, strength: float = 1.0) -> Trace:
    return synthetic_trace(method, strength=strength)


@pytest.mark.parametrize("method", NAMES)
def test_relatives_above_and_below_agree_with_each_other(method: str) -> None:
    trace = trace_of(method)
    for stage in trace.stages:
        for row in range(0, rows(stage), 7):
            found = related(trace, Key(method, stage.name, row))
            assert found[stage.name] == [row]
            for name, own in found.items():
                assert own == sorted(own)
                for other in own:
                    path = dict(trace.lineage(name, other))
                    # A descendant leads back to the row; an ancestor lies on the row's own path.
                    assert path.get(stage.name) == row or \
                        dict(trace.lineage(stage.name, row))[name] == other


@pytest.mark.parametrize("method", NAMES)
def test_no_descendant_is_forgotten(method: str) -> None:
    trace = trace_of(method)
    born: dict[int, list[int]] = {}
    for row in range(rows(trace.stage("nms"))):  # type: ignore[arg-type]
        born.setdefault(trace.lineage("nms", row)[-1][1], []).append(row)
    for region in range(len(region_boxes(trace))):
        found = related(trace, Key(method, "regions", region))
        assert found.get("nms", []) == born.get(region, [])


def test_a_row_that_is_not_there_is_an_index_error() -> None:
    with pytest.raises(IndexError, match="no row 99999"):
        related(trace_of("fpn"), Key("fpn", "regions", 99_999))
    with pytest.raises(IndexError):
        box_of(trace_of("fpn"), "features", 0)


@pytest.mark.parametrize("method", NAMES)
def test_nearest_is_the_region_of_the_highest_iou(method: str) -> None:
    trace = trace_of(method)
    box = np.array([60, 50, 170, 190], np.float32)
    found = nearest(trace, box)
    expected = overlap(box[None], np.asarray(region_boxes(trace)))[0]
    assert found is not None
    assert found[0] == expected.argmax() and found[1] == pytest.approx(expected.max(), abs=1e-5)


def test_a_journey_says_what_its_words_and_numbers_are() -> None:
    trace = trace_of("fast_rcnn")
    scores, nms = trace.stage("scores"), trace.stage("nms")
    assert isinstance(scores, ScoresStage) and isinstance(nms, NmsStage)
    for row in range(rows(trace.stage("detections"))):  # type: ignore[arg-type]
        own = dict(trace.lineage("detections", row))
        told = cards(trace, "detections", row)
        lines = {card.title: card.lines for card in told}
        assert "x = Px + Pw·tx  w = Pw·e^tw" in lines["Refinement"]
        values = np.asarray(scores.values[own["scores"]], np.float64)
        difference = f"{np.log(values[1:].max() / values[0]):.2f}".replace("-", "−")
        assert lines["Class scores"][1].endswith(") − z(background)")
        assert lines["Class scores"][2].endswith(f" = {difference}")
        # A class's bar has its colour, as elsewhere; the background is none.
        card = next(card for card in told if card.title == "Class scores")
        named = {label_name(trace, label): class_role(label) for label in range(len(trace.classes))}
        named["background"] = "muted"
        assert card.roles == tuple(named[name] for name, _, _ in card.bars)
        assert f"of the {len(nms.nms.kept)} pairs kept" in lines["NMS"][0]
        removes = (np.asarray(nms.nms.suppressed_by) == own["nms"]).any()
        assert any(PAIR in line for line in lines["NMS"]) == removes


def test_nearest_without_regions_is_none() -> None:
    assert nearest(synthetic_trace("fpn", proposals=0), np.array([0, 0, 5, 5])) is None


def test_a_detections_counterpart_is_the_detection_of_the_same_object() -> None:
    """Of its class and by IoU 0.5; one of another class or elsewhere is none."""
    own, other = trace_of("fpn"), trace_of("rcnn")
    mine = own.stage("detections")
    found = other.stage("detections")
    assert isinstance(mine, DetectionsStage) and isinstance(found, DetectionsStage)
    key, label = Key("fpn", "detections", 0), int(mine.labels[0])
    x1, y1, x2, y2 = mine.boxes[0]
    boxes = found.boxes[:3].copy()
    boxes[:] = [(x1, y1, x1 + part * (x2 - x1), y2) for part in (0.9, 0.4, 1.0)]
    labels = np.array([label, label, (label + 1) % len(own.classes)])

    def counterpart(rows: list[int]) -> Counterpart:
        made = replace(found, boxes=boxes[rows], labels=labels[rows], scores=found.scores[rows],
                       source=found.source[rows])
        return counterparts([own, exchanged(other, found, made)], key)["rcnn"]

    assert counterpart([1, 0, 2]).key == Key("rcnn", "detections", 1)
    assert counterpart([1, 0, 2]).iou == pytest.approx(0.9, abs=1e-4)
    assert counterpart([1, 2]).key.stage == "regions"


def test_counterparts_name_the_nearest_region_in_every_other_method() -> None:
    traces = [trace_of(method) for method in NAMES]
    key = Key("fpn", "regions", trace_of("fpn").lineage("detections", 0)[-1][1])
    found = counterparts(traces, key)
    assert set(found) == set(NAMES)
    assert found["fpn"].key == key and found["fpn"].iou == 1
    box = box_of(trace_of("fpn"), "regions", key.row)
    for method in ("rcnn", "sppnet", "fast_rcnn", "faster_rcnn"):
        other = found[method]
        assert other.key.stage == "regions"
        own = box_of(trace_of(method), "regions", other.key.row)
        assert other.iou == pytest.approx(float(overlap(box[None], own[None])[0, 0]), abs=1e-5)
    assert counterparts(traces, Key("fpn", "regions", 7777)) == {}
    assert counterparts(traces[:2], key) == {}


def test_a_region_that_methods_share_is_found_however_far_the_box_moved() -> None:
    own, other = trace_of("fast_rcnn"), trace_of("rcnn")
    shared = own.stage("regions")
    assert isinstance(shared, SearchStage)
    rest = tuple(shared if one.name == "regions" else one for one in other.stages)
    other = replace(other, stages=rest)  # the two read the same regions
    key = Key("fast_rcnn", "detections", 0)
    born = own.lineage("detections", 0)[-1][1]
    detections = own.stage("detections")
    assert isinstance(detections, DetectionsStage)
    boxes = detections.boxes.copy()
    boxes[0] = shared.boxes[(born + 1) % len(shared.boxes)]  # now another region is nearer
    moved = replace(detections, boxes=boxes)
    own = exchanged(own, detections, moved)
    found = counterparts([own, other, trace_of("fpn")], key)
    assert found["rcnn"].key == Key("rcnn", "regions", born) and found["rcnn"].shared
    expected = overlap(boxes[:1], np.asarray(shared.boxes[born : born + 1]))[0, 0]
    assert found["rcnn"].iou == pytest.approx(float(expected), abs=1e-5)
    assert not found["fpn"].shared  # it made its own


@pytest.mark.parametrize("method", NAMES)
def test_the_best_row_is_the_highest_detection_else_the_highest_score(method: str) -> None:
    trace = trace_of(method)
    detections = trace.stage("detections")
    assert isinstance(detections, DetectionsStage)
    assert best_key(trace) == Key(method, "detections", int(detections.scores.argmax()))
    poor = trace_of(method, 0.0)
    scores = poor.stage("scores")
    assert isinstance(scores, ScoresStage)
    best = scores.values[:, scores.first :].max(axis=1).argmax()
    assert best_key(poor) == Key(method, "scores", int(best))


@pytest.mark.parametrize("method", NAMES)
def test_a_detections_story_is_told_from_its_birth_in_the_order_of_the_stages(method: str) -> None:
    trace = trace_of(method)
    story = cards(trace, "detections", 0)
    order = [stage.name for stage in trace.stages]
    places = [order.index(card.stage) for card in story]
    assert places == sorted(places)
    assert {card.stage for card in story} == set(order) - {"image", "features"}
    assert story[-1].title == "Detection"
    for card in story:
        assert card.key is None or card.key.row < rows(trace.stage(card.key.stage))  # type: ignore
    text = "\n".join(line for _, lines in facts(trace, "detections", 0) for line in lines)
    detections = trace.stage("detections")
    assert isinstance(detections, DetectionsStage)
    assert f"{detections.scores[0]:.2f}" in text
    assert trace.classes[detections.labels[0]] in text


@pytest.mark.parametrize("method", NAMES)
def test_a_suppressed_row_names_its_suppressor_and_their_iou(method: str) -> None:
    trace = trace_of(method)
    stage = trace.stage("nms")
    assert isinstance(stage, NmsStage)
    gone = np.nonzero(stage.nms.suppressed_by >= 0)[0]
    assert len(gone)
    for row in gone[:5].tolist():
        by = int(stage.nms.suppressed_by[row])
        story = cards(trace, "nms", row)
        told = " ".join(next(card for card in story if card.stage == "nms").lines)
        assert f"pair {by}" in told and f"{stage.nms.overlap[row]:.3f}" in told
        if not related(trace, Key(method, "nms", row)).get("detections"):
            assert story[-1].title == "No detection"


@pytest.mark.parametrize("method", NAMES)
def test_a_region_below_all_thresholds_is_told_why(method: str) -> None:
    trace = trace_of(method, 0.0)
    scores = trace.stage("scores")
    assert isinstance(scores, ScoresStage)
    region = int(scores.values[:, scores.first :].max(axis=1).argmin())
    title, lines = facts(trace, "regions", region)[-1]
    assert title == "No detection"
    best = int(scores.values[region, scores.first :].argmax())
    assert on_screen(trace.classes[best]) in lines[0]
    assert "below" in lines[0]


def test_a_kept_pair_below_the_detection_threshold_says_so() -> None:
    trace = trace_of("fast_rcnn")
    stage = trace.stage("nms")
    assert isinstance(stage, NmsStage)
    kept = next(int(row) for row in stage.nms.kept if stage.scores[row] < 0.5)
    title, lines = facts(trace, "nms", kept)[-1]
    assert title == "No detection" and "Kept by NMS" in lines[0] and "below 0.50" in lines[0]


def test_a_score_just_below_its_threshold_is_written_apart_from_it() -> None:
    trace = trace_of("fast_rcnn")
    stage = trace.stage("nms")
    assert isinstance(stage, NmsStage)
    kept = next(int(row) for row in stage.nms.kept if stage.scores[row] < 0.5)
    scores = np.array(stage.scores)
    scores[kept] = 0.4996
    other = replace(stage, scores=scores)
    near = exchanged(trace, stage, other)
    (line,) = facts(near, "nms", kept)[-1][1]
    assert line.startswith("Kept by NMS, but ") and line.endswith(" 0.4996 is below 0.5000.")
