"""The drawer below the canvases: its key opens and closes it, and the summary gives way to it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from explorer.ui.drawer_height import DrawerHeight
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


def fits(window: Window) -> bool:
    """Whether all of the page of times is in sight."""
    view = window.time_page.view
    return view.visibleRegion().boundingRect().height() == view.height()


def test_all_times_are_in_sight_where_the_window_has_the_height(
    qtbot: QtBot, opened: Window
) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_T)
    qtbot.keyClick(opened, Qt.Key.Key_S)  # beside it the times stand below each other
    qtbot.wait(50)
    low = opened.middle.sizes()[1]
    assert not fits(opened) and opened.middle.sizes()[0] > 200  # what the window has
    opened.resize(1280, 1400)  # it grows with the window
    qtbot.waitUntil(lambda: fits(opened))
    opened.resize(1280, 800)
    qtbot.waitUntil(lambda: opened.middle.sizes()[1] == low)
    qtbot.keyClick(opened, Qt.Key.Key_T)
    opened.resize(1920, 1150)
    qtbot.keyClick(opened, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: fits(opened))
    for button in reversed(opened.time_page.scales.buttons()):  # with more notes, and fewer
        button.click()
        qtbot.waitUntil(lambda: fits(opened))
    qtbot.wait(50)
    tall = opened.middle.sizes()[1]
    opened.drawer.show_page(opened.comparing.found)
    qtbot.wait(50)
    assert opened.middle.sizes()[1] == tall  # pages are changed in place


def test_the_drawer_is_as_high_as_the_user_has_it(qtbot: QtBot, opened: Window) -> None:
    opened.resize(1920, 1150)
    qtbot.keyClick(opened, Qt.Key.Key_T)
    qtbot.wait(50)
    above = opened.middle.sizes()[0]
    opened.middle.moveSplitter(above + 100, 1)  # as a drag does
    dragged = opened.middle.sizes()[1]
    for _ in range(2):
        qtbot.keyClick(opened, Qt.Key.Key_T)
    opened.resize(1920, 1000)
    qtbot.wait(50)
    assert opened.middle.sizes()[1] == dragged
    again = DrawerHeight(opened.middle, opened.drawer, opened.settings)
    assert again.dragged == dragged  # at the next start too
