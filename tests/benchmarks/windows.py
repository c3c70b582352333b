"""What the benchmarks of the window share: an engine with one made-up trace, and its window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from explorer.methods.names import NAMES
from explorer.session.job import Photo
from explorer.trace.base import Progress, Stage
from explorer.trace.stages import ImageStage, SearchStage, Trace
from explorer.ui.window import Window
from tests.gui.conftest import LONG, MadeUpEngine, settle

SIZE = (1920, 1200)


class OneTraceEngine(MadeUpEngine):
    """Every photo is the trace's; its method has the trace's stages."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace

    def read(self, path: Path) -> Photo:
        stage = self.trace.stage("image")
        assert isinstance(stage, ImageStage)
        return stage.pixels

    def search(
        self, photo: Photo, strategy: str = "fast", spaces: tuple[str, ...] = ()
    ) -> Iterator[Progress | SearchStage]:
        stage = self.trace.stage("regions")
        assert isinstance(stage, SearchStage)
        yield stage

    def start(self, method: str, loaded: object) -> Trace:
        return replace(self.trace, stages=())

    def stages(
        self, photo: Photo, method: str, loaded: object, regions: SearchStage | None
    ) -> Iterator[Progress | Stage]:
        yield from self.trace.stages


def open_window(qtbot: QtBot, tmp_path: Path, engine: MadeUpEngine, *methods: str) -> Window:
    """The real window with a photo open in it and those methods done."""
    path = tmp_path / "photo.png"
    Image.new("RGB", (64, 48)).save(path)
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    window = Window(lambda: engine, settings)
    qtbot.addWidget(window)
    window.resize(*SIZE)
    window.show()
    for name in NAMES:
        if name not in methods:
            window.go(window.workbench.desk.toggled(name))
    window.open_paths([path])
    qtbot.waitUntil(lambda: len(window.workbench.traces) == len(methods), timeout=LONG)
    settle(qtbot, window)
    return window
