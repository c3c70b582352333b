"""The stage map in the real window: its clicks, headings, and the order in which methods run."""

from __future__ import annotations

import html

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from explorer.methods.names import METHODS, NAMES
from explorer.session.formula_texts import STAGES, stage_formula
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.trace.stages import NmsStage
from explorer.ui.fonts import Weight, sans
from explorer.ui.tips import tip_text
from explorer.ui.window import Window
from explorer.ui.words import short_count
from tests.gui.conftest import settle

LEFT = Qt.MouseButton.LeftButton


def visible(window: Window) -> list[str]:
    return [name for name, canvas in window.centre.canvases.items() if canvas.isVisible()]


def stage_of(window: Window) -> str:
    return window.workbench.desk.stage


def test_a_cell_of_the_map_opens_method_and_stage(qtbot: QtBot, opened: Window) -> None:
    at = opened.stage_map.cell_rect("sppnet", "assignment").center().toPoint()
    qtbot.mouseClick(opened.stage_map, LEFT, pos=at)
    assert stage_of(opened) == "assignment"
    assert visible(opened) == ["sppnet"]
    row = opened.stage_map.row_rect("nms")
    qtbot.mouseClick(opened.stage_map, LEFT, pos=QPoint(30, int(row.center().y())))
    assert stage_of(opened) == "nms"
    assert visible(opened) == list(NAMES)


def test_what_is_pointed_at_does_not_look_chosen(qtbot: QtBot, opened: Window) -> None:
    """Its ring has no method's colour, and its stage's name not that of the stage on screen."""
    shown = opened.stage_map
    opened.go(opened.workbench.desk.at_stage("nms").alone("fpn"))
    settle(qtbot, opened)
    palette = opened.theme.palette

    def inks(stage: StageName) -> set[str]:
        row = shown.row_rect(stage)
        image = shown.grab(row.toAlignedRect()).toImage()
        left = round(shown.cell_rect("rcnn", stage).left() * image.devicePixelRatio())
        return {
            image.pixelColor(x, y).name() for x in range(left - 4) for y in range(image.height())
        }

    assert palette.text in inks("nms")
    at = shown.cell_rect("fpn", "scores").center().toPoint()
    before = shown.grab(shown.cell_rect("fpn", "scores").toAlignedRect()).toImage()
    qtbot.mouseMove(shown, at)
    qtbot.waitUntil(lambda: shown.cursor().shape() == Qt.CursorShape.PointingHandCursor)
    after = shown.grab(shown.cell_rect("fpn", "scores").toAlignedRect()).toImage()
    assert before != after  # it is seen to be pointed at
    assert palette.text not in inks("scores")


def test_the_map_says_where_a_method_runs_a_stage_out_of_turn(opened: Window) -> None:
    cells, traces = opened.stage_map.cells, opened.workbench.traces
    for (method, stage), cell in cells.items():
        ran = [held.name for held in traces[method].stages].index(stage) + 1
        row = list(STAGE_NAMES).index(stage) + 1
        assert cell.turn == (None if ran == row else ran), (method, stage)
    assert cells[("rcnn", "refinement")].turn == 8
    assert "R-CNN runs it as number 8, after NMS." in cells[("rcnn", "refinement")].tip
    assert cells[("fpn", "refinement")].turn is None
    method, turn = opened.stage_map.example or ("", 0)
    assert turn in {cell.turn for (own, _), cell in cells.items() if own == method}
    foot, last = opened.stage_map.foot_rect(), opened.stage_map.row_rect("detections")
    assert last.bottom() <= foot.top() and foot.bottom() <= opened.stage_map.height()


def test_the_map_counts_what_comes_out_of_a_stage_in_its_own_unit(opened: Window) -> None:
    cells, traces = opened.stage_map.cells, opened.workbench.traces
    for method, trace in traces.items():
        stage = trace.stage("nms")
        assert isinstance(stage, NmsStage)
        kept = len(stage.nms.kept)
        assert cells[(method, "nms")].count == short_count(kept)
        assert f"{kept:,} of {stage.count:,} pair" in cells[(method, "nms")].tip
        found = trace.stage("detections")
        assert found is not None and f"{found.count:,} detection" in cells[method, "detections"].tip
    assert " passes ·" in cells[("rcnn", "features")].tip


def test_the_map_tells_the_formula_of_what_is_pointed_at(
    qtbot: QtBot, opened: Window
) -> None:
    """Of each cell, as its own trace ran it, and of each stage's name."""
    shown = opened.stage_map
    for method in NAMES:
        trace = opened.workbench.traces[method]
        for stage in STAGE_NAMES:
            tip = shown.tip_at(shown.cell_rect(method, stage).center().toPoint())
            below = stage_formula(method, stage, trace)
            assert tip.endswith(tip_text("\n".join(below))) and len(below[0]) > 10, tip
            assert tip.index(shown.cells[(method, stage)].tip.split("\n")[0]) < tip.index("</p>")
    for stage in STAGE_NAMES:
        tip = shown.tip_at(QPoint(30, int(shown.row_rect(stage).center().y())))
        assert STAGES[stage][0] in html.unescape(tip) and "side by side" in tip
    opened.go(opened.workbench.desk.switched(NAMES, "nms_threshold", 0.42))
    settle(qtbot, opened)
    tip = shown.tip_at(shown.cell_rect("fpn", "nms").center().toPoint())
    assert "IoU(b, keeper) > 0.42" in html.unescape(tip)  # at once that of the switch


@pytest.mark.parametrize("width", [300, 320, 360, 420])
def test_the_headings_of_the_map_do_not_touch(opened: Window, width: int) -> None:
    stage_map = opened.stage_map
    stage_map.resize(width, 800)
    metrics = QFontMetricsF(sans(stage_map._heading_size(), Weight.DemiBold))
    column = stage_map.cell_rect("rcnn", "image").width()
    assert max(metrics.horizontalAdvance(each.short) for each in METHODS) <= column - 6
