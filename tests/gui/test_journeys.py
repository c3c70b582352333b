"""The journey in the real window: cards lead to their views, other methods' boxes, scroll bars."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from explorer.methods.names import METHODS, NAMES
from explorer.session.formula_texts import stage_formula
from explorer.session.scene import Key
from explorer.ui.cards import CardView
from explorer.ui.grid_view import GridView
from explorer.ui.panel_bar import thumb
from explorer.ui.tips import tip_text
from explorer.ui.window import Window
from tests.gui.conftest import LONG, MadeUpEngine, settle

LEFT = Qt.MouseButton.LeftButton


def titled(window: Window, title: str) -> CardView:
    return next(
        card for card in window.side.inspector.cards if card.accessibleName().startswith(title)
    )


def test_a_card_takes_the_canvas_to_its_stage_and_view(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.alone("fpn").selecting(Key("fpn", "detections", 0)))
    settle(qtbot, opened)
    for title, shown in (("Objectness", "objectness"), ("RPN NMS", "NMS"), ("Anchor", "anchors")):
        qtbot.mouseClick(titled(opened, title), LEFT)
        settle(qtbot, opened)
        desk = opened.workbench.desk
        assert desk.stage == "regions"
        assert dict(desk.view.controls)["regions.show"] == shown
        picture = opened.centre.canvases["fpn"].picture
        assert picture is not None and picture.controls[0].value == shown
        assert [card for card in opened.side.inspector.cards if card.property("here")] == [
            titled(opened, title)
        ]


def test_the_head_of_a_card_tells_the_formula_of_its_stage(qtbot: QtBot, opened: Window) -> None:
    for method in NAMES:
        opened.go(opened.workbench.desk.alone(method).selecting(Key(method, "detections", 0)))
        settle(qtbot, opened)
        trace = opened.workbench.traces[method]
        for title, stage in (("Pooled", "pooling"), ("Refinement", "refinement"), ("NMS", "nms")):
            head = titled(opened, title).findChild(QLabel, "cardtitle")
            assert head is not None
            formula = stage_formula(method, stage, trace)  # type: ignore[arg-type]
            assert head.toolTip().endswith(tip_text("\n".join(formula))), head.toolTip()
            assert "Show " in head.toolTip()  # and where a click leads


def test_no_card_is_brought_up_in_a_window_that_is_gone(
    qtbot: QtBot, engine: MadeUpEngine, settings: QSettings, photo: Path
) -> None:
    window = Window(lambda: engine, settings)
    window.show()
    window.open_paths([photo])
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    settle(qtbot, window)
    window.select(Key("fpn", "detections", 0))  # its card comes up in the next turn
    window.close()
    window.deleteLater()
    with qtbot.captureExceptions() as caught:
        QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
    assert caught == []


def test_the_pooled_grid_appears_on_its_card(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.alone("sppnet").selecting(Key("sppnet", "scores", 1)))
    settle(qtbot, opened)
    grid = titled(opened, "Pooled").findChild(GridView)
    assert grid is not None and grid.grid is not None
    assert [len(each) for each in grid.grid.grids] == [6, 3, 2, 1]
    assert "strongest channel" in grid.accessibleName()


def test_the_nearest_box_of_another_method_is_followed_by_a_click(
    qtbot: QtBot, opened: Window
) -> None:
    opened.go(opened.workbench.desk.alone("fpn").selecting(Key("fpn", "regions", 0)))
    settle(qtbot, opened)
    other = opened.presenter.found["rcnn"]
    card = titled(opened, f"R-CNN region {other.key.row}")
    assert f"IoU {other.iou:.2f}" in card.accessibleName()
    qtbot.mouseClick(card, LEFT)
    settle(qtbot, opened)
    assert opened.workbench.desk.method == "rcnn"
    assert opened.workbench.desk.view.selected == other.key


def test_methods_that_read_the_same_regions_show_the_same_region(
    qtbot: QtBot, opened: Window
) -> None:
    region = opened.workbench.shown["sppnet"].lineage("detections", 0)[-1][1]
    opened.go(opened.workbench.desk.alone("sppnet").selecting(Key("sppnet", "regions", region)))
    settle(qtbot, opened)
    for name in ("R-CNN", "Fast R-CNN"):
        assert "same region" in titled(opened, f"{name} region {region}").accessibleName()


def test_a_detection_is_followed_to_the_detection_of_the_same_object(
    qtbot: QtBot, opened: Window
) -> None:
    opened.go(opened.workbench.desk.alone("sppnet").selecting(Key("sppnet", "detections", 0)))
    settle(qtbot, opened)
    same = [
        found for name, found in opened.presenter.found.items()
        if name != "sppnet" and found.key.stage == "detections"
    ]
    assert same
    for found in same:
        name = METHODS[NAMES.index(found.key.method)].title
        card = titled(opened, f"{name} detection {found.key.row}")
        words = [label.text() for label in card.findChildren(QLabel)]
        assert "overlaps SPPNet detection 0, of the same class" in words


def test_a_long_panel_has_a_scroll_bar_that_can_be_dragged(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.at_stage("pooling").alone("sppnet"))
    opened.resize(1280, 620)
    settle(qtbot, opened)
    canvas = opened.centre.canvases["sppnet"]
    panel = canvas.spots()[1]
    before = thumb(panel)
    assert before is not None
    x, y = round(before[0] + 2), round(before[1] + 5)
    qtbot.mousePress(canvas, LEFT, pos=QPoint(x, y))
    QTest.mouseMove(canvas, QPoint(x, y + 10))
    QTest.mouseMove(canvas, QPoint(x, y + 60))
    qtbot.mouseRelease(canvas, LEFT, pos=QPoint(x, y + 60))
    after = thumb(canvas.spots()[1])
    assert after is not None and after[1] > before[1] + 20
    assert opened.workbench.desk.view.selected is None  # nothing was picked
    opened.resize(1280, 1500)
    settle(qtbot, opened)
    assert thumb(canvas.spots()[1]) is None

