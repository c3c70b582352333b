"""Pooling: the bins of one region over the photo, and the numbers that were read from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.methods.pooled import pooled
from explorer.session import control_texts
from explorer.session.related import context_of, region_boxes
from explorer.session.scene import Boxes, Control, Heat, Layer, Picture, Points, ViewState
from explorer.session.scenes import crops
from explorer.session.scenes.bin_reading import (
    SUM,
    Reading,
    Shift,
    reading,
    reading_layers,
    reading_table,
    shift_layers,
    shift_of,
    shift_table,
)
from explorer.session.scenes.bins import Bins, bins_of, grid_on, grid_starts
from explorer.session.scenes.common import (
    Focus,
    channel_text,
    focus,
    need,
    number,
    photo_scene,
    plural,
    title,
)
from explorer.session.scenes.grids import (
    beyond_read,
    grid_layer,
    map_rect,
    others_layer,
    others_text,
)
from explorer.session.scenes.number_grid import number_grid
from explorer.session.scenes.panel import Column
from explorer.session.scenes.papers import VECTOR, beside
from explorer.trace.base import Floats, StageName
from explorer.trace.stages import PoolingStage, Trace

STRONGEST, MEAN, ONE = "strongest", "mean of all", "one channel"
WHAT = {
    "crop": "the last map of its own pass",
    "pyramid": "max in each bin of four grids",
    "roi_pool": "max in each bin",
    "roi_align": "mean of bilinear samples in each bin",
}
TITLES = {
    "crop": "pool5 of the crop", "pyramid": "spatial pyramid", "roi_pool": "RoI max pooling",
    "roi_align": "RoIAlign",
}


def values_of(trace: Trace, stage: PoolingStage, row: int) -> Floats:
    """The pooled numbers (C, bins) of one row: recorded, or read again from the maps."""
    if stage.values is not None:
        recorded: Floats = np.asarray(stage.values[row], np.float32)
        return recorded
    return pooled(trace, row)


def picture(trace: Trace, stage_name: StageName, state: ViewState) -> Picture:
    stage = need(trace, "pooling", PoolingStage)
    at = focus(trace, state)
    row = at.first("pooling") if at is not None else None
    if at is None or row is None:
        panel = Column()
        panel.heading("Pooling", WHAT[stage.kind])
        panel.text("There is no region to pool.", "muted")
        return Picture(title=title(trace, "pooling"), summary="no regions",
                       main=photo_scene(trace), panel=panel.scene())
    values = values_of(trace, stage, row)
    mode = str(state.control("pooling", "show", STRONGEST))
    peak = int(values.max(axis=1).argmax())
    channel = min(max(0, int(state.control("pooling", "channel", peak))), len(values) - 1)
    channel = channel if mode == ONE else peak
    plane = values.mean(axis=0) if mode == MEAN else values[channel]
    what = f"mean of {len(values)} channels" if mode == MEAN else \
        channel_text(channel, len(values))
    # Of how many channels, the panel says: five footers side by side have no room for it.
    brief = what if mode == MEAN else f"channel {channel}"
    bins = bins_of(trace, at, stage)
    own = grid_on(trace, stage)
    strongest = own.start + int(plane[own].argmax())
    lit = int(state.control("pooling", "bin", strongest + 1)) - 1
    lit = min(max(0, lit), len(plane) - 1)
    one = _marked(stage, bins, region_boxes(trace)[at.region], lit, -1 if mode == MEAN else channel)
    others = others_layer(trace, "regions", at.region, state.limit)
    panel = _panel(trace, stage, at, plane, what, one)
    return Picture(
        title=title(trace, "pooling"),
        summary=f"region {at.region:,} · {_where(stage, one)} · {brief}{others_text(others)}",
        main=photo_scene(trace, others, *_layers(trace, stage, at, bins, one, channel, mode),
                         beyond=beyond_read(trace),
                         opacity=0.85),
        panel=panel.scene(),
        controls=_controls(mode, channel, len(values), lit, len(plane)),
    )


@dataclass(frozen=True, eq=False)
class Marked:
    """The bin that is looked at: number `at` of all, `lit` of grid `grid`, whose bins are `own`.

    read: what it reads of `channel`, where one channel is shown; shift: what RoI pooling's
    roundings did to it.
    """

    at: int
    grid: int
    lit: int
    own: slice
    bins: Bins
    channel: int
    read: Reading | None
    shift: Shift | None


def _marked(stage: PoolingStage, bins: Bins, box: Floats, at: int, channel: int) -> Marked:
    starts = grid_starts(stage)
    grid = int(np.searchsorted(starts, at, "right")) - 1
    side, lit = stage.bins[grid], at - int(starts[grid])
    shift = None
    if bins.rounded is not None:
        exact = np.asarray(box, np.float64)
        shift = shift_of(bins, exact, bins.rounded, side, at, lit)
    read = reading(bins, at, channel) if channel >= 0 and side not in bins.off else None
    own = slice(int(starts[grid]), int(starts[grid + 1]))
    return Marked(at, grid, lit, own, bins, channel, read, shift)


def _where(stage: PoolingStage, one: Marked) -> str:
    """'bin 38 of 50 · row 1, column 2 of 3 × 3': methods beside each other have other grids, and so
    have the levels of a pyramid."""
    total = sum(side * side for side in stage.bins)
    said = f"bin {one.at + 1} of {total} · {_place(stage, one)}"
    off = one.bins.off
    if off:
        lit = " (off)" if stage.bins[one.grid] in off else ""
        read = " + ".join(f"{side}²" for side in stage.bins if side not in off)
        said += f"{lit} · pyramid {read}"
    return said


def _place(stage: PoolingStage, one: Marked) -> str:
    """Where the marked bin is in its own grid."""
    side = stage.bins[one.grid]
    row, column = divmod(one.lit, side)
    return f"row {row + 1}, column {column + 1} of {side} × {side}"


def _controls(
    mode: str, channel: int, channels: int, lit: int, bins: int
) -> tuple[Control, ...]:
    modes = (STRONGEST, MEAN, ONE)
    controls = [
        Control(key="show", title="Channel", kind="choice",
                value=mode if mode in modes else STRONGEST, choices=modes,
                why=control_texts.CHANNELS)
    ]
    if mode == ONE:
        controls.append(
            Control(key="channel", title="Number", kind="number", value=channel, high=channels - 1,
                    why=control_texts.CHANNEL)
        )
    controls.append(
        Control(key="bin", title="Bin", kind="number", value=lit + 1, low=1, high=bins, plays=True,
                why=control_texts.BIN)
    )
    return tuple(controls)


def _layers(
    trace: Trace, stage: PoolingStage, at: Focus, bins: Bins, one: Marked, channel: int, mode: str,
) -> tuple[Layer, ...]:
    """The region, its bins, and the one bin that is looked at."""
    box = region_boxes(trace)[at.region]
    layers: list[Layer] = []
    if bins.source is not None:
        values = np.asarray(bins.source.values, np.float32)
        plane = values.mean(axis=0) if mode == MEAN else values[min(channel, len(values) - 1)]
        rect = map_rect(bins.source, *plane.shape)
        layers.append(
            Heat(name="Channel on the map", values=plane, rect=rect,
                 low=min(0.0, float(plane.min())), high=float(plane.max()), opacity=0.6, on=False)
        )
        around = bins.boxes[one.own]
        reach = np.concatenate([around[:, :2].min(0), around[:, 2:].max(0)])
        layers.append(grid_layer(bins.source, reach, on=stage.kind != "roi_align"))
    drawn = bins.boxes[one.own]
    layers.append(
        Boxes(name="Bins", boxes=drawn, roles=trace.method, width=1.4, fill=0.06, opacity=0.95,
              edged=True)
    )
    context = context_of(trace, at.region)
    if context is not None:  # the bins have the same outline
        layers.append(
            Boxes(name="With context", boxes=context[None], roles="mark0", dashed=True, width=1.8)
        )
    layers.append(
        Boxes(name="One bin", boxes=drawn[one.lit][None], roles="selected", width=2.0, fill=0.3)
    )
    if bins.points is not None:
        per_bin = len(bins.points) // max(1, len(bins.boxes))
        layers.append(Points(name="Sample points", points=bins.points, role="text", radius=2.0))
        layers.append(
            Points(name="Samples of the bin", role="mark0", radius=4.0, clear=True,
                   points=bins.points[one.at * per_bin : (one.at + 1) * per_bin])
        )
    layers += reading_layers(one.read, bins.source)
    layers += shift_layers(one.shift) if one.shift is not None else []
    layers.append(
        Boxes(name="Region", boxes=box[None], roles="selected", stage="regions",
              rows=np.array([at.region]), width=2.0, dashed=True)
    )
    return tuple(layers)


def _panel(
    trace: Trace, stage: PoolingStage, at: Focus, plane: Floats, what: str, one: Marked
) -> Column:
    panel = Column()
    panel.heading(f"Region {at.region:,}", at.why)
    panel.text(f"{what[0].upper()}{what[1:]}", bold=True)
    name = TITLES[stage.kind]
    total = sum(side * side for side in stage.bins)
    length = stage.channels * total
    panel.text(
        f"{name[0].upper()}{name[1:]}: {WHAT[stage.kind]}. {stage.channels} channels × "
        f"{plural(total, 'bin')} = {length:,} numbers{beside(length, VECTOR[trace.method])}.",
        "muted", 11,
    )
    if one.bins.note:
        panel.text(one.bins.note, "muted", 11)
    panel.gap(7)
    low, high = min(0.0, float(plane.min())), float(plane.max())
    start = 0
    small: list[tuple[int, Floats, int]] = []
    for index, side in enumerate(stage.bins):
        values = plane[start : start + side * side].reshape(side, side)
        mark = one.lit if index == one.grid else -1
        if index == 0:
            several = len(stage.bins) > 1
            if several:
                panel.label(panel.left, panel.y + 4, _grid(side, one.bins), "muted", 11)
                panel.gap(15)
            number_grid(panel, values, panel.left, panel.inner, low, high, mark)
            panel.gap(4)
        else:
            small.append((side, values, mark))
        start += side * side
    x, top = panel.left, panel.y
    deepest = top
    for side, values, mark in small:
        width = panel.inner * 0.46 if side == 3 else panel.inner * (0.3 if side == 2 else 0.15)
        panel.y = top
        panel.label(x, panel.y + 4, _grid(side, one.bins), "muted", 11)
        panel.gap(15)
        number_grid(panel, values, x, width, low, high, mark)
        deepest = max(deepest, panel.y)
        x += width + 10
    panel.y = deepest + 4
    _bin(panel, stage, plane, one)
    crops.focused(panel, trace, at)
    return panel


def _grid(side: int, bins: Bins) -> str:
    return f"{side} × {side} off" if side in bins.off else f"{side} × {side}"


def _bin(
    panel: Column, stage: PoolingStage, plane: Floats, one: Marked
) -> None:
    """What the marked bin was read from."""
    side, bins = stage.bins[one.grid], one.bins
    panel.heading(f"Bin {one.at + 1} of {len(plane)}", _place(stage, one))
    panel.pair("Value", number(float(plane[one.at]), SUM if bins.points is not None else 3))
    if side in bins.off:
        panel.text(f"Level {side} × {side} is off: its bins are 0, whatever lies in them.",
                   "muted", 11)
    elif bins.cells is not None:
        x1, y1, x2, y2 = (int(value) for value in bins.cells[one.at])
        empty = x2 < x1 or y2 < y1
        if empty:
            panel.pair("Cells of the map", "none: an empty bin gives 0")
        else:
            panel.pair("Columns, rows of the map", f"{x1} – {x2}, {y1} – {y2}")
            panel.pair("Largest of", plural((x2 - x1 + 1) * (y2 - y1 + 1), "cell"))
    elif stage.sampling:
        panel.pair("Mean of", f"{stage.sampling} × {stage.sampling} bilinear samples")
    reading_table(panel, one.read, one.channel)
    if one.shift is not None:
        shift_table(panel, one.shift)
