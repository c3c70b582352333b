"""A panel that is opened by its key takes the keys; what closes gives them back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.session.scene import Key
from explorer.ui.focus import has_keys
from explorer.ui.palette_entries import entries
from explorer.ui.window import Window
from tests.gui.conftest import SHORT, settle


def press(qtbot: QtBot, window: Window, *keys: Qt.Key) -> None:
    """As a user does: to whatever takes the keys."""
    for key in keys:
        qtbot.keyClick(window.focusWidget() or window, key)


@pytest.mark.parametrize("by_key", [True, False])
def test_the_list_of_boxes_is_gone_through_at_once(
    qtbot: QtBot, opened: Window, by_key: bool
) -> None:
    opened.activateWindow()
    opened.go(opened.workbench.desk.at_stage("nms").alone("fpn"))
    settle(qtbot, opened)
    table = opened.side.boxes.table
    if by_key:
        press(qtbot, opened, Qt.Key.Key_B)
    else:
        next(each for each in entries(opened) if each.title == "List of the stage's boxes").run()
    qtbot.waitUntil(lambda: has_keys(table), timeout=SHORT)
    press(qtbot, opened, Qt.Key.Key_Down, Qt.Key.Key_Down)
    assert opened.workbench.desk.view.selected is not None
    assert table.currentIndex().row() == 1
    settle(qtbot, opened)
    press(qtbot, opened, Qt.Key.Key_Space)  # these go on working
    assert opened.bottom.player.playing
    press(qtbot, opened, Qt.Key.Key_Space, Qt.Key.Key_4)
    assert opened.workbench.desk.method == "faster_rcnn"
    settle(qtbot, opened)
    assert has_keys(table)
    press(qtbot, opened, Qt.Key.Key_B)
    assert not opened.side.boxes.isVisible() and has_keys(opened.centre)


def test_a_stage_without_boxes_does_not_lose_the_keys_of_the_list(
    qtbot: QtBot, opened: Window
) -> None:
    opened.activateWindow()
    opened.go(opened.workbench.desk.at_stage("image").alone("fpn"))
    settle(qtbot, opened)
    page = opened.side.boxes
    press(qtbot, opened, Qt.Key.Key_B)
    settle(qtbot, opened)
    assert has_keys(page) and not page.table.isEnabled()
    press(qtbot, opened, Qt.Key.Key_Right)
    assert opened.workbench.desk.stage == "regions"
    qtbot.waitUntil(lambda: has_keys(page.table), timeout=SHORT)
    press(qtbot, opened, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: has_keys(page), timeout=SHORT)


def test_cards_of_a_journey_are_opened_by_enter_one_after_the_other(
    qtbot: QtBot, opened: Window
) -> None:
    opened.activateWindow()
    opened.go(opened.workbench.desk.at_stage("nms").alone("fpn"))
    settle(qtbot, opened)
    opened.select(Key("fpn", "nms", 0))
    settle(qtbot, opened)
    inspector = opened.side.inspector
    opened.side.toggle()
    opened.side.show_page(opened.side.boxes)
    press(qtbot, opened, Qt.Key.Key_I)
    held = [at for at, card in enumerate(inspector.cards) if has_keys(card)]
    assert len(held) == 1 and inspector.cards[held[0]].property("here")
    opened.focusPreviousChild()
    assert has_keys(inspector.cards[held[0] - 1])
    press(qtbot, opened, Qt.Key.Key_Return)
    settle(qtbot, opened)
    assert opened.workbench.desk.stage == "refinement"
    assert has_keys(inspector.cards[held[0] - 1])  # made anew
    press(qtbot, opened, Qt.Key.Key_I)
    assert has_keys(opened.centre)


def test_tab_goes_from_the_switches_to_the_first_and_arrows_move_none(
    qtbot: QtBot, opened: Window
) -> None:
    opened.activateWindow()
    opened.go(opened.workbench.desk.at_stage("nms"))
    settle(qtbot, opened)
    switches = opened.side.switches
    press(qtbot, opened, Qt.Key.Key_S, Qt.Key.Key_Right)
    settle(qtbot, opened)
    desk = opened.workbench.desk
    assert desk.stage == "detections" and desk.chosen == ()
    opened.focusNextChild()
    assert has_keys(switches.rows[0].field)
    press(qtbot, opened, Qt.Key.Key_S)
    assert not switches.isVisible() and has_keys(opened.centre)


def test_the_palette_gives_the_keys_back_when_another_window_comes_in_front(
    qtbot: QtBot, opened: Window
) -> None:
    opened.activateWindow()
    opened.centre.canvases["fpn"].setFocus()
    palette = opened.commands
    for reason, stays in (
        (Qt.FocusReason.PopupFocusReason, True), (Qt.FocusReason.ActiveWindowFocusReason, False),
    ):
        if not palette.isVisible():
            palette.toggle()
        QApplication.sendEvent(palette.line, QFocusEvent(QEvent.Type.FocusOut, reason))
        assert palette.isVisible() is stays
    assert has_keys(opened.centre.canvases["fpn"])


def test_the_palette_gives_no_keys_to_what_is_gone(qtbot: QtBot, opened: Window) -> None:
    opened.activateWindow()
    opened.go(opened.workbench.desk.at_stage("nms").alone("fpn"))
    settle(qtbot, opened)
    opened.bottom.controls["class"].setFocus()
    opened.commands.toggle()
    opened.go(opened.workbench.desk.at_stage("image"))
    settle(qtbot, opened)
    QApplication.processEvents()
    qtbot.keyClick(opened.commands.line, Qt.Key.Key_Escape)
    assert has_keys(opened.centre)
