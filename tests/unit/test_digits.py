"""Whoever recomputes what is printed gets what is printed."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from explorer.session.digits import adding, box_and_size, boxes_and_sizes, roi, root
from explorer.session.facts import facts
from explorer.session.scene import Key, Labels, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.bin_reading import SUM, Reading, Shift, shift_table, weight_digits
from explorer.session.scenes.equations import level_lines, window_lines
from explorer.session.scenes.panel import Column
from explorer.session.scenes.rpn_common import objectness_text
from explorer.session.words import number
from tests.traces import synthetic_trace


def figures(text: str) -> list[float]:
    return [float(each) for each in re.findall(r"[−-]?\d+\.?\d*", text.replace("−", "-"))]


def rows_of(panel: Column) -> dict[float, list[str]]:
    """The texts of a panel, line by line."""
    lines: dict[float, list[str]] = {}
    for layer in panel.scene().layers:
        for label in layer.items if isinstance(layer, Labels) else ():
            lines.setdefault(label.y, []).append(label.text)
    return lines


def test_a_level_follows_from_the_sides_that_are_printed() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        width, height = rng.uniform(4, 900, 2).tolist()
        raw = 4 + math.log2(math.sqrt(width * height) / 84)
        lines = level_lines(width, height, raw, math.floor(raw), 4, 84)
        _, w, h, _ = figures(lines[1].replace("log2", ""))
        _, side, _ = figures(lines[2].replace("log2", ""))
        shown, level = figures(lines[3])
        places = len(lines[2].split(" / ")[0].split(".")[1])
        assert round(math.sqrt(w * h), places) == side, lines
        assert abs(4 + math.log2(side / 84) - raw) < 0.011 and math.floor(shown) == level, lines


def test_a_root_is_that_of_its_sides_as_printed() -> None:
    assert root(129.6, 288.0, 1) == ("129.6", "288.0", "193.2")  # √(130·288) is 193.5
    assert root(100.0, 100.0, 0) == ("100", "100", "100")


def test_a_window_follows_from_the_coordinates_that_are_printed() -> None:
    lines = window_lines(np.array([47.96, 0, 160.04, 32]), 16, np.array([3, 1, 10, 1]))
    assert lines[0] == "x1 = ⌊47.96/16⌋ + 1 = 3"  # 48.0/16 would be 4
    assert lines[2] == "x2 = ⌈160.04/16⌉ − 1 = 10"


def test_terms_add_up_to_their_sum_in_the_digits_printed() -> None:
    assert adding((0.125, 0.25), 0.375, 3) == 3
    digits = adding((1.0044, 2.0044), 3.0088)
    assert round(1.0044, digits) + round(2.0044, digits) == pytest.approx(round(3.0088, digits))


def test_corners_differ_by_the_size_beside_them() -> None:
    assert box_and_size(np.array([20.0, 40, 367, 201])) == ("20, 40 – 367, 201", "347 × 161")
    rng = np.random.default_rng(1)
    for _ in range(200):
        corner = rng.uniform(0, 600, 2)
        corners, size = box_and_size(np.concatenate([corner, corner + rng.uniform(2, 500, 2)]))
        x1, y1, x2, y2 = figures(corners.replace("–", ""))
        assert [x2 - x1, y2 - y1] == pytest.approx(figures(size), abs=1e-6)


def test_two_boxes_beside_each_other_have_as_many_decimals() -> None:
    one, other = np.array([10.0, 20, 30, 60]), np.array([85.82, 15.13, 339.06, 508.87])
    texts = [text for each in boxes_and_sizes([one, other]) for text in each]
    decimals = {len(part.split(".")[1]) for text in texts
                for part in text.replace(",", "").split() if part not in "–×"}
    assert len(decimals) == 1


def test_shifts_of_a_roi_follow_from_what_is_printed() -> None:
    rng = np.random.default_rng(2)
    for _ in range(100):
        exact, stride = rng.uniform(0, 20, 4), rng.uniform(8, 50, 2).repeat(2)
        cells = np.floor(exact + 0.5)
        digits, places = roi(exact, cells, stride)
        for at, cell, step in zip(exact, cells, stride, strict=True):
            worked = (cell - round(at, digits)) * round(step, places)
            assert number(worked, 1) == number((cell - at) * step, 1)


def test_two_roundings_add_up_to_both_together() -> None:
    panel = Column()
    boxes = (np.array([[0.0, 0.0, 45.34, 73.14], [-14.24, -14.24, 48.24, 71.15],
                       [-14.26, -14.27, 71.13, 99.56]]))
    shift_table(panel, Shift(*boxes))
    lines = [each for each in rows_of(panel).values() if each[0].startswith(("of", "together"))]
    first, second, both = (np.array(figures(" ".join(line[1:]))) for line in lines)
    assert first + second == pytest.approx(both)


def test_weights_and_values_give_the_mean_that_is_printed() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        weights = rng.uniform(0, 1, 6)
        read = Reading(np.zeros((6, 2), np.int64), rng.uniform(-60, 60, 6).round(3),
                       weights / weights.sum())
        assert read.weights is not None
        digits = weight_digits(read)
        worked = sum(round(w, digits) * v for w, v in zip(read.weights, read.values, strict=True))
        assert f"{worked:.{SUM}f}" == f"{read.result:.{SUM}f}"


def test_an_objectness_follows_from_its_logit_as_printed() -> None:
    for logit in np.linspace(-3, 3, 97):
        shown, p = figures(objectness_text(float(logit)).replace("σ", ""))
        assert f"{1 / (1 + math.exp(-shown)):.3f}" == f"{p:.3f}"


def test_a_journey_says_which_cells_lie_beyond_the_map_and_the_picture_draws_them_so() -> None:
    trace = synthetic_trace("fast_rcnn")
    stage = trace.stage("assignment")
    features = trace.stage("features")
    height, width = features.maps[0].values.shape[1:]  # type: ignore[union-attr]
    cells = stage.cells  # type: ignore[union-attr]
    out = (cells[:, 2] >= width) | (cells[:, 3] >= height)
    assert out.any() and not out.all()
    for row in (int(np.flatnonzero(out)[0]), int(np.flatnonzero(~out)[0])):
        made = picture(trace, "assignment", ViewState(selected=Key("fast_rcnn", "assignment", row)))
        assert made.panel is not None
        said = " ".join(label.text for layer in made.panel.layers if isinstance(layer, Labels)
                        for label in layer.items)
        beyond = f"beyond the map of {width} × {height} cells: dropped."
        assert (beyond in said) == bool(out[row])
        names = [layer.name for layer in made.main.layers]
        assert ("Beyond the map: dropped" in names) == bool(out[row])
        lines = [line for _, some in facts(trace, "assignment", row) for line in some]
        assert any(line.endswith(beyond) for line in lines) == bool(out[row])
