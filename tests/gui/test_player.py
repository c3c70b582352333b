"""Replays: played, paused and stepped with keys and buttons."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from explorer.session.scenes.warping import STEPS
from explorer.trace.base import StageName
from explorer.trace.stages import NmsStage
from explorer.ui import player
from explorer.ui.player import SETTING, SPEEDS, PlayButtons, interval, kept_speed, stride
from explorer.ui.playing import NO_STEPS
from explorer.ui.sliders import Slider
from explorer.ui.window import Window
from tests.gui.conftest import LONG, settle


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player, "SLOWEST", 60)


def at(window: Window, name: str = "nms.step") -> int:
    return int(dict(window.workbench.desk.view.controls).get(name, -1))


def steps_of_nms(qtbot: QtBot, window: Window) -> int:
    """FPN's NMS is on screen, at its end; how many steps it has."""
    window.go(window.workbench.desk.at_stage("nms").alone("fpn"))
    settle(qtbot, window)
    stage = window.workbench.shown["fpn"].stage("nms")
    assert isinstance(stage, NmsStage)
    return len(stage.nms.kept)


def test_nms_is_stepped_and_played_to_what_the_fast_path_kept(
    qtbot: QtBot, opened: Window
) -> None:
    steps = steps_of_nms(qtbot, opened)
    qtbot.keyClick(opened, Qt.Key.Key_BracketLeft)
    settle(qtbot, opened)
    assert at(opened) == steps - 1
    picture = opened.centre.canvases["fpn"].picture
    assert picture is not None and picture.summary.startswith(f"{steps - 1} kept")
    qtbot.keyClick(opened, Qt.Key.Key_BracketRight)
    settle(qtbot, opened)
    assert at(opened) == steps
    qtbot.keyClick(opened, Qt.Key.Key_Space)  # at the end: from the start
    assert opened.bottom.player.playing
    qtbot.waitUntil(lambda: not opened.bottom.player.playing, timeout=LONG)
    settle(qtbot, opened)
    assert at(opened) == steps
    picture = opened.centre.canvases["fpn"].picture
    assert picture is not None and picture.summary.startswith(f"{steps} kept")
    assert "undecided" not in picture.summary


def test_keys_pressed_faster_than_pictures_are_drawn_all_count(
    qtbot: QtBot, opened: Window
) -> None:
    steps = steps_of_nms(qtbot, opened)
    for _ in range(3):
        qtbot.keyClick(opened, Qt.Key.Key_BracketLeft)
    assert at(opened) == steps - 3
    slider = opened.bottom.controls["step"]
    assert isinstance(slider, Slider)
    opened.activateWindow()
    slider.setFocus()
    focus = QApplication.focusWidget()
    assert focus is not None
    for _ in range(2):
        qtbot.keyClick(focus, Qt.Key.Key_Left)
    assert at(opened) == slider.value() == steps - 5
    settle(qtbot, opened)
    assert at(opened) == slider.value() == steps - 5
    picture = opened.centre.canvases["fpn"].picture
    assert picture is not None and picture.summary.startswith(f"{steps - 5} kept")


def test_thousands_have_a_comma_beside_the_slider_too(qtbot: QtBot) -> None:
    slider = Slider(Qt.Orientation.Horizontal)
    qtbot.addWidget(slider)
    slider.setRange(0, 1_354)
    slider.setValue(1_354)
    slider.say("of 1,354")
    slider.show()
    (number,) = slider.findChildren(QLineEdit)
    assert number.text() == "1,354"
    assert number.width() > QFontMetrics(number.font()).horizontalAdvance("1,354")
    for typed, value in (("1,200", 1_200), ("87", 87), ("1013", 1_013)):
        number.setText(typed)
        number.setFocus()
        qtbot.keyClick(number, Qt.Key.Key_Return)
        assert slider.value() == value and number.text() == f"{value:,}"


def test_playing_waits_for_the_picture_of_each_step(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.at_stage("nms").alone("fpn").with_control("step", 0))
    settle(qtbot, opened)
    player = opened.bottom.player
    player.toggle()
    player._tick()
    player._tick()  # the picture of the first step is not there yet
    assert at(opened) == 1
    player.pause()


def test_a_replay_pauses_and_is_undone_at_once(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.at_stage("nms").alone("fpn"))
    settle(qtbot, opened)
    before = opened.workbench.desk
    buttons = opened.bottom.findChild(PlayButtons)
    assert buttons is not None
    qtbot.mouseClick(buttons.play, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: at(opened) >= 2, timeout=LONG)
    qtbot.mouseClick(buttons.play, Qt.MouseButton.LeftButton)
    assert not opened.bottom.player.playing
    settle(qtbot, opened)
    qtbot.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert opened.workbench.desk == before


def test_a_stage_without_steps_has_nothing_to_play_and_says_so(
    qtbot: QtBot, opened: Window
) -> None:
    opened.go(opened.workbench.desk.at_stage("detections"))
    settle(qtbot, opened)
    qtbot.keyClick(opened, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: opened.strip.hint.text() == NO_STEPS, timeout=LONG)
    assert not opened.bottom.player.playing
    assert opened.bottom.findChild(PlayButtons) is None


def test_leaving_the_stage_ends_the_replay(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.at_stage("nms"))
    settle(qtbot, opened)
    qtbot.keyClick(opened, Qt.Key.Key_Space)
    assert opened.bottom.player.playing
    qtbot.keyClick(opened, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: not opened.bottom.player.playing, timeout=LONG)


@pytest.mark.parametrize(
    ("method", "stage", "before", "control"),
    [
        ("fpn", "features", (), ("show", "step by step")),
        ("faster_rcnn", "regions", (("show", "anchors"),), ("where", "slides")),
        ("fast_rcnn", "regions", (), ("show", "merges")),
    ],
)
def test_space_goes_to_the_steps_of_a_stage_that_are_behind_a_choice(
    qtbot: QtBot, opened: Window, method: str, stage: StageName,
    before: tuple[tuple[str, str], ...], control: tuple[str, str],
) -> None:
    desk = opened.workbench.desk.at_stage(stage).alone(method)
    for name, value in before:
        desk = desk.with_control(name, value)
    opened.go(desk)
    settle(qtbot, opened)
    assert not opened.bottom.player.ready
    qtbot.keyClick(opened, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: opened.bottom.player.playing, timeout=LONG)
    controls = dict(opened.workbench.desk.view.controls)
    assert controls[f"{stage}.{control[0]}"] == control[1]
    assert dict(before).get("show", "") in ("", controls[f"{stage}.show"])
    qtbot.keyClick(opened, Qt.Key.Key_Space)
    assert not opened.bottom.player.playing


def test_few_steps_are_slow_enough_to_read_and_many_end_in_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()  # the true pace
    assert interval(1) == interval(20) == 1_500
    for steps in (1, 20, 45, 119, 120, 239, 393, 5_000, 100_000):
        whole = -(-steps // stride(steps)) * interval(steps)
        assert whole <= 60_000
        assert interval(steps) >= 180


def test_one_motion_is_played_as_a_film_and_separate_steps_are_not(
    qtbot: QtBot, opened: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the true pace
    opened.go(opened.workbench.desk.at_stage("assignment").alone("rcnn"))
    settle(qtbot, opened)
    player = opened.bottom.player
    qtbot.keyClick(opened, Qt.Key.Key_Space)
    assert player.playing and 1000 / player._timer.interval() == pytest.approx(8, abs=0.1)
    seen: list[int] = []
    player.moved.connect(lambda key, value: seen.append(value))
    qtbot.waitUntil(lambda: not player.playing, timeout=LONG)
    assert seen == list(range(1, STEPS + 1))  # every step of it
    opened.go(opened.workbench.desk.at_stage("nms").alone("rcnn"))
    settle(qtbot, opened)
    qtbot.keyClick(opened, Qt.Key.Key_Space)
    assert player.playing and player._timer.interval() >= 180
    player.pause()


def test_the_speed_of_replays_is_chosen_in_the_bar_or_by_keys_and_remembered(
    qtbot: QtBot, opened: Window, settings: QSettings
) -> None:
    player = opened.bottom.player
    opened.go(opened.workbench.desk.at_stage("nms").alone("fpn"))
    settle(qtbot, opened)
    buttons = opened.bottom.findChild(PlayButtons)
    assert buttons is not None and buttons.speed.currentText() == "1×"
    qtbot.keyClick(opened, Qt.Key.Key_Space)
    usual = player._timer.interval()
    qtbot.keyClick(opened, Qt.Key.Key_Greater)
    assert player.playing and player._timer.interval() == pytest.approx(usual / 2, abs=1)
    assert buttons.speed.currentText() == player.speed == "2×"
    for _ in SPEEDS:
        qtbot.keyClick(opened, Qt.Key.Key_Less)
    assert player.speed == kept_speed(settings) == "½×"  # the slowest there is
    assert "½×" in opened.strip.hint.text()
    buttons.speed.setFocus()
    qtbot.keyClick(buttons.speed, Qt.Key.Key_End)
    assert player.speed == kept_speed(settings) == "4×"
    player.pause()
    settings.setValue(SETTING, "9×")
    assert kept_speed(settings) == "1×"


def test_each_speed_is_as_much_faster_as_it_says() -> None:
    for steps in (1, 45, 120, 393, 5_000):
        for speed in SPEEDS.values():
            assert interval(steps, speed) == pytest.approx(interval(steps) / speed, abs=1)
