"""What acts on cached scores runs no network: forward passes are counted while switches move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox
from pytestqt.qtbot import QtBot
from superqt import QDoubleSlider
from torch.nn.modules.module import register_module_forward_pre_hook

from explorer.methods.names import NAMES
from explorer.session.engine import TorchEngine
from explorer.session.job import Engine
from explorer.trace.stages import DetectionsStage, NmsStage
from explorer.ui.switch_row import SwitchRow
from explorer.ui.window import Window
from tests.gui.conftest import LONG, settle
from tests.gui.random_nets import random_net

KEYS = {
    "proposals", "score_threshold", "detection_threshold", "nms_threshold",
    "suppression", "regression",
}


class Passes:
    """Counts every call of every module, in whichever thread."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, module: torch.nn.Module, given: Any) -> None:
        self.count += 1

    def taken(self) -> int:
        """Those since it was last asked."""
        count, self.count = self.count, 0
        return count


@pytest.fixture
def passes() -> Iterator[Passes]:
    counter = Passes()
    handle = register_module_forward_pre_hook(counter)
    yield counter
    handle.remove()


@pytest.fixture
def real(
    qtbot: QtBot, make_window: Callable[[Callable[[], Engine]], Window], passes: Passes,
    tmp_path: Path,
) -> Window:
    """The window with the five real methods, on random networks, done with a small photo."""
    pixels = np.full((60, 80, 3), 90, np.uint8)
    pixels[10:40, 10:35], pixels[20:55, 45:70] = (220, 60, 40), (40, 90, 220)
    path = tmp_path / "small.png"
    Image.fromarray(pixels).save(path)
    window = make_window(lambda: TorchEngine("cpu", random_net))
    window.open_paths([path])
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    settle(qtbot, window)
    qtbot.keyClick(window, Qt.Key.Key_S)
    return window


def move(row: SwitchRow) -> None:
    """Another value, by the widget that the user moves."""
    field, switch = row.field, row.switch
    if isinstance(field, QDoubleSlider):
        middle = (switch.low + switch.high) / 2
        field.setValue(middle if abs(field.value() - middle) > switch.step else switch.low)
    elif isinstance(field, QComboBox):
        field.setCurrentIndex(field.count() - 1)
        field.textActivated.emit(field.currentText())
    else:
        assert isinstance(field, QCheckBox)
        field.click()


def decided(window: Window) -> dict[str, tuple[object, ...]]:
    """What the switches make of each method."""
    result: dict[str, tuple[object, ...]] = {}
    for method, trace in window.workbench.shown.items():
        nms, found = trace.stage("nms"), trace.stage("detections")
        assert isinstance(nms, NmsStage) and isinstance(found, DetectionsStage)
        result[method] = (nms.nms.kept.tolist(), found.boxes.tolist())
    return result


def test_no_switch_after_the_scores_runs_a_network(
    qtbot: QtBot, real: Window, passes: Passes
) -> None:
    assert passes.taken() > 0, "five methods ran, and nothing was counted"
    moved = set[str]()
    before = decided(real)
    changed = set[str]()
    for at in range(len(real.side.switches.rows)):
        row = real.side.switches.rows[at]
        moved.add(row.switch.key)
        move(row)
        qtbot.waitUntil(lambda: bool(real.workbench.desk.chosen), timeout=LONG)
        settle(qtbot, real)
        changed |= {name for name, now in decided(real).items() if now != before[name]}
        real.workbench.steps.undo()
        settle(qtbot, real)
    assert moved >= KEYS
    assert changed == set(NAMES)
    assert passes.taken() == 0
    # Looking elsewhere, the steps of NMS and the theme run none either.
    real.go(real.workbench.desk.at_stage("nms").alone("fpn"))
    settle(qtbot, real)
    for key in (Qt.Key.Key_BracketRight, Qt.Key.Key_BracketLeft, Qt.Key.Key_Left):
        qtbot.keyClick(real, key)
        settle(qtbot, real)
    real.switch_theme()
    settle(qtbot, real)
    assert passes.taken() == 0


def test_exchanging_a_part_runs_its_method_and_is_counted(
    qtbot: QtBot, real: Window, passes: Passes
) -> None:
    passes.taken()
    real.go(real.workbench.desk.exchanged("fpn", "top_down", False))
    qtbot.waitUntil(lambda: passes.count > 0, timeout=LONG)
    settle(qtbot, real)
