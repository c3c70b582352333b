"""Deciding again from a trace gives what running the method with other settings gives."""

from __future__ import annotations

import dataclasses
from unittest import mock

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.methods.choices import DECIDED, SUPPRESSING_FIRST, Choices
from explorer.methods.deciding import decide
from explorer.methods.modules import MODULES
from explorer.ops.soft_nms import soft_nms
from explorer.trace.stages import DetectionsStage, NmsStage, RefinementStage, Trace
from tests.unit.small_nets import small_settings, small_trace

METHODS = tuple(name for name, _ in MODULES)
CHANGES: tuple[dict[str, float], ...] = (
    {},
    {"nms_threshold": 0.1},
    {"nms_threshold": 0.8, "score_threshold": 0.3},
    {"detection_threshold": 0.2, "max_detections": 3},
)


@pytest.fixture(scope="module", params=METHODS)
def trace(request: pytest.FixtureRequest) -> Trace:
    return small_trace(request.param)


def assert_same(ours: Trace, theirs: Trace) -> None:
    assert [stage.name for stage in ours.stages] == [stage.name for stage in theirs.stages]
    for name in DECIDED:
        one, other = ours.stage(name), theirs.stage(name)
        assert one is not None and other is not None
        for field in dataclasses.fields(one):
            mine, wanted = getattr(one, field.name), getattr(other, field.name)
            if field.name == "nms":
                np.testing.assert_array_equal(mine.kept, wanted.kept)
                np.testing.assert_array_equal(mine.suppressed_by, wanted.suppressed_by)
            elif isinstance(mine, np.ndarray) and mine.dtype.kind == "f":
                np.testing.assert_allclose(mine, wanted, atol=1e-3, err_msg=f"{name} {field.name}")
            elif isinstance(mine, np.ndarray):
                np.testing.assert_array_equal(mine, wanted, err_msg=f"{name} {field.name}")
            elif field.name not in ("ms", "device"):
                assert mine == wanted, f"{name} {field.name}"


@pytest.mark.parametrize("changed", CHANGES)
def test_deciding_again_is_running_with_other_settings(
    trace: Trace, changed: dict[str, float]
) -> None:
    if trace.method in SUPPRESSING_FIRST:  # margins lie around 0
        changed = {k: v - 0.5 if k.startswith("score") else v for k, v in changed.items()}
    run = small_trace(trace.method, settings=small_settings(trace.method, **changed))
    with mock.patch.object(torch.nn.Module, "__call__", side_effect=AssertionError("a network")):
        decided = decide(trace, Choices(**changed))  # type: ignore[arg-type]
    assert_same(decided, run)


def test_fewer_proposals_are_the_best_ones(trace: Trace) -> None:
    few = decide(trace, Choices(proposals=5))
    scores = few.stage("refinement")
    assert isinstance(scores, RefinementStage)
    rows = {
        path[-1][1]
        for i in range(len(scores.source))
        for path in [few.lineage("refinement", i)]
    }
    assert rows and max(rows) < 5


def test_without_regression_boxes_stay(trace: Trace) -> None:
    stage = decide(trace, Choices(regression=False)).stage("refinement")
    assert isinstance(stage, RefinementStage) and len(stage.before)
    np.testing.assert_array_equal(stage.before, stage.after)


def test_without_suppression_all_stay(trace: Trace) -> None:
    stage = decide(trace, Choices(suppression="none")).stage("nms")
    assert isinstance(stage, NmsStage)
    assert len(stage.nms.kept) == len(stage.boxes) > len(trace.stage("nms").nms.kept)  # type: ignore[union-attr]


def test_soft_nms_keeps_more_and_lowers_scores(trace: Trace) -> None:
    if trace.method in SUPPRESSING_FIRST:
        with pytest.raises(ValueError, match="margins"):
            decide(trace, Choices(suppression="soft"))
        return
    decided = decide(trace, Choices(suppression="soft"))
    soft, greedy = decided.stage("nms"), trace.stage("nms")
    assert isinstance(soft, NmsStage) and isinstance(greedy, NmsStage)
    assert len(soft.nms.kept) > len(greedy.nms.kept)
    assert np.all(soft.scores <= greedy.scores) and np.any(soft.scores < greedy.scores)
    found = decided.stage("detections")
    assert isinstance(found, DetectionsStage)
    assert np.all(np.diff(found.scores) <= 0)


def test_soft_nms_by_hand() -> None:
    boxes = torch.tensor([[0, 0, 10, 10], [0, 0, 10, 8], [0, 0, 10, 10], [50, 50, 60, 60.0]])
    scores = torch.tensor([0.9, 0.8, 0.7, 0.6])
    groups = torch.tensor([0, 0, 1, 0])
    result, lowered = soft_nms(boxes, scores, 0.3, groups, 0.2)
    # IoU 0.8 with the first: 0.8 x 0.2 = 0.16, below 0.2; another class and a far box stay.
    torch.testing.assert_close(lowered, torch.tensor([0.9, 0.16, 0.7, 0.6]))
    assert result.kept.tolist() == [0, 2, 3]
    assert result.suppressed_by.tolist() == [-1, 0, -1, -1]
    assert result.overlap[1] == pytest.approx(0.8)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 40), st.integers(0, 10**6), st.floats(0.05, 0.9))
def test_soft_nms_gives_every_box_one_fate(n: int, seed: int, threshold: float) -> None:
    random = torch.Generator().manual_seed(seed)
    corners = torch.rand((n, 2, 2), generator=random).sort(1).values
    boxes, scores = corners.flatten(1) * 50, torch.rand(n, generator=random)
    groups = torch.randint(0, 3, (n,), generator=random)
    result, lowered = soft_nms(boxes, scores, threshold, groups, 0.05)
    assert sorted(result.kept.tolist()) == (result.suppressed_by < 0).nonzero()[:, 0].tolist()
    assert (lowered <= scores).all()
    assert (lowered[result.kept].diff() <= 0).all()
    gone = result.suppressed_by >= 0
    assert (lowered[gone] <= 0.05).all() and (result.overlap[gone] >= threshold).all()


def test_a_trace_that_is_not_done_is_refused(trace: Trace) -> None:
    with pytest.raises(ValueError, match="detections"):
        decide(dataclasses.replace(trace, stages=trace.stages[:4]), Choices())
