"""The panel of switches over a change of photo: nothing moves under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QCheckBox
from pytestqt.qtbot import QtBot

import explorer.methods.deciding  # noqa: F401 - torch, before a window waits for it
from explorer.ui.switches import NOT_DONE
from explorer.ui.window import Window
from tests.gui.conftest import LONG, MadeUpEngine, arrived, settle


def test_the_panel_stays_where_it_is(
    qtbot: QtBot, album: Window, engine: MadeUpEngine
) -> None:
    bench, panel = album.workbench, album.side.switches
    qtbot.keyClick(album, Qt.Key.Key_S)
    panel.parts["fpn"].head.click()
    settle(qtbot, album)
    row = panel.parts["fpn"].rows["laterals"]
    qtbot.waitUntil(lambda: panel.area.verticalScrollBar().maximum() > 600)
    panel.area.ensureWidgetVisible(row)
    qtbot.wait(20)
    bar = panel.area.verticalScrollBar()
    at, place = bar.value(), row.mapTo(album, QPoint(0, 0))
    assert at > 300
    assert isinstance(row.field, QCheckBox)
    row.field.setFocus()

    def same() -> bool:
        now = panel.parts["fpn"].rows["laterals"]
        return bar.value() == at and now.mapTo(album, QPoint(0, 0)) == place and now.isVisible()

    engine.gate.clear()
    qtbot.keyClick(album, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: bench.name == "dog.png", timeout=LONG)
    qtbot.wait(50)
    assert same() and not any(each.isEnabled() for each in (row, *panel.rows))
    assert QApplication.focusWidget() is panel
    desk = bench.desk
    qtbot.mouseClick(row.field, Qt.MouseButton.LeftButton)
    assert bench.desk == desk and NOT_DONE in panel._lines["fpn"].toolTip()
    places: list[bool] = []
    bench.switched.connect(lambda: places.append(same()))
    engine.gate.set()
    arrived(qtbot, album, "dog.png")
    qtbot.wait(20)
    assert len(places) > 5 and all(places) and same()
    assert all(each.isEnabled() for each in (panel.parts["fpn"].rows["laterals"], *panel.rows))


def test_a_photo_on_which_all_is_cancelled_has_no_switches(
    qtbot: QtBot, album: Window, engine: MadeUpEngine
) -> None:
    qtbot.keyClick(album, Qt.Key.Key_S)
    engine.gate.clear()
    qtbot.keyClick(album, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: album.workbench.name == "dog.png", timeout=LONG)
    assert album.side.switches.rows
    album.strip.cancel.click()
    assert not album.side.switches.rows and not album.side.switches.parts
    engine.gate.set()
