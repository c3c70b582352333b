"""The real program with a made-up engine, writing a movie, until something ends it.

Arguments: "export" or "window"; a photo; a folder; "gif" or "mp4"; and "close" where the window
closes itself. Says "frame" on stdout for each frame, which takes a while.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from PySide6.QtCore import QSettings, QTimer

from explorer import app as program
from explorer.session import engine
from explorer.ui import movies
from explorer.ui.export_replay import playing, present_replay
from explorer.ui.exporting import Style
from explorer.ui.showing import showing_of
from explorer.ui.theme import DARK
from explorer.ui.window import Window
from tests.gui.conftest import MadeUpEngine

mode, photo, folder, kind, *rest = sys.argv[1:]
from_image = movies.from_image
frames = 0


def slowly(*arguments: object) -> object:
    global frames
    frames += 1
    print("frame", flush=True)
    time.sleep(0.3)
    return from_image(*arguments)  # type: ignore[arg-type]


movies.from_image = slowly  # type: ignore[assignment]


def play(window: Window) -> None:
    """Once its methods are done: write what NMS of FPN plays."""
    bench = window.workbench
    if len(bench.traces) < 5 or window.runner.busy or window.studio.busy:
        return
    if bench.desk.stage != "nms":
        window.go(bench.desk.at_stage("nms").alone("fpn"))
        return
    if not frames and not window.outlet.exporter._threads:
        shown = {"fpn": bench.presenter.shown["fpn"].picture}
        window.outlet.exporter.start(
            present_replay(showing_of(bench), playing(shown), Path(folder), Style(DARK), kind)
        )
    elif frames > 2 and rest == ["close"]:
        window.close()


begin = Window.furnish


def furnish(window: Window) -> None:
    begin(window)
    timer = QTimer(window)
    timer.timeout.connect(lambda: play(window))
    timer.start(50)


if mode == "window":
    Window.furnish = furnish  # type: ignore[method-assign]
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    program.engine_for = lambda device: MadeUpEngine  # type: ignore[assignment]
    sys.exit(program.main([photo]))
engine.TorchEngine = lambda device: MadeUpEngine()  # type: ignore[assignment, misc]
sys.exit(program.main([
    "export", photo, "--out", folder, "--method", "fpn", "--stage", "nms", "--animate", "nms",
    "--movie", kind,
]))
