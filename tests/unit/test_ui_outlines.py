"""Crowds of outlines, drawn as filled sides: every pixel of every outline, and none else."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from explorer.session.scene import Boxes, Lines, Scene
from explorer.ui.crowd import outline_counts
from explorer.ui.images import from_image
from explorer.ui.outlines import DASH, SPACE, sides_of
from explorer.ui.paint import paint_scene
from explorer.ui.paint_boxes import MANY
from explorer.ui.theme import DARK, colour
from explorer.ui.transform import View

WIDTH, HEIGHT = 90, 70
AREA = (0.0, 0.0, float(WIDTH), float(HEIGHT))


def some_boxes(seed: int, n: int = 4 * MANY) -> np.ndarray:
    chance = np.random.default_rng(seed)
    low = chance.uniform(-20, 80, (n, 2))
    boxes = np.concatenate([low, low + chance.exponential(9, (n, 2)) - 0.5], axis=1)
    return np.maximum(boxes, np.tile(boxes[:, :2], 2))


def drawn(layer: Boxes | Lines, ratio: float = 1.0, area: tuple[float, ...] = AREA) -> np.ndarray:
    image = QImage(round(WIDTH * ratio), round(HEIGHT * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("#000000"))
    painter = QPainter(image)
    scene = Scene(extent=AREA, space="photo", layers=(layer,))
    paint_scene(painter, scene, View(1.0, 0.0, 0.0), area, DARK)  # type: ignore[arg-type]
    painter.end()
    return from_image(image)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_solid_crowd_covers_exactly_its_outlines(seed: int, ratio: float) -> None:
    boxes = some_boxes(seed)
    pixels = drawn(Boxes(name="a", boxes=boxes, roles="fpn", width=1.0 / ratio), ratio)
    size = round(WIDTH * ratio), round(HEIGHT * ratio)
    expected = outline_counts(boxes * ratio, *size) > 0
    ink = colour(DARK, "fpn")
    assert (pixels[expected] == [ink.red(), ink.green(), ink.blue()]).all()
    assert not pixels[~expected].any()


def test_a_translucent_crowd_is_laid_over_once() -> None:
    boxes = some_boxes(5)
    pixels = drawn(Boxes(name="a", boxes=boxes, roles="selected", width=1.0, opacity=0.5))
    expected = outline_counts(boxes, WIDTH, HEIGHT) > 0
    assert (np.abs(pixels[expected].astype(int) - 128) <= 1).all()
    assert not pixels[~expected].any()


def test_dashes_have_gaps_and_no_pixel_beside_the_outline() -> None:
    boxes = np.tile([[10.0, 10, 80, 60]], (MANY + 1, 1))
    pixels = drawn(Boxes(name="a", boxes=boxes, roles="fpn", width=1.0, dashed=True)).any(axis=2)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    dash = (x + y) % (DASH + SPACE) < DASH
    outline = outline_counts(boxes[:1], WIDTH, HEIGHT) > 0
    assert (pixels == (outline & dash)).all()


def test_nothing_is_drawn_outside_the_area() -> None:
    pixels = drawn(
        Boxes(name="a", boxes=some_boxes(7), roles="fpn", opacity=0.7), area=(20, 10, 60, 50)
    )
    outside = np.ones((HEIGHT, WIDTH), bool)
    outside[10:50, 20:60] = False
    assert not pixels[outside].any() and pixels[~outside].any()


def test_later_roles_lie_on_top() -> None:
    boxes = np.tile([[10.0, 10, 80, 60]], (MANY + 1, 1))
    roles = ("rcnn",) * MANY + ("fpn",)
    pixels = drawn(Boxes(name="a", boxes=boxes, roles=roles, width=1.0))
    ink = colour(DARK, "fpn")
    assert pixels[10, 40].tolist() == [ink.red(), ink.green(), ink.blue()]


def test_sides_of_boxes_far_away_do_not_overflow() -> None:
    boxes = np.array([[-1e12, 5, 1e12, 9], [1e12, 0, 2e12, 9]])
    sides, _ = sides_of(boxes, 1, np.array([0, 0, 40, 30], np.int32))
    assert sides.tolist() == [[0, 5, 39, 5], [0, 9, 39, 9]]


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_the_lines_of_a_grid_look_alike_wherever_they_fall(ratio: float) -> None:
    at = np.array([10.0, 20.25, 30.5, 40.75])
    down = np.stack([at, np.full(4, 5.0), at, np.full(4, 75.0)], 1)
    pixels = drawn(Lines(name="Grid", segments=down, role="text", width=0.7, opacity=0.35), ratio)
    row = pixels[round(40 * ratio)].max(axis=-1)
    columns = np.flatnonzero(row > row.max() / 2)
    assert len(columns) == 4 and len(set(row[columns].tolist())) == 1
    assert (columns == np.floor(at * ratio)).all()
