"""Labels never cover each other, and what found no room is counted, to the last one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF, QImage, QPainter
from pytestqt.qtbot import QtBot

from explorer.session.scene import Boxes, Label, Labels, Picture, Points, Scene
from explorer.ui import paint
from explorer.ui.brush import Brush
from explorer.ui.camera import Camera
from explorer.ui.canvas import Canvas
from explorer.ui.canvas_frame import Frame
from explorer.ui.fonts import Weight, load_fonts, sans
from explorer.ui.paint import paint_scene
from explorer.ui.paint_text import CAPTION, PAD_X, Placer, paint_captions, paint_labels
from explorer.ui.style import Theme
from explorer.ui.theme import DARK
from explorer.ui.transform import View
from explorer.ui.turns import Turns

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


def test_the_box_on_top_has_its_tag_where_there_is_room_for_one(qtbot: QtBot) -> None:
    load_fonts()
    area = (0.0, 0.0, 120.0, 24.0)
    image = QImage(120, 24, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    brush = Brush(painter, View(1.0, 0.0, 0.0), area, DARK, "photo", 1.0, area)
    captions = ("under it", "on top of all")
    layer = Boxes(
        name="Boxes", boxes=np.tile([[2.0, 2.0, 118.0, 22.0]], (2, 1)), roles="fpn",
        captions=captions,
    )
    placer = Placer(area)
    assert paint_captions(brush, layer, placer) == 1
    painter.end()
    widths = [
        QFontMetricsF(sans(CAPTION, Weight.DemiBold)).horizontalAdvance(text) + 2 * PAD_X
        for text in captions
    ]
    assert widths[0] < widths[1]
    assert [rect.width() for rect in placer.taken] == pytest.approx([widths[1]])


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


def test_captions_beyond_the_most_that_are_drawn_are_hidden_too(qtbot: QtBot) -> None:
    load_fonts()
    image = QImage(400, 300, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    area = (0.0, 0.0, 400.0, 300.0)
    start = np.stack([np.full(9, 20.0), 30.0 * np.arange(9)], 1)  # each has room
    start[0] = (500, 500)  # but this one is not in the area
    layer = Boxes(
        name="Boxes", boxes=np.concatenate([start, start + 25], 1), roles="fpn", most=5,
        captions=tuple(f"IoU 0.{at}" for at in range(9)),
    )
    placer = Placer(area)
    brush = Brush(painter, View(1.0, 0.0, 0.0), area, DARK, "photo", 1.0, area)
    assert paint_captions(brush, layer, placer) == 3
    painter.end()
    assert len(placer.taken) == 5
    assert min(rect.top() for rect in placer.taken) > start[3][1]  # the last ones


def test_numbers_of_cells_stay_in_their_cells_and_off_the_dots(qtbot: QtBot) -> None:
    load_fonts()
    image = QImage(400, 300, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    area = (0.0, 0.0, 400.0, 300.0)
    cells = np.array([[40.0, 40, 120, 120], [120, 40, 200, 120], [300, 40, 320, 50]])
    dots = np.array([[50.0, 50.0], [130, 110]])
    layer = Boxes(
        name="Cells", boxes=cells, roles="good", captions=("0.26", "0.47", "0.01"), inside=True
    )
    placer = Placer(area)
    placer.keep_clear(dots, 5.0)
    brush = Brush(painter, View(1.0, 0.0, 0.0), area, DARK, "photo", 1.0, area)
    assert paint_captions(brush, layer, placer) == 1  # the third has no room
    painter.end()
    second, first = placer.taken[len(dots):]
    for rect, cell in ((first, cells[0]), (second, cells[1])):
        assert QRectF(cell[0], cell[1], 80, 80).adjusted(-2, -2, 2, 2).contains(rect)
        assert not any(rect.intersects(dot) for dot in placer.taken[: len(dots)])


def test_the_dots_that_say_so_keep_captions_clear_of_them(qtbot: QtBot) -> None:
    load_fonts()
    cell = Boxes(
        name="Cell", boxes=np.array([[40.0, 40, 90, 62]]), roles="good", captions=("0.47",),
        inside=True,
    )
    for clear, hidden in ((False, 0), (True, 1)):
        every = np.stack(np.meshgrid(np.arange(42.0, 90, 8), np.arange(42.0, 62, 6)), -1)
        dots = Points(name="Dots", points=every.reshape(-1, 2), role="accent", clear=clear)
        image = QImage(200, 100, QImage.Format.Format_ARGB32)
        painter = QPainter(image)
        scene = Scene(extent=(0, 0, 200, 100), space="photo", layers=(cell, dots))
        area = (0.0, 0.0, 200.0, 100.0)
        drawn = paint_scene(painter, scene, View(1.0, 0.0, 0.0), area, DARK)
        painter.end()
        assert drawn.labels_hidden == hidden


def tags(layer: Boxes, dots: np.ndarray) -> tuple[int, list[QRectF]]:
    """How many captions are hidden, and where the others stand."""
    load_fonts()
    image = QImage(400, 300, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    area = (0.0, 0.0, 400.0, 300.0)
    placer = Placer(area)
    placer.keep_clear(dots, 5.0)
    hidden = paint_captions(
        Brush(painter, View(1.0, 0.0, 0.0), area, DARK, "photo", 1.0, area), layer, placer
    )
    painter.end()
    return hidden, placer.taken[len(dots):]


@pytest.mark.parametrize(("ranked", "hidden"), [(False, 1), (True, 2)])
def test_no_lower_rank_is_written_where_a_higher_one_has_no_room(
    qtbot: QtBot, ranked: bool, hidden: int
) -> None:
    layer = Boxes(
        name="Cells", boxes=np.array([[40.0, 40, 120, 120], [120, 40, 130, 50]]), roles="good",
        captions=("0.11", "0.36"), inside=True, ranked=ranked,
    )
    lost, placed = tags(layer, np.zeros((0, 2)))
    assert (lost, len(placed)) == (hidden, 2 - hidden)


def test_a_number_stands_between_the_dots_of_its_cell(qtbot: QtBot) -> None:
    layer = Boxes(
        name="Cell", boxes=np.array([[40.0, 40, 120, 120]]), roles="good", captions=("0.47",),
        inside=True,
    )
    dots = np.array([[50.0, 50], [110, 50], [50, 110], [110, 110]])
    lost, placed = tags(layer, dots)
    assert lost == 0 and QRectF(38, 38, 84, 84).contains(placed[0])


def drawn(boxes: list[list[float]], captions: tuple[str, ...]) -> tuple[int, list[QRectF]]:
    """How many captions of boxes in AREA are hidden, and where the others are."""
    load_fonts()
    image = QImage(400, 300, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    brush = Brush(painter, View(1.0, 0.0, 0.0), AREA, DARK, "photo", 1.0, AREA)
    placer = Placer(AREA)
    layer = Boxes(name="Boxes", boxes=np.array(boxes), roles="fpn", captions=captions)
    hidden = paint_captions(brush, layer, placer)
    painter.end()
    return hidden, placer.taken


@pytest.mark.parametrize("box", [
    [374.0, 100, 600, 200], [-200, 100, 26, 200], [-100, -100, 500, 400], [357, 100, 400, 200],
], ids=[
    "a strip at the right", "a strip at the left", "its outline is nowhere", "half a narrow one",
])
def test_a_box_that_is_hardly_seen_has_no_tag_over_what_lies_beside_it(
    qtbot: QtBot, box: list[float]
) -> None:
    assert drawn([box], ("bottle 0.81",)) == (1, [])


@pytest.mark.parametrize("box", [
    [300.0, 100, 600, 200], [-200, 100, 100, 200], [100, -100, 500, 400], [100, 100, 104, 110],
    [368, 100, 379, 110], [368, 100, 383, 110],
])
def test_a_box_that_is_seen_has_its_tag(qtbot: QtBot, box: list[float]) -> None:
    hidden, taken = drawn([box], ("bottle 0.81",))
    assert hidden == 0 and len(taken) == 1


def test_tags_keep_their_distance_from_the_canvas_edge(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_fonts()
    seen: list[Placer] = []

    def noted(brush: Brush, layer: Boxes, placer: Placer) -> int:
        seen.append(placer)
        return paint_captions(brush, layer, placer)

    monkeypatch.setattr(paint, "paint_captions", noted)
    boxes = np.array([[0.0, 0, 40, 40], [280, 0, 320, 40], [0, 200, 40, 240], [280, 200, 320, 240]])
    layer = Boxes(name="Boxes", boxes=boxes, roles="fpn", captions=("person 0.02",) * 4)
    scene = Scene(extent=(0, 0, 320, 240), space="photo", layers=(layer,))
    camera = Camera()
    camera.look_at_photo(320, 240)
    canvas = Canvas(camera, Theme("dark"), Turns())
    qtbot.addWidget(canvas)
    canvas.resize(300, 300)
    canvas.show_picture(Frame("fpn", "FPN"), Picture(title="", summary="", main=scene))
    canvas.show()
    qtbot.waitUntil(lambda: bool(seen))
    x1, y1, x2, y2 = canvas.body()
    assert len(seen[-1].taken) == 4
    for rect in seen[-1].taken:
        assert rect.left() >= x1 + 4 and rect.right() <= x2 - 4
        assert rect.top() >= y1 + 4 and rect.bottom() <= y2 - 4
