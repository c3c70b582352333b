"""Where an anchor sits: its level, its cell, its size and ratio, from its row alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.trace.base import Ints
from explorer.trace.stages import RpnStage

LEVELS = 5  # P2 .. P6: FPN has anchors on so many


@dataclass(frozen=True)
class Place:
    """level: index into `RpnStage.levels`; x, y: its cell; kind: which of the k anchors there.

    size: side of a square of the anchor's area, network pixels; ratio: height / width.
    """

    level: int
    x: int
    y: int
    kind: int
    size: float
    ratio: float


def level_rows(stage: RpnStage, level: int) -> slice:
    """The anchor rows of one level."""
    start = stage.levels[level].start
    later = [each.start for each in stage.levels if each.start > start]
    return slice(start, min(later, default=len(stage.anchors)))


def anchors_a_cell(stage: RpnStage, level: int) -> int:
    """k: how many anchors each cell of a level has."""
    rows = level_rows(stage, level)
    layout = stage.levels[level]
    return (rows.stop - rows.start) // max(1, layout.height * layout.width)


def kinds(stage: RpnStage, level: int) -> tuple[tuple[float, float], ...]:
    """(size, ratio) of the k anchors of a cell, in order.

    Levels that list fewer sizes and ratios than k mean all pairs, sizes running fastest.
    """
    layout = stage.levels[level]
    k = anchors_a_cell(stage, level)
    if len(layout.sizes) == len(layout.ratios) == k:
        return tuple(zip(layout.sizes, layout.ratios, strict=True))
    return tuple((size, ratio) for ratio in layout.ratios for size in layout.sizes)[:k]


def place(stage: RpnStage, anchor: int) -> Place:
    """Where one anchor row sits."""
    level = int(stage.level[anchor])
    layout = stage.levels[level]
    k = anchors_a_cell(stage, level)
    cell, kind = divmod(anchor - layout.start, k)
    y, x = divmod(cell, layout.width)
    size, ratio = kinds(stage, level)[kind]
    return Place(level, x, y, kind, size, ratio)


def colour_index(stage: RpnStage, anchors: Ints) -> Ints:
    """0..4 for each anchor row: its level where there are several, else its size."""
    level = np.asarray(stage.level[anchors], np.int64)
    if len(stage.levels) > 1:
        return level
    of_kind = kinds(stage, 0)
    sizes = sorted({size for size, _ in of_kind})
    table = np.array([sizes.index(size) for size, _ in of_kind], np.int64)
    kind = (np.asarray(anchors) - stage.levels[0].start) % len(of_kind)
    index: Ints = table[kind]
    return index


def colour_names(stage: RpnStage) -> tuple[str, ...]:
    """What `colour_index` counts: 'P2', 'P3' ... or '48²', '96²' ..."""
    if len(stage.levels) > 1:
        return tuple(level.name for level in stage.levels)
    return tuple(f"{size:g}²" for size in sorted({size for size, _ in kinds(stage, 0)}))


def colour_role(stage: RpnStage, index: int) -> str:
    """The role of a number of `colour_index`. Sizes of one level have the colours of the levels
    whose anchors are as large: the largest of both is the same."""
    own = len(colour_names(stage))
    first = LEVELS - own if len(stage.levels) == 1 and own < LEVELS else 0
    return f"level{min(first + index, LEVELS - 1)}"


def ratio_index(stage: RpnStage, anchors: Ints) -> tuple[Ints, tuple[float, ...]]:
    """For each anchor row the index of its ratio, and the ratios, in rising order."""
    ratios = tuple(sorted({ratio for level in range(len(stage.levels))
                           for _, ratio in kinds(stage, level)}))
    result = np.zeros(len(anchors), np.int64)
    for level, layout in enumerate(stage.levels):
        here = stage.level[anchors] == level
        table = np.array([ratios.index(ratio) for _, ratio in kinds(stage, level)], np.int64)
        result[here] = table[(np.asarray(anchors)[here] - layout.start) % len(table)]
    return result, ratios


def ratio_text(ratio: float) -> str:
    """Height : width, as '1:2' (wide), '1:1', '2:1' (tall)."""
    return f"{ratio:g}:1" if ratio >= 1 else f"1:{1 / ratio:g}"
