"""SPPNet's assignment: the scale a region is read at and its window of cells."""

from __future__ import annotations

import numpy as np

from explorer.methods import formulas
from explorer.session.digits import root
from explorer.session.related import region_boxes
from explorer.session.scene import Boxes, Layer, Scene, ViewState
from explorer.session.scenes.columns import sized_table
from explorer.session.scenes.common import Focus, count, limit_text, photo_scene, plural, setting
from explorer.session.scenes.equations import window_lines
from explorer.session.scenes.grids import (
    cells_layer,
    grid_layer,
    map_named,
    others_layer,
    others_text,
)
from explorer.session.scenes.panel import Column
from explorer.session.scenes.papers import SCALE, WINDOW, beside
from explorer.trace.base import Floats, Ints, NetworkInput
from explorer.trace.stages import ImageStage, Trace, WindowStage


def windows(
    trace: Trace, stage: WindowStage, state: ViewState, at: Focus | None
) -> tuple[str, Scene, Column]:
    panel = Column()
    layers: list[Layer] = []
    total = len(stage.cells)
    summary = f"{plural(total, 'window')} on {plural(int(stage.scale.max()) + 1, 'map')}" \
        if total else "no windows"
    row = at.first("assignment") if at is not None else None
    image = trace.stage("image")
    inputs = image.inputs if isinstance(image, ImageStage) else ()
    if row is not None and at is not None:
        scale = int(stage.scale[row])
        shown = map_named(trace, index=scale)
        box = region_boxes(trace)[at.region]
        cells = stage.cells[row]
        others = others_layer(trace, "regions", at.region, state.limit)
        layers.append(others)
        if shown is not None:
            layers += [
                grid_layer(shown),
                cells_layer("Window of cells", cells, shown, trace.method, 0.3),
            ]
        layers.append(
            Boxes(name="Exact region", boxes=box[None], roles="selected", stage="assignment",
                  rows=np.array([row]), width=2.0, dashed=True)
        )
        panel.heading(f"Window of region {at.region:,}", at.why)
        panel.swatch("selected", "region (dashed)", dashed=True)
        panel.swatch(trace.method, "cells of its window",
                     f"{cells[2] - cells[0] + 1} × {cells[3] - cells[1] + 1}")
        _scales(panel, trace, inputs, box, scale)
        if scale < len(inputs):
            _projection(panel, box, inputs[scale], cells, stride_at(trace, scale, inputs))
        summary += f" · region {at.region:,}: {cells[2] - cells[0] + 1} × " \
            f"{cells[3] - cells[1] + 1} cells{others_text(others)}"
    if len(inputs) > 1:
        panel.heading("Windows by scale", plural(total, "window"))
        most = max(1, int(np.bincount(stage.scale, minlength=1).max())) if total else 1
        for index, size in enumerate(inputs):
            here = int((stage.scale == index).sum())
            panel.bar(f"{_short(size)} px", count(here), here / most, trace.method)
    if said := limit_text(trace):
        panel.text(said, "muted", 11)
    return summary, photo_scene(trace, *layers, opacity=0.85), panel


def stride_at(trace: Trace, scale: int, inputs: tuple[NetworkInput, ...]) -> float:
    """Network pixels a cell: 16 for SPPNet's conv5."""
    shown = map_named(trace, index=scale)
    return round(shown.stride_x * inputs[scale].scale_x) if shown is not None else 16


def scale_line(trace: Trace, inputs: tuple[NetworkInput, ...], scale: int) -> str:
    """Where a window is read, and why there."""
    side = _short(inputs[min(scale, len(inputs) - 1)])
    if len(inputs) == 1:
        return f"one scale, short side {side}{beside(side, SCALE)}"
    return f"short side {side}: of {len(inputs)} scales, the {_rule(trace)}"


def _short(size: NetworkInput) -> int:
    return min(size.width, size.height)


def _rule(trace: Trace) -> str:
    wanted = setting(trace, "window", 84.0)
    return f"area closest to {wanted:g}²{beside(round(wanted), WINDOW, '²')}"


def _scales(
    panel: Column, trace: Trace, inputs: tuple[NetworkInput, ...], box: Floats, chosen: int
) -> None:
    if len(inputs) == 1:
        panel.heading("Scale", f"one scale{beside(_short(inputs[0]), SCALE)}")
        panel.text("All windows are read from it. With several scales, a window is read from the "
                   f"one with the {_rule(trace)}.", "muted", 11)
        panel.gap(4)
    else:
        panel.heading("Scale", _rule(trace))
    rows = []
    for size in inputs:
        width = float(box[2] - box[0]) * size.scale_x
        height = float(box[3] - box[1]) * size.scale_y
        w, h, side = root(width, height, 0)
        rows.append((f"{_short(size)}", f"{w} × {h}", side))
    sized_table(panel, ("short side", "region there, px", "√(w·h)"), rows,
                chosen if len(rows) > 1 else -1)


def _projection(
    panel: Column, box: Floats, size: NetworkInput, cells: Ints, stride: float
) -> None:
    panel.heading("Projection to cells", f"S = {stride:g}")
    panel.text(formulas.WINDOW, "muted", 11)
    panel.gap(2)
    scaled = np.asarray(box, np.float64) * np.array([size.scale_x, size.scale_y] * 2)
    for line in window_lines(scaled, stride, cells):
        aside = line.startswith("→")
        panel.text(line, "muted" if aside else "text", 11 if aside else 11.5, mono=not aside)
