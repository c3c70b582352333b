"""The program from its real `main`, with the real pipelines on random networks."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer import app as program
from explorer.methods.names import NAMES
from explorer.session.engine import TorchEngine
from explorer.trace.base import STAGE_NAMES
from explorer.trace.stages import SearchStage
from explorer.ui.window import Window
from tests.gui.random_nets import random_net


@pytest.fixture
def small_photo(tmp_path: Path) -> Path:
    """Two plain rectangles: selective search finds few regions."""
    pixels = np.full((60, 80, 3), 90, np.uint8)
    pixels[10:40, 10:35] = (220, 60, 40)
    pixels[20:55, 45:70] = (40, 90, 220)
    path = tmp_path / "small.png"
    Image.fromarray(pixels).save(path)
    return path


def test_main_shows_real_results_and_ends_cleanly(
    qtbot: QtBot, small_photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        program, "engine_for", lambda device: lambda: TorchEngine(device, random_net)
    )
    before = set(threading.enumerate())
    seen: list[Window] = []

    def look() -> None:
        windows = [w for w in QApplication.topLevelWidgets() if isinstance(w, Window)]
        for window in windows:
            if not window.furnished:
                continue
            complete = [t for t in window.workbench.traces.values() if t.stage("detections")]
            idle = not window.runner.busy and not window.studio.busy
            if window.isVisible() and idle and (complete or window.banner.isVisible()):
                seen.append(window)
                window.close()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(100)
    assert program.main([str(small_photo), "--device", "cpu"]) == 0
    timer.stop()
    window = seen[0]
    assert not window.banner.text.text()
    assert set(window.workbench.traces) == set(NAMES)
    for trace in window.workbench.traces.values():
        assert {stage.name for stage in trace.stages} == set(STAGE_NAMES)
    searches = {id(window.workbench.traces[name].stage("regions")) for name in NAMES[:3]}
    assert len(searches) == 1  # selective search ran once, for three methods
    assert isinstance(window.workbench.traces["rcnn"].stage("regions"), SearchStage)
    assert all(cell.thumbnail is not None for cell in window.stage_map.cells.values())
    assert [thread for thread in threading.enumerate() if thread not in before] == []


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False
    )


def test_the_window_needs_no_torch_to_open() -> None:
    """Torch takes seconds to import: the window must be on screen before."""
    done = run_python(
        "import sys\n"
        "from PySide6.QtCore import QSettings\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from explorer.app import engine_for\n"
        "from explorer.ui.window import Window\n"
        "app = QApplication([])\n"
        "window = Window(engine_for('cpu'), QSettings('/nowhere/x.ini', QSettings.IniFormat))\n"
        "window.show(); app.processEvents()\n"
        "print([name for name in ('torch', 'cv2', 'numba', 'pyqtgraph') if name in sys.modules])\n"
        "window.close()\n"
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_the_first_paint_waits_for_qt_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `main.py` reads from disk until something is on screen; see bench_startup.py."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))  # the settings are not the user's
    done = run_python(
        "import sys\n"
        "from explorer import app\n"
        "from explorer.ui import program, window\n"
        "def painted(self):\n"
        "    read = [name for name in ('torch', 'numpy', 'cv2', 'qtawesome', 'superqt',\n"
        "                              'explorer.ui.workbench') if name in sys.modules]\n"
        "    print(read, flush=True)\n"
        "    self.close()\n"
        "window.Window.furnish = painted\n"
        "app.main(['--device', 'cpu'])\n"
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_help_names_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["export", "--help"]):
        with pytest.raises(SystemExit) as end:
            program.main(arguments)
        assert end.value.code == 0
        assert "--device" in capsys.readouterr().out
