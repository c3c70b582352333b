"""How panels write small and large numbers, and what stands beside them."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from explorer.methods.names import NAMES
from explorer.session.facts import cards
from explorer.session.scene import Bars, Boxes, Heat, Label, Labels, Pixels, Scene, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.number_grid import number_grid
from explorer.session.scenes.panel import Column
from explorer.session.words import probability
from explorer.trace.base import STAGE_NAMES
from explorer.trace.stages import FeaturesStage, RpnStage, ScoresStage, Trace
from tests.traces import synthetic_trace


@cache
def trace_of(method: str) -> Trace:
    return synthetic_trace(method)


def labels(panel: Scene | None) -> list[Label]:
    assert panel is not None
    return [
        label for layer in panel.layers if isinstance(layer, Labels) for label in layer.items
    ]


def texts(panel: Scene | None) -> list[str]:
    return [label.text for label in labels(panel)]


@pytest.mark.parametrize(("value", "text"), [
    (0.0, "0.000"), (0.0002, "<0.001"), (0.0006, "0.001"), (0.9972, "0.997"),
    (0.9998, ">0.999"), (1.0, "1.000"),
])
def test_a_probability_is_never_rounded_to_none_or_to_all(value: float, text: str) -> None:
    assert probability(value) == text


def test_objectness_is_written_to_a_thousandth_and_its_bars_are_of_equal_width() -> None:
    trace = trace_of("faster_rcnn")
    stage = trace.stage("regions")
    assert isinstance(stage, RpnStage)
    sure = np.array(stage.objectness)
    sure[np.argsort(-sure)[:5]] = (5.8, 5.7, 5.6, 5.5, 12)
    sure = replace(stage, objectness=sure)
    close = replace(trace, stages=tuple(sure if each is stage else each for each in trace.stages))
    made = picture(close, "regions", ViewState(controls=(("regions.show", "objectness"),)))
    drawn = next(each for each in made.main.layers if each.name == "Highest anchors")
    assert isinstance(drawn, Boxes)
    assert sorted(drawn.captions) == ["0.996", "0.996", "0.997", "0.997", ">0.999"]
    said = texts(made.panel)
    assert "max >0.999" in said
    bins = [tuple(map(float, text.split(" – "))) for text in said if " – " in text]
    assert len(bins) == 5
    assert {round(high - low, 6) for low, high in bins} == {0.2}


def test_classes_of_less_than_a_thousandth_are_not_listed_one_by_one() -> None:
    trace = trace_of("fast_rcnn")
    stage = trace.stage("scores")
    assert isinstance(stage, ScoresStage)
    values = np.full_like(stage.values, 0.00001)
    values[:, 3], values[:, 0] = 0.95, 0.04
    sure = replace(stage, values=values)
    close = replace(trace, stages=tuple(sure if each is stage else each for each in trace.stages))
    made = picture(close, "scores", ViewState())
    said = texts(made.panel)
    assert said.count("<0.001") == 2 and "0.000" not in said
    assert f"{len(trace.classes) - 3} other classes: each <0.001." in said
    # No mark on the tracks of what is written as less than a thousandth.
    heights = {round(label.y) for label in labels(made.panel) if label.text == "<0.001"}
    assert made.panel is not None
    bars = next(each for each in made.panel.layers if isinstance(each, Bars))
    marks = [role for box, role in zip(bars.boxes, bars.roles, strict=True)
             if round(float(box[1]) + 3) in heights and role != "line"]
    assert not marks
    card = next(each for each in cards(close, "scores", 0) if each.title == "Class scores")
    assert "<0.001" in [text for _, _, text in card.bars]


def test_the_maps_listed_are_said_to_be_some_of_all_and_the_one_shown_is_marked() -> None:
    trace = trace_of("fpn")
    stage = trace.stage("features")
    assert isinstance(stage, FeaturesStage)
    made = picture(trace, "features", ViewState())
    same = [each for each in stage.maps if each.role == "map"]
    said = texts(made.panel)
    assert f"{len(same)} of {len(stage.maps)}; Pathway shows M, L and C" in said
    shown = made.summary.split(" ")[0]
    marked = [label.text for label in labels(made.panel) if label.bold and label.text == shown]
    assert len(marked) == 2  # the heading and the row


def test_each_of_a_crops_strongest_channels_has_its_own_scale() -> None:
    made = picture(trace_of("rcnn"), "features", ViewState())
    assert made.panel is not None
    tiles = [each for each in made.panel.layers if isinstance(each, Heat) and each.name == "pool5"]
    assert len(tiles) == 12
    assert all(tile.high == pytest.approx(float(tile.values.max())) for tile in tiles)


def test_a_number_stands_nearer_to_its_own_cell_than_to_the_next() -> None:
    panel = Column()
    number_grid(panel, np.arange(49.0).reshape(7, 7), panel.left, panel.inner, 0, 48, 0)
    scene = panel.scene()
    cells = [each.rect for each in scene.layers if isinstance(each, Heat)]
    for label, cell, below in zip(labels(scene), cells, cells[7:], strict=False):
        half = label.size * 0.35
        assert 2 * (label.y - half - cell[3]) < below[1] - label.y - half


@pytest.mark.parametrize("method", ["rcnn", "fast_rcnn"])
def test_what_enters_the_network_is_shown(method: str) -> None:
    trace = trace_of(method)
    made = picture(trace, "image", ViewState())
    assert made.panel is not None
    (shown,) = [each for each in made.panel.layers if isinstance(each, Pixels)]
    assert shown.values.std() > 5 and shown.values.shape[1] <= 640
    begun = replace(trace, stages=trace.stages[:1])
    early = picture(begun, "image", ViewState())
    assert early.panel is not None
    drawn = [each for each in early.panel.layers if isinstance(each, Pixels)]
    assert len(drawn) == (0 if method == "rcnn" else 1)


@pytest.mark.parametrize("method", NAMES)
def test_ranges_have_one_style_and_negative_numbers_a_true_minus(method: str) -> None:
    trace = trace_of(method)
    for stage in STAGE_NAMES:
        made = picture(trace, stage, ViewState())
        said = [made.summary, *(layer.name for layer in made.main.layers), *texts(made.panel)]
        said += [text for layer in made.main.layers if isinstance(layer, Boxes)
                 for text in layer.captions]
        assert not [text for text in said if re.search(r"\d ?…|\d–|(^|[\s(=·])-\d", text)]
