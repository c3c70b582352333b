"""What is on screen stays true when the camera moves and more becomes known."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from explorer.session.scene import Key
from explorer.ui.canvas import Canvas
from explorer.ui.window import Window
from tests.gui.conftest import settle
from tests.gui.test_window import centre_of, on_screen


def test_the_hovered_outline_follows_the_camera(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.at_stage("detections").alone("fpn"))
    settle(qtbot, opened)
    canvas = opened.centre.canvases["fpn"]
    x, y = centre_of(opened, Key("fpn", "detections", 0))
    opened.camera.zoom_at(x, y, 1.2)
    settle(qtbot, opened)
    bare = canvas.grab().toImage()
    opened.camera.fit()
    qtbot.mouseMove(canvas, on_screen(canvas, x, y))
    assert canvas._hover is not None
    opened.camera.zoom_at(x, y, 1.2)
    settle(qtbot, opened)
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


def test_canvases_are_drawn_one_by_one(
    qtbot: QtBot, opened: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much changes at once, an event draws one canvas anew; the others show what they
    showed until their turns."""
    drawn: list[list[Canvas]] = [[]]
    draw = Canvas._draw
    monkeypatch.setattr(
        Canvas, "_draw", lambda self, painter: (drawn[-1].append(self), draw(self, painter))
    )
    following = opened.centre.turns._next

    def in_turn() -> None:
        drawn.append([])
        following()
        drawn.append([])

    opened.centre.turns._timer.timeout.disconnect()
    opened.centre.turns._timer.timeout.connect(in_turn)
    canvases = [canvas for canvas in opened.centre.canvases.values() if canvas.isVisible()]
    assert len(canvases) == 5
    for change in (
        lambda: opened.camera.zoom_at(40, 30, 1.5),
        lambda: opened.resize(opened.width() - 60, opened.height() - 20),
        lambda: opened.go(opened.workbench.desk.at_stage("nms")),
        lambda: opened.use_theme("light"),
    ):
        drawn[:] = [[]]
        change()
        opened.repaint()
        settle(qtbot, opened)
        assert max(map(len, drawn)) == 1
        assert {canvas for group in drawn for canvas in group} == set(canvases)
