"""Where photos and their panels go in a canvas, and how large a panel's texts are."""

from __future__ import annotations

import pytest

from explorer.session.scene import Picture, Scene
from explorer.ui.arrange import (
    ENOUGH,
    LEAST_ALONE,
    LEAST_BELOW,
    LEAST_FREE,
    LEAST_WIDTH,
    PANEL,
    areas,
    in_canvas,
    stacked,
)
from explorer.ui.camera import Camera
from explorer.ui.spots import LEGIBLE, Layout


def scene() -> Scene:
    return Scene(extent=(0, 0, 320, 240), space="photo", layers=())


@pytest.mark.parametrize("room", [(0, 0, 1200, 600), (0, 0, 500, 900), (0, 0, 800, 800)])
def test_photo_and_panel_share_the_room_without_touching(
    room: tuple[float, float, float, float]
) -> None:
    panel = Scene(extent=(0, 0, 320, 500), space="panel", layers=())
    made = Picture(title="", summary="", main=scene(), panel=panel)
    for main, side in (areas(made, room), stacked(made, room)):
        assert side is not None
        apart = main[2] <= side[0] or main[3] <= side[1]
        assert apart and side[2] <= room[2] and side[3] <= room[3]


@pytest.mark.parametrize("room", [(0, 0, 1200, 600), (0, 0, 876, 542), (0, 0, 700, 900)])
def test_the_photo_stays_where_it_is_from_stage_to_stage(
    room: tuple[float, float, float, float]
) -> None:
    panels = [Scene(extent=(0, 0, 320, high), space="panel", layers=()) for high in (90, 500, 700)]
    places = {areas(Picture(title="", summary="", main=scene(), panel=p), room) for p in panels}
    assert len(places) == 1
    side = places.pop()[1]
    assert side is not None and side[2] - side[0] >= LEAST_WIDTH


def sized(width: int, height: int) -> Picture:
    """A photo with a panel as panels are."""
    return Picture(
        title="", summary="", main=Scene(extent=(0, 0, width, height), space="photo", layers=()),
        panel=Scene(extent=(0, 0, *PANEL), space="panel", layers=()),
    )


@pytest.mark.parametrize(("width", "height", "room"), [
    (1200, 300, (0.0, 0.0, 942.0, 558.0)), (900, 300, (0.0, 0.0, 942.0, 558.0)),
    (800, 400, (0.0, 0.0, 610.0, 590.0)),
])
def test_a_panorama_lies_above_its_panel_as_wide_as_the_room(
    width: int, height: int, room: tuple[float, float, float, float]
) -> None:
    made = sized(width, height)
    main, panel = in_canvas(made, room, small=False)
    assert main[0] == room[0] and main[2] == room[2] and panel is not None
    assert (main[3] - main[1]) * width >= (main[2] - main[0]) * height - 1
    assert panel[1] > main[3] and panel[3] == room[3]
    assert panel[3] - panel[1] > 0.38 * (room[3] - room[1])
    beside = in_canvas(sized(500, 500), room, small=False)
    assert beside[1] is not None and beside[1][0] > beside[0][2]


def test_a_photo_alone_lies_above_its_panel_where_it_is_twice_as_large() -> None:
    """A side page leaves a narrow canvas: beside a panel, a photo would be a stamp."""
    narrow, usual = (0.0, 0.0, 594.0, 474.0), (0.0, 0.0, 1000.0, 500.0)
    below = in_canvas(sized(640, 480), narrow, small=False)
    assert below[1] is not None and below[1][1] > below[0][3]
    assert below[1][3] - below[1][1] >= LEAST_ALONE
    for size, room in (((500, 500), narrow), ((512, 600), narrow), ((640, 480), usual)):
        photo, panel = in_canvas(sized(*size), room, small=False)
        assert panel is not None and panel[0] > photo[2] and panel[3] == room[3]


@pytest.mark.parametrize("height", [425.0, 700.0])
@pytest.mark.parametrize("size", [(1024, 488), (640, 480), (500, 500), (512, 600)])
def test_in_the_comparison_no_photo_is_drawn_smaller_for_a_scrap_of_a_panel(
    size: tuple[int, int], height: float
) -> None:
    room = (0.0, 0.0, 390.0, height)
    photo, panel = in_canvas(sized(*size), room, small=True)
    whole = 390 * size[1] / size[0]
    if panel is None:
        assert photo == room
        return
    smaller = photo[3] - photo[1] < whole - 1
    assert panel[3] - panel[1] >= (LEAST_BELOW if smaller else LEAST_FREE)


def test_a_small_canvas_leaves_a_panel_out_that_would_cost_its_photo_much() -> None:
    room = (0.0, 0.0, 390.0, 425.0)
    assert [in_canvas(sized(*size), room, small=True)[1] is None
            for size in ((1024, 488), (500, 500), (512, 600))] == [False, True, True]


@pytest.mark.parametrize("size", [(590, 520), (1000, 520), (1500, 1000)])
def test_texts_of_panels_are_as_large_in_every_stage(size: tuple[int, int]) -> None:
    camera = Camera()
    camera.look_at_photo(320, 240)
    seen = set()
    for high in (90, 400, 700, 1500):
        panel = Scene(extent=(0, 0, 320, high), space="panel", layers=())
        made = Picture(title="", summary="", main=scene(), panel=panel)
        spot = Layout(camera).spots(made, (0.0, 0.0, *map(float, size)), 1.0)[1]
        x1, y1 = spot.view.rect(panel.extent)[:2]
        seen.add((spot.view.scale, x1 - spot.area[0], y1 - spot.area[1]))
    ((scale, inset, top),) = seen
    assert 0.95 <= scale <= ENOUGH and top == 0
    if spot.area[1] < 10:  # beside the photo, a panel is as wide as its place
        assert inset == pytest.approx(0)


def test_a_panel_in_a_small_canvas_stands_where_it_leaves_the_photo_larger() -> None:
    room = (0.0, 0.0, 540.0, 400.0)
    narrow = sized(300, 700)
    main, panel = in_canvas(narrow, room, small=True)
    assert panel is not None and main[3] - main[1] == 400 and panel[0] > main[2]
    assert panel[2] - panel[0] >= LEAST_WIDTH
    usual = sized(640, 480)
    assert in_canvas(usual, room, small=True) == stacked(usual, room)


def test_a_panel_beside_a_tall_photo_is_no_wider_than_it_needs() -> None:
    panel = Scene(extent=(0, 0, 320, 500), space="panel", layers=())
    tall = Scene(extent=(0, 0, 50, 100), space="photo", layers=())
    main, side = areas(Picture(title="", summary="", main=tall, panel=panel), (0, 0, 1300, 600))
    assert side is not None
    assert side[2] == 1300 and side[2] - side[0] == pytest.approx(PANEL[0] * ENOUGH)
    assert main[2] < side[0]


@pytest.mark.parametrize("high", [300, 600, 900])  # of a panel
@pytest.mark.parametrize("size", [(950, 600), (1300, 900)])  # of a canvas in usual pixels
def test_texts_of_a_panel_grow_with_all_others(size: tuple[int, int], high: int) -> None:
    panel = Scene(extent=(0, 0, 320, high), space="panel", layers=())
    made = Picture(title="", summary="", main=scene(), panel=panel)
    camera = Camera()
    camera.look_at_photo(320, 240)

    def texts(text: float) -> float:
        """Device pixels of one unit of the panel, in a window that stays as large."""
        room = (0.0, 0.0, size[0] / text, size[1] / text)
        photo, side = Layout(camera, text=text).spots(made, room, text)
        assert photo.area[2] - photo.area[0] > 0.7 * (side.area[2] - side.area[0])
        return side.view.scale * text

    for text in (1.1, 1.25):  # ENOUGH is as large as it is at the usual size beside a photo
        assert texts(text) >= text * min(texts(1.0), ENOUGH * 0.99)
    assert texts(1.25) > texts(1.1) > texts(1.0)


@pytest.mark.parametrize("wide", [140, 180, 240, 280, 300, 400, 559, 561, 700, 1000])
@pytest.mark.parametrize("shape", [(640, 160), (320, 240), (240, 320), (160, 640)])
def test_no_panel_is_drawn_illegibly_small(wide: int, shape: tuple[int, int]) -> None:
    panel = Scene(extent=(0, 0, 320, 900), space="panel", layers=())
    main = Scene(extent=(0, 0, *shape), space="photo", layers=())
    camera = Camera()
    camera.look_at_photo(*shape)
    room = (0.0, 0.0, float(wide), 400.0)
    spots = Layout(camera).spots(Picture(title="", summary="", main=main, panel=panel), room, 1.0)
    assert spots[0].scene is main
    assert all(spot.view.scale >= LEGIBLE for spot in spots[1:])
    if wide < 280:
        assert len(spots) == 1


@pytest.mark.parametrize("shape", [(640, 160), (320, 240), (240, 320), (160, 640)])
@pytest.mark.parametrize("room", [(500.0, 480.0), (540.0, 400.0), (420.0, 520.0)])
def test_a_canvas_alone_keeps_its_panel(room: tuple[float, float], shape: tuple[int, int]) -> None:
    """However narrow: its numbers are nowhere else."""
    panel = Scene(extent=(0, 0, 320, 900), space="panel", layers=())
    main = Scene(extent=(0, 0, *shape), space="photo", layers=())
    camera = Camera()
    camera.look_at_photo(*shape)
    made = Picture(title="", summary="", main=main, panel=panel)
    photo, side = Layout(camera, alone=True).spots(made, (0.0, 0.0, *room), 1.0)
    assert photo.scene is main and side.scene is panel and side.view.scale >= LEGIBLE
    assert side.area[3] - side.area[1] >= 130
