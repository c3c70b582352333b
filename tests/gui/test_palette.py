"""The command palette and the list of keys, through the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from explorer.paths import samples
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.ui.actions import COMMANDS, keys_text
from explorer.ui.dialogs import KeysDialog, halves
from explorer.ui.key_groups import GROUPS, grouped
from explorer.ui.palette_entries import NAMED, THEN, Entry, entries
from explorer.ui.window import Window
from tests.gui.conftest import SHORT, settle

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def called(qtbot: QtBot, window: Window, query: str = "") -> list[str]:
    """Open the palette, type, and say what it lists."""
    if not window.commands.isVisible():
        qtbot.keyClick(window, Qt.Key.Key_P, CTRL_SHIFT)
    assert window.commands.isVisible()
    window.commands.line.clear()
    qtbot.keyClicks(window.commands.line, query)
    return [hit.entry.title for hit in window.commands.model.hits]


def press(qtbot: QtBot, window: Window, key: Qt.Key) -> None:
    qtbot.keyClick(window.commands.line, key)


def test_it_offers_everything_and_esc_closes_it(qtbot: QtBot, opened: Window) -> None:
    desk = opened.workbench.desk
    offered = called(qtbot, opened)
    groups = {hit.entry.group for hit in opened.commands.model.hits}
    assert groups == {
        "Command", "Stage", "Method", "Layer", "Switch", "Part", "Tour", "Recent photo",
        "Sample photo", "View", "Filter", "Setting",
    }
    assert len(offered) >= len(COMMANDS) + 6 * len(STAGE_NAMES) + len(samples())
    press(qtbot, opened, Qt.Key.Key_Escape)
    assert not opened.commands.isVisible()
    assert opened.workbench.desk == desk


def test_typing_finds_and_enter_runs(qtbot: QtBot, opened: Window) -> None:
    assert called(qtbot, opened, "fpn pool")[0] == "Pooling of FPN"
    press(qtbot, opened, Qt.Key.Key_Return)
    assert not opened.commands.isVisible()
    assert (opened.workbench.desk.stage, opened.workbench.desk.method) == ("pooling", "fpn")


def test_arrows_move_in_the_list_and_not_in_the_window(qtbot: QtBot, opened: Window) -> None:
    desk = opened.workbench.desk
    called(qtbot, opened, "alone")
    chosen = opened.commands.list
    for key, row in (
        (Qt.Key.Key_Down, 1), (Qt.Key.Key_Down, 2), (Qt.Key.Key_Up, 1), (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Up, opened.commands.model.rowCount() - 1),
    ):
        press(qtbot, opened, key)
        assert chosen.currentIndex().row() == row
    assert opened.workbench.desk == desk


def test_what_is_called_nothing_says_so(qtbot: QtBot, opened: Window) -> None:
    assert called(qtbot, opened, "qqqq") == []
    assert opened.commands.nothing.isVisible()
    press(qtbot, opened, Qt.Key.Key_Return)
    assert opened.commands.isVisible()


def entry(window: Window, title: str) -> Entry:
    return next(each for each in entries(window) if each.title == title)


def test_methods_layers_and_switches_act(qtbot: QtBot, opened: Window) -> None:
    entry(opened, "Hide R-CNN").run()
    assert "rcnn" not in opened.workbench.desk.enabled
    assert entry(opened, "Run R-CNN")
    settle(qtbot, opened)
    layer = next(each for each in entries(opened) if each.group == "Layer")
    name = layer.title.removeprefix("Hide layer ")
    layer.run()
    assert not opened.bottom.boxes[name].isChecked()
    assert entry(opened, f"Show layer {name}")
    entry(opened, "Box regression: off").run()
    settle(qtbot, opened)
    assert dict(opened.workbench.desk.chosen)["fpn"].regression is False


@pytest.mark.parametrize("view", NAMED, ids=lambda view: view[0])
def test_a_view_that_has_a_name_is_shown_from_any_stage(
    qtbot: QtBot, opened: Window, view: tuple[str, StageName, tuple[str, ...], str]
) -> None:
    title, stage, methods, value = view
    method = methods[-1]
    if len(methods) > 1:  # else the first
        opened.go(opened.workbench.desk.alone(method))
    entry(opened, title).run()
    settle(qtbot, opened)
    desk = opened.workbench.desk
    assert (desk.stage, desk.method) == (stage, method)
    player = opened.bottom.player
    if title in THEN:
        shown = opened.centre.canvases[method].picture
        assert shown is not None
        key, at = THEN[title]
        assert next(each for each in shown.controls if each.key == key).value == at
        assert player.ready
    shown = opened.centre.canvases[method].picture
    assert shown is not None
    control = next(each for each in shown.controls if each.key == "show")
    assert control.value == value and value in control.choices


def test_a_threshold_is_brought_up_ready_to_move(qtbot: QtBot, opened: Window) -> None:
    title = next(
        each.title for each in entries(opened) if each.title.startswith("Suppressed above IoU")
    )
    assert title.endswith(": now 0.30 / 0.50")  # methods differ
    entry(opened, title).run()
    assert opened.side.switches.isVisible()
    row = next(row for row in opened.side.switches.rows if row.switch.key == "nms_threshold")
    qtbot.waitUntil(lambda: QWidget.focusWidget(opened) is row.field, timeout=SHORT)


def test_what_the_papers_call_it_finds_it(qtbot: QtBot, opened: Window) -> None:
    assert "Features of FPN" in called(qtbot, opened, "pyramid")[:3]
    assert called(qtbot, opened, "selective search")[0].startswith("Regions of ")
    assert "soft" in called(qtbot, opened, "soft")[0].casefold()
    assert any("FPN" in title for title in called(qtbot, opened, "roialign")[:4])
    # First what exchanges a part for it, then where it is already.
    assert [title.partition(" · ")[0] for title in called(qtbot, opened, "roialign")[:3]] == [
        "Fast R-CNN", "Faster R-CNN", "Pooling of FPN",
    ]
    pooled = called(qtbot, opened, "roi pooling")
    assert pooled.index("FPN · Pooling: RoI pooling (now RoIAlign)") < pooled.index(
        "Fast R-CNN · Pooling: RoIAlign (now RoI pooling)"
    )
    press(qtbot, opened, Qt.Key.Key_Escape)
    opened.go(opened.workbench.desk.at_stage("features").alone("fpn"))
    settle(qtbot, opened)
    entry(opened, "Show: step by step").run()
    assert dict(opened.workbench.desk.view.controls)["features.show"] == "step by step"


@pytest.mark.parametrize(("word", "title"), [
    ("pdf", "Export pictures"), ("movie", "Export pictures"), ("zoom in", "Zoom in"),
    ("zoom out", "Zoom out"), ("help", "List of keys"), ("pan", "Scroll the view "),
    ("svd", "Fast R-CNN · fc6: SVD, t: now off"),
    ("screenshot", "Copy this view as a picture"), ("bins", "SPPNet · Pyramid levels: now"),
    ("nms threshold", "Suppressed above IoU: now"), ("padding", "R-CNN · Context p: now"),
    ("confidence", "Is a detection above"), ("multi-scale", "SPPNet · Scales: "),
])
def test_obvious_words_find_it(qtbot: QtBot, opened: Window, word: str, title: str) -> None:
    listed = called(qtbot, opened, word)[:3]
    assert any(each.startswith(title) for each in listed), listed


def test_a_part_of_many_values_is_brought_up(qtbot: QtBot, opened: Window) -> None:
    found = (each for each in entries(opened) if each.title.startswith("R-CNN · Context p: now"))
    next(found).run()
    settle(qtbot, opened)
    row = opened.side.switches.parts["rcnn"].rows["padding"]
    port = opened.side.switches.area.viewport()

    def in_view() -> bool:
        top = row.mapTo(port, QPoint(0, 0)).y()
        return row.isVisible() and top >= 0 and top + row.height() <= port.height()

    qtbot.waitUntil(in_view, timeout=SHORT)
    assert QWidget.focusWidget(opened) is row.field


def test_the_keyboard_is_not_left_on_a_chip(qtbot: QtBot, opened: Window) -> None:
    opened.centre.setFocus()
    for _ in range(2):
        called(qtbot, opened)
        press(qtbot, opened, Qt.Key.Key_Escape)
        assert QWidget.focusWidget(opened) is opened.centre


def test_recent_photos_are_opened(qtbot: QtBot, opened: Window) -> None:
    path = opened.workbench.path
    assert path is not None
    recent = next(each for each in entries(opened) if each.group == "Recent photo")
    assert recent.title == path.name
    with qtbot.waitSignal(opened.workbench.photo_shown, timeout=SHORT):
        recent.run()
    settle(qtbot, opened)


# -- the list of keys -------------------------------------------------------------------------


def test_every_key_stands_under_one_heading(qtbot: QtBot, opened: Window) -> None:
    shown = [(each.shown, each.text) for _, commands in grouped() for each in commands]
    assert sorted(shown) == sorted(keys_text())
    first = {command.keys[0] for command in COMMANDS}
    assert {key for _, keys in GROUPS for key in keys} <= first
    opened.show_keys()
    dialog = opened.findChild(KeysDialog)
    assert dialog is not None
    written = {label.text() for label in dialog.findChildren(QLabel)}
    assert {text for _, text in keys_text()} | {heading for heading, _ in grouped()} <= written
    assert dialog.sizeHint().height() < 720
    dialog.close()


@pytest.mark.parametrize("lengths", [(1,), (5, 1, 1), (3, 3, 3, 3)])
def test_headings_are_shared_out_evenly(lengths: tuple[int, ...]) -> None:
    groups = [(str(number), COMMANDS[:length]) for number, length in enumerate(lengths)]
    left, right = halves(groups)
    assert [*left, *right] == groups
    lines = [sum(2 + len(commands) for _, commands in part) for part in (left, right)]
    assert abs(lines[0] - lines[1]) <= 2 + max(lengths)
