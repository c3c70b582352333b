"""Features: one channel of a map as heat over the photo, and a browser of channels."""

from __future__ import annotations

import numpy as np

from explorer.session import control_texts
from explorer.session.related import region_boxes
from explorer.session.scene import Boxes, Control, Heat, Layer, Picture, Rect, ViewState
from explorer.session.scenes import crops
from explorer.session.scenes.common import (
    Focus,
    channel_text,
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
from explorer.session.scenes.feature_blocks import MONTAGE, PATHWAYS, addition, montage, sizes
from explorer.session.scenes.grids import beyond_photo, map_rect, maps_read
from explorer.session.scenes.panel import Column
from explorer.session.scenes.pyramid_steps import build_up, steps
from explorer.trace.base import Floats, Ints, StageName
from explorer.trace.stages import FeatureMap, FeaturesStage, ImageStage, Trace, WarpStage

STRONGEST, MEAN, ONE, BUILD = "strongest", "mean of all", "one channel", "step by step"
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
        plane, what = values[channel], channel_text(channel, len(values))
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
        main=photo_scene(trace, *layers, beyond=beyond_photo(trace, [shown, *maps_read(trace)])),
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
                    choices=names, why=control_texts.PATHWAY)
        )
    if len(maps) > 1:
        controls.append(
            Control(key="map", title="Map", kind="choice", value=shown.name,
                    choices=tuple(each.name for each in maps), why=control_texts.MAP)
        )
    controls.append(_show_control(mode, "merged" in pathways))
    if mode == ONE:
        controls.append(
            Control(key="channel", title="Channel", kind="number", value=channel,
                    high=len(shown.values) - 1, why=control_texts.CHANNEL)
        )
    return tuple(controls)


def _show_control(mode: str, sums: bool) -> Control:
    """sums: whether there are FPN's sums, whose making can be watched."""
    modes = (STRONGEST, MEAN, ONE, *((BUILD,) if sums else ()))
    return Control(key="show", title="Show", kind="choice",
                   value=mode if mode in modes else STRONGEST, choices=modes,
                   why=control_texts.BUILDING if sums else control_texts.CHANNELS)


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
        addition(panel, stage, shown, channel if channel >= 0 else int(order[0]))
    montage(panel, values[order[: MONTAGE**2]], order[: MONTAGE**2], channel)
    if len(stage.maps) > 1:
        sizes(panel, stage, shown)
    return panel


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
