"""Replays in the real window: the threshold moves while NMS is watched."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QSlider
from pytestqt.qtbot import QtBot

import explorer.methods.deciding  # noqa: F401 - torch, before a window waits for it
from explorer.session.scene import Boxes
from explorer.session.switching import choices_of
from explorer.trace.stages import NmsStage
from explorer.ui.sliders import HANDLE, FineSlider
from explorer.ui.window import Window
from tests.gui.conftest import settle


def steps_of(window: Window, method: str) -> int:
    stage = window.workbench.shown[method].stage("nms")
    assert isinstance(stage, NmsStage)
    return len(stage.nms.kept)


def test_the_threshold_moves_while_the_steps_are_watched(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.at_stage("nms").alone("fast_rcnn"))
    settle(qtbot, opened)
    before = steps_of(opened, "fast_rcnn")
    opened.bottom.control_changed.emit("step", 1)
    settle(qtbot, opened)
    slider = opened.bottom.controls["iou"]
    assert isinstance(slider, FineSlider)
    assert round(slider.value(), 2) == 0.30
    slider.setValue(0.8)
    settle(qtbot, opened)
    bench = opened.workbench
    assert choices_of(bench.desk.chosen, "fast_rcnn").nms_threshold == 0.8  # the switch itself
    assert steps_of(opened, "fast_rcnn") > before
    picture = opened.centre.canvases["fast_rcnn"].picture
    assert picture is not None and picture.summary.startswith("1 kept")  # still at this step
    bench.steps.undo()
    settle(qtbot, opened)
    assert steps_of(opened, "fast_rcnn") == before
    opened.activateWindow()
    slider.setFocus()
    focus = QApplication.focusWidget()
    assert focus is not None
    for key, value in ((Qt.Key.Key_Right, 0.31), (Qt.Key.Key_Left, 0.30), (Qt.Key.Key_End, 0.95)):
        qtbot.keyClick(focus, key)
        settle(qtbot, opened)
        assert round(slider.value(), 2) == value
        assert bench.desk.stage == "nms"
    assert choices_of(bench.desk.chosen, "fast_rcnn").nms_threshold == 0.95


def at_mark(slider: QSlider, value: float) -> tuple[int, int]:
    """The middle of a ring, in pixels of a picture of the slider."""
    share = (value - slider.minimum()) / (slider.maximum() - slider.minimum())
    along = HANDLE / 2 + (slider.width() - HANDLE) * share
    return int(along), int(slider.height() / 2)


def test_a_threshold_that_methods_differ_in_is_told_and_moved_for_all(
    qtbot: QtBot, opened: Window
) -> None:
    opened.go(opened.workbench.desk.at_stage("nms").side_by_side())
    settle(qtbot, opened)
    slider = opened.bottom.controls["iou"]
    assert isinstance(slider, FineSlider)

    def texts() -> list[str]:
        return [label.text() for label in slider.findChildren(QLabel) if label.isVisible()]

    assert texts() == ["/ 0.50"] and round(slider.value(), 2) == 0.30
    assert [round(mark, 2) for mark in slider.marks] == [0.5]
    assert "FPN 0.50.<br>Moved here" in slider.toolTip()
    for method, limit in (("rcnn", "0.30"), ("fpn", "0.50")):
        picture = opened.centre.canvases[method].picture
        assert picture is not None and f"IoU > {limit}" in picture.summary
    inner = slider.findChild(QSlider)
    assert inner is not None
    long = inner.width()
    opened.switch_theme()
    assert inner.ink == opened.theme.palette.accent  # type: ignore[attr-defined]
    middle = inner.grab().toImage().pixelColor(*at_mark(inner, 0.5))
    assert middle == QColor(opened.theme.palette.surface)  # not the groove's, which is its ink
    slider.setValue(0.6)
    assert texts() == [] and not slider.marks and "Now" not in slider.toolTip()  # at once
    settle(qtbot, opened)
    assert texts() == [] and inner.width() == long  # the handle stays below the pointer
    assert {choices.nms_threshold for _, choices in opened.workbench.desk.chosen} == {0.6}
    opened.workbench.steps.undo()
    settle(qtbot, opened)
    assert texts() == ["/ 0.50"]


def test_what_is_chosen_keeps_the_keys_when_other_controls_come(
    qtbot: QtBot, opened: Window
) -> None:
    opened.go(opened.workbench.desk.at_stage("regions").alone("rcnn"))
    settle(qtbot, opened)
    opened.activateWindow()
    opened.bottom.controls["show"].setFocus()
    opened.bottom.control_changed.emit("show", "merges")
    settle(qtbot, opened)
    assert len(opened.bottom.controls) > 3
    assert QApplication.focusWidget() is opened.bottom.controls["show"]
    opened.bottom.controls["merge"].setFocus()
    opened.bottom.control_changed.emit("show", "boxes")  # without steps
    settle(qtbot, opened)
    assert QApplication.focusWidget() is opened.bottom


def test_the_anchors_follow_the_pointer(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.at_stage("regions").alone("faster_rcnn"))
    opened.bottom.control_changed.emit("show", "anchors")
    settle(qtbot, opened)
    canvas = opened.centre.canvases["faster_rcnn"]
    spot = canvas.spots()[0]
    for point in ((60.0, 50.0), (200.0, 120.0)):
        x, y = spot.view.point(*point)
        for nudge in (2, 0):  # offscreen, a first move is taken for none
            QTest.mouseMove(canvas, QPoint(round(x) + nudge, round(y)))

        def there(at: tuple[float, float] = point) -> bool:
            held = dict(opened.workbench.desk.view.controls)
            return abs(int(held.get("regions.x", -9)) - at[0]) <= 1 and \
                abs(int(held.get("regions.y", -9)) - at[1]) <= 1

        qtbot.waitUntil(there)
        settle(qtbot, opened)
        assert canvas.picture is not None
        anchors = next(each for each in canvas.picture.main.layers if each.name == "Anchors")
        assert isinstance(anchors, Boxes) and len(anchors.boxes) == 9
        middle = (anchors.boxes[:, :2] + anchors.boxes[:, 2:]) / 2
        assert abs(middle - point).max() < 12
    opened.workbench.steps.undo()  # all moves of the pointer are one step
    assert "regions.x" not in dict(opened.workbench.desk.view.controls)
