"""What holds for every photo can be undone on the next one; what belongs to one photo never comes
back on another."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import explorer.methods.deciding  # noqa: F401 - torch, before a window waits for it
from explorer.session.ground_truth import nothing_drawn
from explorer.session.scene import Key
from explorer.session.switching import choices_of
from explorer.ui.window import Window
from explorer.ui.workbench import Workbench
from tests.gui.conftest import LONG, MadeUpEngine, arrived, settle, turn

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ROW = Key("fpn", "regions", 3)


def undo(qtbot: QtBot, window: Window) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)


def redo(qtbot: QtBot, window: Window) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL | SHIFT)


def test_a_threshold_is_undone_on_the_next_photo(qtbot: QtBot, album: Window) -> None:
    bench = album.workbench
    album.go(bench.desk.at_stage("nms"))
    album.go(bench.desk.switched(("fpn",), "detection_threshold", 0.9), "threshold")
    turn(qtbot, album, Qt.Key.Key_PageDown, "dog.png")
    assert choices_of(bench.desk.chosen, "fpn").detection_threshold == 0.9
    # The same slider on this photo is a step of its own.
    album.go(bench.desk.switched(("fpn",), "detection_threshold", 0.8), "threshold")
    settle(qtbot, album)
    undo(qtbot, album)
    assert choices_of(bench.desk.chosen, "fpn").detection_threshold == 0.9
    undo(qtbot, album)
    settle(qtbot, album)
    assert bench.desk.chosen == () and bench.shown["fpn"] is bench.traces["fpn"]
    assert album.strip.hint.text() == "Undone: Is a detection above of FPN."
    redo(qtbot, album)
    settle(qtbot, album)
    assert choices_of(bench.desk.chosen, "fpn").detection_threshold == 0.9
    assert bench.shown["fpn"] is not bench.traces["fpn"]


def test_what_belongs_to_a_photo_comes_back_on_no_other(qtbot: QtBot, album: Window) -> None:
    bench = album.workbench
    album.select(ROW)
    drawn = nothing_drawn().added((4, 4, 20, 20), "cat")
    album.go(bench.desk.with_truth(drawn))
    album.go(bench.desk.toggled("rcnn"))
    album.select(None)
    turn(qtbot, album, Qt.Key.Key_PageDown, "dog.png")
    undo(qtbot, album)  # the one step that is left
    assert "rcnn" in bench.desk.enabled and album.strip.hint.text() == "Undone: R-CNN on or off."
    for _ in range(2):
        view = bench.desk.view
        assert (view.selected, view.truth) == (None, None)
        undo(qtbot, album)
    assert album.strip.hint.text() == "There is nothing to undo."
    # Coming back, its own ground truth is there, whatever is undone.
    turn(qtbot, album, Qt.Key.Key_PageUp, "cat.png")
    assert bench.desk.view.truth == drawn
    redo(qtbot, album)
    assert "rcnn" not in bench.desk.enabled and bench.desk.view.truth == drawn
    assert bench.desk.view.selected is None


def with_an_undone_part(qtbot: QtBot, album: Window) -> Workbench:
    album.go(album.workbench.desk.exchanged("fpn", "top_down", False))
    settle(qtbot, album)
    undo(qtbot, album)
    return album.workbench


def test_a_part_that_comes_back_on_another_photo_runs_there(
    qtbot: QtBot, album: Window, engine: MadeUpEngine
) -> None:
    bench = with_an_undone_part(qtbot, album)
    turn(qtbot, album, Qt.Key.Key_PageDown, "dog.png")
    runs = list(engine.runs)
    redo(qtbot, album)
    settle(qtbot, album)
    assert engine.runs == [*runs, "fpn"] and bench.shown["fpn"] is not bench.traces["fpn"]
    undo(qtbot, album)
    redo(qtbot, album)  # from the store
    settle(qtbot, album)
    assert engine.runs == [*runs, "fpn"] and bench.shown["fpn"] is not bench.traces["fpn"]


def test_a_part_that_comes_back_before_its_method_is_done_runs_after_it(
    qtbot: QtBot, album: Window, engine: MadeUpEngine
) -> None:
    bench = with_an_undone_part(qtbot, album)
    engine.gate.clear()
    qtbot.keyClick(album, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: bench.name == "dog.png", timeout=LONG)
    redo(qtbot, album)
    assert album.strip.hint.text() == "Done again: Top-down pathway of FPN."
    engine.gate.set()
    arrived(qtbot, album, "dog.png")
    assert bench.shown["fpn"] is not bench.traces["fpn"]
    assert bench.steps.variants.state("fpn", bench.desk.varied[0][1]) == ""
