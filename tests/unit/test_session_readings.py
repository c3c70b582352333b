"""The formulas on the cards give, worked out from their own digits, what the trace holds."""

from __future__ import annotations

import math
import re
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.methods.names import NAMES
from explorer.methods.pooled import pooled, roi_cells_of
from explorer.ops.bins import pyramid_bins, roi_pool_bins
from explorer.ops.sizes import size_within
from explorer.session.card import Card
from explorer.session.essentials import essentials
from explorer.session.facts import cards
from explorer.session.readings import pooled_grid, roi_lines
from explorer.session.related import region_boxes
from explorer.session.scene import Key
from explorer.session.scenes.equations import window_lines
from explorer.session.state import Desk
from explorer.trace.stages import (
    FeatureMap,
    PoolingStage,
    RoiStage,
    ScoresStage,
    Trace,
    WarpStage,
    WindowStage,
)
from tests.traces import synthetic_trace


@cache
def trace_of(method: str) -> Trace:
    return synthetic_trace(method)


def card(method: str, row: int, stage: str) -> Card:
    return next(each for each in cards(trace_of(method), "scores", row) if each.stage == stage)


def test_a_crops_context_is_what_its_formula_gives() -> None:
    trace = trace_of("rcnn")
    stage = trace.stage("assignment")
    assert isinstance(stage, WarpStage)
    for row in (0, 7, 100):
        lines = card("rcnn", row, "assignment").lines
        box, context = region_boxes(trace)[row], stage.context[row]
        for line, axis in ((lines[1], 0), (lines[2], 1)):
            side, p, usable, result = (
                float(part) for part in re.findall(r"[\d.]+", line.split("=", 1)[1])
            )
            assert p == stage.padding and usable == stage.size - 2 * stage.padding
            assert side * p / usable == pytest.approx(result, abs=0.06)
            assert box[axis] - context[axis] == pytest.approx(result, abs=0.06)


def test_a_windows_lines_are_its_cells() -> None:
    trace = trace_of("sppnet")
    stage = trace.stage("assignment")
    assert isinstance(stage, WindowStage)
    for row in range(0, len(stage.cells), 9):
        shown = [line for line in card("sppnet", row, "assignment").lines if line[1] in "12"]
        assert len(shown) == 4
        for line, cell in zip(shown, stage.cells[row].tolist(), strict=True):
            assert re.search(r"(−?\d+)$", line).group(1).replace("−", "-") == str(cell)  # type: ignore
            exact, stride = (float(part) for part in re.findall(r"[⌊⌈]([\d.]+)/([\d.]+)", line)[0])
            rule = math.floor(exact / stride) + 1 if "⌊" in line else \
                math.ceil(exact / stride) - 1
            assert "→" in line or rule == cell or abs(exact / stride - round(exact / stride)) < 0.01


def test_a_window_that_collapses_says_so() -> None:
    lines = window_lines(np.array([17.0, 17.0, 30.0, 30.0]), 16.0, np.array([1, 1, 1, 1]))
    assert lines[0] == "x1 = ⌊17.0/16⌋ + 1 = 2 → 1" and "collapses" in lines[-1]


share = st.floats(0, 1)


@settings(max_examples=400, deadline=None)
@given(width=st.integers(16, 10_000), height=st.integers(16, 10_000),
       across=st.tuples(share, share), down=st.tuples(share, share),
       net=st.sampled_from([(258, 800), (600, 1000), (800, 1333)]))
def test_no_two_numbers_of_a_roi_touch(
    width: int, height: int, across: tuple[float, float], down: tuple[float, float],
    net: tuple[int, int],
) -> None:
    """For any box on any photo of up to 10,000 pixels, also as large as the papers read it."""
    high, wide = size_within(height, width, *net)
    shown = FeatureMap(name="C5", role="map", values=np.zeros((1, 1, 1), np.float32),
                       stride_x=16 * width / wide, stride_y=16 * height / high)
    box = np.array([min(across) * width, min(down) * height,
                    max(across) * width, max(down) * height])
    exact = box / np.array([shown.stride_x, shown.stride_y] * 2)
    table = roi_lines(exact, roi_cells_of(shown, box), shown)[:4]
    assert {len(line) for line in table} == {len(table[0])} and len(table[0]) <= 40
    for line in table:  # as many numbers as there are sides, each with a gap before it
        assert len(line.replace("÷ S", "").replace("cell", "").replace("px", "").split()) == 4
        assert re.match(r"(÷ S|cell|px|) ", line)


@pytest.mark.parametrize("method", ["sppnet", "fast_rcnn", "faster_rcnn"])
def test_the_bins_formula_is_the_bins(method: str) -> None:
    trace = trace_of(method)
    assignment, pooling = trace.stage("assignment"), trace.stage("pooling")
    assert isinstance(assignment, WindowStage | RoiStage) and isinstance(pooling, PoolingStage)
    for row in range(0, len(assignment.cells), 17):
        cells = assignment.cells[row]
        made = pyramid_bins(cells, pooling.bins) if method == "sppnet" else \
            roi_pool_bins(cells, pooling.bins[0])
        lines = card(method, row, "pooling").lines[:2]
        start = 0
        for n in pooling.bins:
            own = made[start : start + n * n].reshape(n, n, 4)
            start += n * n
            for axis, line in enumerate(lines):
                text = line.replace("/n", f"/{n}").replace("−", "-")
                first, length, last = (
                    int(value) for value in
                    re.match(rf". = (-?\d+) \+ ⌊i·(\d+)/{n}⌋ … (-?\d+) \+", text).groups()  # type: ignore
                )
                for i in range(n):
                    bin_ = own[0, i] if axis == 0 else own[i, 0]
                    assert bin_[axis] == first + i * length // n
                    assert bin_[axis + 2] == last - (-(i + 1) * length // n)


@pytest.mark.parametrize("method", NAMES)
def test_the_pooled_grid_is_the_strongest_channel(method: str) -> None:
    trace = trace_of(method)
    stage = trace.stage("pooling")
    assert isinstance(stage, PoolingStage)
    grid, values = pooled_grid(trace, 5), pooled(trace, 5)
    assert grid is not None
    assert values.max() == values[grid.channel].max() == grid.high
    assert [len(each) for each in grid.grids] == list(stage.bins)
    flat = np.concatenate([each.ravel() for each in grid.grids])
    assert flat.tolist() == values[grid.channel].tolist()


@pytest.mark.parametrize("method", NAMES)
def test_every_card_leads_to_its_stage_row_and_view(method: str) -> None:
    desk = Desk(stage="regions").with_control("show", "objectness").with_control("x", 3)
    for each in cards(trace_of(method), "detections", 0):
        there = desk.at_card(each)
        assert each.key is not None
        assert there.stage == each.stage and there.view.selected == each.key
        controls = dict(there.view.controls)
        if each.stage == "regions":
            assert "regions.x" not in controls
            assert controls.get("regions.show") == (each.control or ("", None))[1]


def test_the_essentials_say_score_and_fate() -> None:
    trace = trace_of("fpn")
    assert "objectness 0." in essentials(trace, Key("fpn", "regions", 3))
    assert essentials(trace, Key("fpn", "detections", 0)).startswith("Detection: ")
    scores = trace.stage("scores")
    assert isinstance(scores, ScoresStage)
    worst = int(scores.values[:, 1:].max(axis=1).argmin())
    assert "below" in essentials(trace, Key("fpn", "scores", worst))
    assert essentials(trace, Key("fpn", "scores", 10**6)) == ""
