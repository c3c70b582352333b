"""How detections stand to the ground truth, how it is edited, and what regions cover of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.methods.choices import Choices
from explorer.methods.deciding import decide
from explorer.session.ground_truth import BY_HAND, GroundTruth, nothing_drawn, one_name
from explorer.session.history import History
from explorer.session.recall import IOUS, recalls
from explorer.session.scene import Boxes, Labels, Picture, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.truth_layers import TRUTH, VERDICTS, with_truth
from explorer.session.state import Desk
from explorer.session.verdicts import judge, uncounted_text, verdicts, verdicts_text
from explorer.trace.base import STAGE_NAMES
from explorer.trace.stages import DetectionsStage
from tests.traces import synthetic_trace


def truth(
    boxes: list[list[float]], names: list[str], difficult: tuple[int, ...] = ()
) -> GroundTruth:
    hard = np.array([i in difficult for i in range(len(boxes))], bool)
    return GroundTruth(np.array(boxes, np.float32).reshape(-1, 4), tuple(names), hard, "x.xml")


def test_vocs_rule_by_hand() -> None:
    boxes = np.array([
        [0, 0, 10, 10],  # the cat
        [0, 0, 10, 9],  # the cat again
        [20, 0, 30, 10],  # a dog, called a cat
        [40, 0, 50, 10],  # the difficult one
        [0, 0, 10, 4],  # too small for the cat
        [80, 80, 90, 90],  # nothing
    ], np.float32)  # fmt: skip
    names = ["cat", "cat", "cat", "cat", "cat", "bird"]
    given = truth(
        [[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10], [60, 0, 70, 10]],
        ["cat", "dog", "cat", "cat"], (2,),
    )  # fmt: skip
    of = judge(boxes, names, given)
    assert of.kind == ("true", "duplicate", "false", "ignored", "false", "false")
    assert of.match.tolist()[:4] == [0, 0, -1, 2]
    assert of.missed.tolist() == [1, 3]
    assert of.why == (
        "", "a better one has found this cat", "it is a dog (IoU 1.00)", "it is marked difficult",
        "it overlaps the nearest cat by only 0.40", "there is no bird here",
    )  # fmt: skip


def test_nothing_found_and_nothing_there() -> None:
    given = truth([[0, 0, 10, 10]], ["cat"])
    assert judge(np.zeros((0, 4), np.float32), [], given).missed.tolist() == [0]
    empty = judge(np.ones((1, 4), np.float32), ["cat"], truth([], []))
    assert empty.kind == ("false",) and empty.missed.tolist() == []


def test_the_words_for_it() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 9], [50, 50, 60, 60]], np.float32)
    given = truth([[0, 0, 10, 10], [30, 0, 40, 10], [60, 0, 70, 10]], ["cat", "cat", "cat"], (2,))
    of = judge(boxes, ["cat"] * 3, given)
    assert verdicts_text(of) == "1 found, 1 missed, 2 wrong (1 again)"
    assert verdicts_text(of, brief=True) == "1 found, 1 missed, 2 wrong"
    assert uncounted_text(of) == ""
    boxes = np.concatenate([boxes, np.array([[60, 0, 70, 10]], np.float32)])
    of = judge(boxes, ["cat"] * 4, given)
    assert verdicts_text(of) == "1 found, 1 missed, 2 wrong (1 again)"
    assert uncounted_text(of) == "1 difficult"
    of = judge(boxes[:1], ["cat"], truth([[0, 0, 10, 10]], ["cat"]))
    assert verdicts_text(of) == "1 found, 0 missed, 0 wrong"


def test_cocos_names_and_classes_that_nobody_was_trained_on() -> None:
    trace = synthetic_trace("fpn")
    found = trace.stage("detections")
    assert isinstance(found, DetectionsStage)
    at = [trace.classes[int(label)] for label in found.labels].index("bottle")
    names = tuple("tvmonitor" if name == "bottle" else name for name in trace.classes)
    given = truth([found.boxes[at].tolist(), [0, 0, 9, 9]], ["TV ", "giraffe"])
    of = verdicts(replace(trace, classes=names), given)
    assert of is not None
    assert of.kind[at] == "true" and len(of.missed) == 0 and of.unknown.tolist() == [1]
    assert uncounted_text(of) == "1 of a class it does not know"
    assert uncounted_text(of, brief=True) == "1 unknown"
    assert one_name("Couch") == "sofa"
    assert verdicts(replace(trace, stages=()), given) is None


# --- editing -----------------------------------------------------------------------------------


def test_boxes_are_added_renamed_and_removed() -> None:
    one = nothing_drawn().added((1, 2, 30, 40), "cat")
    two = one.added((5, 5, 10, 10), "dog")
    assert two.names == ("cat", "dog") and two.source == BY_HAND
    assert (two.row_at(7, 7), two.row_at(20, 20), two.row_at(99, 1)) == (1, 0, None)
    assert two.renamed(1, "sheep").names == ("cat", "sheep")
    assert two.renamed(1, "dog") is two
    assert two.without(0).names == ("dog",)
    np.testing.assert_array_equal(two.without(0).boxes, [[5, 5, 10, 10]])
    assert one.names == ("cat",)
    with pytest.raises(IndexError):
        two.without(2)
    with pytest.raises(ValueError):
        two.boxes[0, 0] = 3  # frozen


def test_a_file_that_was_edited_says_so() -> None:
    given = truth([[0, 0, 1, 1]], ["cat"]).added((2, 2, 5, 5), "dog").without(0)
    assert given.source == "x.xml, edited"


def test_the_desk_keeps_it_through_a_reset_but_not_to_another_photo() -> None:
    given = truth([[0, 0, 1, 1]], ["cat"])
    desk = Desk().with_truth(given).at_stage("nms")
    assert desk.reset().view.truth is given
    assert desk.for_another_photo() == Desk().at_stage("nms")


def test_what_became_known_is_so_in_every_step() -> None:
    history = History(Desk()).to(Desk().with_limit(5)).to(Desk().with_limit(50)).undone()
    given = truth([[0, 0, 1, 1]], ["cat"])
    known = history.everywhere(lambda desk: desk.with_truth(given))
    states = (known, known.undone(), known.redone())
    assert [each.present.view.limit for each in states] == [5, 200, 50]
    assert all(each.present.view.truth is given for each in states)


# --- drawing -----------------------------------------------------------------------------------


def layers_called(shown: Picture, name: str) -> list[Boxes]:
    found = [layer for layer in shown.main.layers if layer.name == name]
    assert all(isinstance(layer, Boxes) for layer in found)
    return found  # type: ignore[return-value]


def test_right_wrong_and_missed_are_drawn_and_counted() -> None:
    trace = synthetic_trace("fast_rcnn")
    found = trace.stage("detections")
    assert isinstance(found, DetectionsStage) and len(found.boxes) > 1
    name = trace.classes[int(found.labels[0])]
    given = truth([found.boxes[0].tolist(), [0, 0, 20, 20]], [name, "horse"])
    shown = picture(trace, "detections", ViewState(truth=given))
    wrong = len(found.boxes) - 1
    assert shown.summary.startswith(f"1 found, 1 missed, {wrong} wrong")
    right = {layer.roles: layer for layer in layers_called(shown, VERDICTS)}
    np.testing.assert_array_equal(right["good"].boxes, found.boxes[:1])
    assert len(right["bad"].boxes) == wrong
    missed = [layer for layer in layers_called(shown, TRUTH) if layer.captions]
    assert [layer.captions for layer in missed] == [("missed horse",)]
    captions = layers_called(shown, "Detections")[0].captions
    assert captions[-1].startswith(f"✓ {name}") and captions[0].startswith("✗ ")
    plain = picture(trace, "detections", ViewState())
    assert plain.panel is not None and shown.panel is not None
    assert shown.panel.extent[3] > plain.panel.extent[3]


def test_what_changed_is_said_before_what_does_not_count() -> None:
    trace = synthetic_trace("fast_rcnn")
    found = trace.stages[-1]
    assert isinstance(found, DetectionsStage)
    given = truth([[0, 0, 20, 20], [30, 0, 60, 20]], ["giraffe", "horse"])
    fewer = decide(trace, Choices(max_detections=1))
    lost = len(found.boxes) - 1
    shown = picture(fewer, "detections", ViewState(before=trace, truth=given))
    counts = f"0 found, 1 missed, 1 wrong · {lost} lost · "
    assert shown.summary == counts + "1 of a class it does not know"
    assert shown.brief == (counts + "1 unknown", counts.removesuffix(" · ") + " …")
    none = decide(trace, Choices(detection_threshold=1.0))
    shown = picture(none, "detections", ViewState(before=trace, truth=given))
    assert shown.summary.startswith(f"0 found, 1 missed, 0 wrong · {lost + 1} lost · 1 of a ")
    assert " know · Nothing above 1.00. Best: " in shown.summary
    assert shown.brief[0] == f"0 found, 1 missed, 0 wrong · {lost + 1} lost · 1 unknown"
    assert picture(trace, "detections", ViewState(before=none)).brief == ()


@pytest.mark.parametrize("stage", STAGE_NAMES)
def test_every_photo_can_show_it(stage: str) -> None:
    trace = synthetic_trace("fpn")
    given = truth([[10, 10, 60, 60]], ["cat"])
    shown = picture(trace, stage, ViewState(truth=given))  # type: ignore[arg-type]
    layers = layers_called(shown, TRUTH)
    assert bool(layers) == (shown.main.space == "photo")
    assert all(layer.on == (stage in ("image", "detections")) for layer in layers)
    assert all(layer.double for layer in layers)
    if layers and stage != "detections":  # there, verdicts name the boxes
        assert [(layer.roles, layer.captions) for layer in layers] == [("truth", ("truth: cat",))]


# --- recall ------------------------------------------------------------------------------------


def test_recall_grows_with_the_regions() -> None:
    trace = synthetic_trace("fpn")
    regions = trace.stage("regions")
    assert regions is not None
    boxes = np.array([[90, 90, 95, 95], [20, 0, 30, 9], [0, 0, 10, 10]], np.float32)
    trace = replace(trace, stages=(replace(regions, boxes=boxes),))  # type: ignore[call-arg]
    given = truth([[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10]], ["a", "b", "c"], (2,))
    (one,) = recalls([trace], given)
    assert one.by_number.tolist() == [0, 0.5, 1] and one.wanted == 2
    # The second region covers its box by 0.9: with ten IoUs from 0.5 that is right up to 0.9.
    assert [one.at(100, iou) for iou in IOUS] == [1] * 9 + [0.5]
    assert one.shares == ("fpn",)
    other = replace(trace, method="faster_rcnn")
    assert recalls([trace, other], given)[0].shares == ("fpn", "faster_rcnn")
    assert recalls([trace], truth([], [])) == ()
    assert recalls([replace(trace, stages=())], given) == ()


def test_what_was_missed_is_counted_by_class() -> None:
    names = ["person"] * 3 + ["chair"] + ["person"] * 16 + ["car"]
    given = truth([[300 + i, 0, 301 + i, 1] for i in range(len(names))], names)
    trace = synthetic_trace("fpn")
    panel = with_truth(
        picture(trace, "detections", ViewState()), trace, "detections", given
    ).panel
    assert panel is not None
    said = [label.text for each in panel.layers if isinstance(each, Labels) for label in each.items]
    assert "Missed: 19 × person, chair, car" in said
