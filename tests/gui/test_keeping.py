"""Photos come back without running again, and what is held stays under its bound."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QSettings, Qt
from pytestqt.qtbot import QtBot

from explorer.session.job import Engine
from explorer.trace.store import DEFAULT_BYTES, bytes_of
from explorer.ui.keeping import SETTING
from explorer.ui.window import Window
from tests.gui.conftest import LONG, MadeUpEngine, made_up, settle

METHODS = 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(6):
        Image.new("RGB", (40, 30), (40 * number, 90, 90)).save(folder / f"{number}.png")
    return folder


def open_all(qtbot: QtBot, window: Window, path: Path) -> None:
    window.open_paths([path])
    wait(qtbot, window, "0.png")


def wait(qtbot: QtBot, window: Window, name: str) -> None:
    bench = window.workbench
    qtbot.waitUntil(lambda: bench.name == name and len(bench.traces) == METHODS, timeout=LONG)
    settle(qtbot, window)


def turn(qtbot: QtBot, window: Window, key: Qt.Key, name: str) -> None:
    qtbot.keyClick(window, key)
    wait(qtbot, window, name)


def test_going_back_runs_nothing_and_shows_everything(
    qtbot: QtBot, window: Window, engine: MadeUpEngine, folder: Path
) -> None:
    open_all(qtbot, window, folder)
    turn(qtbot, window, Qt.Key.Key_PageDown, "1.png")
    assert len(engine.runs) == 2 * METHODS and engine.searches == 2
    turn(qtbot, window, Qt.Key.Key_PageUp, "0.png")
    assert len(engine.runs) == 2 * METHODS and engine.searches == 2
    assert all(status.state == "done" for status in window.workbench.status.values())
    cells = window.stage_map.cells
    assert len(cells) == 45 and all(cell.thumbnail is not None for cell in cells.values())
    assert set(window.presenter.shown) == set(window.workbench.traces)


def test_a_photo_that_was_changed_since_runs_again(
    qtbot: QtBot, window: Window, engine: MadeUpEngine, folder: Path
) -> None:
    open_all(qtbot, window, folder)
    turn(qtbot, window, Qt.Key.Key_PageDown, "1.png")
    Image.new("RGB", (50, 30), (1, 2, 3)).save(folder / "0.png")
    turn(qtbot, window, Qt.Key.Key_PageUp, "0.png")
    assert len(engine.runs) == 3 * METHODS


def test_what_is_held_stays_under_the_bound(
    qtbot: QtBot, window: Window, engine: MadeUpEngine, folder: Path
) -> None:
    one = bytes_of(*[made_up(name) for name in window.workbench.desk.enabled])
    store = window.keeping.store
    assert store.most == DEFAULT_BYTES
    open_all(qtbot, window, folder)
    # All made-up photos share their arrays but for what each trace has of its own.
    assert 0 < store.bytes <= one * 1.05
    window.keeping.choose(int(2.5 * store.bytes))
    for number in range(1, 6):
        turn(qtbot, window, Qt.Key.Key_PageDown, f"{number}.png")
        assert store.bytes <= store.most
    assert len(store) == 2
    turn(qtbot, window, Qt.Key.Key_PageUp, "4.png")
    assert len(engine.runs) == 6 * METHODS
    turn(qtbot, window, Qt.Key.Key_PageUp, "3.png")
    assert len(engine.runs) == 7 * METHODS  # it had been dropped


def test_what_was_exchanged_is_there_again_too(
    qtbot: QtBot, window: Window, engine: MadeUpEngine, folder: Path
) -> None:
    """It counts for the bound, and going back runs nothing."""
    open_all(qtbot, window, folder)
    bench, store = window.workbench, window.keeping.store
    before = store.bytes
    window.go(bench.desk.exchanged("fpn", "top_down", False))
    settle(qtbot, window)
    varied = bench.shown["fpn"]
    assert store.variants == 1 and store.bytes > before
    window.open_menu.aboutToShow.emit()
    menu = next(
        action.menu() for action in window.open_menu.actions()
        if action.text() == "Keep results in memory"
    )
    assert menu.actions()[0].text().endswith(  # type: ignore[attr-defined]
        "GiB of 1 photo and 1 run with parts changed")
    turn(qtbot, window, Qt.Key.Key_PageDown, "1.png")
    assert store.variants == 2
    runs = len(engine.runs)
    turn(qtbot, window, Qt.Key.Key_PageUp, "0.png")
    assert bench.shown["fpn"] is varied and len(engine.runs) == runs
    window.keeping.choose(1 << 20)
    assert (len(store), store.variants) == (1, 1)


def test_the_bound_is_chosen_in_the_menu_and_remembered(
    qtbot: QtBot, window: Window, settings: QSettings,
    make_window: Callable[[Callable[[], Engine]], Window],
) -> None:
    window.open_menu.aboutToShow.emit()
    menu = next(
        action.menu() for action in window.open_menu.actions()
        if action.text() == "Keep results in memory"
    )
    chosen = [action.text() for action in menu.actions() if action.isChecked()]  # type: ignore[attr-defined]
    assert chosen == ["At most 2 GiB"]
    menu.actions()[-1].trigger()  # type: ignore[attr-defined]
    assert window.keeping.store.most == 8 * 1024**3
    assert make_window(MadeUpEngine).keeping.store.most == 8 * 1024**3
    settings.setValue(SETTING, "many")
    assert make_window(MadeUpEngine).keeping.store.most == DEFAULT_BYTES
