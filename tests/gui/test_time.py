"""The drawer's page of times, through the window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from explorer.session.scene import Labels
from explorer.ui.theme import PALETTES
from explorer.ui.time_sheet import time_sheet
from explorer.ui.window import Window
from tests.gui.conftest import settle


def words(window: Window) -> list[str]:
    chart = window.time_page.view.chart
    assert chart is not None
    labels = chart.scene.layers[-1]
    assert isinstance(labels, Labels)
    return [label.text for label in labels.items]


def test_t_opens_and_closes_the_times(qtbot: QtBot, opened: Window) -> None:
    assert not opened.drawer.isVisible()
    qtbot.keyClick(opened, Qt.Key.Key_T)
    assert opened.time_page.isVisible()
    assert {"This photo", "Counts", "As published"} <= set(words(opened))
    assert "measured on CPU · float32" in words(opened)
    qtbot.keyClick(opened, Qt.Key.Key_T)
    assert not opened.drawer.isVisible()


def test_the_scale_can_be_logarithmic(qtbot: QtBot, opened: Window) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_T)
    linear = words(opened)
    opened.time_page.scales.button(1).click()
    log = words(opened)
    assert "10 ms" in log and "10 ms" not in linear
    assert any(text.startswith("Log scale") for text in log)


def test_it_shows_the_methods_that_are_on(qtbot: QtBot, opened: Window) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_T)
    before = words(opened).count("–")
    qtbot.mouseClick(opened.top.chips["rcnn"], Qt.MouseButton.LeftButton)
    settle(qtbot, opened)
    assert words(opened).count("–") == before  # R-CNN's row has one dash instead of the anchors'
    assert opened.time_page.view.tip_at(QPoint(1, 1)) == ""


def test_parts_that_are_exchanged_have_their_own_times(
    qtbot: QtBot, opened: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = opened.workbench.traces["fpn"]
    slow = replace(run, stages=tuple(replace(stage, ms=60_000.0) for stage in run.stages))
    variants = opened.workbench.steps.variants
    monkeypatch.setattr(variants, "shown", lambda run, varied: {"fpn": slow})
    qtbot.keyClick(opened, Qt.Key.Key_T)
    assert "With parts changed: FPN." in words(opened)
    assert "9 min 0 s" in words(opened)


def test_the_same_picture_can_be_saved(qtbot: QtBot, opened: Window) -> None:
    traces = list(opened.workbench.traces.values())
    sheet = time_sheet(traces, "cat.png", PALETTES["light"])
    image = sheet.pixels(2.0)
    assert image.width() == round(2 * sheet.width) and not image.isNull()
    colours = {image.pixelColor(x, y).name() for x in range(0, image.width(), 7)
               for y in range(0, image.height(), 7)}
    assert PALETTES["light"].stages[3] in colours
