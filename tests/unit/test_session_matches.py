"""The same object in several methods' detections: ground truth first, then the latest paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.methods.names import NAMES
from explorer.session.ground_truth import GroundTruth
from explorer.session.matches import Match, matches, matches_text
from explorer.session.related import Counterpart, box_of, counterparts
from explorer.session.scene import Key
from explorer.trace.stages import DetectionsStage, Trace
from tests.traces import CLASSES, synthetic_trace

Box = tuple[float, float, float, float]


def finding(method: str, *found: tuple[str, float, Box]) -> Trace:
    """A trace of `method` with just these detections: class, score, box."""
    stage = synthetic_trace(method).stage("detections")
    assert isinstance(stage, DetectionsStage)
    n = len(found)
    own = replace(
        stage, boxes=np.array([box for _, _, box in found], np.float32).reshape(-1, 4),
        labels=np.array([CLASSES.index(name) for name, _, _ in found], np.int64),
        scores=np.array([score for _, score, _ in found], np.float32),
        source=np.zeros(n, np.int64),
    )
    return replace(synthetic_trace(method), stages=(own,))


def truth(*boxes: tuple[str, Box], difficult: tuple[int, ...] = ()) -> GroundTruth:
    array = np.array([box for _, box in boxes], np.float32).reshape(-1, 4)
    hard = np.array([row in difficult for row in range(len(boxes))], bool)
    return GroundTruth(array, tuple(name for name, _ in boxes), hard, "x.xml")


def who(match: Match) -> dict[str, int]:
    return {method: one.key.row for method, one in match.found.items()}


CAT: Box = (0, 0, 100, 100)
NEAR: Box = (0, 0, 100, 90)
CAT_BELOW: Box = (0, 50, 100, 150)
FAR: Box = (200, 0, 300, 100)


def test_the_latest_papers_box_is_the_reference() -> None:
    found = matches([
        finding("rcnn", ("cat", 2.3, NEAR)), finding("fpn", ("cat", 0.6, CAT)),
    ])
    (one,) = found
    assert one.reference == "fpn" and one.box == CAT and who(one) == {"fpn": 0, "rcnn": 0}
    assert one.found["rcnn"].iou == pytest.approx(0.9)
    assert one.found["rcnn"].score == pytest.approx(2.3)
    assert one.alone == "" and one.note == ""


def test_one_to_one_by_score_and_class() -> None:
    found = matches([
        # The best of R-CNN's three takes the cat; the second is an object of its own.
        finding("rcnn", ("cat", 1.9, NEAR), ("cat", 1.1, CAT), ("dog", 0.4, CAT)),
        finding("fpn", ("cat", 0.6, CAT)),
    ])
    assert [who(one) for one in found] == [{"fpn": 0, "rcnn": 0}, {"rcnn": 1}, {"rcnn": 2}]
    assert [one.alone for one in found] == ["", "rcnn", "rcnn"]
    assert [one.name for one in found] == ["cat", "cat", "dog"]


def test_the_free_object_that_it_overlaps_most() -> None:
    shifted: Box = (0, 0, 100, 95)
    found = matches([
        finding("fpn", ("cat", 0.9, CAT), ("cat", 0.8, (0, 0, 100, 60))),
        finding("rcnn", ("cat", 1.0, shifted), ("cat", 0.5, (0, 0, 100, 70))),
    ])
    assert [who(one) for one in found] == [{"fpn": 0, "rcnn": 0}, {"fpn": 1, "rcnn": 1}]


def test_ground_truth_comes_first_and_is_the_reference() -> None:
    given = truth(("cat", NEAR), ("dog", FAR), ("bird", (400, 0, 500, 90)), difficult=(2,))
    found = matches(
        [finding("fpn", ("cat", 0.9, CAT), ("cat", 0.7, NEAR), ("bird", 0.6, (0, 0, 30, 30)))],
        given,
    )
    assert [(one.name, one.truth, who(one)) for one in found] == [
        ("cat", 0, {"fpn": 0}), ("dog", 1, {}), ("bird", 2, {}), ("cat", -1, {"fpn": 1}),
        ("bird", -1, {"fpn": 2}),
    ]
    assert found[0].found["fpn"].iou == pytest.approx(0.9)
    assert found[1].key() is None
    assert [one.note for one in found] == [
        "in it", "in it", "difficult: does not count",
        "not in it: a better one has found this cat",
        "not in it: there is no bird here",
    ]


def test_a_reason_is_said_to_be_the_references_where_others_have_another() -> None:
    traces = [
        finding("rcnn", ("cat", 2.3, (0, 60, 100, 160))), finding("fpn", ("cat", 0.6, CAT_BELOW)),
        finding("sppnet", ("dog", 1.0, FAR)), finding("fast_rcnn", ("dog", 0.9, FAR)),
    ]
    by_two, alike = sorted(
        (one for one in matches(traces, truth(("cat", CAT))) if one.truth < 0),
        key=lambda one: one.name,
    )
    assert by_two.reference == "fpn" and set(by_two.found) == {"fpn", "rcnn"}
    assert by_two.note == "not in it; FPN: it overlaps the nearest cat by only 0.33"
    assert by_two.found["rcnn"].why == "it overlaps the nearest cat by only 0.25"
    assert len(alike.found) == 2 and alike.note == "not in it: there is no dog here"
    assert not any(one.note or one.found["fpn"].why for one in matches(traces[1:2]))


def test_a_difficult_object_that_was_found_is_listed_as_such() -> None:
    found = matches([finding("fpn", ("cat", 0.9, CAT))], truth(("cat", CAT), difficult=(0,)))
    assert [(one.note, who(one)) for one in found] == [("difficult: does not count", {"fpn": 0})]


def test_every_detection_is_in_exactly_one_object() -> None:
    traces = [synthetic_trace(name) for name in NAMES]
    given = truth(("cat", (50, 40, 180, 200)), ("horse", (0, 0, 20, 20)))
    for with_truth in (None, given):
        keys = [one.key for match in matches(traces, with_truth) for one in match.found.values()]
        stages = [trace.stage("detections") for trace in traces]
        assert len(keys) == len(set(keys)) == sum(stage.count for stage in stages if stage)


def test_the_words_for_it() -> None:
    of = (Match("cat", CAT, found={}), *matches([
        finding("fpn", ("cat", 0.9, CAT), ("dog", 0.6, FAR)), finding("rcnn", ("cat", 1.0, CAT)),
    ]))
    assert matches_text(of, 2) == (
        "3 groups of detections: 1 found by all, 1 by one method alone, 1 by none")
    assert matches_text((), 5) == "No object was found."
    assert matches_text(of[2:], 1) == "1 group of detections"
    # With ground truth, a false alarm is no object.
    judged = matches([
        finding("fpn", ("cat", 0.9, CAT), ("dog", 0.6, FAR)), finding("rcnn", ("cat", 1.0, CAT)),
    ], truth(("cat", CAT)))
    said = "1 object: 1 found by all · 1 group of detections not in the ground truth"
    assert matches_text(judged, 2) == said
    # What is marked difficult does not count, and is not passed over.
    judged = matches([finding("fpn", ("cat", 0.9, CAT))],
                     truth(("cat", CAT), ("dog", FAR), difficult=(1,)))
    assert matches_text(judged, 2) == "1 object: 1 by one method alone · 1 difficult"


def test_a_partner_stands_for_the_selection_where_its_row_is_there() -> None:
    traces = [synthetic_trace("fpn"), synthetic_trace("rcnn")]
    key, partner = Key("fpn", "detections", 0), Key("rcnn", "detections", 1)
    found = counterparts(traces, key, (partner,))
    assert found["rcnn"].key == partner
    box = box_of(traces[1], "detections", 1)
    assert found["rcnn"] == Counterpart(partner, pytest.approx(found["rcnn"].iou))
    assert len(box) == 4
    gone = counterparts(traces, key, (Key("rcnn", "detections", 10_000),))
    assert gone["rcnn"] == counterparts(traces, key)["rcnn"]
