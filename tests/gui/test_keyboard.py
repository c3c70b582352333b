"""What can be done without a pointer, and the size of texts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

import explorer.methods.deciding  # noqa: F401 - torch, before a window waits for it
from explorer.methods.names import NAMES
from explorer.session.scene import Key
from explorer.trace.base import StageName
from explorer.ui.actions import keys_text
from explorer.ui.palette_entries import entries
from explorer.ui.window import Window
from tests.gui.conftest import LONG, settle

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_tab_reaches_all_that_takes_keys(qtbot: QtBot, opened: Window) -> None:
    pages = (("switches", "nms"), ("boxes", "regions"), ("inspector", "detections"))
    for page, stage in pages:
        opened.go(opened.workbench.desk.at_stage(stage))
        opened.side.show_page(getattr(opened.side, page))
        settle(qtbot, opened)
        QApplication.processEvents()  # the bar's new controls become visible
        opened.activateWindow()
        opened.top.chips["rcnn"].setFocus()
        chain: list[QWidget | None] = []
        while (widget := QApplication.focusWidget()) not in chain:
            chain.append(widget)
            opened.focusNextChild()
        missed = [
            widget for widget in opened.findChildren(QWidget)
            if widget.isVisible() and widget.isEnabled() and widget not in chain
            and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.focusProxy() is None
        ]
        assert len(chain) > 15 and not missed
        dead = [
            widget for widget in chain
            if widget is not None and any(one.parent() is widget for one in chain if one)
        ]
        assert not dead  # what holds a field that takes the keys is no stop of its own
        silent = [one for one in chain if one is not None and not (
            one.accessibleName() or getattr(one, "text", str)() or one.toolTip())]
        assert not silent  # each has a name to be read aloud


def test_enter_presses_what_has_the_keys_and_space_plays(
    qtbot: QtBot, opened: Window
) -> None:
    opened.activateWindow()
    photo = opened.bottom.boxes["Photo"]
    photo.setFocus()
    keys = Qt.Key
    for key, on in ((keys.Key_Return, False), (keys.Key_Space, False), (keys.Key_Enter, True)):
        qtbot.keyClick(photo, key)
        assert photo.isChecked() == on
        settle(qtbot, opened)
    colours = opened.bottom.controls["colour"]
    assert isinstance(colours, QComboBox)
    colours.setFocus()
    qtbot.keyClick(colours, Qt.Key.Key_Return)
    assert colours.view().isVisible()
    colours.hidePopup()
    chip = opened.top.chips["rcnn"]
    chip.setFocus()
    qtbot.keyClick(chip, Qt.Key.Key_Return)
    assert "rcnn" not in opened.workbench.desk.enabled


def test_the_photo_is_moved_and_panels_are_scrolled_by_keys(
    qtbot: QtBot, opened: Window
) -> None:
    camera = opened.camera
    qtbot.keyClick(opened, Qt.Key.Key_Plus)
    assert camera.zoom == pytest.approx(1.25)
    x, y = camera.centre
    qtbot.keyClick(opened, Qt.Key.Key_Right, SHIFT)
    assert camera.centre == (pytest.approx(x + 0.1 * 320 / 1.25), y)
    qtbot.keyClick(opened, Qt.Key.Key_Up, SHIFT)
    assert camera.centre[1] == pytest.approx(y - 0.1 * 240 / 1.25)
    qtbot.keyClick(opened, Qt.Key.Key_Minus)
    assert camera.zoom == pytest.approx(1)
    opened.go(opened.workbench.desk.at_stage("pooling").alone("fast_rcnn"))
    opened.resize(1280, 640)
    settle(qtbot, opened)
    canvas = opened.centre.canvases["fast_rcnn"]
    top = canvas.spots()[1].view.dy
    qtbot.keyClick(opened, Qt.Key.Key_Down, CTRL)
    assert canvas.spots()[1].view.dy == pytest.approx(top - 80)
    qtbot.keyClick(opened, Qt.Key.Key_Up, CTRL)
    assert canvas.spots()[1].view.dy == pytest.approx(top)


def test_what_closes_gives_the_keys_to_the_canvases(qtbot: QtBot, opened: Window) -> None:
    opened.activateWindow()
    chips = list(opened.top.chips.values())
    switches = opened.side.switches
    opened.side.show_page(switches)
    opened.side.tabs.button(2).setFocus()
    assert opened.focusWidget() is opened.side.tabs.button(2)
    qtbot.keyClick(opened, Qt.Key.Key_S)
    assert not opened.side.isVisible() and opened.focusWidget() is opened.centre
    opened.drawer.show_page(opened.comparing.found)
    opened.drawer.tabs.button(1).setFocus()
    qtbot.keyClick(opened, Qt.Key.Key_M)
    assert not opened.drawer.isVisible() and opened.focusWidget() is opened.centre
    opened.centre.canvases["fpn"].setFocus()
    qtbot.keyClick(opened, Qt.Key.Key_4)
    settle(qtbot, opened)
    assert opened.focusWidget() is opened.centre
    assert not any(chip.hasFocus() for chip in chips)


def test_z_without_a_selection_says_what_to_do(qtbot: QtBot, opened: Window) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_Z)
    assert opened.strip.hint.text() == "Nothing is selected to zoom to: click a box first."
    assert opened.camera.zoom == 1


def test_the_keys_of_methods_say_what_they_do_the_second_time(
    qtbot: QtBot, opened: Window
) -> None:
    texts = dict(keys_text())
    qtbot.keyClick(opened, Qt.Key.Key_4)
    assert opened.workbench.desk.shown() == ("faster_rcnn",)
    qtbot.keyClick(opened, Qt.Key.Key_4)
    assert opened.workbench.desk.method is None
    assert texts["4"] == "Show only Faster R-CNN (again: all)"


def test_undo_takes_back_what_was_selected_not_where_one_looks(
    qtbot: QtBot, opened: Window
) -> None:
    desk = opened.workbench.desk
    opened.go(desk.at_stage("nms").alone("fpn"))
    settle(qtbot, opened)
    key = Key("fpn", "nms", 0)
    opened.select(key)
    opened.go(opened.workbench.desk.toggled("rcnn"))
    qtbot.keyClick(opened, Qt.Key.Key_0)
    opened.step_stage(1)

    def here() -> tuple[str, str | None]:
        return opened.workbench.desk.stage, opened.workbench.desk.method

    for enabled, selected in ((NAMES, key), (NAMES, None)):
        qtbot.keyClick(opened, Qt.Key.Key_Z, CTRL)
        assert here() == ("detections", None)
        assert opened.workbench.desk.enabled == enabled
        assert opened.workbench.desk.view.selected == selected
    qtbot.keyClick(opened, Qt.Key.Key_5)
    qtbot.keyClick(opened, Qt.Key.Key_Z, CTRL | SHIFT)
    assert here() == ("detections", "fpn") and opened.workbench.desk.view.selected == key
    # A card leads to a stage and selects in one step: undone, it leads back.
    settle(qtbot, opened)
    qtbot.mouseClick(opened.side.inspector.cards[0], Qt.MouseButton.LeftButton)
    assert here() == ("regions", "fpn")
    qtbot.keyClick(opened, Qt.Key.Key_Z, CTRL)
    assert here() == ("detections", "fpn") and opened.workbench.desk.view.selected == key


def test_a_panel_starts_at_its_top_unless_its_own_picture_changes(
    qtbot: QtBot, opened: Window
) -> None:
    opened.resize(1280, 600)
    canvas = opened.centre.canvases["fpn"]

    def scroll_at(stage: StageName) -> None:
        opened.go(opened.workbench.desk.at_stage(stage).alone("fpn"))
        settle(qtbot, opened)
        opened.centre.scroll_panels(60)
        settle(qtbot, opened)
        canvas.spots()
        assert canvas.places.scroll == 60, stage

    def is_at_top() -> bool:
        settle(qtbot, opened)
        panel = canvas.spots()[1]
        return canvas.places.scroll == 0 and panel.view.dy == panel.area[1]

    scroll_at("refinement")
    scroll_at("pooling")  # it would be 120 else
    opened.go(opened.workbench.desk.with_control("map", "P3").with_layer("Photo", False))
    opened.select(Key("fpn", "pooling", 3))
    settle(qtbot, opened)
    canvas.spots()
    assert canvas.places.scroll == 60  # the same stage
    opened.go(opened.workbench.desk.alone("faster_rcnn"))
    settle(qtbot, opened)
    opened.go(opened.workbench.desk.alone("fpn"))
    assert is_at_top()
    scroll_at("pooling")
    path = opened.workbench.path
    assert path is not None
    other = path.with_name("other.png")
    other.write_bytes(path.read_bytes())
    opened.open_paths([other])
    qtbot.waitUntil(lambda: opened.workbench.name == "other.png", timeout=LONG)
    qtbot.waitUntil(lambda: len(opened.workbench.traces) == 5, timeout=LONG)
    assert is_at_top()


def test_everything_goes_back_to_the_papers_and_forth(qtbot: QtBot, opened: Window) -> None:
    bench = opened.workbench
    (entry,) = [one for one in entries(opened) if one.title == "FPN · Top-down pathway: off"]
    assert entry.group == "Part"
    entry.run()
    opened.go(bench.desk.switched(("fpn",), "detection_threshold", 0.9))
    settle(qtbot, opened)
    assert bench.desk.varied and bench.desk.chosen
    qtbot.keyClick(opened, Qt.Key.Key_R, CTRL | SHIFT)
    assert not bench.desk.varied and not bench.desk.chosen
    assert bench.shown["fpn"] is bench.traces["fpn"]
    qtbot.keyClick(opened, Qt.Key.Key_Z, CTRL)
    assert bench.desk.varied and bench.desk.chosen
