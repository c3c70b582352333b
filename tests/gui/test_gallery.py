"""The gallery: pictures of the real window, of the sizes and themes that were asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from explorer import gallery
from explorer.methods.names import NAMES
from explorer.trace.base import STAGE_NAMES
from explorer.ui.gallery import HeldEngine, take, views
from explorer.ui.gallery_pages import COLUMNS, GAP, SIDE, write_index, write_sheets
from explorer.ui.window import Window
from tests.gui.conftest import MadeUpEngine, made_up


def test_pictures_are_of_the_views_themes_and_sizes(
    qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    traces = {name: made_up(name) for name in NAMES}
    out = tmp_path / "out"
    paths = list(take(
        photo, traces, out, ((1280, 800), (1500, 900)), ("dark", "light"), ("09-detections-fpn",
                                                                           "40-export"),
    ))
    assert len(paths) == len(set(paths)) == 8 == len(list(out.iterdir()))
    for path in paths:
        image = QImage(str(path))
        light = image.pixelColor(2, image.height() - 2).lightness() > 128
        assert light == ("light" in path.name), path.name
        if "detections" in path.name:
            assert f"{image.width()}x{image.height()}" in path.name
            small = image.scaled(40, 30)
            assert len({small.pixel(x, y) for x in range(40) for y in range(30)}) > 50
    write_index(out)
    assert (out / "index.html").read_text().count("<img") == 8
    sheets = tmp_path / "sheets"
    write_sheets(out, sheets, "About.")
    page = (sheets / "README.md").read_text()
    for view in ("09-detections-fpn", "40-export"):
        assert f"({view}.webp)" in page
        with Image.open(sheets / f"{view}.webp") as image:  # four pictures in a row
            assert image.width == COLUMNS * (SIDE + GAP) - GAP
    assert "dark 1280x800@1, dark 1500x900@1, light 1280x800@1" in page


def test_every_stage_and_page_is_a_view(qtbot: QtBot, window: Window) -> None:
    names = [view.name for view in views(window)]
    assert len(names) == len(set(names))
    assert len([name for name in names if name[:2] < "10"]) == len(STAGE_NAMES) * (len(NAMES) + 1)
    drawers = [name for name in names if name.startswith("30-drawer")]
    assert len(drawers) == len(window.drawer.tabs.buttons())


def test_a_photo_that_cannot_be_read_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_text("no photo")
    engine = HeldEngine({name: made_up(name) for name in NAMES})
    engine.read = lambda path: (_ for _ in ()).throw(ValueError("it is no photo"))  # type: ignore[assignment,method-assign]
    arguments = [str(bad), "--out", str(tmp_path / "out")]
    assert gallery.run(gallery.parser().parse_args(arguments), engine) == 1
    assert "it is no photo." in capsys.readouterr().err


def test_a_view_that_is_none_is_said(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    traces = {name: made_up(name) for name in NAMES}
    monkeypatch.setattr(gallery, "_detect", lambda photo, engine: traces)
    given = gallery.parser().parse_args(["--out", str(tmp_path), "--view", "unicorn"])
    given.photo = photo
    assert gallery.run(given, MadeUpEngine()) == 1
    assert "No view has unicorn in its name" in capsys.readouterr().err
