"""What has to be seen on any photo is, whatever is below it; tags let nothing through."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from explorer.methods.names import NAMES
from explorer.session.scene import Area, Boxes, Key, Layer, Lines, Points, Scene, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.common import NOT_HERE, focus, selection
from explorer.session.scenes.truth_layers import truth_boxes
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.ui.fonts import load_fonts
from explorer.ui.images import from_image
from explorer.ui.paint import paint_scene
from explorer.ui.theme import PALETTES, Palette, colour
from explorer.ui.transform import View
from tests.traces import synthetic_trace

SIDE = 80
GREYS = (0, 60, 128, 190, 255)


@pytest.fixture(params=PALETTES)
def palette(request: pytest.FixtureRequest, qtbot: QtBot) -> Palette:
    load_fonts()
    return PALETTES[request.param]


def drawn(palette: Palette, layer: Layer, grey: int = 128) -> Any:
    """(h, w, 3) of a layer on a plain photo."""
    image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    image.fill(QColor(grey, grey, grey))
    painter = QPainter(image)
    area = (0.0, 0.0, float(SIDE), float(SIDE))
    scene = Scene(extent=area, space="photo", layers=(layer,))
    paint_scene(painter, scene, View(1.0, 0.0, 0.0), area, palette)
    painter.end()
    return from_image(image).astype(int)


def spread(pixels: Any) -> int:
    """From the darkest to the lightest."""
    return int(pixels.max() - pixels.min())


@pytest.mark.parametrize("grey", GREYS)
def test_ground_truth_is_seen_on_every_photo_and_is_two_lines(palette: Palette, grey: int) -> None:
    across = drawn(palette, truth_boxes(np.array([[10.0, 10, 70, 70]]), ()), grey)[40, 2:20, 0]
    assert spread(across) > 200  # black and white, whatever the photo is
    ink = colour(palette, "truth").red()
    turns = np.flatnonzero(np.diff((abs(across - ink) < 40).astype(int)))
    assert len(turns) >= 3  # one line, the gap, the other


@pytest.mark.parametrize("grey", GREYS)
def test_what_is_selected_is_told_from_ground_truth_on_every_photo(
    palette: Palette, grey: int
) -> None:
    (chosen,) = selection(*selected_detection())
    assert isinstance(chosen, Boxes) and chosen.handles and chosen.roles == "selected"
    box = np.array([[10.0, 10, 70, 70]])
    pixels = drawn(palette, replace(chosen, boxes=box, rows=chosen.rows[:1]), grey)
    ink = colour(palette, "selected").red()
    across = "".join("ink" if one else "-" for one in abs(pixels[40, 7:13, 0] - ink) < 40)
    assert across == "--inkink--"  # one line, two of the other lightness beside it,
    assert spread(pixels[40, 7:13, 0]) > 200
    corner = abs(pixels[6:14, 6:14, 0] - ink) < 40  # and squares at its corners
    assert corner.all()
    double = abs(drawn(palette, truth_boxes(box, ()), grey)[6:14, 6:14, 0] - ink) < 40
    assert not double.all()


def selected_detection() -> tuple[Any, Any, StageName]:
    trace = synthetic_trace("fpn")
    return trace, focus(trace, ViewState(selected=Key("fpn", "detections", 0))), "detections"


@pytest.mark.parametrize("method", NAMES)
def test_whatever_is_called_selected_has_handles(method: str) -> None:
    trace, seen = synthetic_trace(method), set[str]()
    for key in (Key(method, "regions", 3), Key(method, "detections", 0)):
        first = picture(trace, "regions", ViewState(selected=key))
        shows = next(each.choices for each in first.controls if each.key == "show")
        views = [ViewState(selected=key, controls=(("regions.show", show),)) for show in shows]
        shown = [picture(trace, "regions", view) for view in views]
        shown += [picture(trace, name, ViewState(selected=key)) for name in STAGE_NAMES]
        for layer in (layer for each in shown for layer in each.main.layers):
            if isinstance(layer, Boxes) and layer.name in ("Selected", NOT_HERE):
                seen.add(layer.name)
                assert layer.handles
    assert "Selected" in seen


def test_what_only_the_panel_is_about_does_not_look_selected() -> None:
    trace = synthetic_trace("fpn")
    (best,) = selection(trace, focus(trace, ViewState()), "detections", always=True)
    assert isinstance(best, Boxes) and not best.handles
    shown = picture(trace, "detections", ViewState(selected=Key("fpn", "detections", 0)))
    held = [each.name for each in shown.main.layers if isinstance(each, Boxes) and each.handles]
    assert held == ["Selected"]


@pytest.mark.parametrize("grey", GREYS)
def test_an_edged_line_is_seen_on_every_photo(palette: Palette, grey: int) -> None:
    segments = np.array([[10.0, 40, 70, 40]])
    line = Lines(name="By", segments=segments, role="text", width=2.0, arrow=True, edged=True)
    assert spread(drawn(palette, line, grey)[30:50, 30, 0]) > 90
    head = drawn(palette, line, grey)[30:50, 66, 0]
    assert spread(head) > 90


@pytest.mark.parametrize("grey", GREYS)
def test_dots_and_edged_outlines_are_seen_on_every_photo(palette: Palette, grey: int) -> None:
    dots = Points(name="Samples", points=np.array([[40.5, 40.5]]), role="text", radius=2.0)
    assert spread(drawn(palette, dots, grey)[34:47, 40, 0]) > 90
    box = Boxes(name="Bins", boxes=np.array([[10.0, 40, 70, 70]]), roles="text", width=1.4,
                edged=True)
    assert spread(drawn(palette, box, grey)[34:47, 30, 0]) > 90


def test_small_things_on_photos_are_edged() -> None:
    def layers(stage: StageName, method: str, *controls: tuple[str, Any]) -> dict[str, Layer]:
        made = picture(synthetic_trace(method), stage, ViewState(controls=controls))
        return {each.name: each for each in made.main.layers}

    pooling = layers("pooling", "fpn", ("pooling.show", "one channel"))
    pooling |= layers("pooling", "fast_rcnn") | layers("refinement", "fpn")
    for name in ("Bins", "Cells with their weights", "Shift by the roundings", "Corners move",
                 "Bin without rounding"):
        each = pooling[name]
        assert isinstance(each, Boxes | Lines) and each.edged, name


def test_a_tag_lets_nothing_through(palette: Palette) -> None:
    box = np.array([[10.0, 40, 70, 70]])
    layer = Boxes(name="B", boxes=box, roles="fpn", captions=("cat",), opacity=0.3)
    on = [drawn(palette, layer, grey) for grey in (0, 255)]
    # Its plate begins where the box does, above it.
    np.testing.assert_array_equal(on[0][26:36, 12:30], on[1][26:36, 12:30])
    assert tuple(on[0][34, 12]) == colour(palette, "fpn").getRgb()[:3]


def test_an_area_has_the_colour_of_its_role_in_both_themes(palette: Palette) -> None:
    mask = np.array([[True, False]])
    area = Area(name="Part", mask=mask, rect=(0, 0, SIDE, SIDE), role="mark0", opacity=1.0)
    pixels = drawn(palette, area)
    assert tuple(pixels[40, 10]) == colour(palette, "mark0").getRgb()[:3]
    assert tuple(pixels[40, 70]) == (128, 128, 128)
