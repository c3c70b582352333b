"""The list of all 268,569 anchors of an 800 x 1344 pyramid: made, searched, sorted, shown.

    uv run pytest tests/benchmarks/bench_boxes.py -s

Prints the milliseconds of each. The proof is a ratio, measured in the same run: sorting the list
takes at most six times what NumPy takes to sort as many numbers, and a search less than that.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt
from pytest_benchmark.fixture import BenchmarkFixture

from explorer.session.fate_codes import KEPT
from explorer.session.listing import COLUMNS, Listing, listing
from explorer.session.nms_replay import greedy
from explorer.trace.stages import AnchorLevel, RpnStage, Trace
from explorer.ui.boxes_model import BoxesModel

HEIGHT, WIDTH, K = 800, 1344, 3
SCREEN = 50  # lines that are visible at once
ROUNDS = 5


def pyramid() -> Trace:
    """A trace of FPN with all its anchors, 1,000 candidates a level."""
    chance = np.random.default_rng(0)
    levels, anchors, start = [], [], 0
    for number, stride in enumerate((4, 8, 16, 32, 64)):
        height, width = -(-HEIGHT // stride), -(-WIDTH // stride)
        levels.append(
            AnchorLevel(f"P{number + 2}", stride, stride, height, width, start,
                        (8.0 * stride,) * K, (0.5, 1.0, 2.0))
        )
        y, x = np.mgrid[0:height, 0:width]
        middle = np.repeat(np.stack([x, y], -1).reshape(-1, 2) * stride, K, 0)
        anchors.append(np.concatenate([middle - 4 * stride, middle + 4 * stride], 1))
        start += len(middle)
    boxes = np.concatenate(anchors).astype(np.float32)
    level = np.repeat(np.arange(5), [len(each) for each in anchors])
    logits = chance.normal(-3, 2, len(boxes)).astype(np.float32)
    top = np.concatenate([
        np.flatnonzero(level == at)[np.argsort(-logits[level == at])[:1000]] for at in range(5)
    ])
    record = greedy(boxes[top], logits[top], 0.7, level[top])
    kept = record.kept[:1000]
    stage = RpnStage(
        name="regions", ms=1.0, device="cpu", source=kept, anchors=boxes, level=level,
        levels=tuple(levels), objectness=logits, deltas=np.zeros_like(boxes), top=top,
        candidates=boxes[top], nms=record, boxes=boxes[top][kept], scores=logits[top][kept],
        anchor=top[kept],
    )
    return Trace(method="fpn", weights="", device="cpu", classes=("cat",), settings={},
                 stages=(stage,))


def best_of(do: Callable[[], object]) -> float:
    """Milliseconds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        do()
        times.append(1000 * (time.perf_counter() - start))
    return min(times)


def test_the_list_of_all_anchors_is_fast(benchmark: BenchmarkFixture) -> None:
    trace = pyramid()
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

    plain = best_of(lambda: np.argsort(found.scores.astype(np.float64), kind="stable"))
    made = best_of(lambda: listing(trace, "regions"))
    sorting = best_of(sort)
    searching = best_of(lambda: found.found("P3", [KEPT]))
    showing = best_of(shown)
    benchmark.pedantic(sort, rounds=ROUNDS)
    print(
        f"\n{len(found):,} boxes: made in {made:.1f} ms, sorted {sorting:.1f} ms "
        f"({sorting / plain:.1f} x NumPy's own), searched {searching:.1f} ms, a screen of "
        f"{SCREEN} lines {showing:.1f} ms"
    )
    assert len(found) == 268_569
    assert sorting < 6 * plain and searching < 6 * plain
