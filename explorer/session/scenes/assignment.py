"""Assignment: how each method goes from a region to the numbers it will pool."""

from __future__ import annotations

import numpy as np

from explorer.session.digits import roi
from explorer.session.related import region_boxes
from explorer.session.scene import Boxes, Control, Layer, Picture, Scene, ViewState
from explorer.session.scenes import crops, warping
from explorer.session.scenes.assignment_levels import levels
from explorer.session.scenes.assignment_windows import windows
from explorer.session.scenes.columns import sized_table
from explorer.session.scenes.common import (
    Focus,
    StageMissingError,
    box_text,
    count,
    focus,
    number,
    photo_scene,
    plural,
    size_text,
    strongest,
    title,
)
from explorer.session.scenes.grids import (
    beyond_read,
    beyond_text,
    cells_box,
    cells_layer,
    grid_layer,
    map_named,
    on_map,
    others_layer,
    others_text,
)
from explorer.session.scenes.panel import Column
from explorer.trace.base import Floats, Ints, StageName
from explorer.trace.stages import (
    FeatureMap,
    LevelStage,
    RoiStage,
    ScoresStage,
    Trace,
    WarpStage,
    WindowStage,
)


def picture(trace: Trace, stage_name: StageName, state: ViewState) -> Picture:
    stage = trace.stage("assignment")
    at = focus(trace, state)
    controls: tuple[Control, ...] = ()
    if isinstance(stage, WarpStage):
        step = warping.step_of(stage, state)
        summary, main, panel = _warps(trace, stage, at, step)
        controls = (warping.control(stage, step),) if len(stage.context) else ()
    elif isinstance(stage, WindowStage):
        summary, main, panel = windows(trace, stage, state, at)
    elif isinstance(stage, RoiStage):
        summary, main, panel = _rois(trace, stage, state, at)
    elif isinstance(stage, LevelStage):
        summary, main, panel = levels(trace, stage, state, at)
    else:
        raise StageMissingError(f"{trace.method} has no stage 'assignment' yet")
    return Picture(
        title=title(trace, "assignment"), summary=summary, main=main, panel=panel.scene(),
        controls=controls, limited=isinstance(stage, LevelStage),
    )


def _best_rows(trace: Trace, n: int, limit: int) -> list[int]:
    """The rows with the highest class scores; before there are scores, the first."""
    scores = trace.stage("scores")
    if isinstance(scores, ScoresStage) and len(scores.values) == n:
        best = scores.values[:, scores.first :].max(axis=1)
        return [int(row) for row in strongest(best, limit)]
    return list(range(min(limit, n)))


def _warps(
    trace: Trace, stage: WarpStage, at: Focus | None, step: int
) -> tuple[str, Scene, Column]:
    """R-CNN: the region, its context, and the squares that they become."""
    boxes = region_boxes(trace)
    total = len(stage.context)
    panel = Column()
    layers: list[Layer] = []
    row = at.first("assignment") if at is not None else None
    best = _best_rows(trace, total, 12)
    others = np.array(best, np.int64)
    layers.append(
        Boxes(name="Regions of the crops shown", boxes=boxes[stage.source[others]],
              roles=trace.method, stage="assignment", rows=others, width=1.0, opacity=0.45)
    )
    if row is not None and at is not None:
        box, context = boxes[at.region], stage.context[row]
        layers += [
            *warping.step_layers(stage, box, context, step),
            Boxes(name="Region", boxes=box[None], roles="selected", stage="assignment",
                  rows=np.array([row]), width=2.5, captions=(f"region {at.region:,}",)),
        ]
        panel.heading(f"Crop of region {at.region:,}", at.why)
        if step == warping.STEPS:
            crops.large(panel, trace, stage, row)
        else:
            warping.playing(panel, trace, stage, box, context, step)
        width, height = float(box[2] - box[0]), float(box[3] - box[1])
        usable = stage.size - 2 * stage.padding
        panel.pair("Region", f"{size_text(box)} px")
        if stage.padding:
            panel.pair("With context", f"{size_text(context)} px")
        panel.pair("Stretched", f"x × {number(usable / max(width, 1e-6))}, "
                   f"y × {number(usable / max(height, 1e-6))}")
        added = (number(side * stage.padding / usable, 1) for side in (width, height))
        panel.pair("Context added each side", f"{', '.join(added)} px" if stage.padding else "none")
        if stage.padding:
            panel.pair("Outside the photo (mean colour)", f"{outside_share(context, trace):.0%}")
    panel.heading("Highest-scoring crops", f"{len(best)} of {count(total)}")
    crops.grid(panel, trace, stage, best)
    summary = f"{plural(total, 'crop')} of {stage.size} × {stage.size} px, " \
        + (f"with {stage.padding} px of context on each side" if stage.padding else "no context") \
        + f" · {count(len({*best} if row is None else {*best, row}))} drawn"
    main = photo_scene(trace, *layers, opacity=0.85, beyond=beyond_read(trace))
    return summary, main, panel


def outside_share(box: Floats, trace: Trace) -> float:
    """The share of a box (4,) that lies outside the photo, never below 0 by rounding."""
    image = trace.stage("image")
    height, width = image.pixels.shape[:2]  # type: ignore[union-attr]
    inside = np.clip(box[2:], 0, (width, height)) - np.clip(box[:2], 0, (width, height))
    area = float((box[2:] - box[:2]).prod())
    return max(0.0, 1 - float(inside.prod()) / area) if area > 0 else 0.0


def _rois(
    trace: Trace, stage: RoiStage, state: ViewState, at: Focus | None
) -> tuple[str, Scene, Column]:
    """Fast and Faster R-CNN: the exact RoI and the cells that it is rounded to."""
    shown = map_named(trace)
    panel = Column()
    layers: list[Layer] = []
    aligned = trace.settings.get("pooling") == "roi_align"
    how = "not rounded" if aligned else "rounded to cells"
    summary = f"{plural(len(stage.cells), 'RoI')} {how}"
    row = at.first("assignment") if at is not None else None
    if shown is None:
        return summary, photo_scene(trace), panel
    stride = np.array([shown.stride_x, shown.stride_y] * 2)
    if row is not None and at is not None:
        exact, cells = np.asarray(stage.exact[row], np.float64), stage.cells[row]
        rounded = cells_box(cells, shown)
        others = others_layer(trace, "regions", at.region, state.limit)
        layers += [
            others,
            grid_layer(shown, np.concatenate([np.minimum(exact * stride, rounded)[:2],
                                              np.maximum(exact * stride, rounded)[2:]])),
            *_cells(cells, shown, trace.method),
            Boxes(name="Exact region", boxes=region_boxes(trace)[at.region][None],
                  roles="selected", stage="assignment", rows=np.array([row]), width=2.0,
                  dashed=True),
        ]
        panel.heading(f"RoI of region {at.region:,}", at.why)
        panel.swatch("selected", "exact region (dashed)", dashed=True)
        panel.swatch(trace.method, "cells if it were rounded" if aligned else
                     "cells after rounding", box_text(rounded))
        if aligned:
            panel.text("RoIAlign reads the exact region; RoI pooling would round it so:", "muted",
                       11)
        panel.gap(6)
        head = ("side", "photo px", "÷ stride", "rounded", "shift, px")
        moved = (cells - exact) * stride
        digits, places = roi(exact, cells, stride)
        rows = [
            (side, number(float(exact[i] * stride[i]), 1), number(float(exact[i]), digits),
             number(cells[i], 0), number(float(moved[i]), 1))
            for i, side in enumerate(("left x1", "top y1", "right x2", "bottom y2"))
        ]
        sized_table(panel, head, rows)
        panel.gap(4)
        across, down = (number(side, places) for side in (shown.stride_x, shown.stride_y))
        panel.text(f"Stride: one cell is {across} × {down} photo px. Cells are centred on their "
                   "number × stride, and count whole: the RoI reaches half a cell further on each "
                   "side.", "muted", 11)
        panel.gap(4)
        wide = int(cells[2] - cells[0] + 1)
        high = int(cells[3] - cells[1] + 1)
        panel.pair("RoI", f"{wide} × {high} cells")
        if not aligned and (said := beyond_text(cells, shown)):
            panel.text(said, "muted", 11)
        if not aligned:
            summary += f" · region {at.region:,}: {wide} × {high} cells"
        summary += others_text(others)
    _all_shifts(panel, stage, stride, trace.method)
    return summary, photo_scene(trace, *layers, opacity=0.85), panel


def _cells(cells: Ints, shown: FeatureMap, role: str) -> list[Layer]:
    """The RoI's cells: filled those that the map has, dashed the outline of all, where it has not
    all of them."""
    kept = on_map(cells, shown)
    layers: list[Layer] = [cells_layer("Rounded RoI", kept, shown, role)]
    if (kept != cells).any():
        layers.insert(0, Boxes(name="Beyond the map: dropped", boxes=cells_box(cells, shown)[None],
                               roles=role, width=1.4, dashed=True))
    return layers


def _all_shifts(panel: Column, stage: RoiStage, stride: Floats, role: str) -> None:
    """How far the first rounding moves the left and top sides of all RoIs."""
    if not len(stage.cells):
        return
    moved = np.abs(stage.cells[:, :2] - stage.exact[:, :2]) * stride[:2]
    panel.heading("The first rounding, all RoIs", plural(len(moved), "RoI"))
    panel.pair("Mean shift of left, top", f"{number(float(moved[:, 0].mean()), 1)}, "
               f"{number(float(moved[:, 1].mean()), 1)} px")
    panel.text("RoIs by the shift of their left side:", "muted", 11)
    edges = np.arange(0, 11, 2) * float(stride[0]) / 20
    found, _ = np.histogram(moved[:, 0], edges)
    for low, high, here in zip(edges[:-1], edges[1:], found.tolist(), strict=True):
        panel.bar(f"{low:.1f} – {high:.1f} px", count(here), here / max(1, found.max()), role,
                  name_width=104)
