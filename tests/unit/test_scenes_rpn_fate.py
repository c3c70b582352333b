"""The replay of the RPN's NMS tells of one box what its own record says, at its threshold."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.session.candidates import FIRST_ANCHOR, key_of, name_of
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


@pytest.mark.parametrize("hundredths", [30, 70])
@pytest.mark.parametrize("method", METHODS)
def test_the_selected_box_is_marked_at_every_step_with_what_it_is_then(
    method: str, hundredths: int
) -> None:
    trace, stage = synthetic_trace(method), rpn_of(method)
    run = round(stage.nms.threshold * 100)
    record = stage.nms if hundredths == run else record_at(stage, hundredths)
    removed = int(np.flatnonzero(record.suppressed_by >= 0)[0])
    for candidate in (int(record.kept[1]), removed):
        key, name = key_of(trace, stage, candidate), name_of(stage, candidate)
        by, own = int(record.suppressed_by[candidate]), int(record.step[candidate]) + 1
        for step in range(min(own + 3, len(record.kept))):
            made = replay(method, key, iou=hundredths, step=step)
            words, layers = said(made), [each.name for each in made.main.layers]
            mark = layer(made, "Selected")
            assert mark.rows.tolist() == [key.row]
            assert mark.boxes.tolist() == stage.candidates[[candidate]].tolist()
            assert name.capitalize() in words
            if step < own:
                assert mark.captions == (f"{name}: undecided",)
                assert f"Undecided: step {own:,} will {'keep' if by < 0 else 'remove'} it." in words
            elif by < 0:
                assert mark.captions == (f"{name}: kept",)
                assert f"Kept in step {own:,} of {len(record.kept):,}." in words
            else:
                assert mark.captions == (f"{name}: suppressed",)
                assert f"Suppressed in step {own:,} by" in " ".join(words)
            gone = by >= 0 and step >= own
            # In the step that removes it, its suppressor is the keeper, which is marked.
            assert ("Its suppressor" in layers) == (gone and step > own)
            assert ("By whom" in layers) == gone


def test_an_anchor_that_did_not_enter_is_marked_as_well() -> None:
    stage = rpn_of("fpn")
    anchor = int(np.setdiff1d(np.arange(len(stage.anchors)), stage.top)[0])
    made = replay("fpn", Key("fpn", "regions", FIRST_ANCHOR - anchor), step=2)
    assert layer(made, "Selected").boxes.tolist() == stage.anchors[[anchor]].tolist()
    assert f"Anchor {anchor:,}" in said(made)
    assert "Not among the" in " ".join(said(made))
