"""The list of boxes in the real window: linked with the canvases, searched, sorted."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.session.fate_codes import KEPT, SUPPRESSED
from explorer.session.scene import Key
from explorer.trace.stages import NmsStage
from explorer.ui.boxes_model import WORD_SIZE
from explorer.ui.boxes_page import BoxesPage
from explorer.ui.fonts import sans
from explorer.ui.window import Window
from tests.gui.conftest import settle


def page_of(qtbot: QtBot, window: Window, stage: str, method: str | None) -> BoxesPage:
    desk = window.workbench.desk.at_stage(stage)  # type: ignore[arg-type]
    window.go(desk.alone(method) if method else desk.side_by_side())
    page = window.side.boxes
    if not page.isVisible():
        qtbot.keyClick(window, Qt.Key.Key_B)
    settle(qtbot, window)
    assert page.isVisible()
    return page


def click(qtbot: QtBot, page: BoxesPage, line: int) -> None:
    rect = page.table.visualRect(page.model.index(line, 1))
    qtbot.mouseClick(
        page.table.viewport(), Qt.MouseButton.LeftButton, pos=rect.center()
    )


def test_b_lists_the_boxes_and_a_click_selects_one(qtbot: QtBot, opened: Window) -> None:
    page = page_of(qtbot, opened, "nms", "fast_rcnn")
    stage = opened.workbench.shown["fast_rcnn"].stage("nms")
    assert isinstance(stage, NmsStage)
    assert page.model.rowCount() == len(stage.boxes)
    assert page.count.text() == f"{len(stage.boxes):,} boxes"
    click(qtbot, page, 2)
    settle(qtbot, opened)
    assert opened.workbench.desk.view.selected == Key("fast_rcnn", "nms", 2)
    assert opened.centre.canvases["fast_rcnn"].selected == Key("fast_rcnn", "nms", 2)
    assert opened.side.inspector.title.text() == "Journey of Fast R-CNN pair 2"
    qtbot.keyClick(page.table, Qt.Key.Key_Down)  # moves in the list
    assert opened.workbench.desk.view.selected == Key("fast_rcnn", "nms", 3)
    qtbot.keyClick(opened, Qt.Key.Key_B)
    assert not page.isVisible()


def test_what_is_selected_on_a_canvas_is_marked_in_the_list(
    qtbot: QtBot, opened: Window
) -> None:
    page = page_of(qtbot, opened, "scores", "fpn")
    opened.select(Key("fpn", "detections", 0))
    settle(qtbot, opened)
    row = opened.workbench.shown["fpn"].lineage("detections", 0)[-1][1]
    assert page.model.listing is not None
    line = page.table.currentIndex().row()
    assert int(page.model.listing.rows[page.model.places[line]]) == row
    opened.select(None)
    settle(qtbot, opened)
    assert not page.table.currentIndex().isValid()


def test_search_and_chips_leave_what_they_say(qtbot: QtBot, opened: Window) -> None:
    page = page_of(qtbot, opened, "nms", "fpn")
    total = page.model.rowCount()
    qtbot.mouseClick(page.chips[SUPPRESSED], Qt.MouseButton.LeftButton)
    stage = opened.workbench.shown["fpn"].stage("nms")
    assert isinstance(stage, NmsStage)
    gone = int((stage.nms.suppressed_by >= 0).sum())
    assert page.model.rowCount() == gone
    assert page.count.text() == f"{gone} of {total} boxes"
    qtbot.mouseClick(page.chips[KEPT], Qt.MouseButton.LeftButton)
    assert page.model.rowCount() == total
    qtbot.keyClicks(page.search, "cat")
    assert 0 < page.model.rowCount() < total
    assert {page.model.index(line, 1).data() for line in range(page.model.rowCount())} == {"cat"}


def test_a_click_on_a_head_sorts(qtbot: QtBot, opened: Window) -> None:
    page = page_of(qtbot, opened, "nms", "fpn")
    heads = page.table.horizontalHeader()
    for _ in range(2):
        at = QPoint(heads.sectionViewportPosition(2) + 12, heads.height() // 2)
        qtbot.mouseClick(heads.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert page.model.listing is not None
    scores = page.model.listing.scores[page.model.places]
    drops = np.diff(scores)
    assert (drops >= 0).all() or (drops <= 0).all()
    assert "↑" in str(page.model.headerData(2, Qt.Orientation.Horizontal)) or \
        "↓" in str(page.model.headerData(2, Qt.Orientation.Horizontal))


def test_the_pointer_on_a_line_outlines_its_box(qtbot: QtBot, opened: Window) -> None:
    page = page_of(qtbot, opened, "nms", "fpn")
    canvas = opened.centre.canvases["fpn"]
    for line in (0, 3):  # offscreen, a first move is taken for none
        QTest.mouseMove(
            page.table.viewport(), page.table.visualRect(page.model.index(line, 1)).center()
        )
    qtbot.waitUntil(lambda: canvas._hover is not None)
    assert canvas._hover is not None
    assert canvas._hover.key == Key("fpn", "nms", 3)
    page.pointed.emit(None)
    assert canvas._hover is None


def test_side_by_side_a_method_is_chosen_and_rpns_list_every_anchor(
    qtbot: QtBot, opened: Window
) -> None:
    page = page_of(qtbot, opened, "regions", None)
    assert page.methods.isVisible() and page.methods.count() == 5
    at = page.methods.findData("faster_rcnn")
    page.methods.setCurrentIndex(at)
    page.methods.activated.emit(at)
    settle(qtbot, opened)
    stage = opened.workbench.shown["faster_rcnn"].stage("regions")
    assert page.model.rowCount() == len(stage.anchors)  # type: ignore[union-attr]
    opened.go(opened.workbench.desk.at_stage("image"))
    settle(qtbot, opened)
    assert page.model.rowCount() == 0 and "no boxes" in page.count.text()


def test_a_search_that_leaves_nothing_can_be_cleared(qtbot: QtBot, opened: Window) -> None:
    page = page_of(qtbot, opened, "nms", "fast_rcnn")
    total = page.model.rowCount()
    page.search.setText("no such class")
    page.chips[SUPPRESSED].setChecked(True)
    assert page.model.rowCount() == 0
    assert page.count.text().startswith(f"0 of {total:,} boxes · <a ")
    page.count.linkActivated.emit("all")
    assert page.model.rowCount() == total and page.count.text() == f"{total:,} boxes"


def test_what_finds_anchors_is_not_sought_among_classes(qtbot: QtBot, opened: Window) -> None:
    page = page_of(qtbot, opened, "regions", "faster_rcnn")
    page.search.setText("2:1")
    assert 0 < page.model.rowCount() < len(page.model.listing or ())
    heads = [page.model.headerData(at, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
             for at in range(3)]
    assert all(heads) and "Objectness" in heads[2]
    page_of(qtbot, opened, "regions", "rcnn")
    assert page.search.text() == "" and page.model.rowCount() == len(page.model.listing or ()) > 0


def test_words_of_the_list_are_whole_in_a_narrow_window(qtbot: QtBot, opened: Window) -> None:
    opened.resize(1280, 800)
    metrics = QFontMetricsF(sans(WORD_SIZE))
    for stage, method in (("regions", "rcnn"), ("regions", "fpn"), ("nms", "fast_rcnn")):
        page = page_of(qtbot, opened, stage, method)
        assert page.table.width() < 320
        for at in (1, 3):
            for line in range(0, page.model.rowCount(), 7):
                text = page.model.index(line, at).data()
                assert metrics.horizontalAdvance(text) + 6 <= page.table.columnWidth(at), text


def test_another_order_begins_at_the_top_or_at_the_selected_box(
    qtbot: QtBot, opened: Window
) -> None:
    page = page_of(qtbot, opened, "nms", "fast_rcnn")
    heads, bar = page.table.horizontalHeader(), page.table.verticalScrollBar()
    bar.setValue(bar.maximum())
    heads.setSortIndicator(2, Qt.SortOrder.DescendingOrder)
    assert bar.value() == 0
    bar.setValue(bar.maximum())
    page.search.setText("a")
    assert bar.value() == 0 and page.model.rowCount() > 0
    page.search.clear()
    last = page.model.rowCount() - 1
    page.table.scrollToBottom()
    click(qtbot, page, last)
    settle(qtbot, opened)
    place = int(page.model.places[last])
    heads.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
    index = page.table.currentIndex()
    assert int(page.model.places[index.row()]) == place
    assert page.table.viewport().rect().contains(page.table.visualRect(index).center())
