"""The replay of the RPN's NMS tells of one box what its own record says, at its threshold."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.session.candidates import key_of, name_of
from explorer.session.nms_replay import greedy
from explorer.session.scene import Boxes, Key, Labels, Picture, ViewState
from explorer.session.scenes import picture
from explorer.session.words import number, plural
from explorer.trace.base import NmsRecord
from explorer.trace.stages import RpnStage
from tests.traces import rpn_of, synthetic_trace

METHODS = ("faster_rcnn", "fpn")


def record_at(stage: RpnStage, hundredths: int) -> NmsRecord:
    top = np.asarray(stage.top)
    return greedy(stage.candidates, np.asarray(stage.objectness)[top], hundredths / 100,
                  np.asarray(stage.level)[top])


def replay(method: str, key: Key | None, **controls: int) -> Picture:
    chosen = tuple((f"regions.{name}", value) for name, value in controls.items())
    view = ViewState(selected=key, controls=(("regions.show", "NMS"), *chosen))
    return picture(synthetic_trace(method), "regions", view)


def said(made: Picture) -> list[str]:
    assert made.panel is not None
    return [item.text for layer in made.panel.layers if isinstance(layer, Labels)
            for item in layer.items]


def layer(made: Picture, name: str) -> Boxes:
    found = next(each for each in made.main.layers if each.name == name)
    assert isinstance(found, Boxes)
    return found


@pytest.mark.parametrize("hundredths", [5, 30, 90])
@pytest.mark.parametrize("method", METHODS)
def test_the_last_step_tells_of_a_keeper_what_its_own_step_did(
    method: str, hundredths: int
) -> None:
    trace, stage = synthetic_trace(method), rpn_of(method)
    record = record_at(stage, hundredths)
    gone = np.bincount(record.suppressed_by[record.suppressed_by >= 0],
                       minlength=len(stage.candidates))
    differs = 0
    for keeper in record.kept[:8].tolist():
        key = key_of(trace, stage, keeper)
        last = replay(method, key, iou=hundredths)
        assert f"suppresses {plural(int(gone[keeper]), 'box', 'boxes')}" in said(last)
        assert name_of(stage, keeper).capitalize() in said(last)
        step = replay(method, key, iou=hundredths, step=int(record.step[keeper]) + 1)
        if gone[keeper] and keeper != record.kept[-1]:  # at the last step all is decided
            assert any(f"removes {plural(int(gone[keeper]), 'box', 'boxes')} " in text
                       for text in said(step))
        differs += int(gone[keeper]) != int((stage.nms.suppressed_by == keeper).sum())
    assert differs, "at this threshold nothing differs from the run"


@pytest.mark.parametrize("method", METHODS)
def test_a_proposal_that_a_lower_threshold_removes_is_told_as_removed(method: str) -> None:
    trace, stage = synthetic_trace(method), rpn_of(method)
    record = record_at(stage, 5)
    proposals = np.asarray(stage.source)
    candidate = int(proposals[record.suppressed_by[proposals] >= 0][0])
    by = int(record.suppressed_by[candidate])
    made = replay(method, key_of(trace, stage, candidate), iou=5)
    words = " ".join(said(made))
    step = int(record.step[candidate]) + 1
    assert f"Suppressed in step {step:,} by {name_of(stage, by)} at IoU" in words
    assert f"> {number(0.05)}." in words
    assert layer(made, "Selected").boxes.tolist() == stage.candidates[[candidate]].tolist()
    suppressor = layer(made, "Its suppressor")
    assert suppressor.boxes.tolist() == stage.candidates[[by]].tolist()
    assert suppressor.rows.tolist() == [key_of(trace, stage, by).row]  # a click goes on with it


def test_with_nothing_selected_the_replays_own_busiest_box_is_told() -> None:
    stage = rpn_of("faster_rcnn")
    record = record_at(stage, 5)
    most = int(np.bincount(record.suppressed_by[record.suppressed_by >= 0]).max())
    assert f"suppresses {most:,} boxes" in said(replay("faster_rcnn", None, iou=5))
