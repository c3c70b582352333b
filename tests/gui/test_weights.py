"""FPN's weights in the window: menu, key, drop, download; what cannot be used changes nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.app import open_first
from explorer.methods.names import NAMES
from explorer.methods.torchvision_names import PUBLISHED
from explorer.session.job import Engine, Weights
from explorer.trace.stages import Trace
from explorer.ui.window import Window
from tests.gui.conftest import LONG, SHORT, MadeUpEngine, MadeUpNet, made_up, settle
from tests.gui.test_opening import drop, files

OTHERS = set(NAMES) - {"fpn"}


class WeightsEngine(MadeUpEngine):
    """Made-up traces that name their weights; reads the header of a real safetensors file."""

    def __init__(self) -> None:
        super().__init__()
        self.path: Path | None = None

    def use_weights(self, path: Path | None) -> None:
        if path is not None:
            try:
                safetensors.numpy.load_file(path)
            except Exception as error:
                raise ValueError(f"{path} is not a file of weights: {error}") from error
        self.path = path

    def load(self, method: str) -> MadeUpNet:
        own = self.path.name if self.path is not None and method == "fpn" else None
        return MadeUpNet(weights_id=f"{own or method + '.safetensors'} · 01234567")

    def start(self, method: str, loaded: object) -> Trace:
        assert isinstance(loaded, MadeUpNet)
        return replace(made_up(method), weights=loaded.weights_id, stages=())


@pytest.fixture
def engine() -> WeightsEngine:
    return WeightsEngine()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """torch's downloads go to an empty folder; its path."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    folder = tmp_path / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return checkpoint(tmp_path / "mine.safetensors")


def checkpoint(path: Path) -> Path:
    safetensors.numpy.save_file({"weight": np.ones(3, np.float32)}, path)
    return path


def entries(window: Window) -> dict[str, bool]:
    """The menu's choices as they are when it opens, and which is marked."""
    window.weights.fill()
    return {
        action.text().partition("\t")[0]: action.isChecked()
        for action in window.weights_menu.actions() if action.isCheckable()
    }


def marked(window: Window) -> list[str]:
    return [text for text, on in entries(window).items() if on]


def pick(window: Window, text: str) -> None:
    window.weights.fill()
    next(a for a in window.weights_menu.actions() if a.text().startswith(text)).trigger()


def fpn(window: Window) -> str:
    """The weights that FPN's results on screen were made with."""
    return window.workbench.traces["fpn"].weights.partition(" · ")[0]


def test_a_dropped_checkpoint_runs_fpn_alone_again(
    qtbot: QtBot, opened: Window, engine: WeightsEngine, mine: Path, settings: QSettings
) -> None:
    before = dict(opened.workbench.traces)
    runs = list(engine.runs)
    assert marked(opened) == ["Bundled small network"]
    drop(opened, files(mine))
    qtbot.waitUntil(lambda: fpn(opened) == mine.name, timeout=LONG)
    settle(qtbot, opened)
    assert engine.runs == [*runs, "fpn"]
    assert {name: opened.workbench.traces[name] for name in OTHERS} == {
        name: before[name] for name in OTHERS
    }
    assert opened.workbench.name == "cat.png"
    assert marked(opened) == [mine.name]
    assert opened.centre.canvases["fpn"].frame.title == f"FPN · {mine.name}"
    assert opened.centre.canvases["rcnn"].frame.title == "R-CNN"
    assert mine.name in opened.top.chips["fpn"].toolTip()
    assert settings.value("weights") == str(mine)
    assert all(cell.thumbnail is not None for cell in opened.stage_map.cells.values())
    pick(opened, "Bundled")
    qtbot.waitUntil(lambda: fpn(opened) == "fpn.safetensors", timeout=LONG)
    settle(qtbot, opened)
    assert opened.centre.canvases["fpn"].frame.title == "FPN"
    assert not settings.value("weights")


def test_photos_that_come_with_a_checkpoint_are_opened(
    qtbot: QtBot, window: Window, engine: WeightsEngine, photo: Path, mine: Path
) -> None:
    drop(window, files(mine, photo))
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    settle(qtbot, window)
    assert fpn(window) == mine.name
    assert engine.runs.count("fpn") == 1


def test_a_damaged_checkpoint_changes_nothing(
    qtbot: QtBot, opened: Window, engine: WeightsEngine, tmp_path: Path, settings: QSettings
) -> None:
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(b"not weights")
    before, runs = dict(opened.workbench.traces), list(engine.runs)
    drop(opened, files(damaged))
    qtbot.waitUntil(lambda: opened.banner.isVisible(), timeout=SHORT)
    settle(qtbot, opened)
    text = opened.banner.text.text()
    assert "damaged.safetensors" in text and text.endswith("FPN keeps the weights that it has.")
    assert opened.workbench.traces == before and engine.runs == runs
    assert marked(opened) == ["Bundled small network"]
    assert not settings.value("weights")
    assert all(cell.state == "done" for cell in opened.stage_map.cells.values())


def test_what_fpn_had_comes_back_when_its_run_is_cancelled_or_fails(
    qtbot: QtBot, opened: Window, engine: WeightsEngine, mine: Path
) -> None:
    before = opened.workbench.traces["fpn"]
    engine.gate.clear()
    drop(opened, files(mine))
    qtbot.waitUntil(lambda: engine.runs.count("fpn") == 2, timeout=LONG)
    qtbot.mouseClick(opened.strip.cancel, Qt.MouseButton.LeftButton)
    engine.gate.set()
    settle(qtbot, opened)
    assert opened.workbench.traces["fpn"] is before
    assert opened.workbench.status["fpn"].state == "done"
    engine.broken = {"fpn"}
    pick(opened, mine.name)
    qtbot.waitUntil(lambda: opened.banner.isVisible(), timeout=LONG)
    settle(qtbot, opened)
    assert opened.workbench.traces["fpn"] is before
    assert all(opened.stage_map.cells[("fpn", s.name)].state == "done" for s in before.stages)


def test_w_opens_the_menu_and_arrows_choose(
    qtbot: QtBot, opened: Window, engine: WeightsEngine, mine: Path
) -> None:
    drop(opened, files(mine))
    qtbot.waitUntil(lambda: fpn(opened) == mine.name, timeout=LONG)
    settle(qtbot, opened)
    qtbot.keyClick(opened, Qt.Key.Key_W)
    menu = QApplication.activePopupWidget()
    assert menu is opened.weights_menu
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: fpn(opened) == "fpn.safetensors", timeout=LONG)
    settle(qtbot, opened)


def test_the_menu_gives_the_size_of_what_is_not_there_yet(opened: Window, cache: Path) -> None:
    opened.weights.fill()
    texts = [action.text() for action in opened.weights_menu.actions()]
    assert "ResNet-50\tDownload 168 MB" in texts and "torchvision checkpoint…" in texts
    checkpoint(cache / PUBLISHED[1].file)
    opened.weights.fill()
    texts = [action.text() for action in opened.weights_menu.actions()]
    assert "ResNet-50" in texts and "MobileNet v3\tDownload 78 MB" in texts


class Server:
    """A download that goes on piece by piece, for as long as nobody opens its gate."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gate = threading.Event()
        self.asked: list[str] = []
        self.ended = 0

    def __call__(self, name: str, progress: Callable[[int, int], None]) -> Path:
        self.asked.append(name)
        try:
            while not self.gate.wait(0.01):
                progress(50_000_000, 200_000_000)
        finally:
            self.ended += 1
        one = next(one for one in PUBLISHED if one.name == name)
        return checkpoint(self.folder / one.file)


@pytest.fixture
def server(opened: Window, cache: Path) -> Server:
    found = Server(cache)
    opened.weights.download.get = found
    return found


def test_a_download_shows_how_far_it_is_and_is_then_used(
    qtbot: QtBot, opened: Window, server: Server, settings: QSettings
) -> None:
    card = opened.weights.card
    pick(opened, "MobileNet v3")
    assert card.isVisible()
    qtbot.waitUntil(lambda: card.bar.value() == 50_000_000, timeout=SHORT)
    assert card.text.text() == "Downloading MobileNet v3 · 50 of 200 MB"
    assert marked(opened) == ["Bundled small network"]  # until it is there
    server.gate.set()
    qtbot.waitUntil(lambda: fpn(opened) == PUBLISHED[0].file, timeout=LONG)
    settle(qtbot, opened)
    assert not card.isVisible()
    assert marked(opened) == ["MobileNet v3"]
    assert opened.centre.canvases["fpn"].frame.title == "FPN · MobileNet v3"
    assert settings.value("weights") == str(server.folder / PUBLISHED[0].file)


def test_a_download_can_be_cancelled(qtbot: QtBot, opened: Window, server: Server) -> None:
    before = dict(opened.workbench.traces)
    pick(opened, "ResNet-50 v2")
    qtbot.waitUntil(lambda: opened.weights.card.bar.value() > 0, timeout=SHORT)
    qtbot.mouseClick(opened.weights.card.cancel, Qt.MouseButton.LeftButton)
    assert not opened.weights.card.isVisible()
    qtbot.waitUntil(lambda: server.ended == 1, timeout=SHORT)
    server.gate.set()
    qtbot.wait(50)
    assert opened.workbench.traces == before
    assert marked(opened) == ["Bundled small network"]
    assert not opened.banner.isVisible()


def test_a_download_that_fails_is_one_sentence(qtbot: QtBot, opened: Window) -> None:
    def get(name: str, progress: Callable[[int, int], None]) -> Path:
        raise OSError("https://example.org/x.pth could not be downloaded: no route to host")

    opened.weights.download.get = get
    pick(opened, "ResNet-50 v2")
    qtbot.waitUntil(lambda: opened.banner.isVisible(), timeout=SHORT)
    assert opened.banner.text.text() == (
        "https://example.org/x.pth could not be downloaded: no route to host. "
        "FPN keeps the weights that it has."
    )
    assert not opened.weights.card.isVisible()
    assert len(opened.workbench.traces) == 5


def test_closing_ends_a_download(qtbot: QtBot, opened: Window, server: Server) -> None:
    pick(opened, "ResNet-50 v2")
    qtbot.waitUntil(lambda: server.asked != [], timeout=SHORT)
    begun = time.monotonic()
    opened.close()
    assert server.ended == 1 and time.monotonic() - begun < 30


def test_the_choice_is_remembered_and_forgotten_where_its_file_is_gone(
    qtbot: QtBot,
    make_window: Callable[[Callable[[], Engine]], Window],
    settings: QSettings,
    photo: Path,
    mine: Path,
) -> None:
    settings.setValue("weights", str(mine))
    first = make_window(WeightsEngine)
    first.open_paths([photo])
    qtbot.waitUntil(lambda: len(first.workbench.traces) == 5, timeout=LONG)
    settle(qtbot, first)
    assert fpn(first) == mine.name
    first.close()
    mine.unlink()
    second = make_window(WeightsEngine)
    second.open_paths([photo])
    qtbot.waitUntil(lambda: len(second.workbench.traces) == 5, timeout=LONG)
    settle(qtbot, second)
    assert fpn(second) == "fpn.safetensors"
    assert not second.banner.isVisible()


@pytest.mark.parametrize("weights", ["mine.safetensors", "absent.pth"])
def test_the_command_line_chooses_for_this_time(
    qtbot: QtBot, settings: QSettings, photo: Path, mine: Path, weights: str
) -> None:
    asked = str(mine.parent / weights)
    window = Window(WeightsEngine, settings)
    qtbot.addWidget(window)
    window.show()
    open_first(window, [photo], asked)
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    settle(qtbot, window)
    there = weights == mine.name
    assert fpn(window) == (mine.name if there else "fpn.safetensors")
    assert window.banner.isVisible() is not there
    assert there or asked in window.banner.text.text()
    assert not settings.value("weights")
    window.close()


def test_other_weights_wait_for_a_photo_that_is_being_read(
    qtbot: QtBot, window: Window, engine: WeightsEngine, photo: Path, mine: Path
) -> None:
    engine.gate.clear()
    window.open_paths([photo])
    window.weights.choose(Weights(mine))
    engine.gate.set()
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    settle(qtbot, window)
    assert fpn(window) == mine.name
