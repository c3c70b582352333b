"""Export: from the window's dialog, and the files that the command line writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from explorer import app
from explorer.app import parser_of_export
from explorer.export import run
from explorer.methods.names import NAMES
from explorer.session.scene import Key
from explorer.trace.base import STAGE_NAMES
from explorer.ui import export_dialog
from explorer.ui.export_dialog import ExportDialog
from explorer.ui.window import Window
from tests.gui.conftest import LONG, MadeUpEngine, settle


def export(*arguments: str) -> int:
    return run(parser_of_export().parse_args(list(arguments)), MadeUpEngine())


def dialog_of(window: Window, qtbot: QtBot) -> ExportDialog:
    window.activateWindow()  # after an earlier dialog
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    found = [each for each in window.findChildren(ExportDialog) if each.isVisible()]
    assert len(found) == 1
    return found[0]


def save(dialog: ExportDialog, qtbot: QtBot, folder: Path, what: int, size: int) -> str:
    dialog.folder.setText(str(folder))
    dialog.what.button(what).click()
    dialog.size_choice.button(size).click()
    with qtbot.waitSignal(dialog.saved, timeout=LONG) as said:
        dialog.ok.click()
    assert said.args is not None
    return str(said.args[0])


def test_every_stage_of_every_method_is_written(qtbot: QtBot, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert export(str(photo), "--out", str(out), "--json") == 0
    for name in NAMES:
        files = sorted(path.name for path in (out / "cat" / name).glob("*.png"))
        assert files == [f"{n:02d}-{stage}.png" for n, stage in enumerate(STAGE_NAMES, 1)]
        report = json.loads((out / "cat" / name / "trace.json").read_text())
        assert report["method"] == name
        assert {stage["name"] for stage in report["stages"]} == set(STAGE_NAMES)
        for detection in report["detections"]:
            assert detection["lineage"][-1]["stage"] == "regions"
    image = QImage(str(out / "cat" / "fpn" / "01-image.png"))
    assert image.width() == 1280 and image.height() >= 640
    assert not QImage(str(out / "cat" / "comparison.png")).isNull()


def test_methods_stages_scale_and_theme_can_be_chosen(
    qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert export(
        str(photo), "--out", str(out), "--method", "fpn", "--stage", "nms", "image",
        "--scale", "2", "--theme", "light",
    ) == 0
    written = sorted(str(path.relative_to(out)) for path in out.rglob("*.*"))
    assert written == [
        "cat/comparison.png", "cat/fpn/01-image.png", "cat/fpn/08-nms.png", "cat/time.png",
    ]
    image = QImage(str(out / "cat/fpn/08-nms.png"))
    assert image.width() == 2560
    assert image.pixelColor(3, 3).lightness() > 230


def test_photos_of_the_same_name_do_not_overwrite_each_other(
    qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    other = tmp_path / "elsewhere" / "cat.jpg"
    other.parent.mkdir()
    QImage(str(photo)).save(str(other))
    out = tmp_path / "out"
    arguments = [str(photo), str(other), "--out", str(out), "--method", "fpn", "--stage", "image"]
    assert export(*arguments) == 0
    assert sorted(path.name for path in out.iterdir()) == ["cat", "cat-2"]


def test_the_present_view_is_saved_as_it_is_seen(
    qtbot: QtBot, opened: Window, tmp_path: Path
) -> None:
    opened.go(opened.workbench.desk.at_stage("nms").alone("fpn"))
    opened.select(Key("fpn", "detections", 0))
    settle(qtbot, opened)
    save(dialog_of(opened, qtbot), qtbot, tmp_path, what=0, size=1)
    image = QImage(str(tmp_path / "cat-fpn-08-nms.png"))
    assert image.width() == 2560
    opened.bottom.boxes["Photo"].click()
    save(dialog_of(opened, qtbot), qtbot, tmp_path, what=0, size=1)
    without = QImage(str(tmp_path / "cat-fpn-08-nms-2.png"))
    assert not without.isNull() and without != image


def test_pictures_are_one_to_four_times_as_large(
    qtbot: QtBot, opened: Window, photo: Path, tmp_path: Path
) -> None:
    assert app.SCALES == export_dialog.SCALES == (1, 2, 3, 4)
    for size in (0, 2):
        save(dialog_of(opened, qtbot), qtbot, tmp_path / str(size), what=0, size=size)
    (one,), (three,) = ((tmp_path / size).glob("*.png") for size in "02")
    assert QImage(str(three)).size() == 3 * QImage(str(one)).size()
    out = tmp_path / "out"
    assert export(
        str(photo), "--out", str(out), "--method", "fpn", "--stage", "image", "--scale", "3"
    ) == 0
    assert QImage(str(out / "cat/fpn/01-image.png")).width() == 3 * 1280


def test_a_replay_stands_still_while_its_view_is_exported(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.at_stage("nms").alone("fpn"))
    settle(qtbot, opened)
    qtbot.keyClick(opened, Qt.Key.Key_Space)
    assert opened.bottom.player.playing
    dialog = dialog_of(opened, qtbot)
    assert not opened.bottom.player.playing
    dialog.reject()


def test_everything_is_saved_from_the_window(
    qtbot: QtBot, opened: Window, tmp_path: Path
) -> None:
    for name in ("rcnn", "sppnet", "fast_rcnn"):
        opened.top.chips[name].click()
    sentence = save(dialog_of(opened, qtbot), qtbot, tmp_path, what=1, size=0)
    assert "20 files" in sentence  # two methods of nine stages, comparison and times
    assert len(list((tmp_path / "cat").rglob("*.png"))) == 20
    assert opened.banner.text.text() == sentence


def test_the_numbers_behind_the_view_are_saved_with_it(
    qtbot: QtBot, opened: Window, tmp_path: Path
) -> None:
    opened.go(opened.workbench.desk.at_stage("nms").alone("fpn"))
    settle(qtbot, opened)
    dialog = dialog_of(opened, qtbot)
    for box in dialog.numbers.values():
        box.click()
    assert "3 files" in save(dialog, qtbot, tmp_path, what=0, size=0)
    report = json.loads((tmp_path / "cat" / "fpn" / "trace.json").read_text())
    assert report["image"]["path"] == str(opened.workbench.path)
    table = (tmp_path / "cat" / "fpn" / "regions.csv").read_text().splitlines()
    assert table[0].startswith("method,region,x1") and table[1].startswith("fpn,0,")


def test_the_command_line_writes_tables(qtbot: QtBot, photo: Path, tmp_path: Path) -> None:
    assert export(
        str(photo), "--out", str(tmp_path), "--method", "rcnn", "fpn", "--stage", "image", "--csv"
    ) == 0
    for name in ("rcnn", "fpn"):
        folder = tmp_path / "cat" / name
        assert sorted(path.name for path in folder.iterdir()) == ["01-image.png", "regions.csv"]
        assert len((folder / "regions.csv").read_text().splitlines()) > 20


def test_a_folder_that_cannot_be_written_is_named(
    qtbot: QtBot, opened: Window, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    dialog = dialog_of(opened, qtbot)
    dialog.folder.setText(str(blocked))
    with qtbot.waitSignal(dialog.failed, timeout=LONG) as said:
        dialog.ok.click()
    assert said.args is not None and str(blocked) in str(said.args[0])


@pytest.mark.parametrize("stage", ["regions", "detections"])
def test_pages_have_no_empty_half(qtbot: QtBot, photo: Path, tmp_path: Path, stage: str) -> None:
    """Something is drawn in each quarter of the page."""
    export(str(photo), "--out", str(tmp_path), "--method", "faster_rcnn", "--stage", stage)
    path = next((tmp_path / "cat" / "faster_rcnn").glob("*.png"))
    image = QImage(str(path))
    width, height = image.width() // 2, image.height() // 2
    for x in (0, width):
        for y in (0, height):
            quarter = image.copy(x, y, width, height).scaled(60, 40)
            colours = {
                quarter.pixel(i, j) for i in range(60) for j in range(40)
            }
            assert len(colours) > 20
