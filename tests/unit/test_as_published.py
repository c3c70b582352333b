"""Back to the papers: what each says, and what an undone step changed, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.methods.names import NAMES
from explorer.session.as_published import as_published
from explorer.session.scene import Key
from explorer.session.state import Desk
from explorer.session.step_words import step_words
from explorer.session.switching import choices_of
from explorer.trace.stages import Trace
from tests.unit.small_nets import small_trace


@pytest.fixture(scope="module")
def traces() -> dict[str, Trace]:
    return {name: small_trace(name) for name in NAMES}


def run_with(trace: Trace, **settings: object) -> Trace:
    return replace(trace, settings={**trace.settings, **settings})


def test_switches_are_at_what_the_papers_say(traces: dict[str, Trace]) -> None:
    ran = {name: run_with(trace, proposals=2000) for name, trace in traces.items()}
    ran["fpn"] = run_with(ran["fpn"], pooling="roi_align", rpn_nms_threshold=0.5)
    ran["rcnn"] = run_with(ran["rcnn"], nms_threshold=0.4)
    before = Desk().switched(("sppnet",), "detection_threshold", 0.5).exchanged(
        "fpn", "top_down", False)
    desk = as_published(before, ran)
    limits = {name: choices_of(desk.chosen, name).proposals for name in NAMES}
    assert limits == dict.fromkeys(NAMES) | {"faster_rcnn": 300, "fpn": 1000}
    assert choices_of(desk.chosen, "rcnn").nms_threshold == 0.3
    assert choices_of(desk.chosen, "sppnet").detection_threshold is None  # no paper says it
    assert desk.varied == (
        ("fpn", (("pooling", "roi_pool"), ("rpn_nms_threshold", 0.7))),
    )
    assert isinstance(choices_of(desk.chosen, "fpn").proposals, int)
    assert as_published(desk, ran) == desk


def test_a_method_that_is_still_running_is_left(traces: dict[str, Trace]) -> None:
    half = replace(traces["fpn"], stages=traces["fpn"].stages[:3])
    assert as_published(Desk(), {"fpn": run_with(half, proposals=2000)}) == Desk()


def test_a_step_is_told_by_what_it_changed(traces: dict[str, Trace]) -> None:
    desk = Desk()
    assert step_words(desk, desk, traces) == ""
    part = desk.exchanged("fpn", "rpn_refinement", False)
    assert step_words(part, desk, traces) == "RPN refinement of FPN"
    assert step_words(part, part.at_stage("nms"), traces) == ""
    two = desk.switched(("rcnn", "fpn"), "nms_threshold", 0.4)
    assert step_words(desk, two, traces) == "Suppressed above IoU of R-CNN and FPN"
    every = desk.switched(NAMES, "regression", False).selecting(Key("fpn", "regions", 0))
    assert step_words(desk, every, traces) == "Box regression of all methods, selection"
    assert step_words(desk, desk.toggled("sppnet"), traces) == "SPPNet on or off"
    # On a photo where the methods have not come so far.
    assert step_words(part, desk, {}) == "RPN refinement of FPN"
    assert step_words(desk, two, {}) == "switches of R-CNN and FPN"
    looks = desk.at_stage("nms").with_layer("Photo", False).with_control("step", 3)
    assert step_words(desk, looks, traces) == "controls of NMS, layers of NMS"
    assert step_words(desk, desk.with_limit(5), traces) == "boxes drawn at most"
