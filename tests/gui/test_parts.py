"""Parts of the methods, exchanged in the window: run again, compared, undone at once, reset."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from superqt import QDoubleSlider

import explorer.methods.deciding  # noqa: F401 - torch, before a window waits for it
from explorer.session.part_switches import Note, PartGroup, part_switches
from explorer.session.related import box_of
from explorer.session.scene import Key
from explorer.session.switching import choices_of
from explorer.trace.stages import DetectionsStage, Trace
from explorer.ui.canvas_frame import paint_message
from explorer.ui.part_card import PartCard
from explorer.ui.presenter import AGAIN
from explorer.ui.style import Theme
from explorer.ui.switch_row import Members, SwitchRow
from explorer.ui.theme import PALETTES
from explorer.ui.window import Window
from tests.gui.conftest import LONG, MadeUpEngine, made_up, settle

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def card_of(qtbot: QtBot, window: Window, method: str) -> PartCard:
    if not window.side.switches.isVisible():
        qtbot.keyClick(window, Qt.Key.Key_S)
    card = window.side.switches.parts[method]
    if not card.body.isVisible():
        qtbot.mouseClick(card.head, Qt.MouseButton.LeftButton)
    return card


def row_of(qtbot: QtBot, window: Window, method: str, key: str) -> SwitchRow:
    return card_of(qtbot, window, method).rows[key]


def toggle(qtbot: QtBot, window: Window, method: str, key: str) -> None:
    field = row_of(qtbot, window, method, key).field
    assert isinstance(field, QCheckBox)
    field.click()


def found(trace: Trace) -> DetectionsStage:
    stage = trace.stage("detections")
    assert isinstance(stage, DetectionsStage)
    return stage


def test_no_row_moves_when_what_a_part_cost_is_there(qtbot: QtBot) -> None:
    traces = {"fpn": made_up("fpn")}
    card = PartCard(PartGroup("fpn", part_switches(traces, ())["fpn"]), Theme("dark"))
    holder = QWidget()  # as in the panel
    qtbot.addWidget(holder)
    column = QVBoxLayout(holder)
    column.addWidget(card)
    column.addStretch()
    holder.resize(320, 1200)
    holder.show()
    card.head.setChecked(True)
    qtbot.wait(20)
    # The room for what is said after a change is no hole before one: it says what it is for.
    needed = card.said.heightForWidth(card.said.width())
    assert card.said.height() - card.said.fontMetrics().lineSpacing() < needed <= card.said.height()
    varied: list[tuple[str, bool]] = []
    for number, key in ((1, "laterals"), (0, "top_down")):
        row, below = list(card.rows.values())[number : number + 2]
        before, after = row.geometry(), below.geometry()
        field = row.field
        assert isinstance(field, QCheckBox) and before.height() > 20
        field.click()  # the window answers with the switches as they are then
        varied.append((key, False))
        made = part_switches(traces, (("fpn", tuple(varied)),))["fpn"]
        card.show_group(PartGroup("fpn", made, "", (Note("features and after", "1 s → 2 s"),)))
        qtbot.wait(20)
        assert "1 s → 2 s" in card.said.text() and card.said.isVisible()
        assert row.geometry() == before and below.geometry() == after  # no row moves


def test_a_card_unfolds_wherever_its_head_is_clicked(qtbot: QtBot) -> None:
    card = PartCard(PartGroup("fpn", part_switches({"fpn": made_up("fpn")}, ())["fpn"]),
                    Theme("dark"))
    qtbot.addWidget(card)
    card.resize(320, 400)
    card.show()
    for unfolded in (True, False):
        at = QPoint(card.width() // 2, card.head.geometry().center().y())
        assert card.childAt(at) is None  # neither its name nor its arrow
        qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=at)
        assert card.unfolded is unfolded
    card.head.setChecked(True)
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(3, card.height() - 3))
    assert card.unfolded


def test_a_part_runs_its_method_again_and_undo_is_at_once(
    qtbot: QtBot, opened: Window, engine: MadeUpEngine
) -> None:
    bench = opened.workbench
    runs, searches = list(engine.runs), engine.searches
    toggle(qtbot, opened, "fpn", "top_down")
    settle(qtbot, opened)
    assert engine.runs == [*runs, "fpn"] and engine.searches == searches
    varied = bench.shown["fpn"]
    assert len(found(varied).boxes) == 1 < len(found(bench.traces["fpn"]).boxes)
    changed = bench.steps.decisions.changes()
    assert set(changed) == {"fpn"} and len(changed["fpn"].lost)
    row = row_of(qtbot, opened, "fpn", "top_down")
    assert row.paper.text() == "paper: on" and row.reset.isVisible()
    assert "M<sub>k</sub> = L<sub>k</sub> + the coarser M<sub>k+1</sub>" in row.toolTip()
    card = card_of(qtbot, opened, "fpn")
    assert card.state.text() == "1 changed" and "and after: " in card.said.text()
    assert f"detections: {len(changed['fpn'].lost)} lost" in card.said.text()
    title = opened.centre.canvases["fpn"].frame.title
    assert "top-down pathway off" in title
    # Back and forth without a run: both traces are there.
    qtbot.keyClick(opened, Qt.Key.Key_Z, CTRL)
    assert bench.shown["fpn"] is bench.traces["fpn"]
    assert opened.strip.hint.text() == "Undone: Top-down pathway of FPN."
    qtbot.keyClick(opened, Qt.Key.Key_Z, CTRL | SHIFT)
    assert bench.shown["fpn"] is varied
    assert opened.strip.hint.text() == "Done again: Top-down pathway of FPN."
    qtbot.keyClick(opened, Qt.Key.Key_Z, CTRL | SHIFT)
    assert opened.strip.hint.text() == "There is nothing to do again."
    settle(qtbot, opened)
    assert engine.runs == [*runs, "fpn"]
    # The other methods are as they were.
    assert all(bench.shown[name] is bench.traces[name] for name in ("rcnn", "faster_rcnn"))


def test_while_it_runs_again_the_canvas_says_so_and_the_chip_has_its_time(
    qtbot: QtBot, opened: Window, engine: MadeUpEngine
) -> None:
    canvas, before = opened.centre.canvases["fpn"], opened.top.chips["fpn"].text()
    engine.gate.clear()
    toggle(qtbot, opened, "fpn", "top_down")
    assert canvas.frame.message == AGAIN and canvas.picture is not None
    engine.gate.set()
    settle(qtbot, opened)
    assert canvas.frame.message == ""
    bench = opened.workbench
    made = bench.steps.timed(bench.traces)["fpn"]
    assert made is not bench.traces["fpn"]
    made = replace(made, stages=tuple(replace(stage, ms=7_000.0) for stage in made.stages))
    bench.shelf.store.put_variant(bench.traces["fpn"], bench.desk.varied[0][1], made)
    bench.steps.variants.came.emit("fpn")
    assert opened.top.chips["fpn"].text() != before
    bench.steps.undo()
    assert opened.top.chips["fpn"].text() == before


def test_running_again_is_said_over_the_photo_on_a_plate_that_hides_what_is_below_it(
    qtbot: QtBot, opened: Window, engine: MadeUpEngine
) -> None:
    opened.go(opened.workbench.desk.at_stage("pooling").alone("fpn"))
    settle(qtbot, opened)
    canvas = opened.centre.canvases["fpn"]
    photo, panel = canvas.spots()
    assert canvas.message_room() == photo.area != panel.area
    for palette in (PALETTES["dark"], PALETTES["light"]):
        image = QImage(300, 100, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.red)
        painter = QPainter(image)
        paint_message(painter, (0.0, 0.0, 300.0, 100.0), AGAIN, palette)
        painter.end()
        inks = {image.pixelColor(x, 50).name() for x in range(300)}
        assert QColor(palette.surface).name() in inks


def test_thresholds_act_on_the_exchanged_part_without_a_run(
    qtbot: QtBot, opened: Window, engine: MadeUpEngine
) -> None:
    toggle(qtbot, opened, "fpn", "laterals")
    settle(qtbot, opened)
    runs, bench = list(engine.runs), opened.workbench
    before = bench.shown["fpn"]
    opened.go(bench.desk.switched(("fpn",), "detection_threshold", 1.0))
    settle(qtbot, opened)
    assert len(found(bench.shown["fpn"]).boxes) == 0 and bench.shown["fpn"] is not before
    assert bench.shown["fpn"].settings["exchanged"] == ("lateral connections off",)
    assert engine.runs == runs
    qtbot.mouseClick(opened.side.switches.reset_all, Qt.MouseButton.LeftButton)
    settle(qtbot, opened)
    assert bench.desk.varied == () and bench.shown["fpn"] is bench.traces["fpn"]
    assert engine.runs == runs and not opened.side.switches.reset_all.isEnabled()
    qtbot.mouseClick(opened.side.switches.papers, Qt.MouseButton.LeftButton)
    settle(qtbot, opened)
    assert choices_of(bench.desk.chosen, "faster_rcnn").proposals == 300
    qtbot.keyClick(opened, Qt.Key.Key_Z, CTRL)
    assert bench.desk.chosen == () and "Regions of" in opened.strip.hint.text()


def test_choices_members_and_sliders(
    qtbot: QtBot, opened: Window, engine: MadeUpEngine
) -> None:
    bench = opened.workbench
    levels = row_of(qtbot, opened, "sppnet", "levels").field
    assert isinstance(levels, Members)
    for button in levels.buttons[:3]:
        button.click()
    assert dict(bench.desk.varied)["sppnet"] == (("levels", (1,)),)
    levels.buttons[3].click()  # one stays on
    assert dict(bench.desk.varied)["sppnet"] == (("levels", (1,)),)
    combo = row_of(qtbot, opened, "rcnn", "regions_of").field
    assert isinstance(combo, QComboBox)
    assert [combo.itemText(i) for i in range(3)] == [
        "selective search", "Faster R-CNN's RPN", "FPN's RPN"]
    combo.textActivated.emit("FPN's RPN")
    assert dict(bench.desk.varied)["rcnn"] == (("regions_of", "fpn"),)
    before = len(bench.steps.history.past)
    slider = row_of(qtbot, opened, "rcnn", "padding").field
    assert isinstance(slider, QDoubleSlider)
    for value in (6, 3, 0):
        slider.setValue(value)
    assert len(bench.steps.history.past) == before  # it is told when the slider rests
    qtbot.waitUntil(lambda: len(bench.steps.history.past) == before + 1, timeout=LONG)
    assert dict(bench.desk.varied)["rcnn"] == (("padding", 0), ("regions_of", "fpn"))
    assert row_of(qtbot, opened, "rcnn", "padding").value.text() == "none"
    settle(qtbot, opened)
    assert set(bench.steps.decisions.changes()) == {"rcnn", "sppnet"}


def test_the_selection_stays_on_its_box(qtbot: QtBot, opened: Window) -> None:
    opened.select(Key("fpn", "detections", 0))
    box = box_of(opened.workbench.shown["fpn"], "detections", 0)
    toggle(qtbot, opened, "fpn", "top_down")
    settle(qtbot, opened)
    key = opened.workbench.desk.view.selected
    assert key is not None
    assert box_of(opened.workbench.shown["fpn"], key.stage, key.row) == pytest.approx(box, abs=0.01)


def test_cancelled_or_broken_the_picture_stays_and_says_so(
    qtbot: QtBot, opened: Window, engine: MadeUpEngine
) -> None:
    bench = opened.workbench
    engine.gate.clear()
    toggle(qtbot, opened, "fpn", "top_down")
    card = card_of(qtbot, opened, "fpn")
    assert card.state.text() == "running …" and opened.runner.busy
    opened.runner.cancel()
    engine.gate.set()
    settle(qtbot, opened)
    assert "Stopped" in card.said.text() and bench.shown["fpn"] is bench.traces["fpn"]
    opened.select(Key("fpn", "detections", 0))  # nothing starts by itself
    assert not opened.runner.busy
    toggle(qtbot, opened, "fpn", "top_down")
    engine.broken.add("fpn")
    toggle(qtbot, opened, "fpn", "top_down")
    settle(qtbot, opened)
    assert "the made-up network is broken" in card.said.text()
    assert bench.shown["fpn"] is bench.traces["fpn"] and bench.status["fpn"].state == "done"
    engine.broken.clear()
    for _ in range(2):
        toggle(qtbot, opened, "fpn", "top_down")
    settle(qtbot, opened)
    assert bench.shown["fpn"] is not bench.traces["fpn"] and card.said.text()


def test_a_part_that_is_undone_while_it_runs_is_stopped(
    qtbot: QtBot, opened: Window, engine: MadeUpEngine
) -> None:
    bench = opened.workbench
    engine.gate.clear()
    opened.go(bench.desk.exchanged("fpn", "top_down", False))
    qtbot.waitUntil(lambda: "runs again" in opened.strip.text.text(), timeout=LONG)
    qtbot.keyClick(opened, Qt.Key.Key_Z, CTRL)
    assert not opened.runner.busy and opened.strip.text.text() == "5 of 5 methods done"
    assert not opened.strip.cancel.isVisible()
    # Chosen once more it runs as if for the first time.
    qtbot.keyClick(opened, Qt.Key.Key_Z, CTRL | SHIFT)
    assert card_of(qtbot, opened, "fpn").state.text() == "running …"
    engine.gate.set()
    settle(qtbot, opened)
    assert bench.shown["fpn"] is not bench.traces["fpn"]


def test_a_part_that_is_undone_does_not_stop_the_others(
    qtbot: QtBot, opened: Window, engine: MadeUpEngine
) -> None:
    bench = opened.workbench
    engine.gate.clear()
    desk = bench.desk.exchanged("fpn", "top_down", False)
    opened.go(desk.exchanged("faster_rcnn", "rpn_refinement", False))
    qtbot.waitUntil(lambda: "runs again" in opened.strip.text.text(), timeout=LONG)
    opened.go(bench.desk.exchanged("faster_rcnn", "rpn_refinement", None))
    assert opened.runner.busy
    runs = list(engine.runs)
    engine.gate.set()
    settle(qtbot, opened)
    assert set(engine.runs[len(runs):]) <= {"fpn"}
    assert bench.shown["fpn"] is not bench.traces["fpn"]
    assert bench.shown["faster_rcnn"] is bench.traces["faster_rcnn"]


def test_exchanged_parts_hold_for_the_next_photo(
    qtbot: QtBot, opened: Window, engine: MadeUpEngine
) -> None:
    toggle(qtbot, opened, "faster_rcnn", "rpn_refinement")
    settle(qtbot, opened)
    path = opened.workbench.path
    assert path is not None
    opened.open_paths([path])
    qtbot.waitUntil(lambda: not opened.runner.busy, timeout=LONG)
    settle(qtbot, opened)
    bench = opened.workbench
    assert bench.shown["faster_rcnn"].settings["exchanged"] == ("RPN refinement off",)
    assert bench.traces["faster_rcnn"] is not bench.shown["faster_rcnn"]


def test_another_strategy_from_the_replays_own_controls(
    qtbot: QtBot, opened: Window, engine: MadeUpEngine
) -> None:
    """All methods on screen that search do so again, once; the controls wait for none of it."""
    bench, runs, searches = opened.workbench, list(engine.runs), engine.searches
    opened.go(bench.desk.at_stage("regions"))
    settle(qtbot, opened)
    combo = opened.bottom.controls["strategy"]
    assert isinstance(combo, QComboBox)
    assert combo.currentText() == "fast"
    engine.gate.clear()
    combo.textActivated.emit("quality")
    searching = ("rcnn", "sppnet", "fast_rcnn")
    assert dict(bench.desk.varied) == dict.fromkeys(searching, (("strategy", "quality"),))
    qtbot.waitUntil(lambda: not opened.studio.busy, timeout=LONG)
    assert combo.currentText() == "quality" and opened.runner.busy
    engine.gate.set()
    settle(qtbot, opened)
    assert engine.searches == searches + 1 and sorted(engine.runs[len(runs):]) == sorted(searching)
    regions = [bench.shown[name].stage("regions") for name in searching]
    assert [one.strategy for one in regions] == ["quality"] * 3  # type: ignore[union-attr]
    row = row_of(qtbot, opened, "sppnet", "strategy")
    assert row.paper.text() == "paper: fast (section 4.1)"
    qtbot.waitUntil(row.reset.isVisible)
    qtbot.keyClick(opened, Qt.Key.Key_Z, CTRL)  # one step for all three
    assert bench.desk.varied == () and bench.shown["rcnn"] is bench.traces["rcnn"]
    qtbot.keyClick(opened, Qt.Key.Key_Z, CTRL | SHIFT)
    assert bench.shown["rcnn"].stage("regions") is regions[0]
    settle(qtbot, opened)
    assert len(engine.runs) == len(runs) + 3  # both ways without a run
    # One of three at another: there is room for both names.
    opened.go(bench.desk.as_run().exchanged("rcnn", "strategy", "quality"))
    settle(qtbot, opened)
    assert combo.currentText() == "" and combo.placeholderText() == "quality / fast"
    QApplication.processEvents()
    assert combo.width() - 24 >= combo.fontMetrics().horizontalAdvance("quality / fast")
    assert "R-CNN quality, SPPNet and Fast R-CNN fast" in combo.toolTip()


def test_the_replay_of_merges_has_a_colour_space_and_a_run(
    qtbot: QtBot, opened: Window
) -> None:
    bench = opened.workbench
    opened.go(bench.desk.at_stage("regions").alone("rcnn").with_control("show", "merges"))
    settle(qtbot, opened)
    space, run = (opened.bottom.controls[key] for key in ("space", "run"))
    assert isinstance(space, QComboBox) and isinstance(run, QComboBox)
    assert [space.itemText(i) for i in range(space.count())] == ["HSV", "Lab"]
    for name, k in (("Lab", 100), ("HSV", 50)):
        space.textActivated.emit(name)
        settle(qtbot, opened)
        summary = opened.presenter.shown["rcnn"].picture.summary
        assert summary.startswith(f"{name} · k {k} · C+T+S+F · merge ")
        assert (opened.bottom.controls["space"].currentText(),  # type: ignore[attr-defined]
                opened.bottom.controls["run"].currentText()) == (name, f"k {k} · C+T+S+F")
