"""Grids of feature cells drawn over the photo.

Cell i of a map of stride S is centred on photo pixel i S (`FeatureMap`), as anchors are, and drawn
from (i - 1/2) S to (i + 1/2) S. `on_photo` is the one place that knows.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from explorer.session.overhang import widest
from explorer.session.related import context_shares, region_boxes
from explorer.session.scene import Boxes, Layer, Lines, Rect
from explorer.session.scenes.common import photo_rect
from explorer.session.words import number, plural
from explorer.trace.base import Floats, Ints, StageName
from explorer.trace.stages import AnchorLevel, FeatureMap, FeaturesStage, ScoresStage, Trace

OTHERS = 30  # quiet boxes beside the one that is looked at
WHOLE = 200  # rows and columns up to which the grid of a whole map is drawn


def map_named(trace: Trace, ending: str = "", index: int = 0) -> FeatureMap | None:
    """The map that regions are read from: the one whose name ends so, or number `index`."""
    stage = trace.stage("features")
    if not isinstance(stage, FeaturesStage):
        return None
    read = [each for each in stage.maps if each.role == "map"]
    if ending:
        return next((each for each in read if each.name.endswith(ending)), None)
    return read[index] if 0 <= index < len(read) else None


def maps_read(trace: Trace) -> list[FeatureMap]:
    """What regions are read from and is made on the way: all maps but FPN's P6, which is the RPN's.
    """
    stage = trace.stage("features")
    maps = stage.maps if isinstance(stage, FeaturesStage) else ()
    summed = {each.name[1:] for each in maps if each.role == "merged"}
    return [each for each in maps if not summed or each.name[1:] in summed]


def others_layer(trace: Trace, stage: StageName, region: int, limit: int) -> Boxes:
    """The regions with the highest scores, quiet, to be clicked; the focused one left out."""
    regions, scores = region_boxes(trace), trace.stage("scores")
    order = np.arange(len(regions))
    if isinstance(scores, ScoresStage) and len(scores.values) == len(regions):
        order = np.argsort(-scores.values[:, scores.first :].max(axis=1), kind="stable")
    order = order[order != region][: min(limit, OTHERS)]
    return Boxes(
        name="Other regions", boxes=regions[order], roles=trace.method, stage=stage, rows=order,
        width=1.0, opacity=0.3,
    )


def others_text(others: Boxes) -> str:
    """' · 30 other regions', for a summary: no longer, beside four other canvases."""
    return f" · {plural(len(others.boxes), 'other region')}" if len(others.boxes) else ""


def on_photo(edges: Floats | Ints, stride: float | Floats) -> Floats:
    """Where cells begin, in photo pixels: edge i, of any shape, lies half a cell before centre i.

    stride: of one axis, or one for each of the last dimension of `edges`.
    """
    begins: Floats = (np.asarray(edges, np.float64) - 0.5) * stride
    return begins


def cells_box(cells: Ints, shown: FeatureMap | AnchorLevel) -> Floats:
    """Cells (..., 4), first and last inclusive, as boxes in photo pixels."""
    stride = np.array([shown.stride_x, shown.stride_y] * 2)
    return on_photo(np.asarray(cells) + np.array([0, 0, 1, 1]), stride)


def on_map(cells: Ints, shown: FeatureMap) -> Ints:
    """The cells (4,) that the map has: the others of a RoI are dropped."""
    height, width = shown.values.shape[1:]
    kept: Ints = np.clip(cells, 0, [width - 1, height - 1] * 2)
    return kept


def beyond_text(cells: Ints, shown: FeatureMap) -> str:
    """'Row 18 lies beyond the map of 18 × 18 cells: dropped.'; '' where the map has them all."""
    height, width = shown.values.shape[1:]
    parts = []
    for name, first, last, there in (
        ("column", cells[0], cells[2], width), ("row", cells[1], cells[3], height),
    ):
        lost = [at for at in range(int(first), int(last) + 1) if not 0 <= at < there]
        if len(lost) > 1:
            parts.append(f"{name}s {', '.join(number(at, 0) for at in lost)}")
        elif lost:
            parts.append(f"{name} {number(lost[0], 0)}")
    if not parts:
        return ""
    text = " and ".join(parts)
    lie = "lie" if len(parts) > 1 or "s " in text else "lies"
    return f"{text[0].upper()}{text[1:]} {lie} beyond the map of {width} × {height} cells: dropped."


def map_rect(shown: FeatureMap | AnchorLevel, height: int, width: int) -> Rect:
    """Where all height x width cells of a map lie: from half a cell before the photo on."""
    x1, y1, x2, y2 = cells_box(np.array([0, 0, width - 1, height - 1]), shown).tolist()
    return (x1, y1, x2, y2)


def beyond_photo(trace: Trace, maps: Iterable[FeatureMap | AnchorLevel]) -> Rect:
    """How far the widest of some maps hang over the photo's sides; see `Scene.beyond`."""
    x1, y1, x2, y2 = photo_rect(trace)
    width, height = x2 - x1, y2 - y1
    rects = [map_rect(each, *_cells(each)) for each in maps]
    return widest(
        ((x1 - left) / width, (y1 - top) / height, (right - x2) / width, (bottom - y2) / height)
        for left, top, right, bottom in rects
    )


def beyond_read(trace: Trace) -> Rect:
    """Room for all that regions are read from: R-CNN's context, the cells of maps."""
    return widest([context_shares(trace), beyond_photo(trace, maps_read(trace))])


def _cells(shown: FeatureMap | AnchorLevel) -> tuple[int, int]:
    """Rows and columns."""
    if isinstance(shown, FeatureMap):
        return shown.values.shape[1], shown.values.shape[2]
    return shown.height, shown.width


def grid_lines(
    shown: FeatureMap, around: Floats | None = None, margin: int = 2, most: int = 400
) -> Floats:
    """Lines (n, 4) between the cells of a map, near a box (4,) in photo pixels or everywhere."""
    height, width = shown.values.shape[1:]
    x1, y1, x2, y2 = 0, 0, width, height
    if around is not None:
        x1 = max(0, int(np.floor(around[0] / shown.stride_x + 0.5)) - margin)
        y1 = max(0, int(np.floor(around[1] / shown.stride_y + 0.5)) - margin)
        x2 = min(width, int(np.ceil(around[2] / shown.stride_x + 0.5)) + margin)
        y2 = min(height, int(np.ceil(around[3] / shown.stride_y + 0.5)) + margin)
    if x2 <= x1 or y2 <= y1 or x2 - x1 + y2 - y1 > most:
        return np.zeros((0, 4), np.float32)
    x = on_photo(np.arange(x1, x2 + 1), shown.stride_x)
    y = on_photo(np.arange(y1, y2 + 1), shown.stride_y)
    down = np.stack([x, np.full_like(x, y[0]), x, np.full_like(x, y[-1])], 1)
    across = np.stack([np.full_like(y, x[0]), y, np.full_like(y, x[-1]), y], 1)
    lines: Floats = np.concatenate([down, across])
    return lines


def grid_layer(shown: FeatureMap, around: Floats | None = None, on: bool = True) -> Layer:
    """The grid as a quiet layer: whole, as one that ends in mid-map looks like an error. around: a
    box (4,) in photo pixels that it is drawn near to where a map has too many cells."""
    near = around if sum(shown.values.shape[1:]) > WHOLE else None
    return Lines(
        name=f"Cells of {shown.name}", segments=grid_lines(shown, near), role="text", width=0.7,
        opacity=0.35, on=on,
    )


def cells_layer(name: str, cells: Ints, shown: FeatureMap, role: str, fill: float = 0.25) -> Boxes:
    """One window of cells (4,), filled."""
    return Boxes(
        name=name, boxes=cells_box(cells, shown)[None], roles=role, width=1.8, fill=fill
    )
