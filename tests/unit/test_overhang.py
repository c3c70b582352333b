"""What a view draws over the photo's edges has its room, in exported pictures and on screen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from explorer.session.overhang import MOST, NONE, grown, overhang, widest
from explorer.session.scene import Boxes, Heat, Picture, Pixels, Points, Rect, Scene, ViewState
from explorer.session.scenes import picture
from explorer.trace.base import StageName
from explorer.trace.stages import Trace
from explorer.ui.camera import PART, Camera
from explorer.ui.comparison_page import comparison_sheet
from explorer.ui.fonts import load_fonts
from explorer.ui.images import from_image
from explorer.ui.page import stage_sheet
from explorer.ui.spots import Layout
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
    assert beyond == pytest.approx([16 / 195] * 4, abs=0.01)
    assert picture(trace, "pooling", ViewState()).main.beyond == beyond
    assert picture(synthetic_trace("fpn"), "assignment", ViewState()).main.beyond == NONE
    camera, area = Camera(), (0.0, 0.0, 290.0, 240.0)
    camera.look_at_photo(512, 512)
    assert camera.view_in(area).scale == pytest.approx(PART * 240 / 512)
    camera.make_room(beyond)
    share = beyond[1]
    top, bottom = camera.view_in(area).rect((0, -share * 512, 512, (1 + share) * 512))[1::2]
    assert top > 0 and bottom < 240
    assert camera.zoom == 1  # it is still the whole photo
    camera.zoom_at(100, 100, 4)
    near = camera.view_in(area)
    camera.make_room(NONE)  # another stage
    assert camera.view_in(area).scale == pytest.approx(near.scale)
    camera.fit()
    assert camera.view_in(area).scale == pytest.approx(PART * 240 / 512)


@pytest.mark.parametrize(
    ("share", "smaller"), [(0.02, False), (0.055, False), (0.11, True)],
    ids=["its edge has room", "moved", "moved and smaller"],
)
def test_the_cells_over_one_side_of_the_photo_are_seen_whole(share: float, smaller: bool) -> None:
    camera, area = Camera(), (0.0, 0.0, 400.0, 400.0)
    camera.look_at_photo(512, 512)
    camera.make_room((share, share, 0.0, 0.0))
    view = camera.view_in(area)
    x1, y1, x2, y2 = view.rect((-share * 512, -share * 512, 512, 512))
    assert min(x1, y1) > 0 and max(x2, y2) < 400
    assert (view.scale < PART * 400 / 512 - 1e-9) == smaller
    assert (camera.centre == (256, 256)) == (share < 0.03)  # no photo is moved without need
    camera.make_room(NONE)  # another stage
    assert camera.centre == (256, 256) and camera.view_in(area).scale == PART * 400 / 512
    camera.pan(30, 0)
    camera.make_room((share, share, 0.0, 0.0))
    assert camera.centre == (226, 256)  # where the user looks


def drawn_beyond(trace: Trace, stage: StageName, **controls: str) -> tuple[Rect, Rect]:
    """What a picture asks for, and by which shares its maps hang over the photo."""
    chosen = tuple((f"{stage}.{key}", value) for key, value in controls.items())
    main = picture(trace, stage, ViewState(controls=chosen)).main
    maps = [layer for layer in main.layers if isinstance(layer, Heat)]
    assert maps
    margin = overhang(replace(main, layers=tuple(maps)), ())
    width, height = main.extent[2:]
    return main.beyond, tuple(np.array(margin) / (width, height, width, height))


@pytest.mark.parametrize(
    ("stage", "controls"),
    [
        ("features", {}), ("features", {"map": "P6"}), ("features", {"show": "step by step"}),
        ("regions", {"show": "objectness", "level": "P6"}),
    ],
)
def test_maps_ask_for_the_room_that_their_cells_need(
    stage: StageName, controls: dict[str, str]
) -> None:
    beyond, drawn = drawn_beyond(synthetic_trace("fpn"), stage, **controls)
    assert drawn[0] > 0 and (np.array(beyond) >= np.array(drawn) - 1e-9).all()


def test_the_photo_keeps_its_place_whichever_map_is_read() -> None:
    trace = synthetic_trace("fpn")
    asked = {drawn_beyond(trace, "features", map=f"P{level}")[0] for level in range(2, 6)}
    assert len(asked) == 1
    steps = {
        picture(trace, "features", ViewState(controls=(
            ("features.show", "step by step"), ("features.step", step),
        ))).main.beyond
        for step in (1, 9, 20)
    }
    assert len(steps) == 1


def test_what_hangs_over_the_photo_ends_at_the_canvas_and_the_panel() -> None:
    blank = np.zeros((300, 300, 3), np.uint8)
    extent: Rect = (0.0, 0.0, 300.0, 300.0)
    main = Scene(
        extent=extent, space="photo", layers=(Pixels(name="Photo", values=blank, rect=extent),)
    )
    panel = Scene(extent=(0, 0, 320, 500), space="panel", layers=())
    camera = Camera()
    camera.look_at_photo(300, 300)
    room: Rect = (1.0, 38.0, 1001.0, 538.0)
    made = Picture(title="", summary="", main=main, panel=panel)
    photo, beside = Layout(camera).spots(made, room, 1.0)
    assert photo.area == (1.0, 38.0, beside.area[0], 538.0)
    assert photo.view.rect(extent)[1] > 38 + 8  # the photo itself keeps its distance
