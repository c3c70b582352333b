"""The little picture before a layer's name: a piece of it, drawn as the layer itself is."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from explorer.session.samples import Sample
from explorer.session.scene import Area, Boxes, Heat, Layer, Lines, Points, Scene
from explorer.ui.paint import paint_layers
from explorer.ui.theme import Palette
from explorer.ui.transform import View

SIDE = 14  # logical pixels
INSET = 2.0  # from the sides to an outline
MORE, WIDEST = 0.5, 3.5  # an outline is so much wider, for its colour to be seen; at most this
LEAST_FILL, MOST_FILL = 0.2, 0.5  # seen beside an outline, and not taken for one
FAINTEST = 0.6  # on a photo, many faint outlines lie upon each other; here it is one


def icon(palette: Palette, sample: Sample, ratio: int) -> QIcon:
    """Sharp on a screen of up to `ratio` device pixels a pixel; empty where there is nothing to
    show."""
    if not sample.kind:
        return QIcon()
    pixmap = QPixmap(SIDE * ratio, SIDE * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_swatch(painter, palette, sample, 0.0, 0.0)
    painter.end()
    return QIcon(pixmap)


def paint_swatch(
    painter: QPainter, palette: Palette, sample: Sample, left: float, top: float
) -> None:
    """SIDE x SIDE pixels: one piece for each colour, from the left; nothing for a photo."""
    roles = (sample.shown or ("",)) if sample.kind else ()
    whole = (0.0, 0.0, float(SIDE), float(SIDE))
    painter.save()
    painter.translate(left, top)
    for at, role in enumerate(roles):
        scene = Scene(extent=whole, space="panel", layers=(_piece(sample, role),))
        area = (SIDE * at / len(roles), 0.0, SIDE * (at + 1) / len(roles), whole[3])
        paint_layers(painter, scene, View(1.0, 0.0, 0.0), area, palette, whole=whole)
    painter.restore()


def _piece(sample: Sample, role: str) -> Layer:
    """A layer of that kind that fills a swatch."""
    far, middle = SIDE - INSET, SIDE / 2
    opacity = FAINTEST + (1 - FAINTEST) * sample.opacity
    square = (INSET, INSET, far, far)
    if sample.kind == "box":
        fill = min(max(sample.fill, LEAST_FILL), MOST_FILL) if sample.fill else 0.0
        return Boxes(
            name="", boxes=np.array([square]), roles=role, width=min(sample.width + MORE, WIDEST),
            opacity=opacity, fill=fill, dashed=sample.dashed, double=sample.double,
            handles=sample.handles,
        )
    if sample.kind in ("dot", "dots"):
        places = [(middle, middle)]
        if sample.kind == "dots":
            places = [(x, y) for x in (4.0, 10.0) for y in (4.0, 10.0)]
        return Points(name="", points=np.array(places), role=role, radius=min(sample.width, 4.5))
    if sample.kind == "heat":
        return Heat(name="", values=np.linspace(0, 1, SIDE)[None], rect=square, low=0.0, high=1.0,
                    colour_map=sample.colour_map)
    if sample.kind == "area":
        return Area(name="", mask=np.ones((1, 1), np.bool_), rect=square, role=role,
                    opacity=opacity)
    segments = [(1.0, far, far, 1.0)]
    if sample.kind == "grid":
        segments = [(x, 0.0, x, SIDE) for x in (4.5, 9.5)]
        segments += [(0.0, y, SIDE, y) for y in (4.5, 9.5)]
    return Lines(name="", segments=np.array(segments), role=role, width=sample.width,
                 arrow=sample.kind == "arrow", opacity=opacity, edged=sample.edged)
