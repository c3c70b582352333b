"""Switches beside the paper's values, what they change, undo and redo."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.methods.choices import Choices
from explorer.methods.deciding import decide
from explorer.methods.names import NAMES
from explorer.session.history import KEPT, History
from explorer.session.samples import sample_of
from explorer.session.scene import Boxes, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.detections import runners_up
from explorer.session.switching import (
    Chosen,
    Switch,
    changes,
    choices_of,
    same_text,
    switches,
    with_choice,
)
from explorer.trace.freeze import freeze
from explorer.trace.stages import DetectionsStage, Trace
from tests.unit.small_nets import small_trace


@pytest.fixture(scope="module")
def traces() -> dict[str, Trace]:
    return {name: small_trace(name) for name in NAMES}


def test_a_change_is_held_and_given_back() -> None:
    chosen = with_choice((), ("fpn", "rcnn"), "nms_threshold", 0.4)
    assert choices_of(chosen, "rcnn") == Choices(nms_threshold=0.4)
    assert choices_of(chosen, "sppnet") == Choices()
    chosen = with_choice(chosen, ("rcnn",), "regression", False)
    back = with_choice(chosen, ("fpn", "rcnn"), "nms_threshold", None)
    assert back == (("rcnn", Choices(regression=False)),)
    assert with_choice(back, ("rcnn",), "regression", True) == ()


def test_every_switch_stands_beside_the_papers_value(traces: dict[str, Trace]) -> None:
    before = switches(traces, ())
    assert [one.key for one in before] == [
        "proposals", "score_threshold", "detection_threshold", "score_threshold",
        "detection_threshold", "nms_threshold", "max_detections", "suppression", "suppression",
        "regression",
    ]  # fmt: skip
    assert not any(one.changed for one in before)
    assert all(one.low <= one.run <= one.high for one in before if one.kind == "number")  # type: ignore[operator]
    chosen = with_choice((), NAMES, "nms_threshold", 0.45)
    after = {one.key: one for one in switches(traces, chosen)}["nms_threshold"]
    assert (after.value, after.run, after.changed) == (0.45, 0.3, True)
    assert after.said == "paper: 0.30; FPN: default 0.50"
    regions = next(one for one in before if one.key == "proposals")
    assert regions.said == "paper: 2,000; Faster R-CNN: 300; FPN: 1,000"
    most = next(one for one in before if one.key == "max_detections")
    assert (most.value, most.run, most.high, most.said) == (100, 100, 100, "default: 100")


def test_a_switch_tells_where_its_methods_have_different_values(traces: dict[str, Trace]) -> None:
    def named(chosen: Chosen, key: str) -> Switch:
        return next(one for one in switches(traces, chosen) if one.key == key)

    iou = named((), "nms_threshold")
    assert iou.different == (0.3, 0.5) and not iou.changed
    told = same_text(iou.methods, iou.values, str)
    assert told == "R-CNN, SPPNet, Fast R-CNN and Faster R-CNN 0.3, FPN 0.5"
    assert named(with_choice((), NAMES, "nms_threshold", 0.4), "nms_threshold").different == ()
    # Also where what is another is not the first method's: it can then be taken back.
    off = named(with_choice((), ("fpn",), "regression", False), "regression")
    assert off.different == (True, False) and off.changed
    lower = named(with_choice((), ("fpn",), "nms_threshold", 0.3), "nms_threshold")
    assert lower.different == () and lower.changed
    # Regions: limits. That a method has fewer regions than its limit makes no other limit of it.
    assert named(with_choice((), NAMES, "proposals", 20), "proposals").different == ()


def test_margins_and_probabilities_have_thresholds_of_their_own(traces: dict[str, Trace]) -> None:
    both = [one for one in switches(traces, ()) if one.key == "detection_threshold"]
    assert [set(one.methods) for one in both] == [
        {"fast_rcnn", "faster_rcnn", "fpn"}, {"rcnn", "sppnet"},
    ]  # fmt: skip
    assert [one.run for one in both] == [0.5, 0.0]
    alone = [one for one in switches({"rcnn": traces["rcnn"]}, ()) if one.kind == "choice"]
    assert alone[0].choices == ("greedy", "none")
    kinds = [one for one in switches(traces, ()) if one.kind == "choice"]
    assert [one.choices for one in kinds] == [("greedy", "soft", "none"), ("greedy", "none")]


def test_nothing_can_be_switched_before_a_method_is_done(traces: dict[str, Trace]) -> None:
    half = dataclasses.replace(traces["fpn"], stages=traces["fpn"].stages[:3])
    assert switches({"fpn": half}, ()) == ()


def found(boxes: list[list[float]], labels: list[int]) -> Trace:
    stage = DetectionsStage(
        name="detections", ms=0.0, device="cpu", source=freeze(np.arange(len(boxes))),
        source_stage="nms", boxes=freeze(np.array(boxes, np.float32).reshape(-1, 4)),
        labels=freeze(np.array(labels, np.int64)), scores=freeze(np.ones(len(boxes), np.float32)),
        threshold=0.5,
    )  # fmt: skip
    return Trace(
        method="fpn", weights="w", device="cpu", classes=("cat", "dog"), settings={},
        stages=(stage,),
    )  # fmt: skip


def test_changes_by_hand() -> None:
    before = found([[0, 0, 10, 10], [20, 20, 30, 30], [50, 50, 60, 60]], [0, 0, 1])
    after = found([[0, 0, 10, 10], [20, 20, 30, 32], [50, 50, 60, 60]], [0, 0, 0])
    what = changes(before, after)
    assert what.gained.tolist() == [2] and what.lost.tolist() == [2]  # another class
    assert what.moved.tolist() == [[1, 1]]
    assert not changes(before, before) and what
    assert changes(found([], []), before).gained.tolist() == [0, 1, 2]


def test_switching_shows_in_the_detections(traces: dict[str, Trace]) -> None:
    trace = traces["fast_rcnn"]
    stricter = changes(trace, decide(trace, Choices(detection_threshold=0.99)))
    assert len(stricter.lost) and not len(stricter.gained)
    looser = changes(trace, decide(trace, Choices(suppression="none")))
    assert len(looser.gained) and not len(looser.lost)


def test_what_moved_is_drawn_where_it_was_as_its_swatch_says(traces: dict[str, Trace]) -> None:
    whole = traces["fast_rcnn"]
    # Each detection a little to the left of where it was before.
    last = whole.stages[-1]
    assert isinstance(last, DetectionsStage)
    boxes = freeze(np.asarray(last.boxes) - np.array([1, 0, 1, 0], np.float32))
    before = dataclasses.replace(
        whole, stages=(*whole.stages[:-1], dataclasses.replace(last, boxes=boxes))
    )
    shown = picture(whole, "detections", ViewState(before=before))
    gone = next(each for each in shown.main.layers if each.name == "Moved from here")
    assert isinstance(gone, Boxes) and gone.dashed and gone.width >= 2  # so it has an edge
    assert gone.roles == "text" and sample_of(gone).roles == ("text",) and sample_of(gone).dashed


def test_states_that_are_no_longer_apart_are_one() -> None:
    history = History(0).to(1).to(13).to(14).to(25).to(26).to(37).undone().undone().undone()
    assert (history.past, history.present, history.future) == ((0, 1, 13), 14, (25, 26, 37))
    tens = history.without_repeats(lambda one, other: one // 10 == other // 10)
    assert (tens.past, tens.present, tens.future) == ((1,), 14, (25, 37))
    moving = History(0).to(1).to(2, "slider").without_repeats(int.__eq__)
    assert moving.to(3, "slider").undone().present == 2  # another gesture


@given(st.lists(st.sampled_from(["a", "b", "undo", "redo"]), max_size=30))
def test_undo_and_redo_walk_one_line(steps: list[str]) -> None:
    history, line, at = History(0), [0], 0
    for number, step in enumerate(steps, 1):
        if step == "undo":
            history, at = history.undone(), max(0, at - 1)
        elif step == "redo":
            history, at = history.redone(), min(len(line) - 1, at + 1)
        else:
            history = history.to(number)
            line, at = [*line[: at + 1], number], at + 1
        assert history.present == line[at]
        assert [*history.past, history.present, *history.future] == line


def test_a_gesture_is_undone_at_once() -> None:
    history = History(0).to(1).to(2, "slider").to(3, "slider").to(4, "slider")
    assert history.undone().present == 1
    assert history.undone().redone().present == 4
    assert history.to(4).past == history.past  # nothing changed
    for number in range(2 * KEPT):
        history = history.to(100 + number)
    assert len(history.past) == KEPT


def test_the_highest_scores_are_those_of_regions_that_are_read(traces: dict[str, Trace]) -> None:
    for trace in traces.values():
        assert max(region for region, _, _ in runners_up(trace)) >= 2, "else it proves nothing"
        few = decide(trace, Choices(proposals=2))
        assert {region for region, _, _ in runners_up(few)} <= {0, 1}
