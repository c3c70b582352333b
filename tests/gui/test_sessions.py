"""Session files in the real window: saved, opened elsewhere, refused; settings as text."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QSettings, Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

import explorer.methods.deciding  # noqa: F401  # torch: importing it in a thread may collect windows
from explorer.app import open_first
from explorer.methods.choices import Choices
from explorer.session.job import Engine
from explorer.session.related import box_of
from explorer.session.scene import Key
from explorer.session.switching import choices_of
from explorer.ui.choices import LIMITS
from explorer.ui.legacy import Legacy
from explorer.ui.palette_entries import entries
from explorer.ui.window import Window
from tests.gui.conftest import LONG, MadeUpEngine, settle

CONTROL = Qt.KeyboardModifier.ControlModifier
KEY = Key("fpn", "nms", 2)


def arrange_view(qtbot: QtBot, window: Window) -> None:
    """Another stage, method, camera, selection, layer and switch than at first."""
    desk = window.workbench.desk.at_stage("nms").alone("fpn").toggled("rcnn")
    window.go(desk.with_layer("Photo", False).with_limit(50))
    window.go(window.workbench.desk.switched(["fast_rcnn"], "nms_threshold", 0.6))
    window.select(KEY)
    window.camera.look_at((40.0, 30.0), 2.0)
    window.use_theme("light")
    settle(qtbot, window)


def save(qtbot: QtBot, window: Window, path: Path) -> Path:
    window.sessions.save(path)
    qtbot.waitUntil(path.exists, timeout=LONG)
    qtbot.waitUntil(lambda: window.banner.text.text() == f"Saved {path}.", timeout=LONG)
    return path


def same_view(qtbot: QtBot, window: Window) -> None:
    bench = window.workbench
    qtbot.waitUntil(lambda: bench.desk.view.selected == KEY, timeout=LONG)
    assert (bench.desk.stage, bench.desk.method) == ("nms", "fpn")
    assert bench.desk.enabled == ("sppnet", "fast_rcnn", "faster_rcnn", "fpn")
    assert bench.desk.view.limit == 50 and ("nms", "Photo", False) in bench.desk.layers
    assert choices_of(bench.desk.chosen, "fast_rcnn") == Choices(nms_threshold=0.6)
    assert bench.camera.centre == (40.0, 30.0) and bench.camera.zoom == 2.0
    assert window.theme.palette.name == "light"


@pytest.fixture
def session(qtbot: QtBot, opened: Window, tmp_path: Path) -> Path:
    arrange_view(qtbot, opened)
    return save(qtbot, opened, tmp_path / "view.explorer.json")


def test_ctrl_s_asks_where_and_saves(
    qtbot: QtBot, opened: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(parent: object, title: str, start: str, kinds: str) -> tuple[str, str]:
        asked.append(start)
        return str(tmp_path / "mine"), kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    qtbot.keyClick(opened, Qt.Key.Key_S, CONTROL)
    path = tmp_path / "mine.explorer.json"
    qtbot.waitUntil(path.exists, timeout=LONG)
    assert asked[0].endswith("photos/cat.explorer.json")
    assert path.stat().st_size < 4_000
    held = json.loads(path.read_text())
    assert held["photo"]["name"] == "cat.png" and len(held["photo"]["sha256"]) == 64


def test_a_session_opens_on_another_machine_beside_its_photo(
    qtbot: QtBot, opened: Window, session: Path, tmp_path: Path, photo: Path,
    make_window: Callable[[Callable[[], Engine]], Window],
) -> None:
    there = tmp_path / "there"
    there.mkdir()
    shutil.move(photo, there / "renamed.png")
    shutil.move(session, there / session.name)
    opened.close()
    engine = MadeUpEngine()
    other = make_window(lambda: engine)
    other.use_theme("dark")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(there / session.name))])
    other.entrance.take(data, "Dropped picture")
    same_view(qtbot, other)
    assert other.workbench.name == "renamed.png"
    assert engine.runs[0] == "fpn"  # which the session shows alone


def test_the_colours_of_a_session_are_those_of_this_window_only(
    qtbot: QtBot, opened: Window, session: Path, settings: QSettings,
    make_window: Callable[[Callable[[], Engine]], Window],
) -> None:
    opened.switch_theme()
    assert settings.value("theme") == "dark"
    opened.open_paths([session])
    qtbot.waitUntil(lambda: opened.theme.palette.name == "light", timeout=LONG)
    settle(qtbot, opened)
    assert settings.value("theme") == "dark"
    left = Legacy.of(opened, "")
    opened.close()
    heir, other = make_window(MadeUpEngine), make_window(MadeUpEngine)
    left.fill(heir)  # in another size of texts: the same window to the user
    assert heir.theme.palette.name == "light" and other.theme.palette.name == "dark"
    settle(qtbot, heir)
    heir.switch_theme()
    heir.switch_theme()  # the user's own choice
    assert settings.value("theme") == "light"


@pytest.mark.parametrize(("limit", "now"), [(10**9, "all"), (700, "1,000"), (1, "50")])
def test_the_control_says_how_many_boxes_a_session_shows(
    qtbot: QtBot, opened: Window, session: Path, limit: int, now: str
) -> None:
    held = json.loads(session.read_text())
    held["looked"]["limit"] = limit
    session.write_text(json.dumps(held))
    opened.reset()
    opened.open_paths([session])
    qtbot.waitUntil(lambda: opened.workbench.desk.view.selected == KEY, timeout=LONG)
    settle(qtbot, opened)
    assert opened.workbench.desk.view.limit == LIMITS[now]


def test_a_session_of_the_open_photo_runs_nothing_and_can_be_undone(
    qtbot: QtBot, opened: Window, session: Path, engine: MadeUpEngine
) -> None:
    before = list(engine.runs)
    opened.reset()
    desk = opened.workbench.desk
    opened.open_paths([session])
    same_view(qtbot, opened)
    settle(qtbot, opened)
    assert engine.runs == before
    while opened.workbench.steps.history.past and opened.workbench.desk != desk:
        opened.workbench.steps.undo()
    assert opened.workbench.desk.view == desk.view


def test_a_missing_photo_is_asked_for_and_then_the_view_is_restored(
    qtbot: QtBot, opened: Window, session: Path, photo: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    found = elsewhere / "cat.png"
    shutil.move(photo, found)
    opened.workbench.path = None  # as if another photo were open
    opened.reset()
    opened.open_paths([session])
    qtbot.waitUntil(lambda: "Open it from where it is now" in opened.banner.text.text(),
                    timeout=LONG)
    assert "cat.png" in opened.banner.text.text()
    opened.open_paths([found])
    same_view(qtbot, opened)


def test_sessions_that_were_saved_or_opened_are_among_the_recent_files(
    qtbot: QtBot, opened: Window, session: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.explorer.json"
    shutil.copy(session, other)
    opened.open_paths([other])
    qtbot.waitUntil(lambda: opened.entrance.recent.paths()[0] == other, timeout=LONG)
    listed = [each for each in entries(opened) if each.group == "Recent session"]
    assert [each.title for each in listed] == [other.name, session.name]
    opened.reset()
    listed[1].run()
    same_view(qtbot, opened)


def test_the_argument_may_be_a_session(
    qtbot: QtBot, opened: Window, session: Path, settings: object
) -> None:
    opened.close()
    window = Window(MadeUpEngine, settings)  # type: ignore[arg-type]
    qtbot.addWidget(window)
    window.show()
    open_first(window, [session], None)
    same_view(qtbot, window)
    settle(qtbot, window)
    window.close()


def test_a_selection_whose_row_is_another_here_is_found_by_its_box(
    qtbot: QtBot, opened: Window, session: Path
) -> None:
    held = json.loads(session.read_text())
    trace = opened.workbench.shown["fpn"]
    held["looked"]["selected"]["row"] = 10_000
    session.write_text(json.dumps(held))
    opened.reset()
    opened.open_paths([session])
    qtbot.waitUntil(lambda: opened.workbench.desk.view.selected is not None, timeout=LONG)
    key = opened.workbench.desk.view.selected
    assert key is not None
    assert box_of(trace, key.stage, key.row).tolist() == pytest.approx(
        box_of(trace, "nms", 2).tolist())
    held["looked"]["selected"]["box"] = [0, 0, 1, 1]
    session.write_text(json.dumps(held))
    opened.reset()
    opened.open_paths([session])
    qtbot.waitUntil(lambda: "not there any more" in opened.banner.text.text(), timeout=LONG)


def test_other_weights_are_said(qtbot: QtBot, opened: Window, session: Path) -> None:
    text = session.read_text()
    weights = opened.workbench.traces["fpn"].weights
    session.write_text(text.replace(json.dumps(weights, ensure_ascii=False), '"other · 1234"'))
    opened.open_paths([session])
    qtbot.waitUntil(lambda: "other · 1234" in opened.banner.text.text(), timeout=LONG)


def test_a_damaged_session_changes_nothing(
    qtbot: QtBot, opened: Window, session: Path
) -> None:
    session.write_text(session.read_text().replace('"nms"', '"yolo"'))
    desk = opened.workbench.desk
    opened.open_paths([session])
    qtbot.waitUntil(lambda: "damaged" in opened.banner.text.text(), timeout=LONG)
    assert opened.workbench.desk is desk


def test_a_pasted_photo_is_saved_beside_its_session(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    image = QImage(64, 48, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    QGuiApplication.clipboard().setImage(image)
    qtbot.keyClick(window, Qt.Key.Key_V, CONTROL)
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    settle(qtbot, window)
    path = save(qtbot, window, tmp_path / "pasted.explorer.json")
    assert QImage(str(tmp_path / "pasted.png")).pixelColor(5, 5).name() == "#008080"
    window.open_paths([path])
    qtbot.waitUntil(lambda: window.workbench.path == tmp_path / "pasted.png", timeout=LONG)
    settle(qtbot, window)


def test_where_it_cannot_be_written_is_said(qtbot: QtBot, opened: Window, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    opened.sessions.save(tmp_path / "file" / "a.explorer.json")
    qtbot.waitUntil(lambda: "Cannot write" in opened.banner.text.text(), timeout=LONG)


def test_settings_are_copied_and_pasted_as_text(qtbot: QtBot, opened: Window) -> None:
    desk = opened.workbench.desk
    switched = desk.switched(["fpn"], "suppression", "none").switched(["rcnn"], "proposals", 40)
    opened.go(switched)
    qtbot.keyClick(opened, Qt.Key.Key_C, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    text = QGuiApplication.clipboard().text()
    assert "suppression" in text and "\n" not in text
    opened.go(replace(opened.workbench.desk, chosen=()))
    qtbot.keyClick(opened, Qt.Key.Key_V, CONTROL)
    assert opened.workbench.desk.chosen == switched.chosen
    opened.workbench.steps.undo()
    assert opened.workbench.desk.chosen == ()
    QGuiApplication.clipboard().setText(text[:-3])
    qtbot.keyClick(opened, Qt.Key.Key_V, CONTROL)
    assert opened.banner.text.text() == (
        "These are not settings of this program, or not all of them."
    )
    settle(qtbot, opened)
