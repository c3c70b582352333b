"""Cheap scenes for the stage map: what a stage looks like at the size of a stamp."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from explorer.session.scene import (
    Bars,
    Boxes,
    Heat,
    Labels,
    Layer,
    Pixels,
    Points,
    Scene,
    ViewState,
)
from explorer.session.scenes import picture
from explorer.session.scenes.bins import grid_on
from explorer.session.scenes.common import IN_PANEL, Focus, class_role, focus
from explorer.session.scenes.crops import crop_of
from explorer.session.scenes.pooling import values_of
from explorer.trace.base import Floats, StageName
from explorer.trace.stages import FeaturesStage, PoolingStage, ScoresStage, Trace, WarpStage

LIMIT = 40  # boxes in a thumbnail
TALL = 90.0


def thumbnail(trace: Trace, stage_name: StageName) -> Scene:
    """A small scene of a stage, without text. Raises StageMissingError where it has not run.

    Photos where the boxes matter; the map, the crops, the pooled grid and the class bars alone
    where those matter.
    """
    stage = trace.stage(stage_name)
    at = focus(trace, ViewState())
    own: Scene | None = None
    if isinstance(stage, FeaturesStage):
        own = _map(stage) if stage.maps else _crops(trace, 4)
    elif isinstance(stage, WarpStage):
        own = _crops(trace, 2)
    elif isinstance(stage, PoolingStage) and at is not None:
        own = _pooled(trace, stage, at)
    elif isinstance(stage, ScoresStage) and at is not None:
        own = _bars(stage, at)
    if own is not None:
        return own
    scene = picture(trace, stage_name, ViewState(limit=LIMIT)).main
    return replace(scene, layers=tuple(_plain(each) for each in scene.layers if _worth(each)))


def _worth(layer: Layer) -> bool:
    return layer.on and layer.name != IN_PANEL and not isinstance(layer, Labels | Points)


def _plain(layer: Layer) -> Layer:
    return replace(layer, captions=()) if isinstance(layer, Boxes) else layer


def _heat(values: Floats, width: float, height: float) -> Scene:
    low, high = min(0.0, float(values.min())), float(values.max())
    heat = Heat(
        name="Map", values=values, rect=(0, 0, width, height), low=low, high=max(high, low + 1e-6)
    )
    return Scene(extent=(0, 0, width, height), space="panel", layers=(heat,))


def _map(stage: FeaturesStage) -> Scene:
    """The mean of the channels of the first map that regions are read from."""
    shown = next((each for each in stage.maps if each.role == "map"), stage.maps[0])
    plane = np.asarray(shown.values, np.float32).mean(axis=0)
    return _heat(plane, plane.shape[1] * shown.stride_x, plane.shape[0] * shown.stride_y)


def _crops(trace: Trace, side: int) -> Scene | None:
    """side x side of the first crops."""
    stage = trace.stage("assignment")
    if not isinstance(stage, WarpStage) or not len(stage.context):
        return None
    n = min(side * side, len(stage.context))
    step = TALL / side
    layers = tuple(
        Pixels(
            name="Crops", values=crop_of(trace, stage, row),
            rect=(x := row % side * step, y := row // side * step, x + step - 2, y + step - 2),
        )
        for row in range(n)
    )
    return Scene(extent=(0, 0, TALL, TALL), space="panel", layers=layers)


def _pooled(trace: Trace, stage: PoolingStage, at: Focus) -> Scene | None:
    """The first grid of the strongest channel; of a pyramid, the first that is not off."""
    row = at.first("pooling")
    if row is None:
        return None
    values = values_of(trace, stage, row)
    plane = values[int(values.max(axis=1).argmax())]
    plane = plane[grid_on(trace, stage)]
    side = math.isqrt(len(plane))
    return _heat(plane.reshape(side, side), TALL, TALL)


def _bars(stage: ScoresStage, at: Focus) -> Scene | None:
    """The four highest classes."""
    row = at.first("scores")
    if row is None:
        return None
    objects = np.asarray(stage.values[row], np.float64)[stage.first :]
    order = np.argsort(-objects, kind="stable")[:4]
    # Margins have no upper end: a squashed length keeps their order and sign.
    length = [value if stage.first else 1 / (1 + math.exp(-2 * value)) for value in objects[order]]
    left, right = 8.0, TALL - 8
    rows = [(12.0 + 18 * at, 22.0 + 18 * at) for at in range(len(order))]
    tracks = [(left, top, right, foot) for top, foot in rows]
    bars = [
        (left, top, left + max(4.0, share * (right - left)), foot)
        for share, (top, foot) in zip(length, rows, strict=True)
    ]
    roles = ["line"] * len(tracks) + [class_role(int(label)) for label in order]
    drawn = Bars(name="Bars", boxes=np.array(tracks + bars, np.float64), roles=tuple(roles))
    return Scene(extent=(0, 0, TALL, TALL), space="panel", layers=(drawn,))
