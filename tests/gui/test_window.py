"""What the window does with keys and clicks once five methods are done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from explorer.methods.names import NAMES
from explorer.session.job import Engine
from explorer.session.related import box_of
from explorer.session.scene import Boxes, Key
from explorer.trace.base import STAGE_NAMES
from explorer.ui.canvas import Canvas
from explorer.ui.window import Window
from tests.gui.conftest import LONG, MadeUpEngine, settle

LEFT = Qt.MouseButton.LeftButton


def visible(window: Window) -> list[str]:
    return [name for name, canvas in window.centre.canvases.items() if canvas.isVisible()]


def stage_of(window: Window) -> str:
    return window.workbench.desk.stage


def on_screen(canvas: Canvas, x: float, y: float) -> QPoint:
    """Where a photo pixel is on a canvas."""
    return QPointF(*canvas.spots()[0].view.point(x, y)).toPoint()


def centre_of(window: Window, key: Key) -> tuple[float, float]:
    box = box_of(window.workbench.traces[key.method], key.stage, key.row)
    return float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2


def test_number_keys_show_one_method_and_zero_all(qtbot: QtBot, opened: Window) -> None:
    for number, name in enumerate(NAMES, 1):
        qtbot.keyClick(opened, Qt.Key(ord(str(number))))
        assert visible(opened) == [name]
        assert not opened.centre.summary.isVisible()
    qtbot.keyClick(opened, Qt.Key.Key_0)
    assert visible(opened) == list(NAMES)
    assert opened.centre.summary.isVisible()


def test_arrow_keys_walk_through_the_stages(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.at_stage("image"))
    titles = []
    for _ in STAGE_NAMES:
        settle(qtbot, opened)
        shown = opened.centre.canvases["fpn"].picture
        assert shown is not None
        titles.append(shown.title)
        qtbot.keyClick(opened, Qt.Key.Key_Right)
    assert len(set(titles)) == len(STAGE_NAMES)
    assert stage_of(opened) == "detections"
    qtbot.keyClick(opened, Qt.Key.Key_Left)
    assert stage_of(opened) == "nms"
    qtbot.mouseClick(opened.bottom.back, LEFT)
    assert stage_of(opened) == "refinement"


def test_a_box_that_the_rpn_suppressed_is_selected_by_a_click(
    qtbot: QtBot, opened: Window
) -> None:
    opened.go(opened.workbench.desk.at_stage("regions").alone("fpn").with_control("show", "NMS"))
    settle(qtbot, opened)
    canvas = opened.centre.canvases["fpn"]
    assert canvas.picture is not None
    layer = next(each for each in canvas.picture.main.layers if each.name == "Suppressed")
    assert isinstance(layer, Boxes)
    # The smallest lies above all others at its middle.
    sides = layer.boxes[:, 2:] - layer.boxes[:, :2]
    box = layer.boxes[int(sides.prod(axis=1).argmin())]
    at = on_screen(canvas, float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2)
    # Before the click: it brings the journey up, which may take room from the canvas.
    wanted = [key for key in (hit.key for hit in canvas.hits_at(at.x(), at.y())) if key.row < 0]
    assert wanted
    qtbot.mouseClick(canvas, LEFT, pos=at)
    for _ in range(50):
        if opened.workbench.desk.view.selected in wanted:
            break
        qtbot.keyClick(opened, Qt.Key.Key_Down)
    assert opened.workbench.desk.view.selected in wanted
    settle(qtbot, opened)
    assert "candidate" in opened.side.inspector.title.text()
    assert canvas.picture is not None
    assert "Selected" in [each.name for each in canvas.picture.main.layers]


def test_the_map_says_why_rcnn_has_no_map(opened: Window) -> None:
    at = opened.stage_map.cell_rect("rcnn", "features").center().toPoint()
    assert "no shared map" in opened.stage_map.tip_at(at)


def test_a_clicked_box_is_selected_everywhere(qtbot: QtBot, opened: Window) -> None:
    key = Key("fpn", "detections", 0)
    canvas = opened.centre.canvases["fpn"]
    qtbot.mouseClick(canvas, LEFT, pos=on_screen(canvas, *centre_of(opened, key)))
    settle(qtbot, opened)
    chosen = opened.workbench.desk.view.selected
    assert chosen is not None and chosen.method == "fpn" and chosen.stage == "detections"
    assert set(opened.presenter.found) == set(NAMES)
    assert opened.side.inspector.isVisible()
    assert "FPN detection" in opened.side.inspector.title.text()
    assert len(opened.side.inspector.cards) > 5
    for name in NAMES:
        layers = opened.centre.canvases[name].picture
        assert layers is not None
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert opened.workbench.desk.view.selected is None


def test_up_and_down_step_through_boxes_under_the_click(
    qtbot: QtBot, opened: Window
) -> None:
    opened.go(opened.workbench.desk.at_stage("nms").alone("fpn"))
    settle(qtbot, opened)
    canvas = opened.centre.canvases["fpn"]
    at = on_screen(canvas, *centre_of(opened, Key("fpn", "detections", 0)))
    qtbot.mouseClick(canvas, LEFT, pos=at)
    settle(qtbot, opened)  # what is under the pointer is looked up in the picture on screen
    first = opened.workbench.desk.view.selected
    areas = []
    for hit in canvas.hits_at(at.x(), at.y()):
        x1, y1, x2, y2 = hit.box
        areas.append((x2 - x1) * (y2 - y1))
    assert len(areas) > 1 and areas == sorted(areas)
    qtbot.keyClick(opened, Qt.Key.Key_Down)
    second = opened.workbench.desk.view.selected
    assert second is not None and second != first
    settle(qtbot, opened)
    qtbot.keyClick(opened, Qt.Key.Key_Up)
    assert opened.workbench.desk.view.selected == first


def test_a_card_leads_to_its_stage(qtbot: QtBot, opened: Window) -> None:
    opened.select(Key("faster_rcnn", "detections", 0))
    settle(qtbot, opened)
    qtbot.mouseClick(opened.side.inspector.cards[0], LEFT)
    assert opened.workbench.desk.stage == "regions"
    chosen = opened.workbench.desk.view.selected
    assert chosen is not None and chosen.stage == "regions"


def test_all_canvases_share_one_camera(qtbot: QtBot, opened: Window) -> None:
    canvas, other = opened.centre.canvases["rcnn"], opened.centre.canvases["fpn"]
    at = on_screen(canvas, 100, 80)
    event = QWheelEvent(
        QPointF(at), canvas.mapToGlobal(QPointF(at)), QPoint(), QPoint(0, 480),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)
    assert opened.camera.zoom > 1.5
    # What is under the pointer stays there; the other canvas looks at the same place.
    assert (on_screen(canvas, 100, 80) - at).manhattanLength() <= 2  # rounding, twice
    ours, theirs = canvas.spots()[0].view, other.spots()[0].view
    assert ours.scale == pytest.approx(theirs.scale, rel=0.05)
    before = opened.camera.centre
    qtbot.mousePress(canvas, LEFT, pos=at)
    for step in (5, 20, 40):
        qtbot.mouseMove(canvas, at + QPoint(step, 0))
    qtbot.mouseRelease(canvas, LEFT, pos=at + QPoint(40, 0))
    assert opened.camera.centre[0] == pytest.approx(before[0] - 40 / ours.scale, abs=1)
    assert opened.workbench.desk.view.selected is None  # a drag is no click
    qtbot.keyClick(opened, Qt.Key.Key_F)
    assert opened.camera.zoom == 1


def test_z_zooms_to_the_selected_box(qtbot: QtBot, opened: Window) -> None:
    key = Key("fpn", "detections", 1)  # the bottle
    opened.select(key)
    qtbot.keyClick(opened, Qt.Key.Key_Z)
    assert opened.camera.centre == pytest.approx(centre_of(opened, key), abs=0.6)
    assert opened.camera.zoom > 1


def test_a_layer_can_be_switched_off(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.at_stage("detections").alone("fpn"))
    settle(qtbot, opened)
    canvas = opened.centre.canvases["fpn"]
    with_photo = canvas.grab().toImage()
    opened.bottom.boxes["Photo"].click()
    assert "Photo" in canvas.hidden
    settle(qtbot, opened)
    assert canvas.grab().toImage() != with_photo
    opened.bottom.boxes["Photo"].click()
    settle(qtbot, opened)
    assert canvas.grab().toImage() == with_photo


def test_a_control_changes_the_picture(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.at_stage("regions").alone("fpn"))
    settle(qtbot, opened)
    combo = next(
        field for field in opened.bottom.controls.values() if isinstance(field, QComboBox)
    )
    before = opened.centre.canvases["fpn"].picture
    combo.setCurrentIndex(combo.count() - 1)
    combo.textActivated.emit(combo.currentText())
    settle(qtbot, opened)
    after = opened.centre.canvases["fpn"].picture
    assert before is not None and after is not None
    assert after.summary != before.summary


def test_methods_can_be_switched_off_and_on(
    qtbot: QtBot, opened: Window, engine: MadeUpEngine
) -> None:
    opened.top.chips["rcnn"].click()
    assert visible(opened) == list(NAMES[1:])
    opened.top.chips["rcnn"].click()
    assert visible(opened) == list(NAMES)
    settle(qtbot, opened)
    assert engine.runs.count("rcnn") == 1  # its trace was kept


def test_a_method_switched_on_later_runs_then(
    qtbot: QtBot, window: Window, engine: MadeUpEngine, photo: Path
) -> None:
    for name in ("rcnn", "sppnet", "fast_rcnn"):
        window.top.chips[name].click()
    window.open_paths([photo])
    qtbot.waitUntil(lambda: window.workbench.name == "cat.png", timeout=LONG)
    settle(qtbot, window)
    assert engine.runs == ["faster_rcnn", "fpn"] and engine.searches == 0
    window.top.chips["sppnet"].click()
    qtbot.waitUntil(lambda: "sppnet" in window.workbench.traces, timeout=LONG)
    settle(qtbot, window)
    window.top.chips["fast_rcnn"].click()
    qtbot.waitUntil(lambda: "fast_rcnn" in window.workbench.traces, timeout=LONG)
    settle(qtbot, window)
    assert engine.runs == ["faster_rcnn", "fpn", "sppnet", "fast_rcnn"]
    assert engine.searches == 1  # both start from the same regions


def test_theme_is_switched_and_remembered(
    qtbot: QtBot, opened: Window, settings: QSettings
) -> None:
    dark = opened.grab().toImage().pixelColor(5, 5)
    qtbot.keyClick(opened, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, opened)
    light = opened.grab().toImage().pixelColor(5, 5)
    assert dark.lightness() < 60 < 200 < light.lightness()
    assert settings.value("theme") == "light"


def test_layout_is_remembered(
    qtbot: QtBot, make_window: Callable[[Callable[[], Engine]], Window]
) -> None:
    first = make_window(lambda: MadeUpEngine())
    first.splitter.setSizes([420, 600, 260])
    wanted = first.splitter.sizes()
    first.close()
    second = make_window(lambda: MadeUpEngine())
    assert second.splitter.sizes()[0] == pytest.approx(wanted[0], abs=2)


def test_keys_are_listed(qtbot: QtBot, opened: Window) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_F1)
    dialog = QApplication.activeModalWidget()
    assert dialog is not None and dialog.windowTitle() == "Keys"
    dialog.close()


def test_pixels_of_the_photo_are_on_screen(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.at_stage("image").alone("fpn"))
    settle(qtbot, opened)
    canvas = opened.centre.canvases["fpn"]
    photo = opened.workbench.photo
    assert photo is not None
    image = canvas.grab().toImage()
    ratio = image.devicePixelRatio()
    for x, y in ((40, 30), (115, 130), (250, 150)):
        at = on_screen(canvas, x, y)
        shown = image.pixelColor(int(at.x() * ratio), int(at.y() * ratio))
        wanted = photo[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3).mean(axis=0)
        seen = (shown.red(), shown.green(), shown.blue())
        assert np.abs(np.array(seen) - wanted).max() < 40


def test_more_boxes_are_shown_on_demand(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.at_stage("regions").alone("rcnn"))
    settle(qtbot, opened)
    canvas = opened.centre.canvases["rcnn"]
    assert canvas.picture is not None and canvas.picture.summary.endswith("200 of 216 regions")
    combo = opened.bottom.controls["limit"]
    assert isinstance(combo, QComboBox)
    combo.setCurrentText("all")
    combo.textActivated.emit("all")
    settle(qtbot, opened)
    assert canvas.picture.summary.endswith("216 regions")
    for stage in ("pooling", "scores"):  # draw the same boxes at any limit
        opened.go(opened.workbench.desk.at_stage(stage))
        settle(qtbot, opened)
        assert "limit" not in opened.bottom.controls


def test_a_growing_count_is_never_cut(qtbot: QtBot, window: Window) -> None:
    for done in (0, 64, 1_984):
        window.strip.working(f"R-CNN · features {done:,} of 2,000", done, 2_000)
        assert window.strip.text.width() >= window.strip.text.sizeHint().width()
