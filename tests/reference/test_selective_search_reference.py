"""Selective search against OpenCV's own, and its merge loop against Algorithm 1 word for word."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.ops.selective_search import search
from explorer.ops.selective_search.colour import colour_space
from explorer.ops.selective_search.merging import merge_all
from explorer.ops.selective_search.regions import Regions, describe, segment
from explorer.ops.selective_search.texture import texture_bins
from explorer.ops.strategies import Weights

Boxes = NDArray[np.floating]


def planted(seed: int) -> tuple[NDArray[np.uint8], Boxes]:
    """A photo (200, 300) of eight textured shapes that do not overlap, and their boxes."""
    chance = np.random.default_rng(seed)
    photo = np.full((200, 300, 3), chance.integers(60, 200, 3), np.float64)
    boxes = []
    for cell in range(8):
        x = 75 * (cell % 4) + int(chance.integers(4, 15))
        y = 100 * (cell // 4) + int(chance.integers(4, 20))
        w, h = int(chance.integers(30, 55)), int(chance.integers(35, 75))
        shape = np.zeros(photo.shape[:2], np.uint8)
        if cell % 2:
            shape[y : y + h, x : x + w] = 1
        else:
            cv2.ellipse(shape, (x + w // 2, y + h // 2), (w // 2, h // 2), 0, 0, 360, 1, -1)
        ys, xs = np.nonzero(shape)
        colours = chance.integers(0, 256, (2, 3))
        # Two colours in one shape: the whole is found by merging alone.
        photo[ys, xs] = np.where((ys > y + h // 2)[:, None], colours[0], colours[1])
        boxes.append([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1])
    noisy = photo + chance.normal(0, 5, photo.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8), np.array(boxes, np.float64)


def opencv(photo: NDArray[np.uint8]) -> Boxes:
    theirs = cv2.ximgproc.segmentation.createSelectiveSearchSegmentation()
    theirs.setBaseImage(np.ascontiguousarray(photo[..., ::-1]))
    theirs.switchToSelectiveSearchFast()
    found = np.asarray(theirs.process(), np.float64)
    return np.hstack([found[:, :2], found[:, :2] + found[:, 2:]])


def best_overlap(truths: Boxes, boxes: Boxes) -> Boxes:
    low = np.maximum(truths[:, None, :2], boxes[None, :, :2])
    high = np.minimum(truths[:, None, 2:], boxes[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    areas = [(b[:, 2:] - b[:, :2]).prod(axis=1) for b in (truths, boxes)]
    return np.asarray((shared / (areas[0][:, None] + areas[1][None] - shared)).max(axis=1))


def test_planted_shapes_are_found_as_well_as_by_opencv() -> None:
    mine, theirs, counts = [], [], []
    for seed in range(6):
        photo, truths = planted(seed)
        found, reference = search(photo, "fast").boxes, opencv(photo)
        mine.append(best_overlap(truths, found))
        theirs.append(best_overlap(truths, reference))
        counts.append((len(found), len(reference)))
    ours, opencvs = np.concatenate(mine), np.concatenate(theirs)
    # A shape here and there is missed by either: 48 of them are planted.
    assert (ours >= 0.5).mean() >= max(0.95, (opencvs >= 0.5).mean() - 0.03)
    assert ours.mean() >= opencvs.mean() - 0.02
    # 8 runs from small k against OpenCV's 12 from large k: the same order of magnitude.
    total = np.sum(counts, axis=0)
    assert 0.5 <= total[0] / total[1] <= 4


@dataclass
class Step:
    """One step of Algorithm 1: what each pair that was there scored, and the chosen pair's four."""

    totals: dict[tuple[int, int], float]
    chosen: tuple[float, float, float, float]


def replay(regions: Regions, weights: Weights, merges: list[list[int]]) -> list[Step]:
    """Algorithm 1 in plain Python and float64 along the given merges: every pair, every step."""
    count = len(regions.sizes)
    sizes = dict(enumerate(regions.sizes.tolist()))
    boxes = dict(enumerate(regions.boxes.tolist()))
    colour = dict(enumerate(regions.colour.astype(np.float64)))
    texture = dict(enumerate(regions.texture.astype(np.float64)))
    whole = sum(sizes.values())

    def four(i: int, j: int) -> tuple[float, float, float, float]:
        a, b = boxes[i], boxes[j]
        area = (max(a[2], b[2]) - min(a[0], b[0])) * (max(a[3], b[3]) - min(a[1], b[1]))
        return (
            float(np.minimum(colour[i], colour[j]).sum()),
            float(np.minimum(texture[i], texture[j]).sum()),
            1 - (sizes[i] + sizes[j]) / whole,
            1 - (area - sizes[i] - sizes[j]) / whole,
        )

    totals = {(i, j): float(np.dot(weights, four(i, j))) for i, j in regions.pairs.tolist()}
    steps = []
    for step, (i, j) in enumerate(merges):
        steps.append(Step(dict(totals), four(i, j)))
        new = count + step
        sizes[new] = sizes[i] + sizes[j]
        for histograms in (colour, texture):
            weighted = sizes[i] * histograms[i] + sizes[j] * histograms[j]
            histograms[new] = weighted / sizes[new]
        a, b = boxes[i], boxes[j]
        boxes[new] = [min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])]
        others = {p for pair in totals if {i, j} & set(pair) for p in pair} - {i, j}
        totals = {pair: value for pair, value in totals.items() if not {i, j} & set(pair)}
        totals |= {(other, new): float(np.dot(weights, four(other, new))) for other in others}
    return steps


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("space", ["HSV", "I"])
@pytest.mark.parametrize("weights", [(1, 1, 1, 1), (0, 1, 1, 1), (0, 0, 0, 1), (0, 0, 1, 0)])
def test_every_merge_takes_the_most_similar_pair(seed: int, space: str, weights: Weights) -> None:
    photo, _ = planted(seed)
    planes = colour_space(photo[:120, :150].copy(), space)
    regions = describe(segment(planes, 20, 20), planes, texture_bins(planes))
    history = merge_all(regions, weights)
    merges = history.merges.tolist()
    assert len(merges) > 15
    exact = weights[:2] == (0, 0)  # no histogram in it: ties are exact
    for row, step in enumerate(replay(regions, weights, merges)):
        best = max(step.totals.values())
        assert step.totals[tuple(merges[row])] >= best - 1e-5
        assert history.total[row] == pytest.approx(best, abs=1e-5)
        assert history.similarities[row].tolist() == pytest.approx(step.chosen, abs=1e-5)
        if exact:
            tied = [pair for pair, total in step.totals.items() if total > best - 1e-12]
            assert tuple(merges[row]) == min(tied)


def test_segments_are_opencvs() -> None:
    photo, _ = planted(0)
    planes = colour_space(photo, "Lab")
    graph = cv2.ximgproc.segmentation.createGraphSegmentation(0.8, 100, 50)
    np.testing.assert_array_equal(segment(planes, 100, 50), graph.processImage(planes))
