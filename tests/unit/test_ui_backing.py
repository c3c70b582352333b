"""What a canvas keeps of its photo while the camera moves is what drawing it anew would give."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from explorer.session.scene import Boxes, Layer, Pixels, Points, Scene
from explorer.ui.backing import MANY_POINTS, Backing, snapped
from explorer.ui.images import from_image
from explorer.ui.paint_boxes import CROWD, MANY
from explorer.ui.theme import DARK
from explorer.ui.transform import View

EXTENT = (0.0, 0.0, 300.0, 200.0)
AREA = (4.0, 3.0, 155.0, 117.0)
RATIOS = [1.0, 1.5, 2.0]


def boxes(n: int, **more: object) -> Boxes:
    chance = np.random.default_rng(n)
    low = chance.uniform(-10, 280, (n, 2)) * (1, 0.66)
    corners = np.concatenate([low, low + chance.exponential(18, (n, 2))], axis=1)
    roles = tuple(f"level{i % 5}" for i in range(n))
    return Boxes(name="Boxes", boxes=corners, **{"roles": roles, **more})  # type: ignore[arg-type]


LAYERS: dict[str, Layer] = {
    "few": boxes(40, width=2.5), "filled": boxes(30, fill=0.2, width=2.0),
    "many": boxes(4 * MANY, opacity=0.75, width=1.3), "dashed": boxes(4 * MANY, dashed=True),
    "crowd": boxes(CROWD + 2_000, roles="fpn"),
    "dots": Points(name="Dots", points=boxes(MANY_POINTS + 1).boxes[:, :2], role="muted"),
}


def shown(backing: Backing, scene: Scene, view: View, ratio: float) -> np.ndarray:
    """All of it, however many frames that takes."""
    image = QImage(round(160 * ratio), round(120 * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    for _ in range(100):
        image.fill(QColor("#000000"))
        painter = QPainter(image)
        done = backing.paint(painter, scene, view, AREA, DARK, ())
        painter.end()
        if done:
            return from_image(image)
    raise AssertionError("it never ends")


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("kind", LAYERS)
def test_a_pan_gives_the_picture_of_its_end(qtbot: QtBot, kind: str, ratio: float) -> None:
    photo = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    layers = (Pixels(name="Photo", values=photo, rect=EXTENT, smooth=False), LAYERS[kind])
    scene = Scene(extent=EXTENT, space="photo", layers=layers)
    kept = Backing()
    for dx, dy in ((0.0, 0.0), (7.3, 0.0), (3.1, -5.6), (-9.9, -20.2), (-60.0, 11.0), (500.0, 0.0),
                   (-30.0, -30.0)):
        view = snapped(View(0.7, dx, dy), ratio)
        moved = shown(kept, scene, view, ratio)
        anew = shown(Backing(), scene, view, ratio)
        assert (moved == anew).all(), f"differs at {dx}, {dy}"


def test_another_scene_zoom_or_layer_is_drawn_anew(qtbot: QtBot) -> None:
    scene = Scene(extent=EXTENT, space="photo", layers=(LAYERS["many"],))
    other = Scene(extent=EXTENT, space="photo", layers=(LAYERS["few"],))
    kept, view = Backing(), View(0.7, 0.0, 0.0)
    for now, at in ((scene, view), (other, view), (scene, view), (scene, View(1.4, 0.0, 0.0))):
        assert (shown(kept, now, at, 1.0) == shown(Backing(), now, at, 1.0)).all()
