"""Classes are written for people on screen; files and sessions keep VOC's names."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from explorer.session.class_names import ON_SCREEN, on_screen
from explorer.session.facts import facts
from explorer.session.ground_truth import GroundTruth
from explorer.session.listing import listing
from explorer.session.matches import matches
from explorer.session.region_table import region_rows
from explorer.session.report import trace_json
from explorer.session.scene import Boxes, Labels, ViewState
from explorer.session.scenes import picture
from explorer.session.summary import headline, summary_scene
from explorer.session.verdicts import verdicts
from explorer.trace.base import STAGE_NAMES
from explorer.trace.stages import DetectionsStage, Trace
from explorer.ui.naming import name_of, offer, show_name
from tests.traces import synthetic_trace

RAW, SHOWN = "tvmonitor", "TV monitor"


def of_monitors(method: str = "fpn") -> Trace:
    """A trace whose first detection is a TV monitor."""
    trace = synthetic_trace(method)
    found = trace.stage("detections")
    assert isinstance(found, DetectionsStage)
    label, classes = int(found.labels[0]), list(trace.classes)
    other = classes.index(RAW)
    classes[label], classes[other] = RAW, classes[label]
    return dataclasses.replace(trace, classes=tuple(classes))


def words(trace: Trace, view: ViewState) -> list[str]:
    found: list[str] = []
    for stage in STAGE_NAMES:
        made = picture(trace, stage, view)
        found.append(made.summary)
        for scene in (made.main, *([made.panel] if made.panel else [])):
            for layer in scene.layers:
                if isinstance(layer, Labels):
                    found += [item.text for item in layer.items]
                if isinstance(layer, Boxes):
                    found += layer.captions
    return found


def test_every_name_is_a_class_of_voc_and_another_on_screen() -> None:
    assert set(ON_SCREEN) <= set(synthetic_trace("fpn").classes)
    assert on_screen("person") == "person" and on_screen(RAW) == SHOWN


@pytest.mark.parametrize("method", ["rcnn", "fpn"])
def test_pictures_cards_and_lists_write_it_for_people(method: str) -> None:
    trace = of_monitors(method)
    box = (0.0, 0.0, 20.0, 20.0)
    truth = GroundTruth(np.array([box], np.float32), (RAW,), np.zeros(1, bool), "by hand")
    said = words(trace, ViewState()) + words(trace, ViewState(truth=truth))
    said += [line for title, lines in facts(trace, "detections", 0) for line in (title, *lines)]
    said += [headline(trace)]
    said += [item.text for layer in summary_scene([trace], 480.0, 480.0, truth=truth).layers
             if isinstance(layer, Labels) for item in layer.items]
    of = verdicts(trace, truth)
    assert of is not None
    said += of.why
    assert any(SHOWN in text for text in said)
    assert not [text for text in said for raw in ON_SCREEN if raw in text]


def test_a_list_is_searched_by_either_name() -> None:
    listed = listing(of_monitors(), "detections")
    assert listed is not None and listed.text(0, "kind") == SHOWN
    assert SHOWN in listed.sentence(0)
    for text in ("tv m", "tvm", "TV Monitor", "monitor"):
        assert 0 in listed.found(text), text


def test_files_and_matches_keep_vocs_name() -> None:
    trace = of_monitors()
    report = trace_json(trace, "photo.jpg", None)
    assert report["detections"][0]["label"] == RAW and SHOWN not in json.dumps(report)
    rows = list(region_rows(trace))
    assert any(RAW in row for row in rows) and not any(SHOWN in row for row in rows)
    assert RAW in {match.name for match in matches([trace])}


def test_controls_offer_it_for_people_and_hold_vocs_name() -> None:
    trace = of_monitors()
    for stage in ("scores", "nms", "refinement"):
        control = next(one for one in picture(trace, stage, ViewState()).controls  # type: ignore[arg-type]
                       if one.key == "class")
        assert RAW in control.choices and SHOWN not in control.choices
        view = ViewState(controls=((f"{stage}.class", RAW),))
        made = picture(trace, stage, view)  # type: ignore[arg-type]
        assert next(one for one in made.controls if one.key == "class").value == RAW


def test_a_list_to_choose_from_shows_one_and_tells_the_other(qtbot: QtBot) -> None:
    combo = QComboBox()
    qtbot.addWidget(combo)
    offer(combo, ["person", RAW])
    show_name(combo, RAW)
    assert combo.currentText() == SHOWN and name_of(combo, SHOWN) == RAW
    show_name(combo, "whale")
    assert combo.currentText() == SHOWN and name_of(combo, "whale") == "whale"
