"""Arithmetic under the canvases: views, cameras, crowds, picking, arrangement, colours."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from explorer.session.scene import Boxes, Key, Pixels, Scene
from explorer.ui import images
from explorer.ui.camera import WORTH, Camera
from explorer.ui.centre import grid_rects
from explorer.ui.colour_maps import STOPS, mapped, table
from explorer.ui.crowd import crowd_pixels, outline_counts
from explorer.ui.images import from_image, image_of
from explorer.ui.paint import paint_scene
from explorer.ui.picking import NONE, boxes_at, next_hit
from explorer.ui.theme import DARK, LIGHT, PALETTES, PAPER, Palette, colour
from explorer.ui.transform import View, fitted
from explorer.ui.words import short_count, time_text


def slow_counts(boxes: np.ndarray, width: int, height: int) -> np.ndarray:
    """Outlines pixel by pixel."""
    counts = np.zeros((height, width), np.int32)
    for x1, y1, x2, y2 in np.floor(boxes).astype(int):
        own = np.zeros_like(counts)
        for y in range(height):
            for x in range(width):
                on_side = (x in (x1, x2) and y1 <= y <= y2) or (y in (y1, y2) and x1 <= x <= x2)
                own[y, x] = on_side
        counts += own
    return counts


@pytest.mark.parametrize("seed", range(4))
def test_a_crowd_is_every_outline_once(seed: int) -> None:
    chance = np.random.default_rng(seed)
    low = chance.uniform(-8, 24, (30, 2))
    boxes = np.concatenate([low, low + chance.uniform(0, 18, (30, 2))], axis=1)
    assert (outline_counts(boxes, 20, 16) == slow_counts(boxes, 20, 16)).all()


def test_crowd_opacity_is_that_of_painting_one_after_another() -> None:
    boxes = np.array([[1.0, 1, 5, 5]] * 3)
    pixels = crowd_pixels(boxes, 8, 8, (10, 20, 30), 0.2)
    alpha = int((1 - 0.8**3) * 255)
    argb = [alpha, *(round(alpha * value / 255) for value in (10, 20, 30))]  # premultiplied
    assert int(pixels[1, 1]).to_bytes(4, "big") == bytes(argb)
    assert pixels[3, 3] == 0


def scene(*layers: Boxes) -> Scene:
    return Scene(extent=(0, 0, 100, 100), space="photo", layers=layers)


def test_the_smallest_box_under_the_point_comes_first() -> None:
    boxes = np.array([[0, 0, 100, 100], [10, 10, 50, 50], [20, 20, 40, 40], [60, 60, 90, 90]])
    layer = Boxes(name="a", boxes=boxes, roles="fpn", stage="nms", rows=np.array([7, 8, 9, 10]))
    hits = boxes_at(scene(layer), "fpn", 30, 30, 1.0)
    assert [hit.key.row for hit in hits] == [9, 8, 7]
    assert hits[0].key == Key("fpn", "nms", 9)
    assert boxes_at(scene(layer), "fpn", 30, 30, 1.0, hidden={"a"}) is NONE


def test_a_box_is_met_within_a_few_screen_pixels() -> None:
    layer = Boxes(name="a", boxes=np.array([[50, 50, 51, 51]]), roles="fpn", stage="nms",
                  rows=np.array([0]))
    assert boxes_at(scene(layer), "fpn", 53.5, 50, 1.0)
    assert not boxes_at(scene(layer), "fpn", 53.5, 50, 4.0)


def test_decoration_without_rows_cannot_be_picked() -> None:
    layer = Boxes(name="a", boxes=np.array([[0, 0, 100, 100]]), roles="fpn")
    assert len(boxes_at(scene(layer), "fpn", 30, 30, 1.0)) == 0


def test_next_hit_goes_round() -> None:
    boxes = np.array([[0, 0, 100, 100], [10, 10, 50, 50]])
    layer = Boxes(name="a", boxes=boxes, roles="fpn", stage="nms", rows=np.arange(2))
    hits = boxes_at(scene(layer), "fpn", 30, 30, 1.0)
    seen = [Key("fpn", "nms", 1)]
    for _ in range(2):
        hit = next_hit(hits, seen[-1])
        assert hit is not None
        seen.append(hit.key)
    assert [key.row for key in seen] == [1, 0, 1]
    assert next_hit(NONE, seen[0]) is None


def test_a_view_and_its_inverse() -> None:
    view = fitted((0, 0, 200, 100), (10, 20, 110, 120))
    assert view.scale == 0.5
    assert view.point(100, 50) == (60, 70)
    assert view.back(*view.point(12, 34)) == pytest.approx((12, 34))
    assert View(2, 1, 1).boxes(np.array([[1.0, 2, 3, 4]])).tolist() == [[3, 5, 7, 9]]


def test_zooming_keeps_the_point_under_the_pointer() -> None:
    camera = Camera()
    camera.look_at_photo(320, 240)
    area = (0.0, 0.0, 400.0, 300.0)
    before = camera.view_in(area).point(80, 60)
    camera.zoom_at(80, 60, 3.0)
    assert camera.zoom == 3
    assert camera.view_in(area).point(80, 60) == pytest.approx(before)
    camera.zoom_at(80, 60, 1e9)
    assert camera.zoom == 64
    camera.fit()
    left, top, right, bottom = camera.view_in(area).rect((0, 0, 320, 240))
    assert (left, top) == pytest.approx((400 - right, 300 - bottom))
    # Half a cell of a map of stride 16, of a photo 288 pixels wide, hangs over it and is seen.
    assert left > (right - left) * 8 / 288 and left < 0.05 * 400


def test_a_box_as_large_as_the_photo_is_shown_with_all_of_it() -> None:
    camera, area = Camera(), (0.0, 0.0, 400.0, 300.0)
    camera.look_at_photo(320, 240)
    camera.show_box((5, 5, 200, 235), area)
    assert camera.zoom == 1 and camera.centre == (160, 120)
    camera.show_box((40, 10, 170, 150), area)
    assert 1.2 < camera.zoom < WORTH
    camera.show_box((40, 10, 170, 150), area, WORTH)  # that would hide what is around it
    assert camera.zoom == 1 and camera.centre == (160, 120)
    camera.show_box((0, 0, 40, 60), area)
    assert camera.centre == (20, 30)
    x1, y1, x2, y2 = camera.view_in(area).rect((0, 0, 40, 60))
    assert y2 - y1 == pytest.approx(0.72 * 300) and x2 - x1 < 0.72 * 400


def test_the_camera_never_loses_the_photo() -> None:
    camera = Camera()
    camera.look_at_photo(320, 240)
    camera.pan(-1e6, 1e6)
    assert camera.centre == (320, 0)


@pytest.mark.parametrize("palette", [DARK, LIGHT, PAPER], ids=lambda palette: palette.name)
def test_photos_are_dimmed_on_screen_and_never_on_paper(palette: Palette) -> None:
    red = np.full((20, 20, 3), (200, 20, 20), np.uint8)
    photo = Pixels(name="Photo", values=red, rect=(0, 0, 20, 20), opacity=0.5)
    image = QImage(20, 20, QImage.Format.Format_RGB32)
    image.fill(QColor(palette.canvas))
    painter = QPainter(image)
    on = Scene(extent=(0, 0, 20, 20), space="photo", layers=(photo,))
    paint_scene(painter, on, View(1, 0, 0), (0, 0, 20, 20), palette)
    painter.end()
    seen = image.pixelColor(10, 10)
    assert ((seen.red(), seen.green(), seen.blue()) == (200, 20, 20)) == (palette is PAPER)


@pytest.mark.parametrize("count", range(1, 7))
@pytest.mark.parametrize("size", [(1300, 900), (560, 650), (400, 1200)])
def test_grid_cells_do_not_overlap(count: int, size: tuple[int, int]) -> None:
    rects = grid_rects(count, *size)
    assert len(rects) == count
    for index, rect in enumerate(rects):
        assert rect.left() >= 0 and rect.right() <= size[0] and rect.bottom() <= size[1]
        assert not any(rect.intersects(other) for other in rects[:index])


@pytest.mark.parametrize("name", sorted(STOPS))
def test_colour_maps_grow_lighter(name: str) -> None:
    light = table(name) @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(light) > -1.5).all() and light[-1] - light[0] > 100


def test_values_through_a_colour_map() -> None:
    pixels = mapped(np.array([[0.0, 5.0, 10.0, np.nan]]), 0, 10, "viridis")
    assert pixels[0, 0].tolist() == [0x44, 0x01, 0x54] == pixels[0, 3].tolist()
    assert pixels[0, 2].tolist() == [0xFD, 0xE7, 0x25]
    assert mapped(np.ones((2, 2)), 1, 1, "grey").max() == 0


def contrast(first: str, second: str) -> float:
    """WCAG 2 contrast ratio of two colours."""
    light = []
    for value in (first, second):
        parts = np.array([int(value[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        light.append(float(linear @ np.array([0.2126, 0.7152, 0.0722])))
    return (max(light) + 0.05) / (min(light) + 0.05)


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda palette: palette.name)
def test_every_text_colour_can_be_read(palette) -> None:  # type: ignore[no-untyped-def]
    readable = {"text": palette.text, "muted": palette.muted, **palette.methods}
    for name, value in readable.items():
        for ground in (palette.surface, palette.raised, palette.window):
            assert contrast(value, ground) >= 3.9, (name, ground)


def test_roles_are_colours_and_others_are_refused() -> None:
    for palette in PALETTES.values():
        for role in ("rcnn", "level4", "class17", "muted", "selected", "surface"):
            assert colour(palette, role).isValid()
        for role in ("name", "classes", "level", "nothing"):
            with pytest.raises(KeyError):
                colour(palette, role)


def test_words() -> None:
    assert [time_text(ms) for ms in (0.04, 0.44, 9.94, 9.96, 612.4, 999.6, 4123, 72_000)] == [
        "<0.1 ms", "0.4 ms", "9.9 ms", "10 ms", "612 ms", "1.0 s", "4.1 s", "1 min 12 s",
    ]
    assert [short_count(n) for n in (7, 2000, 61_206, 1_300_000)] == [
        "7", "2,000", "61.2k", "1.3M",
    ]


def test_a_large_photo_is_drawn_alike_from_far_and_near() -> None:
    """Only parts or every 8th pixel of it become images; what is seen must not depend on that."""
    height, width = 3000, 4000
    y, x = np.mgrid[0:height, 0:width]
    pixels = np.stack([x * 255 // width, y * 255 // height, (x + y) % 2], -1).astype(np.uint8)
    layer = Pixels(name="Photo", values=pixels, rect=(0, 0, width, height))
    large = Scene(extent=(0, 0, width, height), space="photo", layers=(layer,))
    area = (0.0, 0.0, 200.0, 150.0)
    for view in (fitted(large.extent, area), View(1.0, -1000, -700), View(3.0, -9000, -6000)):
        image = QImage(200, 150, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        paint_scene(painter, large, view, area, DARK)
        painter.end()
        seen = from_image(image)
        for at_x, at_y in ((20, 20), (150, 110)):
            scene_x, scene_y = view.back(at_x, at_y)
            wanted = (scene_x * 255 / width, scene_y * 255 / height)
            assert seen[at_y, at_x, :2] == pytest.approx(wanted, abs=3)


def test_images_are_kept_while_their_array_lives() -> None:
    pixels = np.zeros((600, 800, 3), np.uint8)
    first = image_of(pixels, 1.0)
    assert image_of(pixels, 1.0).cacheKey() == first.cacheKey()
    assert image_of(pixels, 0.2).width() == 200
    other = np.full((600, 800, 3), 255, np.uint8)
    assert image_of(other, 1.0).pixelColor(5, 5).red() == 255
    key = id(pixels)
    del pixels
    assert key not in images._kept


def test_transparent_pixels_become_white() -> None:
    image = QImage(2, 1, QImage.Format.Format_RGBA8888)
    image.setPixelColor(0, 0, QColor(255, 0, 0, 255))
    image.setPixelColor(1, 0, QColor(255, 0, 0, 0))
    assert from_image(image).tolist() == [[[255, 0, 0], [255, 255, 255]]]


def test_every_strip_of_a_picture_is_laid_over_white(monkeypatch: pytest.MonkeyPatch) -> None:
    image = QImage(3, 5, QImage.Format.Format_RGBA8888)
    for at in range(15):
        image.setPixelColor(at % 3, at // 3, QColor(17 * at, 255 - 17 * at, 90, 255 - 17 * at))
    whole = from_image(image)
    assert whole[0, 0].tolist() == [0, 255, 90] and whole[4, 2].tolist() == [254, 239, 244]
    monkeypatch.setattr("explorer.ui.images.STRIP", 6)  # two rows, two rows, one
    assert (from_image(image) == whole).all()
