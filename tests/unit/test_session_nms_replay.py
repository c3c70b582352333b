"""Every replay of NMS ends in exactly the boxes that the fast path kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.methods.names import NAMES
from explorer.methods.parts import EXCHANGED
from explorer.ops.nms import nms
from explorer.session.caption import caption, thresholds
from explorer.session.nms_replay import greedy, moment
from explorer.session.scene import Boxes, Labels, Picture, Scene, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.nms import fate_lines
from explorer.session.scenes.nms_steps import LISTED, step_table
from explorer.session.scenes.panel import Column
from explorer.session.words import short_apart
from explorer.trace.base import Floats, Ints, NmsRecord
from explorer.trace.stages import NmsStage, RpnStage
from tests.traces import synthetic_trace
from tests.unit.small_nets import small_trace

SEEDS = range(12)


def random_boxes(seed: int) -> tuple[Floats, Floats, Ints]:
    """Up to 120 boxes with many ties in score, repeated boxes and some without area."""
    random = np.random.default_rng(seed)
    n = int(random.integers(0, 120))
    start = random.integers(0, 60, (n, 2))
    size = random.integers(0, 40, (n, 2))
    boxes = np.concatenate([start, start + size], 1).astype(np.float32)
    if n > 10:
        boxes[: n // 5] = boxes[n // 5 : 2 * (n // 5)]
    scores = (random.integers(0, 8, n) / 8).astype(np.float32)
    return boxes, scores, random.integers(0, 3, n)


def check_replay(record: NmsRecord, rows: Ints) -> None:
    """Step by step nothing is decided twice, and the end is what the record kept."""
    before = moment(record, rows, 0)
    assert before.keeper is None and not len(before.kept)
    removed: list[int] = []
    for step in range(1, before.steps + 1):
        now = moment(record, rows, step)
        assert now.keeper == now.kept[-1] == record.kept[np.isin(record.kept, rows)][step - 1]
        assert now.keeper in before.undecided
        fresh = [row for row in now.removed.tolist() if row in rows]
        assert set(fresh) <= set(before.undecided.tolist())
        assert (np.diff(record.overlap[now.removed]) <= 0).all()
        removed += fresh
        everyone = np.concatenate([now.kept, now.suppressed, now.undecided])
        assert sorted(everyone.tolist()) == sorted(rows.tolist())
        before = now
    end = moment(record, rows)
    assert end.step == end.steps and not len(end.undecided)
    assert set(end.kept.tolist()) == set(rows[record.suppressed_by[rows] < 0].tolist())
    assert sorted(removed) == sorted(end.suppressed.tolist())


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.7, 1.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_steps_of_the_papers_keep_what_the_fast_path_keeps(
    seed: int, threshold: float
) -> None:
    boxes, scores, groups = random_boxes(seed)
    fast = nms(*(torch.from_numpy(each) for each in (boxes, scores)), threshold,
               torch.from_numpy(groups))
    slow = greedy(boxes, scores, threshold, groups)
    assert set(slow.kept.tolist()) == set(fast.kept.tolist())
    assert (np.diff(scores[slow.kept]) <= 0).all()
    np.testing.assert_array_equal(slow.suppressed_by, fast.suppressed_by)
    np.testing.assert_allclose(slow.overlap, fast.overlap, atol=1e-6)
    check_replay(slow, np.arange(len(boxes)))


@pytest.mark.parametrize("method", NAMES)
def test_replays_of_real_traces_end_in_what_was_kept(method: str) -> None:
    trace = small_trace(method)
    stage, regions = trace.stage("nms"), trace.stage("regions")
    assert isinstance(stage, NmsStage)
    check_replay(stage.nms, np.arange(len(stage.boxes)))
    for label in np.unique(stage.labels):
        check_replay(stage.nms, np.flatnonzero(stage.labels == label))
    if isinstance(regions, RpnStage):
        check_replay(regions.nms, np.arange(len(regions.candidates)))


def texts(made: Picture) -> list[str]:
    assert made.panel is not None
    return [item.text for layer in made.panel.layers for item in getattr(layer, "items", ())]


def named(made: Picture, name: str) -> Boxes | None:
    found = (each for each in made.main.layers if each.name == name)
    layer = next(found, None)
    assert layer is None or isinstance(layer, Boxes)
    return layer


def view(**controls: int | str) -> ViewState:
    return ViewState(controls=tuple((key.replace("_", ".", 1), value)
                                    for key, value in controls.items()))


def test_a_step_names_its_keeper_whom_it_removes_and_each_iou() -> None:
    trace = synthetic_trace("fast_rcnn")
    stage = trace.stage("nms")
    assert isinstance(stage, NmsStage)
    now = moment(stage.nms, np.arange(len(stage.boxes)), 1)
    made = picture(trace, "nms", view(nms_step=1))
    said = texts(made)
    assert f"Step 1 of {now.steps}" in said
    assert any(text.startswith(f"Keeps pair {now.keeper} ") for text in said)
    for row in now.removed[:5].tolist():
        assert f"{stage.nms.overlap[row]:.3f}" in said
    keeper, gone = named(made, "Keeper of this step"), named(made, "Removed in this step")
    assert keeper is not None and gone is not None
    assert keeper.rows.tolist() == [now.keeper]
    assert gone.rows.tolist() == now.removed.tolist()[::-1]  # the strongest on top
    # An IoU is written alike on the photo and in the table.
    assert gone.captions[-1] == f"IoU {stage.nms.overlap[now.removed[0]]:.3f}"
    for row, text in zip(now.removed[::-1].tolist(), gone.captions, strict=True):
        iou = short_apart(float(stage.nms.overlap[row]), stage.nms.threshold)
        assert text == f"IoU {iou}" and iou in said
    # Each has a caption; of those that are not drawn, the footer says how many they are.
    assert len(gone.captions) == len(now.removed) > LISTED == gone.most and all(gone.captions)
    # At the end there is no step to show.
    assert named(picture(trace, "nms", ViewState()), "Keeper of this step") is None


@pytest.mark.parametrize("method", ["faster_rcnn", "fpn"])
def test_the_rpns_nms_is_replayed_at_any_threshold(method: str) -> None:
    trace = synthetic_trace(method)
    stage = trace.stage("regions")
    assert isinstance(stage, RpnStage)
    run = picture(trace, "regions", view(regions_show="NMS"))
    step = next(each for each in run.controls if each.key == "step")
    assert step.value == step.high == len(stage.nms.kept) and step.plays
    first = picture(trace, "regions", view(regions_show="NMS", regions_step=1))
    assert any(text == "Keeps region 0" for text in texts(first))
    kept = {}
    for hundredths in (20, round(stage.nms.threshold * 100), 90):
        made = picture(trace, "regions", view(regions_show="NMS", regions_iou=hundredths))
        kept[hundredths] = next(each for each in made.controls if each.key == "step").high
        replayed = any("A replay at" in text for text in texts(made))
        assert replayed == (hundredths != round(stage.nms.threshold * 100))
    assert kept[20] < kept[round(stage.nms.threshold * 100)] == len(stage.nms.kept) < kept[90]


def test_without_suppression_no_iou_is_stated() -> None:
    trace = synthetic_trace("fast_rcnn")
    off = replace(trace, settings=trace.settings | {"suppression": "none"})
    assert "no NMS" in thresholds(off) and "NMS IoU 0.30" in thresholds(trace)
    soft = replace(trace, settings=trace.settings | {"suppression": "soft"})
    assert "Soft-NMS from IoU 0.30" in thresholds(soft)
    other = replace(trace, settings=trace.settings | {
        "regression": False, EXCHANGED: ("top-down pathway off",)
    })
    assert caption(other)[1].startswith("top-down pathway off · no box regression · ")
    assert caption(trace)[1] == " · ".join(thresholds(trace))
    made = picture(off, "nms", ViewState())
    said = texts(made)
    assert "No NMS" in said and not any("IoU >" in text for text in said)
    assert not any(control.key == "iou" for control in made.controls)
    assert any("IoU > 0.30" in text for text in texts(picture(trace, "nms", ViewState())))


def words(panel: Scene | None) -> list[str]:
    assert panel is not None
    return [label.text for each in panel.layers if isinstance(each, Labels) for label in each.items]


def test_many_steps_have_a_comma() -> None:
    n = 1_837
    start = np.stack([20.0 * np.arange(n), np.zeros(n)], 1)
    boxes = np.concatenate([start, start + 10], 1).astype(np.float32)
    record = greedy(boxes, np.linspace(1, 0.1, n, dtype=np.float32), 0.5, np.zeros(n, np.int64))
    panel = Column()
    step_table(panel, moment(record, np.arange(n), 1_090), record, "0.50", str, str)
    assert "Step 1,090 of 1,837" in words(panel.scene())


def test_a_kept_pairs_place_is_not_told_like_a_rows_number() -> None:
    trace = synthetic_trace("fpn")
    stage = trace.stage("nms")
    assert isinstance(stage, NmsStage)
    kept, every = stage.nms.kept.tolist(), f"of the {len(stage.nms.kept)} pairs kept"
    for better, row in enumerate(kept):
        said = fate_lines(trace, stage, row)[0]
        higher = "scores higher" if better == 1 else "score higher"
        assert said == (
            f"Kept: {better} {every}, all classes together, {higher}." if better else
            f"Kept: the best {every}, all classes together."
        )
    alone = replace(stage, nms=replace(stage.nms, kept=stage.nms.kept[:1]))
    assert fate_lines(trace, alone, kept[0])[0] == "Kept, as the only one of all pairs."


@pytest.mark.parametrize("wanted", [0.5, 2.0])
def test_the_panel_says_which_kept_boxes_are_drawn_thick(wanted: float) -> None:
    trace = synthetic_trace("fpn")
    trace = replace(trace, settings=trace.settings | {"detection_threshold": wanted})
    made = picture(trace, "nms", ViewState())
    said = " ".join(words(made.panel))
    assert f"Drawn thick: scores of {wanted:.2f} or more, and the two best in any case." in said
    stage = trace.stage("nms")
    assert isinstance(stage, NmsStage)
    thick = next(each for each in made.main.layers if each.name == "Kept, strongest")
    assert isinstance(thick, Boxes)
    best = stage.nms.kept.tolist()
    assert set(thick.rows.tolist()) == {
        row for at, row in enumerate(best) if at < 2 or stage.scores[row] >= wanted
    }
