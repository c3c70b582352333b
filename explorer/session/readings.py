"""How a region is read, in numbers: its crop, window, RoI or level, its bins and what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.methods import formulas
from explorer.methods.pooled import pooled, roi_cells_of
from explorer.session.card import Card
from explorer.session.digits import roi, root
from explorer.session.related import region_boxes
from explorer.session.scene import Key
from explorer.session.scenes.assignment_levels import network_size
from explorer.session.scenes.assignment_windows import scale_line, stride_at
from explorer.session.scenes.common import box_text, count, number, signed
from explorer.session.scenes.equations import LINE, level_lines, window_lines
from explorer.session.scenes.grids import beyond_text, map_named
from explorer.session.scenes.papers import WINDOW
from explorer.session.words import TIMES
from explorer.trace.base import Floats, Ints
from explorer.trace.stages import (
    FeatureMap,
    ImageStage,
    LevelStage,
    PoolingStage,
    RoiStage,
    Trace,
    WarpStage,
    WindowStage,
)


def assignment_cards(trace: Trace, region: int, row: int) -> list[Card]:
    """Where the region is read from, by the paper's formula with this region's numbers."""
    stage = trace.stage("assignment")
    key = Key(trace.method, "assignment", row)
    box = np.asarray(region_boxes(trace)[region], np.float64)
    image = trace.stage("image")
    if isinstance(stage, WarpStage):
        lines = _crop_lines(stage, box, row)
        note = f"{stage.size} × {stage.size}, p = {stage.padding}"
        return [Card("assignment", "Crop", lines, key, note)]
    if isinstance(stage, WindowStage) and isinstance(image, ImageStage):
        return [_window_card(trace, stage, image, box, row, key)]
    if isinstance(stage, RoiStage):
        return [_roi_card(trace, stage, row, key)]
    if isinstance(stage, LevelStage):
        width, height = network_size(trace, box)
        raw, level = float(stage.raw[row]), int(stage.level[row])
        lines = level_lines(width, height, raw, level, stage.k0, stage.canonical)
        if stage.canonical != WINDOW:
            lines += (f"{stage.canonical:g}: the paper's {WINDOW}, scaled",)
        if trace.settings.get("only_level"):
            lines += (f"all regions are read from P{level}",)
        return [Card("assignment", "Level", lines, key, f"P{level}")]
    return []


def _crop_lines(stage: WarpStage, box: Floats, row: int) -> tuple[str, ...]:
    """R-CNN, appendix A: the region fills all but p pixels on each side of the crop."""
    usable = stage.size - 2 * stage.padding
    width, height = (max(float(side), 1e-6) for side in box[2:] - box[:2])
    p, s = stage.padding, stage.size
    return (
        "context = side · p / (s − 2p)",
        f"left, right = {number(width, 1)}·{p}/{usable} = {number(width * p / usable, 1)} px",
        f"above, below = {number(height, 1)}·{p}/{usable} = {number(height * p / usable, 1)} px",
        f"dilated {box_text(stage.context[row])}, then warped to {s}{TIMES}{s}:",
        f"× {number(usable / width)} = {usable}/{number(width, 1)} in x",
        f"× {number(usable / height)} = {usable}/{number(height, 1)} in y",
    )


def _roi_card(trace: Trace, stage: RoiStage, row: int, key: Key) -> Card:
    """Fast R-CNN, section 2.1: coordinates over the stride, rounded."""
    exact, cells = stage.exact[row], stage.cells[row]
    shown = map_named(trace)
    if trace.settings.get("pooling") == "roi_align":
        lines = ["RoIAlign: x ÷ S, not rounded", *_sides((
            "÷ S", [number(float(value)) for value in exact]))]
        sides = exact[2:] - exact[:2]
        note = f"{number(float(sides[0]), 1)} × {number(float(sides[1]), 1)} cells"
        return Card("assignment", "RoI", tuple(lines), key, note)
    lines = ["cell = round(x ÷ S)", *roi_lines(exact, cells, shown)]
    if shown is not None and (said := beyond_text(cells, shown)):
        lines.append(said)
    size = f"{cells[2] - cells[0] + 1} × {cells[3] - cells[1] + 1} cells"
    return Card("assignment", "RoI", tuple(lines), key, size)


def roi_lines(exact: Floats, cells: Ints, shown: FeatureMap | None) -> list[str]:
    """A table of a RoI's four sides (4,) in cells, before and after they are rounded."""
    stride = np.array([shown.stride_x, shown.stride_y] * 2 if shown is not None else [1.0] * 4)
    digits, places = roi(exact, np.asarray(cells, np.float64), stride)
    rows = [
        ("÷ S", [number(float(value), digits) for value in exact]),
        ("cell", [number(cell, 0) for cell in cells]),
    ]
    if shown is None:
        return _sides(*rows)
    rows.append(("px", [signed(float(value), 1) for value in (cells - exact) * stride]))
    across, down = (number(side, places) for side in (shown.stride_x, shown.stride_y))
    return [
        *_sides(*rows),
        f"S: a cell is {across} × {down} photo px",
        "px: how far each side is moved",
    ]


def _sides(*rows: tuple[str, Sequence[str]]) -> list[str]:
    """A table, in a monospaced face, of what rows say of the four sides of a box: a name and four
    values each. Two numbers always have a gap between them."""
    table = [("", ("x1", "y1", "x2", "y2")), *rows]
    wide = [max(6, *(len(values[at]) for _, values in table)) + 1 for at in range(4)]
    names = max(4, min(6, LINE - sum(wide)))  # what is left of a line, down to that of "cell"
    return [
        f"{name:<{names}}" + "".join(
            f"{value:>{width}}" for value, width in zip(values, wide, strict=True)
        ) for name, values in table
    ]


def _window_card(
    trace: Trace, stage: WindowStage, image: ImageStage, box: Floats, row: int, key: Key
) -> Card:
    """SPPNet, section 4.1 and appendix A: the scale, and the window of cells on its map."""
    scale = int(stage.scale[row])
    size = image.inputs[min(scale, len(image.inputs) - 1)]
    scaled = box * np.array([size.scale_x, size.scale_y] * 2)
    width, height = scaled[2] - scaled[0], scaled[3] - scaled[1]
    cells = stage.cells[row]
    w, h, side = root(float(width), float(height), 0)
    lines = (
        f"√(w·h) = √({w}·{h}) = {side}",
        scale_line(trace, image.inputs, scale),
        *window_lines(scaled, stride_at(trace, scale, image.inputs), cells),
    )
    note = f"{cells[2] - cells[0] + 1} × {cells[3] - cells[1] + 1} cells"
    return Card("assignment", "Window", lines, key, note)


def pooling_cards(trace: Trace, region: int, row: int) -> list[Card]:
    """What is pooled: the bins' formula with this region's numbers."""
    stage = trace.stage("pooling")
    if not isinstance(stage, PoolingStage):
        return []
    bins = sum(side * side for side in stage.bins)
    sides = " + ".join(f"{side} × {side}" for side in stage.bins)
    total = f"{stage.channels} channels × {bins} bins = {count(stage.channels * bins)}"
    lines = (*_bin_lines(trace, stage, region, row), total)
    return [Card("pooling", "Pooled", lines, Key(trace.method, "pooling", row), sides)]


def _bin_lines(trace: Trace, stage: PoolingStage, region: int, row: int) -> tuple[str, ...]:
    assignment, at = trace.stage("assignment"), int(stage.source[row])
    n, box = stage.bins[0], region_boxes(trace)[region]
    shown = map_named(trace, str(int(assignment.level[at]))) if isinstance(
        assignment, LevelStage
    ) else map_named(trace)
    if shown is not None and stage.kind in ("pyramid", "roi_pool"):
        cells = assignment.cells[at] if isinstance(assignment, WindowStage | RoiStage) else \
            roi_cells_of(shown, box)
        x1, y1, x2, y2 = (int(cell) for cell in cells)
        width, height = x2 - x1 + 1, y2 - y1 + 1
        several = len(stage.bins) > 1
        name = "n" if several else f"{n}"
        sides = ", ".join(str(side) for side in stage.bins)
        return (
            _span("x", x1, width, name), _span("y", y1, height, name),
            f"n is {sides}; i from 0 to n − 1. The largest cell of each bin." if several else
            f"i from 0 to {n - 1}. The largest cell of each bin.",
        )
    if shown is not None and stage.kind == "roi_align":
        lengths = (float(box[2] - box[0]), float(box[3] - box[1]))
        across = max(lengths[0] / shown.stride_x, 1.0)
        down = max(lengths[1] / shown.stride_y, 1.0)
        return (
            f"bin = {number(across)}/{n} × {number(down)}/{n} = {number(across / n)} × "
            f"{number(down / n)} cells of {shown.name}, not rounded",
            f"mean of {stage.sampling} × {stage.sampling} bilinear samples a bin",
        )
    return (f"the last map of its own pass, {n} × {n} cells",)


def _span(axis: str, first: int, length: int, n: str) -> str:
    """The cells of bin i, first and last: 'x = 2 + ⌊i·13/7⌋ … 1 + ⌈(i+1)·13/7⌉'."""
    last = number(first - 1, 0)
    start, end = formulas.bins(length, n)
    return f"{axis} = {first} + {start} … {last} + {end}"


@dataclass(frozen=True, eq=False)
class PooledGrid:
    """The strongest channel of one row's pooled features, as the grids (side, side) of its bins."""

    channel: int
    grids: tuple[Floats, ...]
    low: float
    high: float


def pooled_grid(trace: Trace, row: int) -> PooledGrid | None:
    """The pooled numbers of one row of "pooling"; None before that stage."""
    stage = trace.stage("pooling")
    if not isinstance(stage, PoolingStage):
        return None
    values = pooled(trace, row)
    channel = int(values.max(axis=1).argmax())
    plane = values[channel]
    grids, start = [], 0
    for side in stage.bins:
        grids.append(plane[start : start + side * side].reshape(side, side))
        start += side * side
    return PooledGrid(channel, tuple(grids), min(0.0, float(plane.min())), float(plane.max()))
