"""A rounded value never reads like the threshold that it is above or below."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from explorer.session.caption import caption
from explorer.session.facts import facts
from explorer.session.scene import Boxes, Key, Labels, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.nms import fate_lines
from explorer.session.scenes.pairs import tag
from explorer.session.summary import headline
from explorer.session.words import apart, both_apart, number
from explorer.trace.base import STAGE_NAMES
from explorer.trace.stages import DetectionsStage, NmsStage
from tests.traces import exchanged, synthetic_trace


@pytest.mark.parametrize(("value", "threshold", "digits", "text"), [
    (0.71, 0.3, 2, "0.71"), (0.3004, 0.3, 2, "0.3004"), (0.30004, 0.3, 3, "0.30004"),
    (0.003, 0.0, 2, "0.003"), (-1.001, -1.0, 2, "−1.001"), (0.3, 0.3, 2, "0.300000"),
])
def test_as_many_digits_as_it_takes(
    value: float, threshold: float, digits: int, text: str
) -> None:
    assert apart(value, threshold, digits) == text
    own, other = both_apart(value, threshold, digits)
    assert own == text and len(own.split(".")[1]) == len(other.split(".")[1])


def test_a_sign_is_a_true_minus_and_zero_has_none() -> None:
    assert [number(value) for value in (-1.5, -0.001, 0.0)] == ["−1.50", "0.00", "0.00"]


@pytest.mark.parametrize("method", ["rcnn", "sppnet"])  # margins: many are negative
def test_margins_are_written_alike_in_headers_and_labels(method: str) -> None:
    trace = synthetic_trace(method)
    stage = trace.stage("detections")
    assert isinstance(stage, DetectionsStage)
    texts = [headline(trace), *caption(trace)]
    for name in STAGE_NAMES:
        made = picture(trace, name, ViewState())
        texts.append(made.summary)
        for scene in (made.main, made.panel):
            for layer in scene.layers if scene is not None else ():
                if isinstance(layer, Labels):
                    texts += [label.text for label in layer.items]
                if isinstance(layer, Boxes):
                    texts += layer.captions
    assert any("−" in text for text in texts)
    assert not [text for text in texts if re.search(r"(^|[\s(])-\d", text)]
    best = f"{trace.classes[stage.labels[0]]}\u00a0{number(float(stage.scores[0]))}"
    assert best in headline(trace) and best.replace("\u00a0", " ") in texts  # its label


def test_no_overlap_reads_like_the_threshold_of_nms() -> None:
    trace = synthetic_trace("fast_rcnn")
    stage = trace.stage("nms")
    assert isinstance(stage, NmsStage)
    gone = np.asarray(stage.nms.suppressed_by)
    row = int(np.nonzero(gone >= 0)[0][0])
    overlap = np.array(stage.nms.overlap)
    overlap[gone == gone[row]] = 0.3004
    close = exchanged(trace, stage, replace(stage, nms=replace(stage.nms, overlap=overlap)))
    for key in (Key("fast_rcnn", "nms", row), Key("fast_rcnn", "nms", int(gone[row]))):
        made = picture(close, "nms", ViewState(selected=key))
        assert made.panel is not None
        said = [
            label.text for layer in made.panel.layers if isinstance(layer, Labels)
            for label in layer.items
        ]
        said += [line for _, lines in facts(close, "nms", key.row) for line in lines]
        said += [text for each in made.main.layers if isinstance(each, Boxes)
                 for text in each.captions]
        assert any("0.3004" in text for text in said)
        assert not any("IoU 0.30 " in text or "IoU 0.300 " in text or text.endswith("IoU 0.30")
                       for text in said)


def test_an_overlap_just_above_the_threshold_reads_alike_on_the_photo_and_in_the_table() -> None:
    trace = synthetic_trace("fast_rcnn")
    stage = trace.stage("nms")
    assert isinstance(stage, NmsStage)
    close = exchanged(trace, stage, replace(
        stage, nms=replace(stage.nms, overlap=np.full_like(stage.nms.overlap, 0.3004))
    ))
    made = picture(close, "nms", ViewState(controls=(("nms.step", 1),)))
    gone = next(each for each in made.main.layers if each.name == "Removed in this step")
    assert isinstance(gone, Boxes) and set(gone.captions) == {"IoU >0.300"}
    assert made.panel is not None
    said = [label.text for layer in made.panel.layers if isinstance(layer, Labels)
            for label in layer.items]
    assert said.count(">0.300") >= len(gone.captions)


def test_a_detection_is_above_its_threshold_in_its_caption_too() -> None:
    trace = synthetic_trace("rcnn")
    stage = trace.stage("detections")
    assert isinstance(stage, DetectionsStage)
    scores = np.array(stage.scores)
    scores[-1] = stage.threshold + 0.003
    made = picture(exchanged(trace, stage, replace(stage, scores=scores)), "detections",
                   ViewState())
    drawn = next(each for each in made.main.layers if each.name == "Detections")
    assert isinstance(drawn, Boxes)
    assert drawn.captions[0].endswith(" " + number(stage.threshold + 0.003, 3))


def test_a_tag_is_told_apart_from_what_enters_nms_too() -> None:
    trace = synthetic_trace("rcnn")
    nms = trace.stage("nms")
    assert isinstance(nms, NmsStage) and nms.score_threshold == -1.0
    assert tag(trace, 0, -0.996).endswith(" −0.996")
    assert tag(trace, 0, -0.97).endswith(" −0.97")
    gone = int(np.flatnonzero(nms.nms.suppressed_by >= 0)[0])
    by = int(nms.nms.suppressed_by[gone])
    scores = np.array(nms.scores)
    scores[[gone, by]] = -0.998, -0.996
    close = replace(nms, scores=scores)
    said = " ".join(fate_lines(exchanged(trace, nms, close), close, gone))
    assert "−0.996" in said and "−1.00:" not in said
