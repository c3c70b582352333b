"""Pictures of fixed contents look as they did: every kind of layer, pages, the stage map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from explorer.methods.names import NAMES
from explorer.session.scene import (
    Area,
    Bars,
    Boxes,
    Heat,
    Label,
    Labels,
    Lines,
    Pixels,
    Points,
    Scene,
    ViewState,
)
from explorer.session.scenes import picture
from explorer.ui.exporting import compare
from explorer.ui.fonts import load_fonts
from explorer.ui.page import stage_sheet
from explorer.ui.paint import paint_scene
from explorer.ui.theme import PALETTES
from explorer.ui.transform import fitted
from tests.golden.comparing import TOLERANCE, check, difference
from tests.traces import synthetic_photo, synthetic_trace

WIDTH, HEIGHT = 480, 360


@pytest.fixture(autouse=True)
def fonts(qtbot: QtBot) -> None:
    load_fonts()


def every_layer() -> Scene:
    """One of each kind on the made-up photo, nothing random."""
    rows = np.arange(6)
    boxes = np.array(
        [[20 + 30 * i, 20 + 12 * i, 90 + 34 * i, 90 + 20 * i] for i in range(6)], np.float32
    )
    heat = np.linspace(0, 1, 48).reshape(6, 8)
    return Scene(
        extent=(0, 0, 320, 240),
        space="photo",
        layers=(
            Pixels(name="Photo", values=synthetic_photo(), rect=(0, 0, 320, 240)),
            Heat(name="Heat", values=heat, rect=(220, 20, 300, 80), low=0, high=1, opacity=0.9),
            Boxes(name="Boxes", boxes=boxes, roles="fpn", stage="regions", rows=rows, width=1.0),
            Boxes(
                name="Tagged", boxes=boxes[:3], roles=("class0", "class1", "class2"), width=2.5,
                captions=("cat 0.93", "dog 0.41", "sofa 0.12"), dashed=True, fill=0.15,
            ),
            Area(name="Area", mask=np.eye(4, dtype=bool), rect=(20, 120, 60, 150), role="mark0"),
            Boxes(name="Double", boxes=np.array([[150, 20, 200, 60]], np.float32), roles="truth",
                  width=4.0, double=True),
            Lines(name="Edged", segments=np.array([[160, 40, 240, 150]], np.float32),
                  role="text", width=1.0, arrow=True, edged=True),
            Lines(name="Lines", segments=np.array([[40, 200, 150, 170]], np.float32),
                  role="accent", width=2, arrow=True),
            Points(name="Points", points=np.array([[60, 160], [80, 170]], np.float32), role="bad"),
            Bars(name="Bars", boxes=np.array([[200, 190, 300, 200], [200, 205, 250, 215]]),
                 roles=("good", "rcnn")),
            Labels(name="Labels", items=(
                Label(200, 180, "k = 4", mono=True), Label(200, 181, "covered by the other"),
            )),
        ),
    )


def drawn(scene: Scene, theme: str = "dark", ratio: float = 1.0) -> tuple[QImage, int]:
    image = QImage(round(WIDTH * ratio), round(HEIGHT * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    palette = PALETTES[theme]
    image.fill(QColor(palette.canvas))
    painter = QPainter(image)
    area = (0.0, 0.0, float(WIDTH), float(HEIGHT))
    lost = paint_scene(painter, scene, fitted(scene.extent, area), area, palette)
    painter.end()
    return image, lost.labels_hidden


@pytest.mark.parametrize(("theme", "ratio"), [("dark", 1.0), ("light", 2.0)])
def test_every_kind_of_layer(theme: str, ratio: float) -> None:
    image, hidden = drawn(every_layer(), theme, ratio)
    assert hidden == 1
    check(image, f"layers-{theme}-{ratio:g}x")


@pytest.mark.parametrize("index", range(6))
def test_a_missing_box_is_noticed(index: int) -> None:
    scene = every_layer()
    image, _ = drawn(scene)
    layers = []
    for layer in scene.layers:
        if isinstance(layer, Boxes) and layer.name == "Boxes":
            kept = np.delete(np.arange(6), index)
            layer = replace(layer, boxes=layer.boxes[kept], rows=layer.rows[kept])
        layers.append(layer)
    without, _ = drawn(replace(scene, layers=tuple(layers)))
    assert difference(image, without) > TOLERANCE


def test_a_stage_as_a_page() -> None:
    trace = synthetic_trace("fpn")
    made = picture(trace, "detections", ViewState())
    check(
        stage_sheet(made, trace, "detections", "made-up.png", PALETTES["dark"]).pixels(),
        "page-fpn-detections",
    )


def test_the_comparison_page() -> None:
    traces = [synthetic_trace(name) for name in NAMES]
    sheet = compare(traces, "detections", "made-up.png", PALETTES["light"])
    check(sheet.pixels(), "comparison-light")
