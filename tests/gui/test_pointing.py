"""The pointer on a canvas: boxes that lie on each other, and what has no room in a header."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from explorer.methods.names import METHODS
from explorer.session.related import box_of
from explorer.session.rows import row_text
from explorer.session.scene import Boxes, Key
from explorer.session.scenes.grids import others_text
from explorer.ui import cycling
from explorer.ui.canvas import Canvas
from explorer.ui.canvas_frame import (
    FOOTER,
    FOOTER_OF_TWO,
    HEADER,
    HEADER_OF_TWO,
    SMALL_FOOT,
    Frame,
    heading,
    in_short,
)
from explorer.ui.few_words import at_words, fitting_lines, footer_lines, two_lines
from explorer.ui.fonts import load_fonts, sans
from explorer.ui.window import Window
from tests.gui.conftest import settle

FIVE_AT_1280 = 280  # pixels of a footer of five canvases in a window of 1280


def spot_of(window: Window, method: str) -> QPoint:
    """Where the middle of the method's best detection is on its canvas."""
    canvas = window.centre.canvases[method]
    x1, y1, x2, y2 = box_of(window.workbench.shown[method], "detections", 0)
    return QPointF(*canvas.spots()[0].view.point((x1 + x2) / 2, (y1 + y2) / 2)).toPoint()


def click(qtbot: QtBot, window: Window, method: str) -> None:
    at = spot_of(window, method)
    qtbot.mouseClick(window.centre.canvases[method], Qt.MouseButton.LeftButton, pos=at)
    settle(qtbot, window)


def selected(window: Window) -> Key:
    key = window.workbench.desk.view.selected
    assert key is not None
    return key


def test_up_and_down_step_through_the_boxes_of_the_latest_click(
    qtbot: QtBot, opened: Window
) -> None:
    opened.go(opened.workbench.desk.at_stage("regions"))
    settle(qtbot, opened)
    for method in ("rcnn", "fpn", "sppnet"):
        click(qtbot, opened, method)
        assert selected(opened).method == method
        first = selected(opened)
        qtbot.keyClick(opened, Qt.Key.Key_Down)
        settle(qtbot, opened)
        assert selected(opened).method == method and selected(opened) != first
        qtbot.keyClick(opened, Qt.Key.Key_Up)
        settle(qtbot, opened)
        assert selected(opened) == first


def test_where_the_pointer_is_it_needs_no_click(
    qtbot: QtBot, opened: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.go(opened.workbench.desk.at_stage("regions"))
    settle(qtbot, opened)
    click(qtbot, opened, "rcnn")
    over = opened.centre.canvases["fpn"]
    at = spot_of(opened, "fpn")
    monkeypatch.setattr(Canvas, "underMouse", lambda self: self is over)
    monkeypatch.setattr(cycling.QCursor, "pos", lambda: over.mapToGlobal(at))
    wanted = [hit.key for hit in over.hits_at(at.x(), at.y())]
    assert len(wanted) > 3
    # Its canvas shows the nearest region already: the next one follows.
    place = wanted.index(over.selected) + 1 if over.selected in wanted else 0
    seen = []
    for _ in range(3):
        qtbot.keyClick(opened, Qt.Key.Key_Down)
        settle(qtbot, opened)
        seen.append(selected(opened))
    assert seen == (wanted + wanted)[place : place + 3]
    # Over the header there is no box: the last click counts.
    monkeypatch.setattr(cycling.QCursor, "pos", lambda: over.mapToGlobal(QPoint(5, 5)))
    qtbot.keyClick(opened, Qt.Key.Key_Down)
    assert selected(opened).method == "fpn"


def test_the_status_line_is_about_the_box_that_up_and_down_chose(
    qtbot: QtBot, opened: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Canvas, "underMouse", lambda self: False)  # the click counts
    opened.go(opened.workbench.desk.at_stage("regions"))
    settle(qtbot, opened)
    at = spot_of(opened, "fpn")
    click(qtbot, opened, "fpn")
    canvas = opened.centre.canvases["fpn"]
    for _ in range(2):
        qtbot.keyClick(opened, Qt.Key.Key_Down)
        settle(qtbot, opened)
        assert row_text(selected(opened)) in opened.strip.hint.text()
    for nudge in (QPoint(1, 0), QPoint(0, 1)):  # the hand rests on the mouse
        qtbot.mouseMove(canvas, at + nudge)
        assert row_text(selected(opened)) in opened.strip.hint.text()


def test_a_header_loses_no_name_and_no_number(qtbot: QtBot) -> None:
    found = "person\u00a00.93, bottle\u00a00.51, dog\u00a00.50"
    assert in_short(found, 60, len) == found
    assert in_short(found, 33, len) == "person\u00a00.93, bottle\u00a00.51, 1 more"
    assert in_short(found, 20, len) == "person\u00a00.93, 2 more"
    assert in_short("per class, then refined", 20, len) == "per class, then …"
    whole = "no shared map: one pass per crop"
    assert in_short(whole, len(whole), len) == whole
    assert in_short(whole, 20, len) == "one pass per crop"
    assert in_short(whole, 14, len) == "no shared …"
    load_fonts()
    faster = Frame("faster_rcnn", "Faster R-CNN", "one shared map", "404 ms")
    fast = Frame("fast_rcnn", "Fast R-CNN", "one shared map", "1.1 s in all")
    assert heading(faster, 300, True) == ("Faster R-CNN", "404 ms", "one shared map")
    assert heading(faster, 140, True) == ("Faster", "404 ms", "one shared map")
    assert heading(fast, 190, False) == ("Fast R-CNN", "1.1 s in all", "one shared map")
    for room in (160, 145):  # a longer time than its own would have no room: all are alike
        assert heading(fast, room, False) == ("Fast R-CNN", "1.1 s", "one shared map")
    assert heading(fast, 140, False) == ("Fast", "1.1 s", "one shared map")
    assert heading(fast, 60, True) == ("Fast", "", "1.1 s")
    other = Frame("fpn", "FPN · mask.pth · P6 off", "", "9 ms")
    assert heading(other, 100, False)[0] == other.title  # cut at its end: its name stays
    assert heading(other, 100, True) == ("FPN", "9 ms", "mask.pth · P6 off")
    assert heading(other, 300, True) == ("FPN · mask.pth · P6 off", "9 ms", "")


def test_a_footer_loses_no_word_without_an_ellipsis(qtbot: QtBot, opened: Window) -> None:
    text, tail = "10 found, 16 missed, 27 wrong (1 difficult)", "57 labels hidden"
    assert footer_lines(text, tail, 50, len) == (text, "", tail)
    assert footer_lines(text, tail, 32, len) == (
        "10 found, 16 missed, 27 wrong (1", "difficult)", tail
    )
    for room in range(20, 50):
        first, second, short = footer_lines(text, tail, room, len)
        said = f"{first} {second}".strip()
        assert said == text or said.endswith("…"), room
        assert len(first) <= room and len(second) + len(short) <= room
    opened.go(opened.workbench.desk.at_stage("detections"))
    settle(qtbot, opened)
    canvas = opened.centre.canvases["rcnn"]
    canvas.labels_hidden = 57
    assert canvas.picture is not None
    at = QPoint(40, canvas.height() - 5)
    QApplication.sendEvent(canvas, QHelpEvent(QEvent.Type.ToolTip, at, canvas.mapToGlobal(at)))
    assert QToolTip.text() == f"{canvas.picture.summary} · 57 labels hidden"


def test_a_footer_of_five_methods_has_room_for_a_bin_its_channel_and_hidden_labels(
    qtbot: QtBot,
) -> None:
    load_fonts()
    others = others_text(Boxes(name="Other regions", boxes=np.zeros((30, 4)), roles="fpn"))
    text = "region 1,999 · bin 30 of 49 · row 5, column 2 of 7 × 7 · channel 255" + others
    width_of = QFontMetricsF(sans(SMALL_FOOT)).horizontalAdvance
    first, second, tail = footer_lines(text, "16 labels hidden", FIVE_AT_1280, width_of)
    assert f"{first} {second}" == text and tail == "16 labels hidden"


def test_a_footer_beside_four_others_says_what_was_gained_and_lost(qtbot: QtBot) -> None:
    load_fonts()
    width_of = QFontMetricsF(sans(SMALL_FOOT)).horizontalAdvance
    text = "1 found, 3 missed, 11 wrong (2 again) · 12 gained · 13 lost · 1 it does not know"
    counts = "1 found, 3 missed, 11 wrong · 12 gained · 13 lost"
    brief, less = f"{counts} · 1 unknown", f"{counts} …"
    tail, short = "13 labels hidden", "13 hidden"
    said = [(text, tail), (brief, tail), (brief, short), (less, short), (less, "")]
    assert fitting_lines(said, len(text), len) == (text, "", tail)
    for room in (FIVE_AT_1280, 200, 152):  # the narrowest: beside four others in one row
        first, second, last = fitting_lines(said, room, width_of)
        assert max(map(width_of, (first, " · ".join(filter(None, (second, last)))))) <= room
        shown = f"{first} {second}"
        assert all(each in shown for each in ("12 gained", "13 lost", "11 wrong")), room
        assert last == {FIVE_AT_1280: tail, 200: short, 152: ""}[room]
    assert fitting_lines(said[:1], 30, len) == footer_lines(text, tail, 30, len)


def test_a_header_without_room_says_whole_words_and_the_rest_on_hovering(
    qtbot: QtBot, opened: Window
) -> None:
    assert at_words("per class, before refinement", 28, len) == "per class, before refinement"
    assert at_words("per class, before refinement", 20, len) == "per class, before …"
    assert at_words("per class, before refinement", 12, len) == "per class …"
    assert at_words("per class, before refinement", 4, len) == ""
    assert at_words("87 kept · 21 not drawn", 12, len) == "87 kept …"
    text = "87 kept · 21 not drawn"
    assert two_lines(text, 15, 20, len) == ("87 kept", "· 21 not drawn")
    assert two_lines(text, 15, 10, len) == ("87 kept · 21", "not drawn")
    assert two_lines(text, 30, 5, len) == (text, "")
    assert two_lines(text, 12, 9, len) == ("87 kept · 21", "not drawn")
    assert two_lines(text, 10, 9, len) == ("87 kept", "· 21 …")
    opened.go(opened.workbench.desk.at_stage("nms"))
    settle(qtbot, opened)
    canvas = opened.centre.canvases["rcnn"]
    frame = canvas.frame
    assert isinstance(frame, Frame) and frame.note == "per class, then refined"
    for y, said in ((10, f"R-CNN · {frame.note} · {frame.time}"),
                    (canvas.height() - 5, canvas.picture.summary)):  # type: ignore[union-attr]
        at = QPoint(40, y)
        QApplication.sendEvent(
            canvas, QHelpEvent(QEvent.Type.ToolTip, at, canvas.mapToGlobal(at))
        )
        assert QToolTip.text() == said


def test_the_status_line_is_about_the_anchors_that_followed_the_pointer(
    qtbot: QtBot, opened: Window
) -> None:
    opened.go(
        opened.workbench.desk.at_stage("regions").alone("faster_rcnn")
        .with_control("show", "anchors")
    )
    settle(qtbot, opened)
    canvas = opened.centre.canvases["faster_rcnn"]
    told = set()
    for x, y in ((60, 60), (250, 160)):
        at = QPointF(*canvas.spots()[0].view.point(x, y)).toPoint()
        for nudge in (2, 0):  # offscreen, a first move is taken for none
            qtbot.mouseMove(canvas, at + QPoint(nudge, 0))

        def there(x: int = x) -> bool:
            return abs(int(opened.workbench.desk.view.control("regions", "x", -9)) - x) <= 1

        qtbot.waitUntil(there)
        settle(qtbot, opened)
        hits = canvas.hits_at(at.x(), at.y())
        told.add(opened.strip.hint.text())
        assert row_text(hits[0].key) in opened.strip.hint.text()
    assert len(told) == 2


def test_canvases_beside_each_other_have_headers_and_footers_alike(
    qtbot: QtBot, opened: Window
) -> None:
    opened.go(opened.workbench.desk.at_stage("detections").side_by_side())
    opened.resize(1280, 800)
    settle(qtbot, opened)
    for side in (False, True):  # with a side page, the last canvas is as wide as two
        opened.side.setVisible(side)
        settle(qtbot, opened)
        canvases = [each for each in opened.centre.canvases.values() if each.isVisible()]
        assert len(canvases) == 5
        bars = {(each.body()[1], each.height() - each.body()[3]) for each in canvases}
        assert bars == {(HEADER_OF_TWO, FOOTER_OF_TWO)}
    assert len({each.width() for each in canvases}) > 1
    opened.go(opened.workbench.desk.alone("fpn"))
    settle(qtbot, opened)
    alone = opened.centre.canvases["fpn"]
    assert (alone.body()[1], alone.height() - alone.body()[3]) == (HEADER, FOOTER)


def test_times_in_canvases_beside_each_other_are_said_alike(qtbot: QtBot) -> None:
    load_fonts()
    times = [f"{ms} in all" for ms in ("3.8 s", "982 ms", "995 ms", "196 ms", "333 ms")]
    for room in range(60, 300):
        said = [
            heading(Frame(method.name, method.title, "", time), room, False)[1]
            for method, time in zip(METHODS, times, strict=True)
        ]
        assert len({time.endswith("in all") for time in said}) == 1, room


def test_a_footer_of_two_lines_begins_with_all_that_one_holds() -> None:
    text = "probabilities · 40 highest of 1,352 regions"
    assert footer_lines(text, "2 labels hidden", len(text), len) == (text, "", "2 labels hidden")
