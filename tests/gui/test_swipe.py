"""Two methods on one place with a line between them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.methods.names import NAMES
from explorer.session.related import box_of
from explorer.session.scene import Key, Rect, Scene
from explorer.session.state import Desk
from explorer.ui import surface as surface_module
from explorer.ui.paint import Drawn
from explorer.ui.paint_text import EDGE
from explorer.ui.swipe import Line
from explorer.ui.transform import View
from explorer.ui.window import Window
from tests.gui.conftest import settle

LEFT = Qt.MouseButton.LeftButton


def swiped(qtbot: QtBot, window: Window) -> tuple[str, str]:
    qtbot.keyClick(window, Qt.Key.Key_V)
    settle(qtbot, window)
    pair = window.workbench.desk.swipe
    assert pair is not None
    return pair


def drag(qtbot: QtBot, line: Line, by: int) -> None:
    middle = line.rect().center()
    qtbot.mousePress(line, LEFT, pos=middle)
    qtbot.mouseMove(line, middle + QPoint(by, 0))
    # The line has moved below the pointer.
    qtbot.mouseRelease(line, LEFT, pos=middle)


def shown(window: Window, method: str, x: float, y: float) -> bool:
    """Whether the canvas of `method` is what is seen at a photo pixel."""
    canvas = window.centre.canvases[method]
    at = QPointF(*canvas.spots()[0].view.point(x, y)).toPoint()
    return window.centre.childAt(canvas.mapToParent(at)) is canvas


# --- the desk ----------------------------------------------------------------------------------


def test_the_desk_chooses_two() -> None:
    assert Desk().swiping().shown() == ("rcnn", "fpn")
    assert Desk().alone("fpn").swiping().swipe == ("fpn", "faster_rcnn")
    two = Desk().swiping("sppnet", "rcnn")
    assert two.shown() == ("sppnet", "rcnn") and two.method is None
    assert two.side_by_side().shown() == NAMES and two.alone("fpn").shown() == ("fpn",)
    assert two.next_stage(-1).swipe == two.swipe
    assert two.toggled("fpn").swipe == two.swipe and two.toggled("rcnn").swipe is None
    one = Desk(enabled=("fpn",))
    assert one.swiping() is one
    assert Desk().only_looks_elsewhere(two)


# --- the window --------------------------------------------------------------------------------


def test_both_look_through_the_same_camera_from_the_same_place(
    qtbot: QtBot, opened: Window
) -> None:
    left, right = (opened.centre.canvases[name] for name in swiped(qtbot, opened))
    others = [each for each in opened.centre.canvases.values() if each not in (left, right)]
    assert left.isVisible() and right.isVisible() and not opened.centre.summary.isVisible()
    assert not any(each.isVisible() for each in others)
    assert left.geometry() == right.geometry()
    for _ in range(3):
        qtbot.keyClick(opened, Qt.Key.Key_Left)
        settle(qtbot, opened)
        assert left.spots()[0].view == right.spots()[0].view and len(left.spots()) == 1
    opened.resize(1000, 700)
    assert left.geometry() == right.geometry()
    assert right.mask().boundingRect().right() == right.width() - 1


def test_the_line_is_dragged_and_moved_by_keys(qtbot: QtBot, opened: Window) -> None:
    pair = swiped(qtbot, opened)
    swipe = opened.centre.swipe
    assert shown(opened, pair[0], 100, 120) and shown(opened, pair[1], 250, 120)
    drag(qtbot, swipe.line, -200)
    assert swipe.share < 0.4 and shown(opened, pair[1], 140, 120)
    before, stage = swipe.share, opened.workbench.desk.stage
    swipe.line.setFocus()
    qtbot.keyClick(swipe.line, Qt.Key.Key_Right)
    assert swipe.share == pytest.approx(before + 0.02, abs=0.005)
    assert opened.workbench.desk.stage == stage
    zoom = opened.camera.zoom
    at = QPointF(swipe.line.rect().center())
    wheel = QWheelEvent(
        at, swipe.line.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )
    QApplication.sendEvent(swipe.line, wheel)
    assert opened.camera.zoom > zoom
    opened.camera.fit()
    swipe.move_to(-1e6)
    assert swipe.share == 0 and shown(opened, pair[1], 20, 120)


def test_texts_stay_on_their_side_of_the_line(
    qtbot: QtBot, opened: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, right = swiped(qtbot, opened)
    swipe, canvases = opened.centre.swipe, opened.centre.canvases
    where: dict[int, Rect] = {}

    def record(painter: QPainter, scene: Scene, view: View, area: Rect, *rest: object) -> Drawn:
        where[id(scene)] = area
        return Drawn()

    monkeypatch.setattr(surface_module, "paint_texts", record)

    def texts_of(method: str) -> tuple[float, float]:
        picture = canvases[method].picture
        assert picture is not None
        area = where[id(picture.main)]
        return area[0], area[2]

    for share in (0.6, 0.3):
        swipe.step(share - swipe.share)
        settle(qtbot, opened)
        opened.centre.grab()
        line = swipe.line.geometry().center().x() - canvases[left].x()
        whole = canvases[left].spots()[0].area
        assert texts_of(left)[0] == whole[0] + EDGE and line - 8 < texts_of(left)[1] < line
        assert texts_of(right)[1] == whole[2] - EDGE and line < texts_of(right)[0] < line + 8
    opened.go(opened.workbench.desk.alone(left))
    settle(qtbot, opened)
    opened.centre.grab()
    whole = canvases[left].spots()[0].area
    assert texts_of(left) == (whole[0] + EDGE, whole[2] - EDGE)


def test_a_click_takes_the_box_of_its_side(qtbot: QtBot, opened: Window) -> None:
    left, right = swiped(qtbot, opened)
    box = box_of(opened.workbench.shown[right], "detections", 0)
    x, y = float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2
    swipe = opened.centre.swipe
    for share, method in ((0.02, right), (0.98, left)):
        swipe.step(share - swipe.share)
        canvas = opened.centre.canvases[method]
        at = QPointF(*canvas.spots()[0].view.point(x, y)).toPoint()
        assert shown(opened, method, x, y)
        qtbot.mouseClick(canvas, LEFT, pos=at)
        key = opened.workbench.desk.view.selected
        assert isinstance(key, Key) and key.method == method


def test_the_methods_are_chosen_and_change_places(qtbot: QtBot, opened: Window) -> None:
    swiped(qtbot, opened)
    head = opened.centre.swipe.head

    def choose(combo_name: str, method: str) -> None:
        combo = getattr(head, combo_name)
        combo.setCurrentIndex(combo.findData(method))
        combo.activated.emit(combo.currentIndex())
        settle(qtbot, opened)

    choose("left", "sppnet")
    assert opened.workbench.desk.swipe == ("sppnet", "fpn")
    assert not opened.centre.canvases["rcnn"].isVisible()
    choose("right", "sppnet")
    assert opened.workbench.desk.swipe == ("fpn", "sppnet")
    assert opened.centre.canvases["fpn"].mask().isEmpty()
    assert head.left.currentData() == "fpn"
    qtbot.mouseClick(head.close_button, LEFT)
    settle(qtbot, opened)
    assert opened.workbench.desk.swipe is None and not opened.centre.swipe.line.isVisible()
    for canvas in opened.centre.canvases.values():
        assert canvas.isVisible() and canvas.mask().isEmpty()
    picture = opened.centre.canvases["sppnet"].picture
    assert picture is not None and picture.panel is not None


def test_one_method_cannot_be_swiped(qtbot: QtBot, opened: Window) -> None:
    for name in NAMES[1:]:
        opened.go(opened.workbench.desk.toggled(name))
    qtbot.keyClick(opened, Qt.Key.Key_V)
    assert opened.workbench.desk.swipe is None
    assert "second method" in opened.banner.text.text()
