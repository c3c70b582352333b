"""Photos come in by path, drop, paste, menu and keys; what is wrong is said, what was there stays.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.app import open_first
from explorer.methods.names import NAMES
from explorer.paths import samples
from explorer.ui.leafing import ALONE, FIRST, LAST, NO_PHOTO
from explorer.ui.opening import told_apart
from explorer.ui.palette_entries import entries
from explorer.ui.window import Window
from tests.gui.conftest import LONG, SHORT, MadeUpEngine, settle


def drop(window: Window, data: QMimeData) -> None:
    """What the system sends when something is dragged onto the window and let go."""
    actions = Qt.DropAction.CopyAction
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), actions, data, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(300, 300), actions, data, buttons, keys)
    QApplication.sendEvent(window, event)


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def test_a_photo_fills_the_map_stage_by_stage(qtbot: QtBot, opened: Window) -> None:
    cells = opened.stage_map.cells
    assert len(cells) == 45
    assert all(cell.state == "done" for cell in cells.values())
    assert all(cell.thumbnail is not None for cell in cells.values())
    assert "cat.png" in opened.top.photo.text()
    for name in NAMES:
        assert opened.centre.canvases[name].picture is not None


def test_a_photo_named_from_here_is_the_same_photo_later(
    qtbot: QtBot, engine: MadeUpEngine, settings: QSettings, photo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(photo.parent)
    window = Window(lambda: engine, settings)
    qtbot.addWidget(window)
    window.show()
    open_first(window, [Path(photo.name)], None)
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    settle(qtbot, window)
    assert window.workbench.path == photo
    window.open_paths([photo])
    settle(qtbot, window)
    assert len(engine.runs) == len(NAMES)  # none ran again
    window.close()


@pytest.mark.parametrize("empty_folder", [False, True])
def test_a_start_with_nothing_but_bad_files_shows_a_sample_behind_the_notices(
    qtbot: QtBot, engine: MadeUpEngine, settings: QSettings, photo: Path, empty_folder: bool
) -> None:
    given = [photo.parent / "text.jpg", photo.parent / "missing.png"]
    given[0].write_text("no photo")
    if empty_folder:
        given = [photo.parent / "empty"]
        given[0].mkdir()
    window = Window(lambda: engine, settings)
    qtbot.addWidget(window)
    window.show()
    failed: list[str] = []
    window.workbench.idle.connect(lambda: failed.extend(
        name for (name, _), cell in window.stage_map.cells.items() if cell.state == "failed"
    ))
    open_first(window, given, None)
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    settle(qtbot, window)
    assert window.workbench.path == samples()[0] and not failed
    assert all(path.name in window.banner.text.text() for path in given)
    assert all(cell.state == "done" for cell in window.stage_map.cells.values())
    window.close()


def test_dropping_a_file_opens_it(qtbot: QtBot, window: Window, photo: Path) -> None:
    drop(window, files(photo))
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    assert window.workbench.path == photo


def test_dropping_a_folder_leafs_through_its_photos(
    qtbot: QtBot, window: Window, photo: Path
) -> None:
    for name in ("photo 10.png", "photo 9.png"):
        Image.new("RGB", (30, 20)).save(photo.parent / name)
    (photo.parent / "notes.txt").write_text("not a photo")
    drop(window, files(photo.parent))
    qtbot.waitUntil(lambda: window.workbench.name == "cat.png", timeout=LONG)
    seen = ["cat.png"]
    for _ in range(3):
        qtbot.keyClick(window, Qt.Key.Key_PageDown)
        qtbot.wait(50)
        settle(qtbot, window)
        seen.append(window.workbench.name)
    assert seen == ["cat.png", "photo 9.png", "photo 10.png", "photo 10.png"]
    qtbot.keyClick(window, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: window.workbench.name == "photo 9.png", timeout=LONG)


def test_pasting_a_picture_opens_it(qtbot: QtBot, window: Window) -> None:
    image = QImage(40, 30, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    QGuiApplication.clipboard().setImage(image)
    qtbot.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    photo = window.workbench.photo
    assert photo is not None and photo.shape == (30, 40, 3)
    assert (photo == 255).all()  # transparent pixels become white


def paste(qtbot: QtBot, window: Window) -> None:
    image = QImage(40, 30, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.white)
    QGuiApplication.clipboard().setImage(image)
    qtbot.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.workbench.name == "Pasted picture", timeout=LONG)
    settle(qtbot, window)


@pytest.mark.parametrize("key", [Qt.Key.Key_PageUp, Qt.Key.Key_PageDown])
def test_from_a_pasted_picture_one_goes_back_to_the_photo_before(
    qtbot: QtBot, window: Window, photo: Path, key: Qt.Key
) -> None:
    for name in ("a.png", "z.png"):
        Image.new("RGB", (30, 20)).save(photo.parent / name)
    window.open_paths([photo])
    qtbot.waitUntil(lambda: window.workbench.name == "cat.png", timeout=LONG)
    for _ in range(2):  # the second picture lies upon the first
        paste(qtbot, window)
        assert window.workbench.album.place == ""
    qtbot.keyClick(window, key)
    qtbot.waitUntil(lambda: window.workbench.name == "cat.png", timeout=LONG)
    assert window.workbench.album.place == "2 of 3"
    settle(qtbot, window)
    paste(qtbot, window)
    photo.unlink()
    qtbot.keyClick(window, key)
    qtbot.waitUntil(lambda: "cat.png" in window.banner.text.text(), timeout=LONG)
    settle(qtbot, window)
    assert window.workbench.name == "Pasted picture"
    qtbot.keyClick(window, key)
    beyond = "a.png" if key == Qt.Key.Key_PageUp else "z.png"
    qtbot.waitUntil(lambda: window.workbench.name == beyond, timeout=LONG)
    settle(qtbot, window)


def test_why_there_is_no_other_photo_is_said(
    qtbot: QtBot, window: Window, photo: Path
) -> None:
    def said(key: Qt.Key) -> str:
        qtbot.keyClick(window, key)
        return window.strip.hint.text()

    up, down = Qt.Key.Key_PageUp, Qt.Key.Key_PageDown
    assert said(up) == said(down) == NO_PHOTO
    paste(qtbot, window)
    assert said(up) == said(down) == ALONE
    Image.new("RGB", (30, 20)).save(photo.parent / "dog.png")
    window.open_paths([photo])
    qtbot.waitUntil(lambda: window.workbench.name == "cat.png", timeout=LONG)
    settle(qtbot, window)
    assert said(up) == FIRST
    assert said(down) == ""
    qtbot.waitUntil(lambda: window.workbench.name == "dog.png", timeout=LONG)
    settle(qtbot, window)
    assert said(down) == LAST


def test_pasting_a_picture_that_is_too_large_is_refused_as_a_file_is(
    qtbot: QtBot, opened: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.ops.images.MAX_PIXELS", 40 * 30 - 1)
    image = QImage(40, 30, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    QGuiApplication.clipboard().setImage(image)
    qtbot.keyClick(opened, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert opened.banner.text.text().startswith("Pasted picture: 40 × 30 pixels are more than")
    assert opened.workbench.name == "cat.png" and opened.workbench.coming is None


def test_pasting_a_file_opens_it(qtbot: QtBot, window: Window, photo: Path) -> None:
    QGuiApplication.clipboard().setMimeData(files(photo))
    qtbot.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.workbench.path == photo, timeout=LONG)


def test_pasting_text_is_refused_in_a_sentence(qtbot: QtBot, opened: Window) -> None:
    QGuiApplication.clipboard().setText("hello")
    qtbot.keyClick(opened, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert opened.banner.isVisible()
    assert opened.banner.text.text().endswith(".")
    assert len(opened.workbench.traces) == 5


def test_pasting_what_was_never_copied_is_refused_in_a_sentence(
    qtbot: QtBot, opened: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Bare:
        def mimeData(self) -> None:
            """As of a clipboard into which no program has put anything."""

    monkeypatch.setattr(QGuiApplication, "clipboard", lambda: Bare())
    qtbot.keyClick(opened, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert opened.banner.text.text().startswith("There is no photo in it")
    assert len(opened.workbench.traces) == 5


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"not a photo at all"])
def test_a_bad_file_is_named_and_everything_stays(
    qtbot: QtBot, opened: Window, tmp_path: Path, content: bytes
) -> None:
    bad = tmp_path / "broken.jpg"
    bad.write_bytes(content)
    before = dict(opened.workbench.traces)
    opened.open_paths([bad])
    qtbot.waitUntil(lambda: opened.banner.isVisible(), timeout=SHORT)
    settle(qtbot, opened)
    assert "broken.jpg" in opened.banner.text.text()
    assert opened.workbench.traces == before
    assert opened.workbench.name == "cat.png"
    assert "cat.png" in opened.top.photo.text()
    assert all(canvas.picture for canvas in opened.centre.canvases.values())


def test_a_missing_file_is_named(qtbot: QtBot, opened: Window, tmp_path: Path) -> None:
    opened.open_paths([tmp_path / "gone.png"])
    qtbot.waitUntil(lambda: opened.banner.isVisible(), timeout=SHORT)
    assert "gone.png" in opened.banner.text.text()


def test_an_empty_folder_is_named(qtbot: QtBot, opened: Window, tmp_path: Path) -> None:
    folder = tmp_path / "nothing here"
    folder.mkdir()
    opened.open_paths([folder])
    assert "nothing here" in opened.banner.text.text()


def test_a_newer_photo_replaces_a_running_one_at_once(
    qtbot: QtBot, window: Window, engine: MadeUpEngine, photo: Path
) -> None:
    second = photo.parent / "second.png"
    Image.new("RGB", (30, 20)).save(second)
    engine.gate.clear()
    window.open_paths([photo])
    qtbot.waitUntil(lambda: window.workbench.name == "cat.png", timeout=LONG)
    window.open_paths([second])
    qtbot.waitUntil(lambda: window.workbench.name == "second.png", timeout=SHORT)
    engine.gate.set()
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    assert window.workbench.path == second
    assert engine.searches == 1


def test_cancel_stops_and_says_so(
    qtbot: QtBot, window: Window, engine: MadeUpEngine, photo: Path
) -> None:
    engine.gate.clear()
    window.open_paths([photo])
    qtbot.waitUntil(lambda: window.workbench.name == "cat.png", timeout=LONG)
    assert window.strip.cancel.isVisible()
    qtbot.mouseClick(window.strip.cancel, Qt.MouseButton.LeftButton)
    assert not window.runner.busy
    assert not window.strip.cancel.isVisible()
    assert window.centre.canvases["rcnn"].frame.message == "Cancelled"
    engine.gate.set()
    qtbot.wait(100)
    assert window.workbench.traces == {}


def test_a_method_that_fails_leaves_the_others(
    qtbot: QtBot, window: Window, engine: MadeUpEngine, photo: Path
) -> None:
    engine.broken = {"faster_rcnn"}
    window.open_paths([photo])
    settle(qtbot, window)
    assert set(window.workbench.traces) == set(NAMES) - {"faster_rcnn"}
    assert "Faster R-CNN: the made-up network is broken." in window.banner.text.text()
    assert "broken" in window.centre.canvases["faster_rcnn"].frame.message
    assert window.stage_map.cells[("faster_rcnn", "nms")].state == "failed"


def test_recent_photos_are_remembered(qtbot: QtBot, opened: Window, photo: Path) -> None:
    opened.open_menu.aboutToShow.emit()
    texts = [action.text() for action in opened.open_menu.actions()]
    assert "cat.png" in texts
    assert "Chelsea" in texts
    photo.unlink()
    opened.open_menu.aboutToShow.emit()
    assert "cat.png" not in [action.text() for action in opened.open_menu.actions()]


def test_recent_photos_of_one_name_are_told_apart_by_their_folders(
    qtbot: QtBot, opened: Window, photo: Path, tmp_path: Path
) -> None:
    other = tmp_path / "holidays & more" / "cat.png"
    other.parent.mkdir()
    shutil.copy(photo, other)
    opened.entrance.recent.add(other)
    opened.open_menu.aboutToShow.emit()
    texts = [action.text() for action in opened.open_menu.actions()]
    assert {"cat.png · photos", "cat.png · holidays && more"} <= set(texts)
    listed = [each.title for each in entries(opened) if each.group == "Recent photo"]
    assert listed == ["cat.png · holidays & more", "cat.png · photos"]
    paths = [Path("/a/x/cat.png"), Path("/b/x/cat.png"), Path("/a/dog.png"), Path("/b/cat.png")]
    assert told_apart(paths) == [
        "cat.png · a/x", "cat.png · b/x", "dog.png", "cat.png · b",
    ]


def test_closing_while_it_runs_ends_the_threads(
    qtbot: QtBot, window: Window, engine: MadeUpEngine, photo: Path
) -> None:
    engine.gate.clear()
    window.open_paths([photo])
    qtbot.waitUntil(lambda: window.workbench.name == "cat.png", timeout=LONG)
    begun = time.monotonic()
    window.close()
    assert time.monotonic() - begun < 30  # it ended: the gate was never opened


def with_bad(photo: Path, *names: str) -> list[Path]:
    """Photos beside `photo`; those with "bad" in their names are not photos."""
    paths = [photo.parent / name for name in names]
    for path in paths:
        if "bad" in path.name:
            path.write_bytes(b"not a photo at all")
        else:
            Image.new("RGB", (30, 20)).save(path)
    return paths


def test_a_bad_neighbour_leaves_the_running_photo_alone(
    qtbot: QtBot, window: Window, engine: MadeUpEngine, photo: Path
) -> None:
    bad, good = with_bad(photo, "bad.jpg", "good.png")
    engine.gate.clear()
    window.open_paths([good, photo, bad])
    qtbot.waitUntil(lambda: window.workbench.name == "good.png", timeout=LONG)
    qtbot.keyClick(window, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: engine.runs[1:] == ["faster_rcnn"], timeout=LONG)
    qtbot.waitUntil(lambda: window.workbench.name == "cat.png", timeout=LONG)
    qtbot.keyClick(window, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: window.banner.isVisible(), timeout=LONG)
    assert "bad.jpg" in window.banner.text.text()
    assert window.workbench.name == "cat.png"
    assert "2 of 2" in window.top.photo.toolTip()  # of those that can be read
    assert not [cell for cell in window.stage_map.cells.values() if cell.state == "failed"]
    engine.gate.set()
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    settle(qtbot, window)
    assert all(cell.state == "done" for cell in window.stage_map.cells.values())


def test_a_bad_file_is_passed_over_there_and_back(
    qtbot: QtBot, window: Window, engine: MadeUpEngine, photo: Path
) -> None:
    bad, worse, good = with_bad(photo, "bad.jpg", "badder.jpg", "good.png")
    window.open_paths([photo, bad, worse, good])
    qtbot.waitUntil(lambda: window.workbench.name == "cat.png", timeout=LONG)
    for key, name, place in (
        (Qt.Key.Key_PageDown, "good.png", "2 of 2"), (Qt.Key.Key_PageUp, "cat.png", "1 of 2"),
    ):
        qtbot.keyClick(window, key)  # once
        qtbot.waitUntil(lambda name=name: window.workbench.name == name, timeout=LONG)
        assert place in window.top.photo.toolTip()
        assert window.banner.isVisible() and "bad.jpg" in window.banner.text.text()
        assert "badder.jpg" in window.banner.text.text()
    text = window.banner.text
    assert text.height() >= text.heightForWidth(text.width())  # nothing of it is cut off
    settle(qtbot, window)
    assert len(window.workbench.traces) == 5


def test_what_is_looked_at_runs_first(
    qtbot: QtBot, window: Window, engine: MadeUpEngine, photo: Path
) -> None:
    window.go(window.workbench.desk.alone("fast_rcnn"))
    engine.gate.clear()
    window.open_paths([photo])
    qtbot.waitUntil(lambda: engine.runs == ["fast_rcnn"], timeout=LONG)
    window.go(window.workbench.desk.alone("rcnn"))  # asked again at each method's end
    engine.gate.set()
    qtbot.waitUntil(lambda: len(engine.runs) == 5, timeout=LONG)
    assert engine.runs == ["fast_rcnn", "rcnn", "faster_rcnn", "fpn", "sppnet"]
    settle(qtbot, window)


def test_what_was_done_or_cancelled_does_not_run_again_after_a_bad_neighbour(
    qtbot: QtBot, window: Window, engine: MadeUpEngine, photo: Path
) -> None:
    (bad,) = with_bad(photo, "bad.jpg")
    engine.broken = {"fpn"}
    window.open_paths([photo, bad])
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 4, timeout=LONG)
    settle(qtbot, window)
    runs = list(engine.runs)
    window.banner.hide()
    qtbot.keyClick(window, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: window.banner.isVisible(), timeout=LONG)
    settle(qtbot, window)
    assert engine.runs == runs
    assert window.stage_map.cells[("fpn", "nms")].state == "failed"
    assert "4 of 5" in window.strip.text.text()


def test_a_bad_first_photo_is_passed_over(
    qtbot: QtBot, window: Window, photo: Path
) -> None:
    window.open_paths([*with_bad(photo, "bad 1.png", "bad 2.png"), photo])
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    assert window.workbench.name == "cat.png"
    said = window.banner.text.text()
    assert "bad 1.png" in said and "bad 2.png" in said
    settle(qtbot, window)
    qtbot.keyClick(window, Qt.Key.Key_PageUp)
    assert not window.runner.busy


def test_several_bad_files_stop_after_the_last(
    qtbot: QtBot, window: Window, photo: Path
) -> None:
    window.open_paths(with_bad(photo, "bad 1.png", "bad 2.png"))
    qtbot.waitUntil(lambda: "bad 2.png" in window.banner.text.text(), timeout=LONG)
    settle(qtbot, window)
    assert window.workbench.photo is None
    assert "bad 2.png" in window.centre.canvases["rcnn"].frame.message


def test_page_up_takes_back_a_page_down_that_is_still_read(
    qtbot: QtBot, window: Window, engine: MadeUpEngine, photo: Path
) -> None:
    with_bad(photo, "good.png")
    engine.gate.clear()
    window.open_paths([photo])
    qtbot.waitUntil(lambda: engine.runs == ["faster_rcnn"], timeout=LONG)
    window.workbench.turn(1)
    window.workbench.turn(-1)
    engine.gate.set()
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    settle(qtbot, window)
    assert window.workbench.name == "cat.png"


def test_every_bad_file_has_its_notice(
    qtbot: QtBot, opened: Window, tmp_path: Path
) -> None:
    def bad(name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(b"nothing of the kind")
        return path

    def said(paths: list[Path], wanted: list[str]) -> None:
        opened.banner.hide()
        opened.open_paths(paths)
        qtbot.waitUntil(
            lambda: all(name in opened.banner.text.text() for name in wanted), timeout=SHORT
        )
        settle(qtbot, opened)

    for names in (
        ("a.jpg", "b.jpg"), ("a.xml", "b.json"), ("a.explorer.json", "b.explorer.json"),
        ("a.jpg", "a.xml"), ("a.jpg", "a.explorer.json"), tuple(f"{at}.jpg" for at in range(5)),
    ):
        said([bad(name) for name in names], list(names))
    # An annotation whose photo was bad is not taken for that of the next photo.
    before = opened.banner.text.text()
    opened.open_paths([opened.workbench.path or tmp_path])
    qtbot.waitUntil(lambda: len(opened.workbench.traces) == 5, timeout=LONG)
    settle(qtbot, opened)
    assert opened.banner.text.text() == before
    # Of more than have room, all are told by the pointer.
    opened.banner.hide()
    names = [f"{at}.jpg" for at in range(10, 17)]
    opened.open_paths([bad(name) for name in names])
    qtbot.waitUntil(lambda: "And before these 2 more:" in opened.banner.text.text(), timeout=SHORT)
    assert all(name in opened.banner.text.toolTip() for name in names)
