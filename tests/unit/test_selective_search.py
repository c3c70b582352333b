"""What holds for every search: its history, its ranks, its boxes, its limits."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.ops.selective_search import STRATEGIES, SearchCancelled, search, search_steps
from explorer.ops.selective_search.proposals import best_regions, ranks
from explorer.trace.base import Progress
from explorer.trace.stages import Grouping, SearchStage


def shapes(seed: int, height: int = 90, width: int = 120) -> NDArray[np.uint8]:
    """A noisy photo of a few rectangles."""
    chance = np.random.default_rng(seed)
    photo = np.full((height, width, 3), chance.integers(0, 256, 3), np.float64)
    for _ in range(6):
        x, y = chance.integers(0, width - 20), chance.integers(0, height - 20)
        w, h = chance.integers(10, 50, 2)
        photo[y : y + h, x : x + w] = chance.integers(0, 256, 3)
    return np.clip(photo + chance.normal(0, 6, photo.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def stage() -> SearchStage:
    return search(shapes(0), "fast")


def initial_boxes(labels: NDArray[np.integer]) -> NDArray[np.float64]:
    boxes = []
    for region in range(int(labels.max()) + 1):
        y, x = np.nonzero(labels == region)
        boxes.append((x.min(), y.min(), x.max() + 1, y.max() + 1))
    return np.array(boxes, float)


def neighbours(labels: NDArray[np.integer]) -> set[tuple[int, int]]:
    """Pairs i < j of labels of which some pixels are 8-neighbours."""
    height, width = labels.shape
    padded = np.full((height + 2, width + 2), -1)
    padded[1:-1, 1:-1] = labels
    pairs = set()
    for dy in (0, 1, 2):
        for dx in (0, 1, 2):
            there = padded[dy : dy + height, dx : dx + width]
            for i, j in zip(labels[there >= 0], there[there >= 0], strict=True):
                if i < j:
                    pairs.add((int(i), int(j)))
    return pairs


def test_fast_has_its_eight_groupings_in_order(stage: SearchStage) -> None:
    runs = [(g.colour_space, g.k, g.weights) for g in stage.groupings]
    ctsf, tsf = (1.0, 1.0, 1.0, 1.0), (0.0, 1.0, 1.0, 1.0)
    assert runs == [
        (space, k, mix) for space in ("HSV", "Lab") for k in (50, 100) for mix in (ctsf, tsf)
    ]
    assert stage.name == "regions"
    assert stage.strategy == "fast"
    assert stage.source_stage is None
    assert stage.ms > 0


def test_strategies_have_the_papers_number_of_runs() -> None:
    assert {name: strategy.runs for name, strategy in STRATEGIES.items()} == {
        "single": 1,
        "fast": 8,
        "quality": 80,
    }


def test_every_merge_joins_neighbours_that_are_present(stage: SearchStage) -> None:
    for grouping in stage.groupings:
        count = int(grouping.labels.max()) + 1
        assert len(grouping.merges) == count - 1
        pairs, present = neighbours(grouping.labels), set(range(count))
        for step, (i, j) in enumerate(grouping.merges.tolist()):
            new = count + step
            assert i < j
            assert {i, j} <= present
            assert (i, j) in pairs
            present = (present - {i, j}) | {new}
            others = {a if b in (i, j) else b for a, b in pairs if {a, b} & {i, j}} - {i, j}
            pairs = {p for p in pairs if not set(p) & {i, j}} | {(o, new) for o in others}
        assert present == {2 * count - 2}
        assert not pairs


def test_boxes_are_unions_and_the_last_is_the_photo(stage: SearchStage) -> None:
    for grouping in stage.groupings:
        count = len(grouping.merges) + 1
        np.testing.assert_array_equal(grouping.boxes[:count], initial_boxes(grouping.labels))
        first, second = grouping.boxes[grouping.merges[:, 0]], grouping.boxes[grouping.merges[:, 1]]
        unions = np.hstack(
            [np.minimum(first, second)[:, :2], np.maximum(first, second)[:, 2:]]
        )
        np.testing.assert_array_equal(grouping.boxes[count:], unions)
        assert grouping.boxes[-1].tolist() == [0, 0, 120, 90]


def test_totals_are_the_weighted_similarities(stage: SearchStage) -> None:
    for grouping in stage.groupings:
        weighted = grouping.similarities @ np.array(grouping.weights)
        np.testing.assert_allclose(grouping.total, weighted, atol=1e-5)
        assert grouping.similarities.min() >= 0
        assert grouping.similarities.max() <= 1 + 1e-5


def test_regions_are_distinct_and_by_rank(stage: SearchStage) -> None:
    assert (np.diff(stage.scores) >= 0).all()
    assert len(np.unique(stage.boxes, axis=0)) == stage.count
    for row in range(stage.count):
        grouping = stage.groupings[stage.grouping[row]]
        region = stage.region[row]
        np.testing.assert_array_equal(stage.boxes[row], grouping.boxes[region])
        assert stage.scores[row] == grouping.rank[region]
        assert 0 < grouping.rank[region] <= len(grouping.rank) - region


def test_of_equal_boxes_the_better_rank_stays(stage: SearchStage) -> None:
    best: dict[tuple[float, ...], float] = {}
    for grouping in stage.groupings:
        for box, rank in zip(grouping.boxes.tolist(), grouping.rank.tolist(), strict=True):
            best[tuple(box)] = min(rank, best.get(tuple(box), np.inf))
    assert stage.count == min(2000, len(best))
    for box, score in zip(stage.boxes.tolist(), stage.scores.tolist(), strict=True):
        assert score == best[tuple(box)]


def test_best_regions_by_hand() -> None:
    def grouping(boxes: list[list[int]], rank: list[float]) -> Grouping:
        nothing = np.zeros((0, 4), np.float32)
        return Grouping(
            colour_space="HSV", k=50, weights=(1, 1, 1, 1), labels=np.zeros((1, 1), np.int16),
            boxes=np.array(boxes, np.float32), merges=nothing[:, :2].astype(int),
            similarities=nothing, total=nothing[:, 0], rank=np.array(rank, np.float32),
        )

    groupings = [
        grouping([[0, 0, 1, 1], [0, 0, 2, 2]], [3, 0.5]),
        grouping([[0, 0, 2, 2], [0, 0, 1, 1], [5, 5, 9, 9]], [0.5, 2, 1]),
    ]
    which, region, rank = best_regions(groupings, 10)
    assert list(zip(which.tolist(), region.tolist(), rank.tolist(), strict=True)) == [
        (0, 1, 0.5), (1, 2, 1.0), (1, 1, 2.0),
    ]
    assert best_regions(groupings, 2)[1].tolist() == [1, 2]


def test_ranks_are_the_position_times_a_random_number() -> None:
    drawn = ranks(20_000, np.random.default_rng(1))
    share = drawn / np.arange(20_000, 0, -1)
    assert share.min() > 0
    assert share.max() <= 1
    assert share.mean() == pytest.approx(0.5, abs=0.02)


def test_the_same_seed_gives_the_same_regions_and_another_another_order(
    stage: SearchStage,
) -> None:
    again, other = search(shapes(0), "fast"), search(shapes(0), "fast", seed=1)
    np.testing.assert_array_equal(again.boxes, stage.boxes)
    np.testing.assert_array_equal(again.scores, stage.scores)
    assert sorted(other.boxes.tolist()) == sorted(stage.boxes.tolist())
    assert other.boxes.tolist() != stage.boxes.tolist()


def test_top_limits_the_regions_and_keeps_the_best(stage: SearchStage) -> None:
    few = search(shapes(0), "fast", top=7)
    np.testing.assert_array_equal(few.boxes, stage.boxes[:7])


def test_everything_is_read_only(stage: SearchStage) -> None:
    arrays = [stage.boxes, stage.scores, stage.grouping, stage.region]
    for grouping in stage.groupings:
        arrays += [
            grouping.labels, grouping.boxes, grouping.merges, grouping.similarities,
            grouping.total, grouping.rank,
        ]
    assert not any(array.flags.writeable for array in arrays)
    assert stage.groupings[0].labels.dtype == np.int16
    assert stage.boxes.dtype == np.float32


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 1), (1, 40), (40, 1), (2, 2), (3, 700)])
@pytest.mark.parametrize("strategy", ["fast", "quality"])
def test_the_smallest_photos(size: tuple[int, int], strategy: str) -> None:
    photo = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    found = search(photo, strategy)
    assert [0, 0, size[1], size[0]] in found.boxes.tolist()


@pytest.mark.parametrize("value", [0, 127, 255])
def test_a_photo_of_one_colour_is_one_region(value: int) -> None:
    found = search(np.full((70, 50, 3), value, np.uint8))
    assert found.boxes.tolist() == [[0, 0, 50, 70]]
    assert all(len(grouping.merges) == 0 for grouping in found.groupings)


def test_large_photos_are_searched_small_and_answered_large() -> None:
    small = shapes(4, 150, 500)
    large = small.repeat(3, axis=0).repeat(3, axis=1)
    found, reference = search(large, "single"), search(small, "single")
    assert found.groupings[0].labels.shape == (150, 500)
    np.testing.assert_allclose(found.boxes, reference.boxes * 3)


def test_noise_ends_with_a_limited_number_of_regions() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (400, 500, 3), dtype=np.uint8)
    found = search(noise)
    assert found.count == 2000
    assert max(len(grouping.merges) for grouping in found.groupings) < 400 * 500 / 50


def test_cancelling_stops_before_the_next_run() -> None:
    asked = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) == 3

    with pytest.raises(SearchCancelled):
        search(shapes(1), cancelled=cancelled)
    assert len(asked) == 3


def test_steps_count_the_runs_and_end_with_the_stage() -> None:
    *steps, last = search_steps(shapes(1), "fast")
    assert steps == [Progress("regions", done, 8) for done in range(8)]
    assert isinstance(last, SearchStage)


def test_what_is_no_photo_is_refused() -> None:
    with pytest.raises(ValueError, match="no strategy 'best'"):
        search(shapes(0), "best")
    for wrong in (
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
    ):
        with pytest.raises(ValueError, match="needs an RGB photo"):
            search(wrong)
