"""Features: one channel of a map as heat over the photo, and a browser of channels."""

from __future__ import annotations

import math

import numpy as np

from explorer.session.related import region_boxes
from explorer.session.scene import Boxes, Control, Heat, Layer, Picture, Rect, ViewState
from explorer.session.scenes import crops
from explorer.session.scenes.columns import sized_table
from explorer.session.scenes.common import (
    Focus,
    count,
    focus,
    need,
    number,
    photo_rect,
    photo_scene,
    plural,
    selection,
    title,
)
from explorer.session.scenes.common import (
    shown as of_all,
)
from explorer.session.scenes.grids import map_rect
from explorer.session.scenes.panel import Column
from explorer.session.scenes.pyramid_steps import build_up, enlarged, steps
from explorer.trace.base import Floats, Ints, StageName
from explorer.trace.stages import FeatureMap, FeaturesStage, ImageStage, Trace, WarpStage

STRONGEST, MEAN, ONE, BUILD = "strongest", "mean of all", "one channel", "step by step"
MONTAGE = 6  # channels a side in the browser
PATHWAYS = {
    "map": "pyramid (P)", "merged": "sums (M)", "lateral": "laterals (L)",
    "bottom-up": "bottom-up (C)",
}
MEANING = {
    "map": "what regions are read from",
    "merged": "lateral + upsampled map above",
    "lateral": "1 × 1 convolution of C",
    "bottom-up": "output of the CNN's stage",
}
NO_SHARED_MAP = (
    "R-CNN warps pixels: there is no shared map. Every region is cropped, warped and passed "
    "through the whole network on its own."
)


def picture(trace: Trace, stage_name: StageName, state: ViewState) -> Picture:
    stage = need(trace, "features", FeaturesStage)
    at = focus(trace, state)
    if not stage.maps:
        return _passes(trace, stage, at)
    if str(state.control("features", "show", STRONGEST)) == BUILD and steps(trace, stage):
        return build_up(trace, stage, state, at, _show_control(BUILD, True))
    pathways = [role for role in PATHWAYS if any(each.role == role for each in stage.maps)]
    role = _pathway(state, pathways)
    maps = [each for each in stage.maps if each.role == role]
    shown = _map(state, maps, trace, at)
    values = np.asarray(shown.values, np.float32)
    mode = str(state.control("features", "show", STRONGEST))
    order = _by_strength(values)
    channel = min(max(0, int(state.control("features", "channel", int(order[0])))), len(values) - 1)
    if mode == MEAN:
        plane, what = values.mean(axis=0), f"mean of {len(values)} channels"
    else:
        channel = channel if mode == ONE else int(order[0])
        plane, what = values[channel], f"channel {channel} of 0–{len(values) - 1}"
    layers: list[Layer] = [
        Heat(
            name="Feature map", values=plane, rect=map_rect(shown, *plane.shape), low=_floor(plane),
            high=float(plane.max()), opacity=0.65,
        ),
        *selection(trace, at, "regions"),
    ]
    return Picture(
        title=title(trace, "features"),
        summary=f"{shown.name} · {what} · {plane.shape[1]} × {plane.shape[0]} cells · "
        f"{number(_floor(plane))} to {number(float(plane.max()))}",
        main=photo_scene(trace, *layers),
        panel=_panel(trace, stage, shown, plane, order, channel if mode != MEAN else -1).scene(),
        controls=_controls(pathways, role, maps, shown, mode, channel),
    )


def _floor(plane: Floats) -> float:
    """Where the colour map starts: 0 for maps after a ReLU."""
    return min(0.0, float(plane.min()))


def _shape(shown: FeatureMap) -> str:
    channels, height, width = shown.values.shape
    return f"{width} × {height} cells × {channels}"


def ends(shown: FeatureMap, photo: Rect) -> str:
    """'The map ends 4.9 px before the photo's right edge and 2.4 px beyond its bottom edge.'"""
    edges = map_rect(shown, *shown.values.shape[1:])
    words = []
    for edge, own in ((edges[2], photo[2]), (edges[3], photo[3])):
        away = number(abs(edge - own), 1)
        words.append("at" if away == "0.0" else
                     f"{away} px {'before' if edge < own else 'beyond'}")
    return f"The map ends {words[0]} the photo's right edge and {words[1]} its bottom edge."


def _by_strength(values: Floats) -> Ints:
    """Channels (C, h, w) by falling maximum."""
    order: Ints = np.argsort(-values.reshape(len(values), -1).max(axis=1), kind="stable")
    return order


def _pathway(state: ViewState, pathways: list[str]) -> str:
    wanted = str(state.control("features", "pathway", PATHWAYS[pathways[0]]))
    return next((role for role in pathways if PATHWAYS[role] == wanted), pathways[0])


def _map(state: ViewState, maps: list[FeatureMap], trace: Trace, at: Focus | None) -> FeatureMap:
    """The chosen map; else the one that the focused region is read from; else the first."""
    wanted = str(state.control("features", "map", ""))
    found = next((each for each in maps if each.name == wanted), None)
    if found is not None:
        return found
    read = at.first("assignment") if at is not None else None
    stage = trace.stage("assignment")
    if read is not None:
        level = getattr(stage, "level", None)
        scale = getattr(stage, "scale", None)
        if level is not None:
            ending = str(int(level[read]))
            return next((each for each in maps if each.name.endswith(ending)), maps[0])
        if scale is not None:
            return maps[min(int(scale[read]), len(maps) - 1)]
    return maps[0]


def _controls(
    pathways: list[str], role: str, maps: list[FeatureMap], shown: FeatureMap, mode: str,
    channel: int,
) -> tuple[Control, ...]:
    controls = []
    if len(pathways) > 1:
        names = tuple(PATHWAYS[each] for each in pathways)
        controls.append(
            Control(key="pathway", title="Pathway", kind="choice", value=PATHWAYS[role],
                    choices=names)
        )
    if len(maps) > 1:
        controls.append(
            Control(key="map", title="Map", kind="choice", value=shown.name,
                    choices=tuple(each.name for each in maps))
        )
    controls.append(_show_control(mode, "merged" in pathways))
    if mode == ONE:
        controls.append(
            Control(key="channel", title="Channel", kind="number", value=channel,
                    high=len(shown.values) - 1)
        )
    return tuple(controls)


def _show_control(mode: str, sums: bool) -> Control:
    """sums: whether there are FPN's sums, whose making can be watched."""
    modes = (STRONGEST, MEAN, ONE, *((BUILD,) if sums else ()))
    return Control(key="show", title="Show", kind="choice",
                   value=mode if mode in modes else STRONGEST, choices=modes)


def _panel(
    trace: Trace, stage: FeaturesStage, shown: FeatureMap, plane: Floats, order: Ints, channel: int
) -> Column:
    panel = Column()
    values = np.asarray(shown.values, np.float32)
    panel.heading(shown.name, MEANING[shown.role])
    panel.pair("Cells × channels", _shape(shown))
    panel.pair("One cell covers", f"{shown.stride_x:.1f} × {shown.stride_y:.1f} photo px")
    panel.text(
        "Cell (0, 0) is centred on the photo's top left corner and lies mostly outside. "
        f"{ends(shown, photo_rect(trace))}", "muted", 11,
    )
    panel.gap(3)
    low, high = _floor(plane), float(plane.max())
    panel.pair("Shown: lowest to highest", f"{number(low)} to {number(high)}")
    panel.scale()
    panel.pair("Zeros in the map", f"{(values == 0).mean():.0%}")
    if shown.role == "merged":
        _addition(panel, stage, shown, channel if channel >= 0 else int(order[0]))
    montage(panel, values[order[: MONTAGE**2]], order[: MONTAGE**2], channel)
    if len(stage.maps) > 1:
        _sizes(panel, trace, stage, shown)
    return panel


def montage(panel: Column, planes: Floats, names: Ints, chosen: int) -> None:
    """Channels (n, h, w) side by side with their numbers, each scaled to its own highest value."""
    n = len(planes)
    panel.heading(f"The {plural(n, 'strongest channel')}", "own scales")
    columns = min(MONTAGE, n)
    gap = 6.0
    side = (panel.inner - gap * (columns - 1)) / columns
    height, width = planes.shape[1:]
    tall = min(side * height / width, side * 1.4)
    rows = math.ceil(n / columns)
    # One image for all: the gaps between channels are drawn over it.
    peaks = planes.reshape(n, -1).max(axis=1)
    lowest = np.minimum(planes.reshape(n, -1).min(axis=1), 0)
    span = np.where(peaks > lowest, peaks - lowest, 1)
    scaled = (planes - lowest[:, None, None]) / span[:, None, None]
    top = panel.y
    marked: list[Rect] = []
    for row in range(rows):
        for column in range(columns):
            index = row * columns + column
            if index >= n:
                continue
            x = panel.left + column * (side + gap)
            y = top + row * (tall + 19)
            panel.add(
                Heat(name="Channels", values=scaled[index], rect=(x, y, x + side, y + tall), low=0,
                     high=1)
            )
            own = int(names[index])
            panel.label(
                x + side / 2, y + tall + 8, str(own), "text" if own == chosen else "muted", 10,
                "centre", own == chosen,
            )
            if own == chosen:
                marked.append((x - 2.5, y - 2.5, x + side + 2.5, y + tall + 2.5))
    if marked:
        panel.add(Boxes(name="Chosen channel", boxes=np.array(marked), roles="selected", width=2))
    panel.y = top + rows * (tall + 19)


def _addition(panel: Column, stage: FeaturesStage, shown: FeatureMap, channel: int) -> None:
    """FPN's top-down step: lateral + map above, doubled = sum."""
    number_ = shown.name[-1]
    lateral = next((m for m in stage.maps if m.role == "lateral" and m.name[-1] == number_), None)
    if lateral is None or not number_.isdigit():
        return
    above = next(
        (m for m in stage.maps if m.role == "merged" and m.name[-1] == str(int(number_) + 1)), None
    )
    parts: list[tuple[str, Floats]] = [(lateral.name, lateral.values[channel])]
    if above is not None:
        grown = enlarged(np.asarray(above.values[channel]), shown.values.shape[1:])
        parts.append((f"{above.name} × 2", grown))
    parts.append((shown.name, shown.values[channel]))
    panel.heading("Top-down addition", f"channel {channel}")
    low = min(float(np.min(plane)) for _, plane in parts)
    high = max(float(np.max(plane)) for _, plane in parts)
    side = (panel.inner - 2 * 22) / 3
    height, width = shown.values.shape[1:]
    tall = side * height / width
    signs = ("+", "=") if len(parts) == 3 else ("=",)
    for index, (name, plane) in enumerate(parts):
        x = panel.left + index * (side + 22)
        rect = panel.heat(np.asarray(plane, np.float32), side, tall, low, high, x, move=False)
        panel.label(x + side / 2, rect[3] + 9, name, "muted", 11, "centre")
        if index < len(signs):
            panel.label(rect[2] + 11, (rect[1] + rect[3]) / 2, signs[index], size=14,
                        anchor="centre")
    panel.gap(tall + 20)
    if above is None:
        panel.text("The top of the pyramid: nothing is added to its lateral.", "muted", 11)


def _sizes(panel: Column, trace: Trace, stage: FeaturesStage, shown: FeatureMap) -> None:
    """All maps of the same role, as a table."""
    same = [each for each in stage.maps if each.role == shown.role]
    if len(same) < 2:
        return
    others = len(stage.maps) - len(same)
    panel.heading("Maps", f"{len(same)} of {len(stage.maps)}" if others else "")
    rows = []
    for each in same:
        channels, height, width = each.values.shape
        rows.append((each.name, f"{width} × {height}", count(channels), number(each.stride_x, 1)))
    chosen = next(at for at, each in enumerate(same) if each is shown)
    sized_table(panel, ("", "cells", "channels", "px a cell"), rows, chosen)
    if others:
        kinds = [
            f"{len(own)} {PATHWAYS[role]}" for role in PATHWAYS if role != shown.role
            and (own := [each for each in stage.maps if each.role == role])
        ]
        panel.gap(4)
        panel.text(f"The others: {', '.join(kinds)}. Pathway, below, shows them.", "muted", 11)


def times_read(trace: Trace, stage: WarpStage) -> float:
    """In how many crops a photo pixel lies, on average: their context is part of them."""
    height, width = need(trace, "image", ImageStage).pixels.shape[:2]
    inside = np.clip(np.asarray(stage.context, np.float64), 0, (width, height, width, height))
    return float((inside[:, 2:] - inside[:, :2]).prod(axis=1).sum()) / (width * height)


def _passes(trace: Trace, stage: FeaturesStage, at: Focus | None) -> Picture:
    """R-CNN: no map to show; the crops that went through the network instead."""
    boxes = region_boxes(trace)
    visible = min(60, len(boxes))
    layers: list[Layer] = [
        Boxes(
            name="Regions, each a pass of its own", boxes=boxes[:visible], roles=trace.method,
            stage="regions", rows=np.arange(visible), opacity=0.6, width=1.0,
        ),
        *selection(trace, at, "regions", always=True),
    ]
    panel = Column()
    panel.heading("No shared map", plural(stage.passes, "pass", "passes"))
    panel.text(NO_SHARED_MAP)
    crops_read = trace.stage("assignment")
    if isinstance(crops_read, WarpStage) and len(crops_read.context):
        panel.gap(4)
        times = f"{times_read(trace, crops_read):.0f} times"
        panel.pair("On average, a photo pixel is read", times)
    if at is not None:
        crops.focused(panel, trace, at)
        crops.pool5(panel, trace, at)
    return Picture(
        title=title(trace, "features"),
        summary=f"{count(stage.passes)} crops, {count(stage.passes)} passes, no shared map · "
        f"{of_all(visible, len(boxes), 'region')} drawn",
        main=photo_scene(trace, *layers, opacity=0.75),
        panel=panel.scene(),
    )
