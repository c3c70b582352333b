"""The drawer's page of recall: how to get some, curves of all methods, what the chips choose."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from explorer.methods.names import NAMES
from explorer.session.ground_truth import GroundTruth, nothing_drawn
from explorer.session.recall import Recall
from explorer.ui.recall_page import COMPUTING, NONE_COUNTS, RecallPage
from explorer.ui.recall_plots import DASHES, RecallPlots, falls, steps
from explorer.ui.theme import LIGHT
from explorer.ui.window import Window
from tests.gui.conftest import settle
from tests.trace_regions import objects_in

LEFT = Qt.MouseButton.LeftButton


def page_of(qtbot: QtBot, window: Window) -> RecallPage:
    qtbot.keyClick(window, Qt.Key.Key_R)
    settle(qtbot, window)
    page = window.comparing.recall
    assert page.isVisible()
    return page


def truth() -> GroundTruth:
    found = nothing_drawn()
    for box, name in zip(objects_in(240, 320).tolist(), ("cat", "bottle"), strict=True):
        found = found.added((box[0], box[1], box[2], box[3]), name)
    return found


def curves(plots: RecallPlots) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {item.name(): item.getData() for item in plots.by_iou.listDataItems()}


def test_without_ground_truth_it_says_how_to_get_some(qtbot: QtBot, opened: Window) -> None:
    page = page_of(qtbot, opened)
    assert page.why.isVisible() and "Recall needs ground truth" in page.why.text()
    qtbot.mouseClick(page.draw, LEFT)
    assert opened.truth.drawing
    hard = truth()
    hard = GroundTruth(hard.boxes, hard.names, np.ones(2, bool), "x.xml")
    opened.go(opened.workbench.desk.with_truth(hard))
    settle(qtbot, opened)
    assert page.why.text() == NONE_COUNTS and not page.draw.isVisible()


def test_a_curve_for_each_method(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.with_truth(truth()))
    page = page_of(qtbot, opened)
    plots = page.plots
    assert plots is not None and plots.isVisible() and not page.why.isVisible()
    at_300 = curves(plots)
    assert list(at_300) == list(NAMES)
    for x, y in at_300.values():
        assert x[0] == 0.5 and x[-1] == 0.95 and (np.diff(y) <= 0).all()
        assert set(y.tolist()) <= {0.0, 0.5, 1.0}  # of two boxes, and no slopes between
        assert ((np.diff(x) == 0) | (np.diff(y) == 0)).all()
    shared = [label.text() for label in page.legend.findChildren(QLabel)]
    assert "R-CNN, SPPNet and Fast R-CNN read the same regions: one line" in shared
    dashes = {tuple(item.opts["pen"].dashPattern()) for item in plots.by_iou.listDataItems()}
    assert len(dashes) == len(NAMES) == len(set(DASHES.values()))
    qtbot.mouseClick(page.chips.button(100), LEFT)
    assert all((curves(plots)[name][1] <= at_300[name][1]).all() for name in NAMES)
    over = [label.text() for label in plots.findChildren(QLabel)]
    assert "Recall against number of regions (dotted line: 100)" in over
    assert "Recall against IoU, first" in over
    assert "100 regions" in plots.by_iou.getAxis("left").labelText
    assert "number of regions" in plots.by_number.getAxis("bottom").labelText
    opened.switch_theme()
    assert list(curves(plots)) == list(NAMES)


def test_it_follows_the_ground_truth(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.with_truth(truth()))
    page = page_of(qtbot, opened)
    assert page.plots is not None
    qtbot.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, opened)
    assert page.why.isVisible() and not page.plots.isVisible()


def test_the_chips_choose_the_regions(qtbot: QtBot) -> None:
    covered = {
        number: np.repeat(np.float32([1, 0]), [share, 5 - share])
        for number, share in ((100, 1), (300, 2), (2000, 5))
    }
    one = Recall("fpn", np.array([0.0, 0.5, 0.5, 1.0]), covered)
    plots = RecallPlots(QWidget())
    qtbot.addWidget(plots)
    for number, share in ((100, 0.2), (300, 0.4), (2000, 1.0)):
        plots.show_recalls([one], number, LIGHT)
        assert curves(plots)["fpn"][1] == pytest.approx(share)


def test_the_staircase_has_only_its_corners() -> None:
    x, y = steps(np.array([0.0, 0.5, 0.5, 1.0]))
    assert 10**x == pytest.approx([1, 2, 2, 4, 4, 4])
    assert y.tolist() == [0, 0, 0.5, 0.5, 1, 1]


def test_recall_falls_just_behind_each_boxs_iou() -> None:
    x, y = falls(np.array([0.3, 0.5, 0.7, 0.95], np.float32))
    assert x == pytest.approx([0.5, 0.5, 0.5, 0.7, 0.7, 0.95])
    assert y.tolist() == [0.75, 0.75, 0.5, 0.5, 0.25, 0.25]


def test_while_it_computes_it_says_so(qtbot: QtBot, opened: Window) -> None:
    opened.go(opened.workbench.desk.with_truth(truth()))
    settle(qtbot, opened)
    qtbot.keyClick(opened, Qt.Key.Key_R)
    page = opened.comparing.recall
    assert page.why.text() == COMPUTING and page.why.isVisible() and not page.draw.isVisible()
    settle(qtbot, opened)
    assert not page.why.isVisible()


def test_the_window_stands_before_pyqtgraph_is_read(root: Path) -> None:
    code = "import sys, explorer.ui.window\nsys.exit('pyqtgraph' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(root)}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0
