"""What is on screen stays true when the camera moves and more becomes known."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from explorer.session.scene import Key
from explorer.ui.window import Window
from tests.gui.conftest import settle
from tests.gui.test_window import centre_of, on_screen


def test_the_hovered_outline_follows_the_camera(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.at_stage("detections").alone("fpn"))
    settle(qtbot, opened)
    canvas = opened.centre.canvases["fpn"]
    x, y = centre_of(opened, Key("fpn", "detections", 0))
    opened.camera.zoom_at(x, y, 1.2)
    bare = canvas.grab().toImage()
    opened.camera.fit()
    qtbot.mouseMove(canvas, on_screen(canvas, x, y))
    assert canvas._hover is not None
    opened.camera.zoom_at(x, y, 1.2)
    hovered = canvas.grab().toImage()
    view, box = canvas.spots()[0].view, canvas._hover.box
    places = []
    for row in range(0, bare.height(), 2):
        for column in range(0, bare.width(), 2):
            if bare.pixel(column, row) != hovered.pixel(column, row):
                places.append((column, row))
    ratio = bare.devicePixelRatio()
    left = view.point(box[0], box[1])[0]
    right, bottom = view.point(box[2], box[3])
    assert places
    assert min(column for column, _ in places) / ratio == pytest.approx(left, abs=6)
    assert max(column for column, _ in places) / ratio >= right - 6
    assert max(row for _, row in places) / ratio == pytest.approx(bottom, abs=6)


def test_thumbnails_show_the_best_detection_of_a_complete_method(
    qtbot: QtBot, opened: Window
) -> None:
    cells = opened.stage_map.cells
    before = {place: cell.thumbnail for place, cell in cells.items()}
    opened.presenter.redraw_thumbnails()
    settle(qtbot, opened)
    assert all(cells[place].thumbnail == image for place, image in before.items())
