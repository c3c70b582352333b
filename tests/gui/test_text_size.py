"""Another size of texts: the window that follows shows the same, and nothing runs again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.methods.names import NAMES
from explorer.ui import text_size
from explorer.ui.text_size import SIZES, largest, next_size, use_text_size
from explorer.ui.window import Window

CTRL = Qt.KeyboardModifier.ControlModifier
ROOT = Path(__file__).resolve().parents[2]


def screen_file(folder: Path, width: int, height: int) -> Path:
    """A screen of the offscreen platform."""
    screen = {"name": "one", "x": 0, "y": 0, "width": width, "height": height}
    path = folder / "screen.json"
    path.write_text(json.dumps({"screens": [{**screen, "logicalDpi": 96, "dpr": 1}]}))
    return path


def windows_of(folder: Path, photo: Path, *steps: int) -> list[dict[str, Any]]:
    """What the windows of the program showed, on a screen of 1280 × 800."""
    usual = {name: one for name, one in os.environ.items() if name != text_size.FACTOR}
    done = subprocess.run(
        [sys.executable, "-m", "tests.gui.text_size_program", str(photo), *map(str, steps)],
        env=usual | {
            "QT_QPA_PLATFORM": f"offscreen:configfile={screen_file(folder, 1280, 800)}",
            "XDG_CONFIG_HOME": str(folder), "HOME": str(folder),
        },
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_texts_change_at_once_and_all_else_stays(tmp_path: Path, photo: Path) -> None:
    steps = (1, 1, 1, -1, -1, -1, -1, -1)
    first, *others = shown = windows_of(tmp_path, photo, *steps)
    assert [one["size"] for one in shown] == [100, 110, 125, 125, 110, 100, 90, 80, 80]
    for one in shown:
        assert one["ratio"] == pytest.approx(one["size"] / 100)
        assert one["device"] == pytest.approx([1280, 800], abs=1)
        assert one["font"] == "Inter"
        assert one["cut"] == []
        assert one["panels"] == max(1, one["size"] / 100)  # their texts grow too
    for one in others:
        assert {name: one[name] for name in ("stage", "row", "past", "zoom", "drawer", "done")} == {
            "stage": "nms", "row": 0, "past": 1, "zoom": 2.0, "drawer": 1, "done": sorted(NAMES)
        }
        assert (one["runs"], one["engines"]) == (len(NAMES), 1)  # nothing ran again
    assert [one["said"] for one in (first, shown[2], shown[3], shown[8])] == [
        "", "All texts and controls are at 125 %.",
        "Texts are at 125 %; larger ones have no room on this screen.",
        "Texts are at 80 %, the smallest size.",
    ]
    (again,) = windows_of(tmp_path, photo)  # the next start
    assert again["size"] == 80


def test_keys_choose_the_size(
    qtbot: QtBot, window: Window, settings: QSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.ui.window.largest", lambda screen, now: 110)
    said: list[str] = []
    window.text_size_chosen.connect(said.append)
    qtbot.keyClick(window, Qt.Key.Key_Plus, CTRL)
    assert said == ["All texts and controls are at 110 %."]
    assert text_size.text_size(settings) == 110
    window.text_size = 110  # as the window that follows
    qtbot.keyClick(window, Qt.Key.Key_Plus, CTRL)
    assert len(said) == 1 and "no room" in window.strip.hint.text()
    settings.setValue(text_size.SETTING, "huge")
    assert text_size.text_size(settings) == 100


def test_the_factor_multiplies_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for own, size, factor in (
        (None, 100, None), (None, 125, "1.25"), ("2", 125, "2.5"), ("2", 100, "2"),
        ("wide", 125, "wide"),
    ):
        monkeypatch.delenv(text_size.FACTOR, raising=False)
        if own is not None:
            monkeypatch.setenv(text_size.FACTOR, own)
        use_text_size(size, own)
        assert os.environ.get(text_size.FACTOR) == factor


def test_no_size_is_chosen_that_has_no_room(qtbot: QtBot) -> None:
    assert next_size(100, 1, most=110)[0] == 110
    assert next_size(110, 1, most=110)[0] == 110
    assert next_size(175, -1, most=110)[0] == 150  # from a larger screen
    assert next_size(SIZES[0], -1, most=200)[0] == SIZES[0]
    assert next_size(SIZES[-1], 1, most=200)[0] == SIZES[-1]
    assert largest(QApplication.primaryScreen(), 100) in SIZES
