"""Soft-NMS replayed: the steps end in the scores and the fates that the fast path gave."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.methods.choices import Choices
from explorer.methods.deciding import decide
from explorer.session.fates import outcome
from explorer.session.nms_replay import moment
from explorer.session.related import related
from explorer.session.scene import Boxes, Key, Labels, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.nms import fate_lines
from explorer.session.soft_replay import entered_scores, lowering
from explorer.trace.stages import NmsStage, Trace
from tests.traces import synthetic_trace

METHODS = ("fast_rcnn", "faster_rcnn", "fpn")


def soft(method: str, threshold: float = 0.3) -> tuple[Trace, NmsStage]:
    trace = decide(
        synthetic_trace(method), Choices(suppression="soft", nms_threshold=threshold)
    )
    stage = trace.stage("nms")
    assert isinstance(stage, NmsStage)
    return trace, stage


@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.6])
@pytest.mark.parametrize("method", METHODS)
def test_the_steps_end_in_the_scores_and_fates_of_the_fast_path(
    method: str, threshold: float
) -> None:
    trace, stage = soft(method, threshold)
    scores = entered_scores(trace, stage).astype(np.float64)
    rows = np.arange(len(stage.boxes))
    lowered = 0
    for step in range(1, len(stage.nms.kept) + 1):
        now = moment(stage.nms, rows, step)
        assert now.keeper is not None
        lowers = lowering(trace, stage, now.keeper)
        np.testing.assert_allclose(lowers.before, scores[lowers.rows], rtol=1e-4)
        np.testing.assert_allclose(lowers.after, lowers.before * (1 - lowers.iou), rtol=1e-6)
        assert set(lowers.rows[lowers.gone].tolist()) == set(now.removed.tolist())
        assert not np.isin(lowers.rows, now.kept).any()
        scores[lowers.rows] = lowers.after
        lowered += len(lowers.rows)
    np.testing.assert_allclose(scores, stage.scores, rtol=1e-3, atol=1e-6)
    assert lowered > len(stage.boxes) - len(stage.nms.kept) > 0


def test_a_step_shows_which_scores_fall_and_from_what() -> None:
    trace, stage = soft("fpn")
    rows = np.arange(len(stage.boxes))
    steps = [
        step for step in range(1, len(stage.nms.kept))
        if not lowering(trace, stage, int(stage.nms.kept[step - 1])).gone.all()
    ]
    view = ViewState(controls=(("nms.step", steps[0]),))
    made = picture(trace, "nms", view)
    lowers = lowering(trace, stage, int(moment(stage.nms, rows, steps[0]).keeper or 0))
    (layer,) = [one for one in made.main.layers if one.name == "Lowered in this step"]
    assert isinstance(layer, Boxes)
    assert sorted(layer.rows.tolist()) == sorted(lowers.rows[~lowers.gone].tolist())
    assert made.panel is not None
    words = [
        item.text for one in made.panel.layers if isinstance(one, Labels) for item in one.items
    ]
    assert f"{lowers.before[0]:.2f} → {lowers.after[0]:.2f}" in words


def test_why_a_lowered_box_is_no_detection() -> None:
    trace, stage = soft("fpn")
    was = entered_scores(trace, stage)
    gone = np.flatnonzero(np.asarray(stage.nms.suppressed_by) >= 0)
    said = []
    for row in gone.tolist():
        first, second = fate_lines(trace, stage, row)
        assert f"Its score {was[row]:.2f} fell to {stage.scores[row]:.2f}" in first
        assert "≥ 0.30" in second
        found = related(trace, Key("fpn", "nms", row))
        said += outcome(trace, found, found["regions"][0])[1]
    assert any(line.startswith("Soft-NMS lowered") for line in said)
    assert not any("suppressed by pair" in line for line in said)
