"""SVG, PDF, the theme for print, the clipboard, and exports that are cancelled."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from pytestqt.qtbot import QtBot

from explorer.session.scene import Boxes, Picture, ViewState
from explorer.session.scenes import picture
from explorer.ui.arrange import areas
from explorer.ui.export_jobs import ExportJob
from explorer.ui.exporting import compare
from explorer.ui.fonts import load_fonts
from explorer.ui.images import from_image
from explorer.ui.page import EDGE, FOOT, HEAD, HEIGHT, WIDTH, stage_sheet
from explorer.ui.theme import PAPER
from explorer.ui.transform import fitted
from explorer.ui.vectors import pdf_bytes, svg_bytes
from explorer.ui.window import Window
from tests.gui.conftest import LONG, settle
from tests.gui.test_export import dialog_of, export
from tests.traces import synthetic_trace

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def fonts(qtbot: QtBot) -> None:
    load_fonts()


def nms_page() -> tuple[Picture, ElementTree.Element]:
    trace = synthetic_trace("fpn")
    made = picture(trace, "nms", ViewState(limit=10_000))
    return made, ElementTree.fromstring(
        svg_bytes(stage_sheet(made, trace, "nms", "cat.png", PAPER))
    )


def test_every_box_of_an_svg_is_a_rectangle_in_its_place() -> None:
    made, root = nms_page()
    view = fitted(made.main.extent, areas(made, (EDGE, HEAD, WIDTH - EDGE, HEIGHT - FOOT), 20)[0])
    rects = {
        tuple(round(float(rect.attrib[name])) for name in ("x", "y", "width", "height"))
        for rect in root.iter(f"{SVG}rect")
    }
    boxes = 0
    for layer in made.main.layers:
        if isinstance(layer, Boxes) and layer.on:
            for x1, y1, x2, y2 in view.boxes(layer.boxes):
                boxes += 1
                near = {
                    (round(x1) + i, round(y1) + j, round(x2 - x1) + k, round(y2 - y1) + m)
                    for i in (-1, 0, 1) for j in (-1, 0, 1) for k in (-1, 0, 1) for m in (-1, 0, 1)
                }
                assert near & rects, (x1, y1, x2, y2)
    assert boxes > 100  # more than the canvas draws as lines


def test_text_of_an_svg_is_there_to_search_with_its_width_and_fonts_to_fall_back_on() -> None:
    made, root = nms_page()
    texts = {text.text: text for text in root.iter(f"{SVG}text")}
    assert made.title in texts and made.summary in texts
    title = texts[made.title]
    assert "sans-serif" in title.attrib["font-family"]
    assert 60 < float(title.attrib["textLength"]) < 200
    assert {text.attrib["fill-opacity"] for text in texts.values()} == {"0"}
    assert root.attrib["viewBox"] == "0 0 1280 800" and root.attrib["width"] == "1280"


def rendered(svg: bytes) -> NDArray[np.uint8]:
    """By Qt's own renderer, which knows no `textLength`."""
    renderer = QSvgRenderer(QByteArray(svg))
    image = QImage(renderer.defaultSize(), QImage.Format.Format_RGB32)
    renderer.render(painter := QPainter(image))
    painter.end()
    return from_image(image)


def test_text_of_an_svg_looks_the_same_in_a_viewer_without_its_fonts() -> None:
    trace = synthetic_trace("fpn")
    sheet = stage_sheet(picture(trace, "nms", ViewState()), trace, "nms", "cat.png", PAPER)
    svg = svg_bytes(sheet)
    without = re.sub(rb"font-family=\"[^\"]*\"", b'font-family="serif"', svg)
    without = re.sub(rb"textLength=\"[^\"]*\"", b"", without)
    assert without != svg
    shown = rendered(without)
    assert (shown == rendered(svg)).all()
    head = slice(0, round(HEAD)), slice(0, round(WIDTH))
    page = from_image(sheet.pixels())
    assert (page[head] < 100).sum() > 1000  # the title, and the photo's name at the right
    assert np.abs(page[head].astype(float) - shown[head]).mean() < 1
    letters = {path.attrib["id"] for path in ElementTree.fromstring(svg).iter(f"{SVG}path")
               if path.attrib.get("id", "").startswith("letter")}
    uses = [use.attrib["{http://www.w3.org/1999/xlink}href"][1:]
            for use in ElementTree.fromstring(svg).iter(f"{SVG}use")]
    drawn = [name for name in uses if name.startswith("letter")]
    assert set(drawn) == letters and len(drawn) > 4 * len(letters)  # each is in the file once


def test_a_photo_shown_three_times_is_in_the_file_once() -> None:
    image = synthetic_trace("sppnet").stages[0]
    traces = [
        replace(trace, stages=(image, *trace.stages[1:]))
        for trace in (synthetic_trace(name) for name in ("sppnet", "fast_rcnn", "fpn"))
    ]
    sheet = compare(traces, "detections", "cat.png", PAPER)
    root = ElementTree.fromstring(svg_bytes(sheet))
    assert len(list(root.iter(f"{SVG}image"))) == 1
    links = [use.attrib["{http://www.w3.org/1999/xlink}href"] for use in root.iter(f"{SVG}use")]
    assert sum(link.startswith("#picture") for link in links) == 3
    assert len(re.findall(rb"/Subtype\s*/Image", pdf_bytes(sheet))) == 1


def test_a_pdf_has_one_page_of_the_sheets_size_and_its_fonts() -> None:
    trace = synthetic_trace("fpn")
    sheet = stage_sheet(picture(trace, "nms", ViewState()), trace, "nms", "cat.png", PAPER)
    held = pdf_bytes(sheet)
    assert held.startswith(b"%PDF-") and held.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type\s*/Page\b", held)) == 1
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", held)
    assert box and [float(side) for side in box.groups()] == pytest.approx([960, 600], abs=1)
    assert re.search(rb"/FontFile", held)


@pytest.mark.parametrize("ending", ["svg", "pdf"])
def test_the_command_line_writes_vectors(photo: Path, tmp_path: Path, ending: str) -> None:
    assert export(
        str(photo), "--out", str(tmp_path / "out"), "--method", "fpn", "--stage", "nms",
        "--format", ending, "--theme", "paper",
    ) == 0
    written = sorted(str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*.*"))
    assert written == [
        f"cat/comparison.{ending}", f"cat/fpn/08-nms.{ending}", f"cat/time.{ending}",
    ]


def test_paper_is_white_with_black_text(photo: Path, tmp_path: Path) -> None:
    export(str(photo), "--out", str(tmp_path), "--method", "fpn", "--stage", "detections",
           "--theme", "paper")
    image = QImage(str(tmp_path / "cat/fpn/09-detections.png"))
    edge = {image.pixelColor(x, y).name() for x in (0, 640, 1279) for y in (0, 799)}
    assert edge == {"#ffffff"}
    heading = {image.pixelColor(x, y).name() for x in range(50, 200) for y in range(20, 45)}
    assert "#000000" in heading


def test_the_dialog_writes_what_was_chosen_and_remembers_it(
    qtbot: QtBot, opened: Window, tmp_path: Path
) -> None:
    dialog = dialog_of(opened, qtbot)
    assert dialog.size_choice.isEnabled()
    dialog.format.button(1).click()
    assert not dialog.size_choice.isEnabled()
    dialog.looks.button(2).click()
    dialog.folder.setText(str(tmp_path))
    with qtbot.waitSignal(dialog.saved, timeout=LONG):
        dialog.ok.click()
    (written,) = tmp_path.glob("*.svg")
    assert written.name == "cat-09-detections.svg"
    again = dialog_of(opened, qtbot)
    assert again.format.chosen() == 1 and again.looks.chosen() == 2
    again.reject()


def test_what_was_chosen_and_not_saved_is_remembered_too(
    qtbot: QtBot, opened: Window, settings: QSettings, tmp_path: Path
) -> None:
    dialog = dialog_of(opened, qtbot)
    assert dialog.what.chosen() == 0 and dialog.size_choice.chosen() == 1
    dialog.what.button(1).click()
    dialog.size_choice.button(2).click()
    dialog.format.button(2).click()
    dialog.movie.button(1).click()
    dialog.numbers["csv"].click()
    dialog.folder.setText(str(tmp_path))
    dialog.reject()
    settings.sync()  # as the next start reads it
    again = dialog_of(opened, qtbot)
    assert (again.what.chosen(), again.format.chosen(), again.movie.chosen()) == (1, 2, 1)
    assert again.size_choice.chosen() == 2 and again.folder.text() == str(tmp_path)
    assert {kind: box.isChecked() for kind, box in again.numbers.items()} == {
        "json": False, "csv": True,
    }
    again.numbers["csv"].click()
    again.reject()
    opened.use_theme("light")  # nobody chose colours: they follow the window
    last = dialog_of(opened, qtbot)
    assert not last.numbers["csv"].isChecked() and last.looks.chosen() == 1
    last.reject()


def test_a_view_without_steps_does_not_forget_that_one_was_played(
    qtbot: QtBot, opened: Window, settings: QSettings
) -> None:
    settings.setValue("export/what", 2)
    dialog = dialog_of(opened, qtbot)
    assert not dialog.controls and dialog.what.chosen() == 0
    dialog.reject()
    assert str(settings.value("export/what")) == "2"
    settings.setValue("export/what", "nine")
    dialog = dialog_of(opened, qtbot)
    assert dialog.what.chosen() == 0
    dialog.reject()


def test_the_view_is_copied(qtbot: QtBot, opened: Window) -> None:
    QGuiApplication.clipboard().clear()
    opened.go(opened.workbench.desk.at_stage("regions").alone("fpn"))
    settle(qtbot, opened)
    qtbot.keyClick(opened, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not QGuiApplication.clipboard().image().isNull(), timeout=LONG)
    assert QGuiApplication.clipboard().image().width() == 2560
    assert "2,560 × 1,600" in opened.banner.text.text()


def test_cancelling_returns_at_once_and_nothing_more_is_written(
    qtbot: QtBot, opened: Window, tmp_path: Path
) -> None:
    gate, begun = threading.Event(), threading.Event()

    def write(stopped: Callable[[], bool]) -> Iterator[Path]:
        yield tmp_path / "one"
        begun.set()
        gate.wait(10)
        if not stopped():
            yield tmp_path / "two"

    exporter = opened.outlet.exporter
    exporter.start(ExportJob(2, write))
    qtbot.waitUntil(begun.is_set)
    exporter.cancel()  # returns while the thread still draws
    with qtbot.waitSignal(exporter.cancelled, timeout=LONG) as said:
        gate.set()
    assert said.args == [[tmp_path / "one"]]
    assert "1 file was written" in opened.banner.text.text()
