"""The drawer's page of matches: filled, sorted, clicked, followed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import explorer.methods.deciding  # noqa: F401 - torch, before a window waits for it
from explorer.methods.names import NAMES
from explorer.session.ground_truth import GroundTruth
from explorer.session.matches import Found, Match
from explorer.session.scene import Key
from explorer.ui.matches_page import MatchesPage
from explorer.ui.status import Status
from explorer.ui.window import Window
from tests.gui.conftest import MadeUpEngine, settle

LEFT = Qt.MouseButton.LeftButton


def page_of(qtbot: QtBot, window: Window) -> MatchesPage:
    qtbot.keyClick(window, Qt.Key.Key_M)
    settle(qtbot, window)
    page = window.comparing.found
    assert page.isVisible()
    return page


def click(qtbot: QtBot, page: MatchesPage, row: int, column: str) -> None:
    index = page.model.index(row, page.model.columns.index(column))
    page.table.scrollTo(index)
    at = page.table.visualRect(index).center()
    qtbot.mouseClick(page.table.viewport(), LEFT, pos=at)


def test_a_row_for_each_object_and_a_column_for_each_method(
    qtbot: QtBot, opened: Window
) -> None:
    page = page_of(qtbot, opened)
    assert page.model.columns == ("object", "found by", *NAMES)
    assert page.model.heading("rcnn")[:2] == ("R-CNN", "margin · IoU")
    assert page.model.heading("fpn") == ("FPN", "probability · IoU", "fpn")
    both = page.model.matches[0]
    assert set(both.found) == set(NAMES) and page.model.text(both, "found by") == "5 of 5 · all"
    assert page.model.text(both, "fpn").endswith(" · ref")
    # A margin as its label on the photo has it.
    assert page.model.text(both, "rcnn").startswith(f"{both.found['rcnn'].score:.2f} ")
    assert page.count.text().startswith(f"{len(page.model.matches)} groups of detections: ")


def test_a_click_selects_the_object_in_all_methods_and_brings_it_near(
    qtbot: QtBot, opened: Window
) -> None:
    page = page_of(qtbot, opened)
    match = page.model.matches[0]
    click(qtbot, page, 0, "sppnet")
    settle(qtbot, opened)
    assert opened.workbench.desk.view.selected == match.found["sppnet"].key
    assert {name: at.key for name, at in opened.presenter.found.items()} == {
        name: one.key for name, one in match.found.items()
    }
    assert page.table.selectionModel().selectedRows()[0].row() == 0
    assert opened.camera.zoom == 1  # it is large
    key = match.found["sppnet"].key
    page.chosen.emit(replace(match, box=(100.0, 100.0, 130.0, 120.0)), key, ())
    assert opened.camera.zoom > 2 and opened.camera.centre == (115, 110)
    opened.select(Key("fpn", "regions", 0))
    assert not page.table.selectionModel().hasSelection()
    assert opened.workbench.desk.view.partners == ()


def test_tooltips_have_each_methods_reason(qtbot: QtBot, opened: Window) -> None:
    page = page_of(qtbot, opened)
    own = {
        "rcnn": Found(Key("rcnn", "detections", 0), 1.5, 0.6, "it is a dog (IoU 0.80)"),
        "fpn": Found(Key("fpn", "detections", 0), 0.9, 1.0, "there is no cat here"),
    }
    note = "not in it; FPN: there is no cat here"
    one = Match("cat", (0.0, 0.0, 9.0, 9.0), -1, "fpn", own, note)
    page.model.show_matches([one], opened.workbench.shown)
    tips = {
        name: page.model.index(0, at).data(Qt.ItemDataRole.ToolTipRole)
        for at, name in enumerate(page.model.columns)
    }
    assert tips["ground truth"] == (
        "Not in the ground truth:\nR-CNN: it is a dog (IoU 0.80).\nFPN: there is no cat here."
    )
    assert tips["rcnn"].endswith("FPN's box\nNot in the ground truth: it is a dog (IoU 0.80).")
    assert tips["object"] == tips["sppnet"] == note  # whole, wherever it is cut


def test_what_nobody_found_is_marked_on_all_photos(qtbot: QtBot, opened: Window) -> None:
    boxes = np.array([[5, 5, 60, 60]], np.float32)
    truth = GroundTruth(boxes, ("sofa",), np.zeros(1, bool), "by hand")
    opened.go(opened.workbench.desk.with_truth(truth).at_stage("regions"))
    page = page_of(qtbot, opened)
    settle(qtbot, opened)
    canvases = [opened.centre.canvases[name] for name in NAMES]
    row = next(at for at, match in enumerate(page.model.matches) if not match.found)
    page.table.clicked.emit(page.model.index(row, 0))
    settle(qtbot, opened)
    marked = [canvas.grab().toImage() for canvas in canvases]
    for canvas in canvases:
        canvas.mark(None)
    settle(qtbot, opened)
    assert all(one != canvas.grab().toImage() for one, canvas in zip(marked, canvases, strict=True))
    page.table.clicked.emit(page.model.index(row, 0))
    assert all(canvas.marked == ((5, 5, 60, 60), "missed sofa") for canvas in canvases)
    assert page.table.selectionModel().selectedRows()[0].row() == row
    opened.reset()  # Esc
    settle(qtbot, opened)
    assert not any(canvas.marked for canvas in canvases)
    assert not page.table.selectionModel().hasSelection()
    for takes_it_away in (
        lambda: opened.select(Key("fpn", "regions", 0)),
        lambda: opened.go(opened.workbench.desk.with_truth(None)),
    ):
        page.table.clicked.emit(page.model.index(row, 0))
        assert all(canvas.marked for canvas in canvases)
        takes_it_away()
        assert not any(canvas.marked for canvas in canvases)
        settle(qtbot, opened)


def test_sorted_by_a_methods_score_with_gaps_last(
    qtbot: QtBot, window: Window, engine: MadeUpEngine, photo: Path
) -> None:
    engine.broken = {"sppnet", "fast_rcnn", "faster_rcnn"}
    window.open_paths([photo])
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 2, timeout=60_000)
    settle(qtbot, window)
    page = page_of(qtbot, window)
    assert page.model.columns == ("object", "found by", "rcnn", "fpn")
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        page.table.sortByColumn(page.model.columns.index("rcnn"), order)
        scores = [m.found["rcnn"].score for m in page.model.matches if "rcnn" in m.found]
        down = order == Qt.SortOrder.DescendingOrder
        assert scores == sorted(scores, reverse=down)
        gaps = ["rcnn" not in m.found for m in page.model.matches]
        assert gaps == sorted(gaps)
        assert page.model.heading("rcnn")[0].endswith("↓" if down else "↑")


def test_before_the_methods_end_nobody_has_missed_anything(
    qtbot: QtBot, window: Window, engine: MadeUpEngine, photo: Path
) -> None:
    page = window.comparing.found
    horse = Match("horse", (0.0, 0.0, 9.0, 9.0), 0, "", {}, "in it")
    page.model.show_matches([horse], {})
    assert page.model.text(horse, "found by") == "–"
    engine.broken = {"sppnet", "fast_rcnn", "faster_rcnn"}
    window.open_paths([photo])
    page_of(qtbot, window)
    qtbot.waitUntil(lambda: len(page.model.columns) == 4, timeout=60_000)
    settle(qtbot, window)
    assert "so far" not in page.count.text()
    page.bench.results.status["sppnet"] = Status("running", "Running")
    page.follower.follow()
    assert page.count.text().startswith("2 of 3 methods so far · ")
    assert page.model.text(horse, "found by") == "none of 2"


def test_it_follows_the_switches_and_the_methods_on_screen(
    qtbot: QtBot, opened: Window
) -> None:
    page = page_of(qtbot, opened)
    before = len(page.model.matches)
    opened.go(opened.workbench.desk.switched(NAMES, "suppression", "none"))
    settle(qtbot, opened)
    assert len(page.model.matches) > before
    opened.go(opened.workbench.desk.toggled("rcnn"))
    settle(qtbot, opened)
    assert "rcnn" not in page.model.columns
    qtbot.keyClick(opened, Qt.Key.Key_M)
    assert not page.isVisible()
