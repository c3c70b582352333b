"""The drawer below the canvases: its key opens and closes it, and the summary gives way to it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from explorer.ui.window import Window


def test_a_page_of_the_drawer_comes_and_goes_by_its_key(qtbot: QtBot, opened: Window) -> None:
    assert not opened.drawer.isVisible()
    qtbot.keyClick(opened, Qt.Key.Key_T)
    assert opened.drawer.isVisible()
    time = opened.drawer.pages.currentWidget()
    qtbot.keyClick(opened, Qt.Key.Key_M)
    assert opened.drawer.isVisible()
    assert opened.drawer.pages.currentWidget() is not time
    qtbot.keyClick(opened, Qt.Key.Key_M)
    assert not opened.drawer.isVisible()


def test_the_summary_gives_way_where_it_would_be_too_small(qtbot: QtBot, opened: Window) -> None:
    assert opened.centre.summary.isVisible()
    qtbot.keyClick(opened, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: not opened.centre.summary.isVisible())
    last = opened.centre.canvases["fpn"].geometry()
    assert last.right() > opened.centre.width() - 20  # its place is taken
    qtbot.keyClick(opened, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: opened.centre.summary.isVisible())
