"""What is said of the cells that one bin reads: all of a sum, and no winner where none is."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.session.scene import Boxes, Labels
from explorer.session.scenes.bin_reading import LISTED, Reading, reading_layers, reading_table
from explorer.session.scenes.panel import Column
from explorer.trace.stages import FeaturesStage
from tests.traces import synthetic_trace


def read(values: list[float], weights: list[float] | None = None) -> Reading:
    cells = np.stack([np.arange(len(values)), np.zeros(len(values), np.int64)], 1)
    given = None if weights is None else np.array(weights, np.float32)
    return Reading(cells, np.array(values, np.float32), given)


def words(of: Reading) -> list[str]:
    panel = Column()
    reading_table(panel, of, 3)
    return [
        label.text for layer in panel.scene().layers if isinstance(layer, Labels)
        for label in layer.items
    ]


def test_all_cells_of_a_weighted_sum_are_listed() -> None:
    written = words(read([1, -2, 3, 4, 5, 6], [0.3, 0.2, 0.2, 0.1, 0.1, 0.1]))
    assert [text for text in written if text.startswith("cell (")] == [
        f"cell ({x}, 0)" for x in range(6)
    ]
    assert not any("more" in text for text in written)
    assert written[-2:] == ["Sum", "2.00"]


@pytest.mark.parametrize(("values", "said"), [
    ([0.5, 2, 1], "the largest wins"),
    ([0, 0, 0, 0, 0, 0], "all are 0, and so is the bin"),
    ([-1.5, -1.5], "all are −1.500, and so is the bin"),
    ([2, 0, 2], "2 of 3 have the largest value, 2.000"),
    ([7], "only one, and it is pooled"),
])
def test_what_wins_is_said_as_it_is(values: list[float], said: str) -> None:
    written = words(read(values))
    assert " ".join(written).startswith(f"Cells of channel 3: {said}. cell (")
    more = len(values) - LISTED
    assert (f"and {more} more cells, none larger" in written) == (more > 0)


def test_all_cells_with_the_largest_value_are_marked() -> None:
    features = synthetic_trace("fast_rcnn").stage("features")
    assert isinstance(features, FeaturesStage)
    source = features.maps[0]
    for values, count in (([0.0, 0, 0], 3), ([1.0, 2, 0], 1), ([], 0)):
        drawn = reading_layers(read(list(values)), source)
        assert [len(layer.boxes) for layer in drawn if isinstance(layer, Boxes)] == (
            [count] if count else []
        )


def test_the_largest_weight_is_written_first() -> None:
    features = synthetic_trace("fpn").stage("features")
    assert isinstance(features, FeaturesStage)
    source = next(each for each in features.maps if each.role == "map")
    layer, = reading_layers(read([5, 1, 2, 3], [0.36, 0.11, 0.0, 0.53]), source)
    assert isinstance(layer, Boxes) and layer.ranked
    assert layer.captions == ("0.11", "0.36", "0.53")  # the last is placed first
    pooled, = reading_layers(read([5, 1, 7, 3]), source)
    assert isinstance(pooled, Boxes) and pooled.captions == ("7.00",)
