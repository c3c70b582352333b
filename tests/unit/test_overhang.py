"""What a view draws over the photo's edges has its room, in exported pictures and on screen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from explorer.session.overhang import MOST, NONE, grown, overhang, widest
from explorer.session.scene import Boxes, Heat, Picture, Pixels, Points, Rect, Scene, ViewState
from explorer.session.scenes import picture
from explorer.ui.camera import PART, Camera
from explorer.ui.comparison_page import comparison_sheet
from explorer.ui.fonts import load_fonts
from explorer.ui.images import from_image
from explorer.ui.page import stage_sheet
from explorer.ui.theme import DARK, colour
from tests.traces import synthetic_trace

EXTENT: Rect = (0.0, 0.0, 100.0, 80.0)
CONTEXT = np.array([[-8.0, -6.0, 103.0, 92.0]])


def scene(*boxes: np.ndarray, on: bool = True) -> Scene:
    photo = Pixels(name="Photo", values=np.zeros((80, 100, 3), np.uint8), rect=EXTENT)
    layers = [Boxes(name=f"B{at}", boxes=one, roles="bad", on=on) for at, one in enumerate(boxes)]
    return Scene(extent=EXTENT, space="photo", layers=(photo, *layers))


def test_each_side_has_what_reaches_beyond_it() -> None:
    assert overhang(scene(), ()) == NONE
    assert overhang(scene(np.array([[2.0, 2, 90, 70]])), ()) == NONE
    assert overhang(scene(CONTEXT), ()) == (8, 6, 3, 12)
    assert overhang(scene(CONTEXT), ("B0",)) == NONE  # it is not drawn
    far = np.array([[-500.0, 0, 10, 1000]])
    assert overhang(scene(CONTEXT, far), ()) == (MOST * 100, 6, 3, MOST * 100)
    heat = Heat(
        name="Map", values=np.ones((2, 2), np.float32), rect=(-5, -5, 95, 85), low=0, high=1
    )
    dots = Points(name="Dots", points=np.array([[104.0, 3.0]]), role="bad")
    both = Scene(extent=EXTENT, space="photo", layers=(heat, dots))
    assert overhang(both, ()) == (5, 5, 4, 5)
    assert widest([(1, 5, 0, 0), (2, 3, 0, 1)]) == (2, 5, 0, 1) and widest([]) == NONE
    assert grown(EXTENT, (1, 2, 3, 4)) == (-1, -2, 103, 84)


def outline_sides(image: np.ndarray, ink: QColor, within: Rect) -> tuple[bool, ...]:
    """Whether the outline has its left, top, right and bottom line in a part of the image."""
    x1, y1, x2, y2 = (round(side) for side in within)
    part = image[y1:y2, x1:x2].astype(int)
    is_ink = np.abs(part - np.array(ink.getRgb()[:3])).sum(-1) < 60
    across, down = is_ink.sum(0), is_ink.sum(1)
    tall = np.flatnonzero(across > 0.5 * across.max())
    wide = np.flatnonzero(down > 0.5 * down.max())
    middle = (x2 - x1) // 2, (y2 - y1) // 2
    return (
        bool((tall < middle[0]).any()), bool((wide < middle[1]).any()),
        bool((tall > middle[0]).any()), bool((wide > middle[1]).any()),
    )


@pytest.mark.parametrize("side_by_side", [False, True])
def test_a_box_over_all_edges_is_drawn_whole(qtbot: QtBot, side_by_side: bool) -> None:
    load_fonts()
    trace = synthetic_trace("rcnn")
    box = np.array([[-20.0, -16.0, 115.0, 98.0]])
    made = Picture(title="Context", summary="", main=scene(box))
    ink = colour(DARK, "bad")
    if side_by_side:
        sheet = comparison_sheet({"rcnn": made}, [trace], "assignment", "cat.png", DARK)
        part = (28.0, 106.0, 28 + 760.0, sheet.height - 120)
    else:
        sheet = stage_sheet(made, trace, "assignment", "cat.png", DARK)
        part = (0.0, 66.0, 1280.0, 736.0)
    assert outline_sides(from_image(sheet.pixels()), ink, part) == (True,) * 4
    cut = stage_sheet(made, trace, "assignment", "cat.png", DARK, margin=NONE)
    if not side_by_side:  # the photo fills the height: without a margin, all are lost
        assert outline_sides(from_image(cut.pixels()), ink, part) == (False,) * 4


def test_the_whole_photo_on_screen_leaves_room_for_context(qtbot: QtBot) -> None:
    trace = synthetic_trace("rcnn")
    beyond = picture(trace, "assignment", ViewState()).main.beyond
    assert beyond == pytest.approx(16 / 195, abs=0.01)
    assert picture(trace, "pooling", ViewState()).main.beyond == beyond
    assert picture(synthetic_trace("fpn"), "assignment", ViewState()).main.beyond == 0
    camera, area = Camera(), (0.0, 0.0, 290.0, 240.0)
    camera.look_at_photo(512, 512)
    assert camera.view_in(area).scale == pytest.approx(PART * 240 / 512)
    camera.make_room(beyond)
    top, bottom = camera.view_in(area).rect((0, -beyond * 512, 512, (1 + beyond) * 512))[1::2]
    assert top > 0 and bottom < 240
    assert camera.zoom == 1  # it is still the whole photo
    camera.zoom_at(100, 100, 4)
    near = camera.view_in(area)
    camera.make_room(0)  # another stage
    assert camera.view_in(area).scale == pytest.approx(near.scale)
    camera.fit()
    assert camera.view_in(area).scale == pytest.approx(PART * 240 / 512)
