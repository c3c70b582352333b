"""Switches: moved in the window, decided again without a run, undone, reset."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot
from superqt import QDoubleSlider

from explorer.methods.choices import Choices
from explorer.methods.deciding import decide  # torch, before a window waits for it
from explorer.methods.names import NAMES
from explorer.session.related import box_of
from explorer.session.scene import Boxes, Key, Labels
from explorer.session.switching import Changes
from explorer.trace.stages import DetectionsStage, NmsStage, Trace
from explorer.ui.sliders import StillSlider
from explorer.ui.style import Theme
from explorer.ui.switches import AGAINST, KINDS, ChangeLine, SwitchRow
from explorer.ui.theme import colour
from explorer.ui.window import Window
from explorer.ui.words import time_text, total_ms
from tests.gui.conftest import LONG, MadeUpEngine, settle

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def row_of(window: Window, key: str) -> SwitchRow:
    return next(row for row in window.side.switches.rows if row.switch.key == key)


def kept(trace: Trace) -> int:
    stage = trace.stage("nms")
    assert isinstance(stage, NmsStage)
    return len(stage.nms.kept)


def found(window: Window, method: str) -> DetectionsStage:
    stage = window.workbench.shown[method].stage("detections")
    assert isinstance(stage, DetectionsStage)
    return stage


def slide(qtbot: QtBot, window: Window, key: str, value: float) -> None:
    field = row_of(window, key).field
    assert isinstance(field, QDoubleSlider)
    field.setValue(value)
    settle(qtbot, window)


def test_a_threshold_acts_without_a_run(
    qtbot: QtBot, opened: Window, engine: MadeUpEngine
) -> None:
    runs = list(engine.runs)
    qtbot.keyClick(opened, Qt.Key.Key_S)
    assert opened.side.switches.isVisible()
    slide(qtbot, opened, "nms_threshold", 0.9)
    for method in NAMES:
        assert kept(opened.workbench.shown[method]) > kept(opened.workbench.traces[method])
    assert engine.runs == runs
    row = row_of(opened, "nms_threshold")
    assert row.value.text() == "0.90" and row.paper.text() == "paper: 0.30; FPN: default 0.50"
    assert row.reset.isVisible()


def test_undo_redo_and_reset_to_the_paper(qtbot: QtBot, opened: Window) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_S)
    before = opened.workbench.desk
    for value in (0.6, 0.7, 0.8):  # one drag
        slide(qtbot, opened, "nms_threshold", value)
    assert dict(opened.workbench.desk.chosen)["fpn"] == Choices(nms_threshold=0.8)
    qtbot.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert opened.workbench.desk.chosen == before.chosen == ()
    settle(qtbot, opened)
    assert opened.workbench.shown["fpn"] is opened.workbench.traces["fpn"]
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(opened, Qt.Key.Key_Z, modifiers)
    assert dict(opened.workbench.desk.chosen)["fpn"] == Choices(nms_threshold=0.8)
    settle(qtbot, opened)
    qtbot.mouseClick(opened.side.switches.reset_all, Qt.MouseButton.LeftButton)
    settle(qtbot, opened)
    assert opened.workbench.desk.chosen == ()
    assert row_of(opened, "nms_threshold").value.text() == "0.30 / 0.50"
    assert not opened.side.switches.reset_all.isEnabled()


def test_a_switch_of_methods_that_differ_claims_no_single_value(
    qtbot: QtBot, opened: Window
) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_S)
    settle(qtbot, opened)
    row = row_of(opened, "nms_threshold")
    assert row.value.text() == "0.30 / 0.50"
    assert isinstance(row.field, StillSlider) and row.field.marks == (0.5,)
    assert "FPN 0.50.<br>Moved here, all of them get the same." in row.toolTip()
    slide(qtbot, opened, "nms_threshold", 0.4)
    assert row.value.text() == "0.40" and row.field.marks == () and "FPN" not in row.toolTip()
    row = row_of(opened, "suppression")
    combo = row.field
    assert isinstance(combo, QComboBox) and not row.value.isVisible()
    desk = opened.workbench.desk.switched(("fpn",), "suppression", "none")
    opened.go(desk.switched(("fpn",), "regression", False))
    opened.side.switches.area.ensureWidgetVisible(row)
    settle(qtbot, opened)
    assert row.value.text() == "greedy / none" and row.value.isVisible()
    assert combo.currentText() == "" and combo.placeholderText() == "greedy / none"
    assert row_of(opened, "regression").value.text() == "on / off"
    combo.textActivated.emit("greedy")  # what the first of them has already, now for all
    settle(qtbot, opened)
    assert combo.currentText() == "greedy" and not row.value.isVisible()
    assert "suppression='none'" not in repr(opened.workbench.desk.chosen)


def test_the_line_of_what_changed_keeps_its_size(qtbot: QtBot) -> None:
    line = ChangeLine("faster_rcnn", Theme("dark"))
    qtbot.addWidget(line)
    sizes = []
    for gained, moved in ((-1, 0), (0, 0), (1, 2), (120, 1340)):
        rows = np.arange(max(gained, 0))
        line.show_changes(
            None if gained < 0 else Changes(rows, rows, np.zeros((moved, 2), np.int64))
        )
        sizes.append(line.sizeHint())
    assert len({(size.width(), size.height()) for size in sizes}) == 1
    assert sizes[0].width() < 270 - 58  # of the narrowest side, less the margins of its cards
    assert [number.text() for number in line.numbers] == ["120", "120", "1,340"]
    assert line.toolTip() == "120 gained · 120 lost · 1340 moved"


def test_the_columns_of_what_changed_are_evenly_apart(qtbot: QtBot, opened: Window) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_4)
    qtbot.keyClick(opened, Qt.Key.Key_S)
    settle(qtbot, opened)
    panel = opened.side.switches
    heads = [label for kind in KINDS for label in panel.findChildren(QLabel)
             if label.text() == kind and label.isVisible()]
    assert [head.text() for head in heads] == list(KINDS)
    title = next(each for each in panel.findChildren(QLabel) if each.text() == AGAINST)
    assert title.isVisible() and "at first" in title.parentWidget().toolTip()
    assert title.heightForWidth(title.width()) <= title.height()
    wide = [head.fontMetrics().horizontalAdvance(head.text()) for head in heads]
    ends = [head.mapTo(panel, QPoint(head.width(), 0)).x() for head in heads]
    gaps = [end - width - before
            for before, end, width in zip(ends, ends[1:], wide[1:], strict=False)]
    assert min(gaps) >= 10 and max(gaps) - min(gaps) <= 3, gaps
    numbers = panel._lines["faster_rcnn"].numbers
    assert [each.mapTo(panel, QPoint(each.width(), 0)).x() for each in numbers] == ends


def test_what_changed_is_counted(qtbot: QtBot, opened: Window) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_5)
    qtbot.keyClick(opened, Qt.Key.Key_S)
    field = row_of(opened, "suppression").field
    assert isinstance(field, QComboBox)
    field.setCurrentText("none")
    field.textActivated.emit("none")
    settle(qtbot, opened)
    changed = opened.workbench.steps.decisions.changes()
    assert set(changed) == {"fpn"} and len(changed["fpn"].gained)
    picture = opened.centre.canvases["fpn"].picture
    assert picture is not None and "gained" in picture.summary
    assert "Gained" in [layer.name for layer in picture.main.layers]
    drawn = next(layer for layer in picture.main.layers if layer.name == "Detections")
    assert isinstance(drawn, Boxes)
    gained = changed["fpn"].gained.tolist()
    assert [row for row, caption in zip(drawn.rows.tolist(), drawn.captions, strict=True)
            if caption.startswith("+ ")] == sorted(gained, reverse=True)
    assert opened.workbench.shown["rcnn"] is opened.workbench.traces["rcnn"]
    before = opened.workbench.traces["fpn"].stage("detections")
    assert before is not None
    assert len(found(opened, "fpn").boxes) == before.count + len(changed["fpn"].gained)


def test_a_switch_stays_where_it_is_when_it_is_moved(qtbot: QtBot, opened: Window) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_S)
    settle(qtbot, opened)

    def height() -> int:
        """Of the switch, when the layouts have settled."""
        seen: list[int] = []
        while len(seen) < 5 or len(set(seen[-5:])) > 1:
            qtbot.wait(100)
            seen.append(row_of(opened, "nms_threshold").mapTo(opened, QPoint()).y())
        return seen[-1]

    before = height()
    slide(qtbot, opened, "nms_threshold", 0.9)
    assert height() == before
    opened.go(opened.workbench.desk.as_run())
    settle(qtbot, opened)
    assert height() == before


def test_regression_off_is_a_box_that_stays(qtbot: QtBot, opened: Window) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_S)
    box = row_of(opened, "regression").field
    assert isinstance(box, QCheckBox) and box.isChecked()
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    settle(qtbot, opened)
    stage = opened.workbench.shown["rcnn"].stage("refinement")
    assert (stage.before == stage.after).all()  # type: ignore[union-attr]


def test_the_selection_stays_on_its_box(qtbot: QtBot, opened: Window) -> None:
    opened.select(Key("fpn", "detections", 0))
    before = box_of(opened.workbench.shown["fpn"], "detections", 0)
    qtbot.keyClick(opened, Qt.Key.Key_S)
    slide(qtbot, opened, "nms_threshold", 0.95)
    key = opened.workbench.desk.view.selected
    assert key is not None and key.stage == "detections"
    now = box_of(opened.workbench.shown["fpn"], key.stage, key.row)
    assert now == pytest.approx(before, abs=0.01)
    # Above every score nothing is found: the box is followed to where it ends.
    slide(qtbot, opened, "detection_threshold", 1.0)
    key = opened.workbench.desk.view.selected
    assert key is not None and key.stage == "nms"
    now = box_of(opened.workbench.shown["fpn"], key.stage, key.row)
    assert now == pytest.approx(before, abs=0.01)


def test_switches_hold_for_the_next_photo(
    qtbot: QtBot, opened: Window, engine: MadeUpEngine
) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_S)
    slide(qtbot, opened, "nms_threshold", 0.9)
    path = opened.workbench.path
    assert path is not None
    opened.open_paths([path])
    qtbot.waitUntil(lambda: not opened.runner.busy, timeout=LONG)
    settle(qtbot, opened)
    assert kept(opened.workbench.shown["fpn"]) > kept(opened.workbench.traces["fpn"])


def test_undo_shows_what_it_does_where_the_user_looks_now(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.at_stage("pooling"))
    qtbot.keyClick(opened, Qt.Key.Key_S)
    slide(qtbot, opened, "nms_threshold", 0.6)
    opened.go(opened.workbench.desk.at_stage("detections").alone("fpn"))
    for modifiers, chosen in ((CTRL, False), (CTRL | SHIFT, True)):
        qtbot.keyClick(opened, Qt.Key.Key_Z, modifiers)
        desk = opened.workbench.desk
        assert bool(desk.chosen) == chosen
        assert (desk.stage, desk.method) == ("detections", "fpn")
    # A layer is of one stage: where it is switched back is shown.
    opened.go(opened.workbench.desk.at_stage("regions"))
    opened.go(opened.workbench.desk.with_layer("Photo", False))
    opened.go(opened.workbench.desk.at_stage("image"))
    opened.workbench.steps.undo()
    assert opened.workbench.desk.stage == "regions" and not opened.workbench.desk.layers
    settle(qtbot, opened)


def test_arrow_keys_move_the_slider_that_was_clicked_and_not_the_stage(
    qtbot: QtBot, opened: Window
) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_S)
    opened.activateWindow()
    row, stage = row_of(opened, "nms_threshold"), opened.workbench.desk.stage
    row.field.setFocus()
    for key, value in (
        (Qt.Key.Key_Right, 0.31), (Qt.Key.Key_Left, 0.30), (Qt.Key.Key_End, 1.0),
        (Qt.Key.Key_Home, 0.0),
    ):
        qtbot.keyClick(row.field, key)
        settle(qtbot, opened)
        chosen = dict(opened.workbench.desk.chosen).get("rcnn", Choices())
        assert chosen.nms_threshold == value
        assert isinstance(row.field, QDoubleSlider) and row.field.value() == pytest.approx(value)
        assert opened.workbench.desk.stage == stage


def test_another_theme_keeps_the_rows_and_dyes_them(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.alone("rcnn"))
    qtbot.keyClick(opened, Qt.Key.Key_S)
    settle(qtbot, opened)
    panel = opened.side.switches
    card, line = panel.parts["rcnn"], panel._lines["rcnn"]
    rows = [*panel.rows, *card.rows.values()]

    def ink(icon: QIcon) -> str:
        """The strongest colour of an icon."""
        image = icon.pixmap(16, 16).toImage()
        pixels = [image.pixelColor(x, y) for x in range(16) for y in range(16)]
        return max(pixels, key=lambda pixel: pixel.alpha()).name()

    def inks() -> list[str]:
        swatch = line.swatch.pixmap().toImage().pixelColor(5, 5).name()
        return [swatch, *(ink(icon) for icon in (
            card.head.icon(), card.fold.icon(), rows[0].reset.icon(), rows[-1].reset.icon(),
        ))]

    before = inks()
    opened.switch_theme()
    settle(qtbot, opened)
    assert [*panel.rows, *panel.parts["rcnn"].rows.values()] == rows
    assert all(one != other for one, other in zip(before, inks(), strict=True))
    palette = opened.theme.palette
    assert inks()[0] == inks()[1] == colour(palette, "rcnn").name()


def test_a_row_that_goes_leaves_the_keys_in_its_panel(qtbot: QtBot, opened: Window) -> None:
    """Not on a method's chip at the other end of the window, where Qt would put them."""
    opened.go(opened.workbench.desk.alone("rcnn"))
    qtbot.keyClick(opened, Qt.Key.Key_S)
    settle(qtbot, opened)
    opened.activateWindow()
    opened.side.switches.parts["rcnn"].rows["padding"].field.setFocus()
    opened.go(opened.workbench.desk.alone("fpn"))
    settle(qtbot, opened)
    focus = QWidget.focusWidget(opened)
    assert focus is not None
    assert focus is opened.side.switches or opened.side.switches.isAncestorOf(focus)


def test_undoing_a_switch_keeps_the_selection_on_its_box(qtbot: QtBot, opened: Window) -> None:
    last = len(found(opened, "fpn").boxes) - 1
    before = box_of(opened.workbench.shown["fpn"], "detections", last)
    opened.select(Key("fpn", "detections", last))
    qtbot.keyClick(opened, Qt.Key.Key_S)
    slide(qtbot, opened, "detection_threshold", 1.0)  # none is left
    assert len(found(opened, "fpn").boxes) == 0
    qtbot.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, opened)
    assert len(found(opened, "fpn").boxes) == last + 1
    key = opened.workbench.desk.view.selected
    assert key is not None
    now = box_of(opened.workbench.shown["fpn"], key.stage, key.row)
    assert now == pytest.approx(before, abs=0.01)


def test_all_places_tell_the_same_time_after_switching(
    qtbot: QtBot, opened: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(trace: Trace, choices: Choices) -> Trace:
        made = decide(trace, choices)
        stages = (replace(one, ms=9_000.0) if one.name == "nms" else one for one in made.stages)
        return replace(made, stages=tuple(stages))

    monkeypatch.setattr("explorer.methods.deciding.decide", slow)
    bench = opened.workbench
    opened.go(bench.desk.at_stage("detections"))
    qtbot.keyClick(opened, Qt.Key.Key_T)
    chip = opened.top.chips["fpn"]
    before = chip.text()
    opened.go(bench.desk.switched(("fpn",), "suppression", "soft"))
    settle(qtbot, opened)
    total = time_text(total_ms(bench.shown["fpn"]))
    assert total.endswith(" s") and chip.text() != before
    assert total in chip.text()
    assert opened.centre.canvases["fpn"].frame.time.startswith(total)  # type: ignore[union-attr]
    assert opened.stage_map.cells["fpn", "nms"].time == "9.0 s"
    chart = opened.time_page.view.chart
    assert chart is not None
    labels = chart.scene.layers[-1]
    assert isinstance(labels, Labels)
    texts = [label.text for label in labels.items]
    assert total in texts and "As switched after the scores: FPN." in texts
    bench.steps.undo()
    settle(qtbot, opened)
    assert chip.text() == before
