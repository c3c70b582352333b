"""Selective search (Uijlings et al., IJCV 2013): its runs, ranks and the record of it all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from explorer.ops.selective_search.colour import colour_space
from explorer.ops.selective_search.merging import Merging, merge_all
from explorer.ops.selective_search.regions import describe, segment
from explorer.ops.selective_search.texture import texture_bins
from explorer.ops.strategies import Weights, strategy_named
from explorer.trace.base import Progress
from explorer.trace.freeze import freeze
from explorer.trace.stages import Grouping, SearchStage

# Larger photos are searched at this long side, in pixels, smaller ones as they are. R-CNN's
# released code scales every photo to a width of 500, the size of VOC's photos.
LONG_SIDE = 500

# Regions of fewer pixels join a neighbour. The authors' released code takes k, OpenCV 100; on
# VOC's training photos 50 gave the best recall and the best mean overlap of 20, 50, 100 and k.
MIN_SIZE = 50


class SearchCancelled(Exception):
    """The search was cancelled between two of its runs; there is no result."""


def search(
    photo: NDArray[np.uint8],
    strategy: str = "fast",
    top: int = 2000,
    seed: int = 0,
    cancelled: Callable[[], bool] | None = None,
    spaces: tuple[str, ...] = (),
) -> SearchStage:
    """At most `top` regions of an RGB photo uint8 (H, W, 3), best rank first, with their history.

    strategy: "single", "fast" or "quality"; spaces: colour spaces in place of its own, where there
    are any. The same arguments always give the same regions. A photo with a side above 500 px is
    searched at a long side of 500 px; boxes are in pixels of the photo itself.
    Raises ValueError for another strategy or colour space or an array that is no such photo, and
    SearchCancelled where `cancelled`, which is asked before every run of the grouping, says so.
    """
    for step in search_steps(photo, strategy, top, seed, spaces):
        if isinstance(step, SearchStage):
            return step
        if cancelled is not None and cancelled():
            raise SearchCancelled("selective search was cancelled")
    raise AssertionError("the steps of a search end with its stage")


def search_steps(
    photo: NDArray[np.uint8],
    strategy: str = "fast",
    top: int = 2000,
    seed: int = 0,
    spaces: tuple[str, ...] = (),
) -> Iterator[Progress | SearchStage]:
    """`search` in steps: yields Progress before every run of the grouping, last the stage itself.

    Raises as `search` does. Stop asking for steps to cancel.
    """
    plan = strategy_named(strategy, spaces)
    _check(photo)
    begun = time.perf_counter()
    waited = 0.0
    small = _at_working_size(photo)
    scale = np.array(
        [photo.shape[1] / small.shape[1], photo.shape[0] / small.shape[0]] * 2, np.float64
    )
    chance = np.random.default_rng(seed)
    groupings: list[Grouping] = []
    for space in plan.spaces:
        planes = colour_space(small, space)
        texture = texture_bins(planes)
        for k in plan.ks:
            labels = freeze(segment(planes, k, MIN_SIZE))
            regions = describe(labels, planes, texture)
            for weights in plan.mixes:
                paused = time.perf_counter()
                yield Progress("regions", len(groupings), plan.runs)
                waited += time.perf_counter() - paused
                history = merge_all(regions, weights)
                rank = ranks(len(history.boxes), chance)
                groupings.append(_grouping(space, k, weights, labels, history, scale, rank))
    grouping, region, rank = best_regions(groupings, top)
    boxes = [groupings[g].boxes[r] for g, r in zip(grouping, region, strict=True)]
    yield SearchStage(
        name="regions",
        ms=1000 * (time.perf_counter() - begun - waited),
        device="cpu",
        boxes=freeze(np.array(boxes, np.float32).reshape(-1, 4)),
        scores=freeze(rank),
        grouping=freeze(grouping),
        region=freeze(region),
        groupings=tuple(groupings),
        strategy=strategy,
    )


def ranks(count: int, chance: np.random.Generator) -> NDArray[np.float32]:
    """Rank of each of a grouping's regions (section 4.2 of the paper); the smaller, the better.

    The position in the hierarchy, 1 for the region that was made last, times a random number in
    (0, 1]: otherwise large regions would always come first. (count,) float32.
    """
    position = np.arange(count, 0, -1)
    return (position * (1 - chance.random(count))).astype(np.float32)


def best_regions(
    groupings: list[Grouping], top: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """(grouping, region, rank) of the `top` distinct boxes of best rank, best first.

    Of equal boxes the one of better rank stays; of equal ranks, the earlier grouping's.
    """
    which = np.concatenate([np.full(len(g.boxes), i, np.int32) for i, g in enumerate(groupings)])
    region = np.concatenate([np.arange(len(g.boxes), dtype=np.int32) for g in groupings])
    rank = np.concatenate([g.rank for g in groupings]).astype(np.float32)
    boxes = np.concatenate([g.boxes for g in groupings])
    order = np.argsort(rank, kind="stable")
    _, first = np.unique(boxes[order], axis=0, return_index=True)
    chosen = order[np.sort(first)][:top]
    return which[chosen], region[chosen], rank[chosen]


def _grouping(
    space: str,
    k: int,
    weights: Weights,
    labels: NDArray[np.integer],
    history: Merging,
    scale: NDArray[np.float64],
    rank: NDArray[np.float32],
) -> Grouping:
    return Grouping(
        colour_space=space,
        k=float(k),
        weights=weights,
        labels=labels,
        boxes=freeze(history.boxes * scale, np.float32),
        merges=freeze(history.merges),
        similarities=freeze(history.similarities, np.float32),
        total=freeze(history.total, np.float32),
        rank=freeze(rank),
    )


def _at_working_size(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = photo.shape[:2]
    shrink = LONG_SIDE / max(height, width)
    if shrink >= 1:
        return np.ascontiguousarray(photo)
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)


def _check(photo: NDArray[np.uint8]) -> None:
    if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[2] != 3 or photo.size == 0:
        raise ValueError(
            f"selective search needs an RGB photo, uint8 (H, W, 3), not {photo.dtype} {photo.shape}"
        )
