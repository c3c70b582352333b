"""Draws a `Scene` with QPainter: the canvas, the thumbnails and the exported pictures all use this.

Everything is drawn in logical pixels through a `View`; on a HiDPI screen or in a 4x export the
painter's device pixel ratio makes it finer, never different.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPaintEngine, QPainter

from explorer.session.scene import (
    Area,
    Bars,
    Boxes,
    Heat,
    Labels,
    Layer,
    Lines,
    Pixels,
    Points,
    Rect,
    Scene,
)
from explorer.ui.brush import Brush
from explorer.ui.colour_maps import mapped
from explorer.ui.images import image_of, to_image
from explorer.ui.paint_boxes import paint_boxes
from explorer.ui.paint_marks import paint_bars, paint_lines, paint_points
from explorer.ui.paint_text import Placer, paint_captions, paint_labels
from explorer.ui.theme import PAPER, Palette, colour
from explorer.ui.transform import View

VECTOR = (QPaintEngine.Type.SVG, QPaintEngine.Type.Pdf)
MOST = 4_000  # pixels across of an enlarged map in a vector page
VECTOR_RATIO = 2.0  # pixels of a photo or map per logical pixel of a vector page
PHOTO = "Photo"  # the layer below all others
LARGE = 24_000_000  # numbers in a photo from which on only its visible part is converted


@dataclass(frozen=True)
class Drawn:
    """What did not find room: captions and labels that would have covered others."""

    labels_hidden: int = 0


def paint_scene(
    painter: QPainter,
    scene: Scene,
    view: View,
    area: Rect,
    palette: Palette,
    hidden: Collection[str] = (),
) -> Drawn:
    """Draw the layers of `scene` that are not `hidden` through `view`, clipped to `area`."""
    paint_layers(painter, scene, view, area, palette, hidden)
    return paint_texts(painter, scene, view, area, palette, hidden)


def paint_layers(
    painter: QPainter,
    scene: Scene,
    view: View,
    area: Rect,
    palette: Palette,
    hidden: Collection[str] = (),
    whole: Rect | None = None,
) -> None:
    """The layers without captions and labels. whole: the view that `area` is a part of."""
    with _brush(painter, scene, view, area, palette, whole) as brush:
        for layer in scene.layers:
            if layer.name not in hidden:
                PAINTERS[type(layer)](brush, layer)


def paint_texts(
    painter: QPainter,
    scene: Scene,
    view: View,
    area: Rect,
    palette: Palette,
    hidden: Collection[str] = (),
) -> Drawn:
    """Captions and labels, where there is room; on a panel every text has its place and is a
    layer's."""
    lost = 0
    with _brush(painter, scene, view, area, palette) as brush:
        # What lies on top may place its text first.
        placer = Placer(area)
        for layer in scene.layers:
            if isinstance(layer, Points) and layer.clear and layer.name not in hidden:
                placer.keep_clear(view.boxes(np.asarray(layer.points)), layer.radius + 1)
        for layer in reversed(scene.layers):
            if layer.name in hidden:
                continue
            if isinstance(layer, Boxes) and layer.captions:
                lost += paint_captions(brush, layer, placer)
            elif isinstance(layer, Labels) and scene.space == "photo":
                lost += paint_labels(brush, layer, placer)
    return Drawn(lost)


@contextmanager
def _brush(
    painter: QPainter, scene: Scene, view: View, area: Rect, palette: Palette,
    whole: Rect | None = None,
) -> Iterator[Brush]:
    """The painter, clipped and set up for a scene, as it was afterwards."""
    painter.save()
    painter.setClipRect(QRectF(area[0], area[1], area[2] - area[0], area[3] - area[1]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    vector = painter.paintEngine().type() in VECTOR
    ratio = VECTOR_RATIO if vector else painter.device().devicePixelRatioF()
    try:
        yield Brush(painter, view, area, palette, scene.space, ratio, whole or area, vector)
    finally:
        painter.restore()


def _pixels(brush: Brush, layer: Pixels) -> None:
    rect = brush.view.rect(layer.rect)
    scale = (rect[2] - rect[0]) * brush.ratio / max(layer.values.shape[1], 1)
    smooth = layer.smooth and scale < 6
    opacity = layer.opacity
    if layer.name == PHOTO and brush.palette.name == PAPER.name:
        opacity = 1.0  # half a photo's ink on white paper would look like a bad print
    if scale > 0.5 and layer.values.size > LARGE and not brush.vector:
        _window_of(brush, layer, rect, smooth, opacity)
    else:
        _image(brush, image_of(layer.values, scale), rect, opacity, smooth)


def _window_of(brush: Brush, layer: Pixels, rect: Rect, smooth: bool, opacity: float) -> None:
    """Of a large photo seen from close by, only the part in the area becomes an image."""
    height, width = layer.values.shape[:2]
    across, down = (rect[2] - rect[0]) / width, (rect[3] - rect[1]) / height
    left = max(0, int((brush.area[0] - rect[0]) / across) - 2)
    top = max(0, int((brush.area[1] - rect[1]) / down) - 2)
    right = min(width, int((brush.area[2] - rect[0]) / across) + 3)
    bottom = min(height, int((brush.area[3] - rect[1]) / down) + 3)
    if right <= left or bottom <= top:
        return
    place = (
        rect[0] + left * across, rect[1] + top * down,
        rect[0] + right * across, rect[1] + bottom * down,
    )
    image = to_image(layer.values[top:bottom, left:right])
    _image(brush, image, place, opacity, smooth)


def _heat(brush: Brush, layer: Heat) -> None:
    image = to_image(mapped(layer.values, layer.low, layer.high, layer.colour_map))
    _image(brush, image, brush.view.rect(layer.rect), layer.opacity, smooth=False)


def _area(brush: Brush, layer: Area) -> None:
    ink = colour(brush.palette, layer.role)
    values = np.zeros((*layer.mask.shape, 4), np.uint8)
    values[layer.mask] = (ink.red(), ink.green(), ink.blue(), 255)
    _image(brush, to_image(values), brush.view.rect(layer.rect), layer.opacity, smooth=False)


def _image(brush: Brush, image: QImage, rect: Rect, opacity: float, smooth: bool) -> None:
    painter = brush.painter
    if brush.vector and not smooth:
        image = _enlarged(image, rect)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.setOpacity(opacity)
    painter.drawImage(QRectF(rect[0], rect[1], rect[2] - rect[0], rect[3] - rect[1]), image)
    painter.setOpacity(1.0)


def _enlarged(image: QImage, rect: Rect) -> QImage:
    """Cells as squares of many pixels: viewers of SVG and PDF smooth what they enlarge."""
    across = (rect[2] - rect[0]) * VECTOR_RATIO / max(image.width(), 1)
    down = (rect[3] - rect[1]) * VECTOR_RATIO / max(image.height(), 1)
    times = min(max(1, math.ceil(max(across, down))), max(1, MOST // max(image.width(), 1)))
    size = QSize(image.width() * times, image.height() * times)
    return image.scaled(
        size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.FastTransformation
    )


def _panel_labels(brush: Brush, layer: Labels) -> None:
    if brush.space == "panel":
        paint_labels(brush, layer, None)


PAINTERS: dict[type[Layer], Callable[[Brush, Any], Any]] = {
    Pixels: _pixels,
    Heat: _heat,
    Area: _area,
    Boxes: paint_boxes,
    Lines: paint_lines,
    Points: paint_points,
    Bars: paint_bars,
    Labels: _panel_labels,
}
