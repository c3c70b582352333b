"""How far what a picture draws hangs over its photo: R-CNN's context, maps, anchors."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from explorer.session.scene import (
    Area,
    Bars,
    Boxes,
    Heat,
    Layer,
    Lines,
    Picture,
    Pixels,
    Points,
    Rect,
    Scene,
)
from explorer.trace.base import Floats

Margin = tuple[float, float, float, float]  # left, top, right, bottom; pixels of the photo
NONE: Margin = (0.0, 0.0, 0.0, 0.0)
MOST = 0.25  # of the photo's longer side: anchors of half the photo must not make it small


def overhang(scene: Scene, hidden: Collection[str]) -> Margin:
    """Of the layers that are not hidden, at each side, at most MOST."""
    x1, y1, x2, y2 = scene.extent
    most = MOST * max(x2 - x1, y2 - y1)
    reached = [
        corners for layer in scene.layers if layer.name not in hidden
        and len(corners := _corners(layer))
    ]
    if scene.space != "photo" or not reached:
        return NONE
    points = np.concatenate(reached)
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    sides = np.clip((x1 - left, y1 - top, right - x2, bottom - y2), 0.0, most)
    return float(sides[0]), float(sides[1]), float(sides[2]), float(sides[3])


def _corners(layer: Layer) -> Floats:
    """Points (n, 2) that the layer reaches to; none for texts."""
    if isinstance(layer, Pixels | Heat | Area):
        return np.array(layer.rect, np.float64).reshape(2, 2)
    if isinstance(layer, Boxes | Bars):
        return np.asarray(layer.boxes, np.float64).reshape(-1, 2)
    if isinstance(layer, Lines):
        return np.asarray(layer.segments, np.float64).reshape(-1, 2)
    return np.asarray(layer.points, np.float64) if isinstance(layer, Points) else np.zeros((0, 2))


def widest(margins: Iterable[Margin]) -> Margin:
    """Room for each of them; none for none."""
    left, top, right, bottom = (max(sides) for sides in zip(NONE, *margins, strict=True))
    return left, top, right, bottom


def overhang_of(pictures: Iterable[Picture], hidden: Collection[str]) -> Margin:
    """The room that photos of pictures beside or after each other have alike."""
    return widest(overhang(one.main, hidden) for one in pictures)


def grown(extent: Rect, margin: Margin) -> Rect:
    """With the margin around it."""
    return (
        extent[0] - margin[0], extent[1] - margin[1], extent[2] + margin[2], extent[3] + margin[3]
    )
