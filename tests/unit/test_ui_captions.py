"""Labels never cover each other, and what found no room is counted, to the last one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from explorer.session.scene import Boxes, Label, Labels, Scene
from explorer.ui.brush import Brush
from explorer.ui.fonts import load_fonts
from explorer.ui.paint import paint_scene
from explorer.ui.paint_text import Placer, paint_captions, paint_labels
from explorer.ui.theme import DARK
from explorer.ui.transform import View

AREA = (20.0, 10.0, 380.0, 290.0)


def crowd(seed: int, n: int) -> Boxes:
    """Captioned boxes, some of them partly or wholly outside the area."""
    random = np.random.default_rng(seed)
    start = random.uniform(-80, 380, (n, 2))
    boxes = np.concatenate([start, start + random.uniform(4, 150, (n, 2))], 1)
    return Boxes(
        name="Boxes", boxes=boxes, roles="fpn",
        captions=tuple(f"cat {0.01 * i:.2f}" for i in range(n)),
    )


@pytest.mark.parametrize("n", [1, 12, 80])
@pytest.mark.parametrize("seed", range(4))
def test_captions_keep_clear_of_each_other_and_the_rest_is_counted(
    qtbot: QtBot, seed: int, n: int
) -> None:
    load_fonts()
    image = QImage(400, 300, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    brush = Brush(painter, View(1.0, 0.0, 0.0), AREA, DARK, "photo", 1.0, AREA)
    placer = Placer(AREA)
    layer = crowd(seed, n)
    lost = paint_captions(brush, layer, placer)
    labels = Labels(
        name="Labels", items=tuple(Label(30.0 * i, 100.0, f"label {i}") for i in range(12))
    )
    before = len(placer.taken)
    missing = paint_labels(brush, labels, placer)
    painter.end()
    for one, other in combinations(placer.taken, 2):
        assert not one.intersects(other)
    area = QRectF(AREA[0], AREA[1], AREA[2] - AREA[0], AREA[3] - AREA[1])
    assert all(area.contains(rect) for rect in placer.taken)
    x1, y1, x2, y2 = layer.boxes.T
    seen = (x1 < AREA[2]) & (x2 > AREA[0]) & (y1 < AREA[3]) & (y2 > AREA[1])
    assert before + lost == int(seen.sum())
    inside = sum(
        area.intersects(QRectF(item.x, 90, 40, 20)) for item in labels.items
    )
    assert len(placer.taken) - before + missing == inside


def test_a_scene_says_how_many_labels_are_hidden(qtbot: QtBot) -> None:
    load_fonts()
    same = np.tile([[100.0, 100.0, 130.0, 120.0]], (40, 1))
    layer = Boxes(name="Boxes", boxes=same, roles="fpn", captions=("cat 0.50",) * 40)
    scene = Scene(extent=(0, 0, 400, 300), space="photo", layers=(layer,))
    image = QImage(400, 300, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    drawn = paint_scene(painter, scene, View(1.0, 0.0, 0.0), AREA, DARK)
    painter.end()
    assert 0 < drawn.labels_hidden < 40
