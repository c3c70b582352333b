"""What the strip and the banner say, and how long it stands."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from explorer.session.scene import Key
from explorer.ui.notices import Hint
from explorer.ui.window import NOTHING_SELECTED, Window
from tests.gui.conftest import settle


def test_what_was_said_goes_with_the_next_action(qtbot: QtBot, opened: Window) -> None:
    hint = opened.strip.hint
    opened.go(opened.workbench.desk.at_stage("nms").alone("fpn"))
    settle(qtbot, opened)
    for act in (
        lambda: opened.select(Key("fpn", "nms", 0)),
        lambda: opened.go(opened.workbench.desk.with_layer("Photo", False)),
        lambda: qtbot.keyClick(opened, Qt.Key.Key_Plus),
        lambda: qtbot.keyClick(opened, Qt.Key.Key_B),
    ):
        opened.go(opened.workbench.desk.selecting(None))
        qtbot.keyClick(opened, Qt.Key.Key_Z)
        assert hint.text() == NOTHING_SELECTED
        act()
        settle(qtbot, opened)
        assert hint.text() == ""


def test_a_command_of_the_palette_is_an_action_too(qtbot: QtBot, opened: Window) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_Z)
    opened.commands.toggle()
    opened.commands.line.setText("Zoom in")
    qtbot.keyClick(opened.commands.line, Qt.Key.Key_Return)
    assert opened.camera.zoom > 1 and opened.strip.hint.text() == ""


def test_what_is_under_the_pointer_outlives_an_action(qtbot: QtBot, opened: Window) -> None:
    opened.centre.hinted.emit("person 0.95")
    qtbot.keyClick(opened, Qt.Key.Key_Plus)
    assert opened.strip.hint.text() == "person 0.95"


def test_good_news_stand_alone_and_not_for_long(qtbot: QtBot, window: Window) -> None:
    banner = window.banner
    banner.say("Saved.", bad=False)
    short = banner._timer.remainingTime()
    banner.say("This failed.")
    assert banner.text.text() == "This failed." and not banner.property("good")
    assert banner._timer.remainingTime() > 2 * short
    banner.say("That failed too.")
    assert banner.text.text() == "This failed.\nThat failed too."
    banner.say("Copied.", bad=False)
    assert banner.text.text() == "Copied." and banner.property("good")
    banner.say("A third one failed.")
    assert banner.text.text() == "A third one failed."


def test_a_long_hint_ends_in_an_ellipsis_and_is_whole_in_its_tip(qtbot: QtBot) -> None:
    hint = Hint()
    qtbot.addWidget(hint)
    hint.setFixedSize(120, 20)
    for text, cut in (("short", False), ("Undone: Regions of Faster R-CNN and FPN", True)):
        hint.setText(text)
        hint.show()
        before = hint.grab().toImage()
        assert hint.toolTip() == (text if cut else "")
        hint.setText(text + " more words")  # is drawn alike where both are cut
        assert (hint.grab().toImage() == before) is cut
