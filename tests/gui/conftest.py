"""The real window on the offscreen platform, with settings of its own and made-up traces."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

if sys.platform.startswith("linux") and not (
    os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from explorer.methods.choices import Choices
from explorer.session.job import Engine, Photo
from explorer.trace.base import Progress, Stage
from explorer.trace.stages import SearchStage, Trace
from explorer.ui.window import Window
from tests.traces import synthetic_trace


@pytest.fixture(scope="session", autouse=True)
def _no_collector_in_threads() -> Iterator[None]:
    """As in the program (`explorer.ui.garbage`): a worker must never free an old window."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _nothing_on_the_clipboard() -> Iterator[None]:
    """Data of Python's that a test has left there would be freed when the process exits: Python is
    gone by then, and that is a segmentation fault. The program puts only texts and images there.
    """
    yield
    if QCoreApplication.instance() is not None:
        QGuiApplication.clipboard().clear()


@pytest.fixture(autouse=True)
def _collected_here() -> Iterator[None]:
    """What a test leaves behind is freed on this thread, where its widgets live. Its closed windows
    go at once: the next one's style sheet would be worked out for all of their widgets too."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect(1)


# Milliseconds to wait for what takes little, or a whole photo and the first import of torch.
SHORT, LONG = 5_000, 180_000


@dataclass(frozen=True)
class MadeUpNet:
    classes: tuple[str, ...] = ()
    weights_id: str = "made-up"
    varied: dict[str, object] | None = None  # other settings


@cache
def made_up(method: str) -> Trace:
    return synthetic_trace(method)


class MadeUpEngine:
    """Hands out made-up traces for any photo, stage by stage; reads real files. With a part
    exchanged, a method finds its best detection alone.

    gate: while it is clear, a method waits before its first stage (asking whether to go on is the
    runner's business, so it never waits for ever). broken: methods that raise.
    """

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.broken: set[str] = set()
        self.runs: list[str] = []
        self.searches = 0

    def device_name(self) -> str:
        return "cpu · float32"

    def read(self, path: Path) -> Photo:
        from explorer.ops.images import load_photo

        load_photo(path)
        stage = made_up("fpn").stage("image")
        assert stage is not None
        return stage.pixels  # type: ignore[attr-defined]

    def load(self, method: str) -> MadeUpNet:
        return MadeUpNet()

    def use_weights(self, path: Path | None) -> None:
        """It has no weights."""

    def vary(self, method: str, settings: Mapping[str, object], keep_maps: bool) -> MadeUpNet:
        return MadeUpNet(varied=dict(settings))

    def search(
        self, photo: Photo, strategy: str = "fast", spaces: tuple[str, ...] = ()
    ) -> Iterator[Progress | SearchStage]:
        self.searches += 1
        yield Progress("regions", 0, 1)
        stage = made_up("fast_rcnn").stage("regions")
        assert isinstance(stage, SearchStage)
        some = [
            replace(stage.groupings[at % 2], colour_space=name) for at, name in enumerate(spaces)
        ]
        yield replace(stage, strategy=strategy, groupings=tuple(some)) if some else stage

    def start(self, method: str, loaded: object) -> Trace:
        return replace(made_up(method), stages=())

    def stages(
        self, photo: Photo, method: str, loaded: object, regions: SearchStage | None
    ) -> Iterator[Progress | Stage]:
        self.runs.append(method)
        while not self.gate.wait(0.01):
            yield Progress("image", 0, 1)
        if method in self.broken:
            raise RuntimeError("the made-up network is broken")
        trace = made_up(method)
        if getattr(loaded, "varied", None) is not None or (
            regions is not None and method in ("faster_rcnn", "fpn")
        ):
            from explorer.methods.deciding import decide

            trace = decide(trace, Choices(max_detections=1))
        for stage in trace.stages:
            yield regions if stage.name == "regions" and regions is not None else stage


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def engine() -> MadeUpEngine:
    return MadeUpEngine()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    from PIL import Image

    path = tmp_path / "photos" / "cat.png"
    path.parent.mkdir()
    Image.new("RGB", (64, 48), (200, 120, 40)).save(path)
    return path


@pytest.fixture
def make_window(
    qtbot: QtBot, settings: QSettings
) -> Iterator[Callable[[Callable[[], Engine]], Window]]:
    """Opens windows; afterwards they are closed and none of their threads may be left."""
    before = set(threading.enumerate())
    made: list[Window] = []

    def make(make_engine: Callable[[], Engine]) -> Window:
        window = Window(make_engine, settings)
        made.append(window)
        qtbot.addWidget(window)
        window.resize(1280, 800)
        window.show()
        qtbot.waitExposed(window)
        return window

    yield make
    for window in made:
        window.close()
    left = [thread for thread in threading.enumerate() if thread not in before]
    assert left == []


@pytest.fixture
def window(
    make_window: Callable[[Callable[[], Engine]], Window], engine: MadeUpEngine
) -> Window:
    return make_window(lambda: engine)


def settle(qtbot: QtBot, window: Window) -> None:
    """Wait until nothing runs and every picture is on screen."""
    qtbot.waitUntil(lambda: not (
        window.runner.busy or window.studio.busy or window.tour.busy or window.centre.turns.busy
    ), timeout=LONG)


@pytest.fixture
def opened(qtbot: QtBot, window: Window, photo: Path) -> Window:
    """The window with all five methods done."""
    window.open_paths([photo])
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    settle(qtbot, window)
    return window


@pytest.fixture
def album(qtbot: QtBot, window: Window, photo: Path) -> Window:
    """The first of two photos, all methods done."""
    from PIL import Image

    Image.new("RGB", (64, 48), (20, 120, 40)).save(photo.parent / "dog.png")
    window.open_paths([photo.parent])
    arrived(qtbot, window, "cat.png")
    return window


def arrived(qtbot: QtBot, window: Window, name: str) -> None:
    bench = window.workbench
    qtbot.waitUntil(
        lambda: bench.name == name and set(bench.desk.enabled) <= bench.traces.keys(), timeout=LONG
    )
    settle(qtbot, window)
    qtbot.waitUntil(lambda: not window.truth.reader.busy, timeout=SHORT)


def turn(qtbot: QtBot, window: Window, key: Qt.Key, name: str) -> None:
    qtbot.keyClick(window, key)
    arrived(qtbot, window, name)
