"""The next window is laid out as the one before was when it was closed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.session.job import Engine
from explorer.ui.window import Window
from tests.gui.conftest import MadeUpEngine

SIZES = ((1280, 800), (1920, 1200))
Make = Callable[[Callable[[], Engine]], Window]
Layout = tuple[bool, str, bool, str, list[int], list[int]]


def opened_at(make: Make, size: tuple[int, int]) -> Window:
    window = make(MadeUpEngine)
    window.resize(*size)
    QApplication.processEvents()
    return window


def layout(window: Window) -> Layout:
    """What is open, and how large the parts are."""
    side, drawer = window.side, window.drawer
    pages = [each.tabs.checkedButton().text() for each in (side, drawer)]
    return (
        side.isVisible(), pages[0], drawer.isVisible(), pages[1] if drawer.isVisible() else "",
        window.splitter.sizes(), window.middle.sizes(),
    )


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("keys", ["", "S", "B", "T", "MS", "ST", "SR", "SS", "SSM"])
def test_open_pages_and_sizes_come_back(
    qtbot: QtBot, make_window: Make, size: tuple[int, int], keys: str
) -> None:
    first = opened_at(make_window, size)
    for key in keys:
        qtbot.keyClick(first, getattr(Qt.Key, f"Key_{key}"))
    QApplication.processEvents()
    left, middle, right = first.splitter.sizes()
    first.splitter.setSizes([left - 20, middle + (50 if right else 20), right and right - 30])
    if first.drawer.isVisible():
        above, below = first.middle.sizes()
        first.middle.setSizes([above - 40, below + 40])
    QApplication.processEvents()
    before = layout(first)
    first.close()
    again = opened_at(make_window, size)
    assert layout(again) == before
    assert again.side.kept() == first.side.kept()


def test_a_hidden_side_comes_back_as_wide_as_it_was(qtbot: QtBot, make_window: Make) -> None:
    first = opened_at(make_window, SIZES[1])
    left, middle, right = first.splitter.sizes()
    first.splitter.setSizes([left, middle - 60, right + 60])
    wide = first.side.width()
    first.side.toggle()
    first.close()
    again = opened_at(make_window, SIZES[1])
    assert not again.side.isVisible()
    again.side.toggle()
    QApplication.processEvents()
    assert again.side.width() == wide > right


@pytest.mark.parametrize("nonsense", ["", "Nothing", "7", "[]"])
def test_what_the_settings_cannot_have_said_is_as_at_first(
    make_window: Make, settings: QSettings, nonsense: str
) -> None:
    usual = layout(opened_at(make_window, SIZES[1]))
    for key in ("side", "side wanted", "side beside the drawer", "drawer"):
        settings.setValue(key, nonsense)
    assert layout(opened_at(make_window, SIZES[1])) == usual
