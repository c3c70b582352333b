"""How long a frame takes that draws thousands of boxes on a canvas of 1280 x 800.

    uv run pytest tests/benchmarks/bench_drawing.py -s

Prints the milliseconds of a frame. The proof is a ratio, measured in the same run on the same
boxes: at most three quarters of what one call of QPainter.drawRects with a solid pen takes.
"""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPen
from pytest_benchmark.fixture import BenchmarkFixture

from explorer.session.scene import Boxes, Pixels, Scene
from explorer.ui.paint import paint_scene
from explorer.ui.theme import DARK, colour
from explorer.ui.transform import fitted
from tests.benchmarks.crowds import some_boxes, timed

WIDTH, HEIGHT = 1280, 800
PHOTO = (0.0, 0.0, 640.0, 480.0)
ROUNDS = 15
KINDS = {
    "one colour": {"roles": "fpn"},
    "five colours, translucent": {
        "roles": tuple(f"level{i % 5}" for i in range(2000)), "opacity": 0.75, "width": 1.3,
    },
    "dashed, translucent": {"roles": "muted", "dashed": True, "width": 1.0, "opacity": 0.7},
}


def canvas(ratio: float) -> QImage:
    size = round(WIDTH * ratio), round(HEIGHT * ratio)
    image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    return image


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("kind", KINDS)
def test_two_thousand_boxes(kind: str, ratio: float, benchmark: BenchmarkFixture) -> None:
    boxes = some_boxes(2000)
    photo = np.random.default_rng(1).integers(0, 256, (480, 640, 3), np.uint8)
    layer = Boxes(name="Boxes", boxes=boxes, **KINDS[kind])  # type: ignore[arg-type]
    scene = Scene(
        extent=PHOTO, space="photo", layers=(Pixels(name="Photo", values=photo, rect=PHOTO), layer)
    )
    area = (0.0, 0.0, float(WIDTH), float(HEIGHT))
    view = fitted(PHOTO, area)
    image = canvas(ratio)

    def ours() -> None:
        painter = QPainter(image)
        paint_scene(painter, scene, view, area, DARK)
        painter.end()

    def plain() -> None:
        painter = QPainter(image)
        painter.setPen(QPen(colour(DARK, "fpn"), layer.width))
        painter.setOpacity(layer.opacity)
        painter.drawRects(
            [QRectF(x1, y1, x2 - x1, y2 - y1) for x1, y1, x2, y2 in view.boxes(boxes).tolist()]
        )
        painter.end()

    ours()
    benchmark.pedantic(ours, rounds=ROUNDS)
    frame, reference = (timed(do, rounds=ROUNDS).least for do in (ours, plain))
    print(f"\n{kind}, {ratio:g}x: {frame:.1f} ms a frame; one plain call {reference:.1f} ms")
    assert frame <= reference * 3 / 4
