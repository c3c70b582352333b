"""The list of all 268,569 anchors of an 800 x 1344 pyramid: made, searched, sorted, shown.

    uv run pytest tests/benchmarks/bench_boxes.py -s

Prints the milliseconds of each. The proof is a ratio, measured in the same run: sorting the list
takes at most six times what NumPy takes to sort as many numbers, and a search less than that.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from pytest_benchmark.fixture import BenchmarkFixture

from explorer.session.fate_codes import KEPT
from explorer.session.listing import COLUMNS, Listing, listing
from explorer.trace.stages import Trace
from explorer.ui.boxes_model import BoxesModel
from tests.benchmarks.crowds import ANCHORS, pyramid, timed

SCREEN = 50  # lines that are visible at once
ROUNDS = 5


def test_the_list_of_all_anchors_is_fast(benchmark: BenchmarkFixture) -> None:
    trace = Trace(method="fpn", weights="", device="cpu", classes=("cat",), settings={},
                  stages=(pyramid(),))
    found = listing(trace, "regions")
    assert isinstance(found, Listing)
    model = BoxesModel()
    every = found.found("")

    def sort() -> None:
        model.show_found(found, every)
        model.sort(COLUMNS.index("score"), Qt.SortOrder.DescendingOrder)

    def shown() -> None:
        for line in range(SCREEN):
            for column in range(len(COLUMNS)):
                model.index(line, column).data()

    scores = found.scores.astype(np.float64)
    plain = timed(lambda: np.argsort(scores, kind="stable"), rounds=ROUNDS).least
    made = timed(lambda: listing(trace, "regions"), rounds=ROUNDS).least
    sorting = timed(sort, rounds=ROUNDS).least
    searching = timed(lambda: found.found("P3", [KEPT]), rounds=ROUNDS).least
    showing = timed(shown, rounds=ROUNDS).least
    benchmark.pedantic(sort, rounds=ROUNDS)
    print(
        f"\n{len(found):,} boxes: made in {made:.1f} ms, sorted {sorting:.1f} ms "
        f"({sorting / plain:.1f} x NumPy's own), searched {searching:.1f} ms, a screen of "
        f"{SCREEN} lines {showing:.1f} ms"
    )
    assert len(found) == ANCHORS
    assert sorting < 6 * plain and searching < 6 * plain
