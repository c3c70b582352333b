"""Layers in the bar: however many a stage has, the canvases keep their size, and all are there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from explorer.trace.base import STAGE_NAMES, StageName
from explorer.ui.flow import lines_of
from explorer.ui.window import Window
from tests.gui.conftest import settle

Keys = Qt.Key


def show(qtbot: QtBot, window: Window, stage: StageName) -> None:
    window.go(window.workbench.desk.at_stage(stage).side_by_side())
    settle(qtbot, window)
    QApplication.processEvents()


@pytest.mark.parametrize("size", [(1000, 700), (1280, 800), (1920, 1200)])
def test_canvases_keep_their_size_from_stage_to_stage(
    qtbot: QtBot, opened: Window, size: tuple[int, int]
) -> None:
    opened.resize(*size)
    opened.side.hide()
    sizes = set()
    for stage in STAGE_NAMES:
        show(qtbot, opened, stage)
        sizes.add((opened.bottom.height(), opened.centre.height()))
        layers = opened.bottom.layers
        inline = [box for box in layers.boxes.values() if box not in layers.rest.boxes]
        assert len(inline) + len(layers.rest.boxes) == len(layers.boxes) > 0
        assert layers.more.isVisible() == bool(layers.rest.boxes)
        for widget in [*inline, *([layers.more] if layers.rest.boxes else [])]:
            place = QRect(widget.mapTo(layers, QPoint(0, 0)), widget.size())
            assert layers.rect().contains(place), (stage, widget)
        for field in opened.bottom.controls.values():  # no word of a list is cut for them
            assert size[0] < 1280 or field.width() >= field.sizeHint().width(), stage
    assert len(sizes) == 1


def test_the_other_layers_are_reached_by_keys(qtbot: QtBot, opened: Window) -> None:
    opened.resize(1280, 800)
    show(qtbot, opened, "pooling")
    opened.activateWindow()
    layers = opened.bottom.layers
    shown = layers.rest
    assert layers.more.text() == f"{len(shown.boxes)} more" and not shown.isVisible()
    assert layers.more.focusPolicy() & Qt.FocusPolicy.TabFocus
    layers.more.setFocus()
    qtbot.keyClick(layers.more, Keys.Key_Return)
    assert shown.isVisible() and QApplication.focusWidget() is shown.boxes[0]
    heads = [label.text() for label in shown.findChildren(QLabel)]
    assert "FPN:" in heads and len(heads) == len(set(heads))
    # Each is the check box that it is in a wide window: with its colour, and it switches.
    box = layers.boxes["Sample points"]
    assert box in shown.boxes and not box.icon().isNull() and box.isChecked()
    stage = opened.workbench.desk.stage
    box.setFocus()
    for key, on in ((Keys.Key_Space, False), (Keys.Key_Return, True), (Keys.Key_Space, False)):
        qtbot.keyClick(box, key)
        settle(qtbot, opened)
        assert box.isChecked() == on
        canvas = opened.centre.canvases["fpn"]
        assert ("Sample points" in canvas.hidden) != on
    qtbot.keyClick(box, Keys.Key_Right)  # to the next one, not to the next stage
    assert opened.workbench.desk.stage == stage and not opened.bottom.player.playing
    assert QApplication.focusWidget() in shown.boxes and not box.hasFocus()
    qtbot.keyClick(shown, Keys.Key_Escape)
    assert not shown.isVisible()
    opened.resize(2600, 1200)
    settle(qtbot, opened)
    QApplication.processEvents()
    assert not shown.boxes and not layers.more.isVisible() and box.isVisible()
    assert not box.isChecked()


def test_lines_are_filled_like_words() -> None:
    assert lines_of([], 100) == 0
    assert lines_of([40, 40], 90, 10) == 1
    assert lines_of([40, 41], 90, 10) == 2
    assert lines_of([200, 10], 90, 10) == 2


def test_a_stage_with_many_controls_has_room_for_layers_beside_them(
    qtbot: QtBot, opened: Window
) -> None:
    opened.resize(1280, 800)
    opened.go(opened.workbench.desk.at_stage("regions").alone("fast_rcnn"))
    opened.go(opened.workbench.desk.with_control("show", "merges"))
    settle(qtbot, opened)
    QApplication.processEvents()
    layers = opened.bottom.layers
    assert {"Merge", "Strategy"} <= {
        field.accessibleName() for field in opened.bottom.controls.values()
    }
    assert len(layers.boxes) - len(layers.rest.boxes) >= 3
