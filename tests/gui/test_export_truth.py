"""`export` and ground truth: beside the photo or given, in the pictures and in the numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from explorer.session.ground_truth import GroundTruth
from explorer.session.scene import Picture
from explorer.session.scenes.truth_layers import VERDICTS
from explorer.trace.base import StageName
from explorer.ui import exporting
from explorer.ui.window import Window
from tests.gui.conftest import settle
from tests.gui.test_export import dialog_of as export_dialog
from tests.gui.test_export import export, save
from tests.gui.test_truth import annotation, of_the_best, open_photo

SOME = ("--method", "fpn", "--stage", "detections", "--json")


def report_of(folder: Path) -> dict[str, Any]:
    held = json.loads((folder / "fpn" / "trace.json").read_text())
    assert isinstance(held, dict)
    return held


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    """The pictures that were drawn."""
    drawn: list[Picture] = []
    draw = exporting.picture

    def keep(trace: Any, stage: StageName, view: Any) -> Picture:
        drawn.append(draw(trace, stage, view))
        return drawn[-1]

    monkeypatch.setattr(exporting, "picture", keep)
    return drawn


def test_what_lies_beside_the_photo_is_drawn_and_judged(
    qtbot: QtBot, photo: Path, tmp_path: Path, made: list[Picture]
) -> None:
    assert export(str(photo), "--out", str(tmp_path / "a"), *SOME) == 0
    without = report_of(tmp_path / "a" / "cat")
    assert "verdicts" not in without and "ground_truth" not in without
    assert not any(layer.name == VERDICTS for one in made for layer in one.main.layers)
    photo.with_suffix(".xml").write_text(of_the_best())
    made.clear()
    assert export(str(photo), "--out", str(tmp_path / "b"), *SOME) == 0
    assert made and all(
        any(layer.name == VERDICTS for layer in one.main.layers) for one in made
    )
    assert "1 found, 1 missed" in made[0].summary
    report = report_of(tmp_path / "b" / "cat")
    truth = report["ground_truth"]
    assert (truth["source"], truth["iou"]) == ("cat.xml", 0.5)
    assert [one["found_by"] for one in truth["boxes"]] == [0, "missed"]
    assert len(report["verdicts"]) == len(report["detections"])
    first = report["verdicts"][0]
    assert (first["verdict"], first["ground_truth"], first["why"]) == ("true", 0, "")
    assert first["iou"] > 0.95
    assert all(one["why"] for one in report["verdicts"][1:])
    assert {key: report[key] for key in without if key != "stages"} == {
        key: without[key] for key in without if key != "stages"}


def test_a_file_of_the_users_comes_first(qtbot: QtBot, photo: Path, tmp_path: Path) -> None:
    photo.with_suffix(".xml").write_text(of_the_best())
    other = tmp_path / "other.xml"
    other.write_text(annotation(("horse", 1, 1, 20, 20)))
    assert export(str(photo), "--out", str(tmp_path / "a"), *SOME, "--truth", str(other)) == 0
    boxes = report_of(tmp_path / "a" / "cat")["ground_truth"]["boxes"]
    assert [one["label"] for one in boxes] == ["horse"]
    # Of several photos, a VOC annotation is of the one that has its name.
    second = photo.with_name("other.png")
    Image.new("RGB", (64, 48)).save(second)
    photos = (str(photo), str(second))
    assert export(*photos, "--out", str(tmp_path / "b"), *SOME, "--truth", str(other)) == 0
    sources = [
        report_of(tmp_path / "b" / name)["ground_truth"]["source"] for name in ("cat", "other")
    ]
    assert sources == ["cat.xml", "other.xml"]


def test_a_bad_file_costs_a_sentence_and_the_rest_is_written(
    qtbot: QtBot, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"images": []}')
    assert export(str(photo), "--out", str(tmp_path / "a"), *SOME, "--truth", str(bad)) == 1
    assert "bad.json is no COCO file, or has no photo called cat.png." in capsys.readouterr().err
    assert "verdicts" not in report_of(tmp_path / "a" / "cat")
    assert (tmp_path / "a" / "cat" / "fpn" / "09-detections.png").is_file()


def test_the_windows_numbers_have_it_too(
    qtbot: QtBot, window: Window, photo: Path, tmp_path: Path
) -> None:
    photo.with_suffix(".xml").write_text(of_the_best())
    open_photo(qtbot, window, photo)
    truth = window.workbench.desk.view.truth
    assert isinstance(truth, GroundTruth)
    qtbot.keyClick(window, Qt.Key.Key_5)
    settle(qtbot, window)
    dialog = export_dialog(window, qtbot)
    dialog.numbers["json"].setChecked(True)
    save(dialog, qtbot, tmp_path / "out", 0, 1)
    (file,) = (tmp_path / "out").rglob("trace.json")
    assert json.loads(file.read_text())["ground_truth"]["source"] == "cat.xml"
