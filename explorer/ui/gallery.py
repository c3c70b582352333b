"""Takes pictures of the window in its views, with results that are there already."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QSettings
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from explorer.methods.names import METHODS, NAMES
from explorer.session.engine import TorchEngine
from explorer.session.ground_truth import nothing_drawn
from explorer.session.job import Photo
from explorer.session.scene import Key
from explorer.session.scenes.features import BUILD
from explorer.trace.base import STAGE_NAMES, Progress, Stage, StageName
from explorer.trace.stages import DetectionsStage, ImageStage, RegionsStage, SearchStage, Trace
from explorer.ui.window import Window

PERSON = (0.03, 0.01, 0.78, 1.0)  # in the first sample, in parts of its sides
QUALITY = 75  # of PNG: larger files in half the time
PATIENCE = 120.0  # seconds until a picture is taken of what is there


class HeldEngine(TorchEngine):
    """Gives the traces that it was given, at once; the device is theirs."""

    def __init__(self, traces: Mapping[str, Trace]) -> None:
        super().__init__("cpu")
        self._traces = traces

    def device_name(self) -> str:
        return next(iter(self._traces.values())).device

    def read(self, path: Path) -> Photo:
        image = next(iter(self._traces.values())).stage("image")
        assert isinstance(image, ImageStage)
        return image.pixels

    def load(self, method: str) -> Any:
        return self._traces[method]

    def search(
        self, photo: Photo, strategy: str = "fast", spaces: tuple[str, ...] = ()
    ) -> Iterator[Progress | SearchStage]:
        for trace in self._traces.values():
            stage = trace.stage("regions")
            if isinstance(stage, SearchStage):
                yield stage
                return

    def start(self, method: str, loaded: Any) -> Trace:
        return replace(self._traces[method], stages=())

    def stages(
        self, photo: Photo, method: str, loaded: Any, regions: RegionsStage | None
    ) -> Iterator[Progress | Stage]:
        yield from self._traces[method].stages


@dataclass(frozen=True)
class View:
    """show: brings it up; gives the widget to take, None for the window."""

    name: str
    show: Callable[[Window], QWidget | None]


def take(
    photo: Path, traces: Mapping[str, Trace], folder: Path, sizes: Sequence[tuple[int, int]],
    themes: Sequence[str], wanted: Collection[str] = (),
) -> Iterator[Path]:
    """Write `VIEW__THEME-WIDTHxHEIGHT@SCALE.png` for each; yields the paths.

    wanted: parts of the names of the only views that are taken; all where there are none.
    """
    app = QApplication.instance() or QApplication(["two-stage-explorer"])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        settings = QSettings(f"{place}/settings.ini", QSettings.Format.IniFormat)
        window = Window(lambda: HeldEngine(traces), settings)
        window.resize(*sizes[0])
        window.show()
        window.open_paths([photo.resolve()])  # the tour knows a sample by its path
        settle(window, NAMES)
        chosen = [
            view for view in views(window)
            if not wanted or any(part in view.name for part in wanted)
        ]
        # Another size or theme lays out and draws everything anew: views change more cheaply.
        for width, height in sizes:
            window.resize(width, height)
            window.restore_sizes()  # as a window has that opens at this size
            for theme in themes:
                window.use_theme(theme)
                for view in chosen:
                    path = folder / f"{view.name}__{theme}-{width}x{height}@{_scale(window)}.png"
                    yield _picture(window, view, path)
        window.close()
    del app


def _scale(window: Window) -> str:
    return f"{window.devicePixelRatio():g}"


def _picture(window: Window, view: View, path: Path) -> Path:
    """Bring the view up anew, so that each picture stands for itself."""
    begin(window)
    widget = view.show(window) or window
    settle(window, window.workbench.desk.enabled)
    if not widget.grab().save(str(path), quality=QUALITY):
        raise OSError(f"Cannot write {path}.")
    if isinstance(widget, QDialog):
        widget.reject()
    return path


def begin(window: Window) -> None:
    """All that a view may have opened is closed again."""
    window.tour.leave()
    if window.commands.isVisible():
        window.commands.toggle()
    window.truth.leave()
    desk = window.workbench.desk.reset().side_by_side().as_run().with_truth(None)
    window.camera.fit()
    window.go(desk.at_stage("detections"))
    window.drawer.hide()
    window.side.setVisible(window.width() >= 1500)
    window.side.tabs.button(0).click()
    window.banner.hide()


def settle(window: Window, methods: Collection[str]) -> None:
    """Handle events until the methods are done, every picture is drawn and nothing moves."""
    end = time.monotonic() + PATIENCE
    quiet = 0
    while quiet < 5 and time.monotonic() < end:
        QApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete.value))
        QApplication.processEvents()
        time.sleep(0.01)
        done = set(methods) <= set(window.workbench.traces)
        parts = (window.runner, window.studio, window.tour, window.centre.turns)
        busy = not done or any(part.busy for part in parts)
        quiet = 0 if busy else quiet + 1


# -- the views --------------------------------------------------------------------------------


def views(window: Window) -> list[View]:
    """Every stage side by side and alone, every page and dialog, and what is worth a close look."""
    found = [View(f"{at:02d}-{stage}", _stage(stage)) for at, stage in enumerate(STAGE_NAMES, 1)]
    found += [
        View(f"{at:02d}-{stage}-{method.name}", _stage(stage, method.name))
        for at, stage in enumerate(STAGE_NAMES, 1) for method in METHODS
    ]
    found += [
        View("10-journey", _journey), View("11-zoomed", _zoomed),
        View("12-merges", _control("regions", "fast_rcnn", "show", "merges")),
        View("13-swipe", _swipe), View("14-tour", _tour), View("15-truth", _truth),
        View("16-switched", _switched),
        View("17-anchors", _control("regions", "fpn", "show", "all anchors")),
        View("18-sliding-window", _control("regions", "faster_rcnn", "show", "objectness")),
        View("19-top-down", _control("features", "fpn", "show", BUILD)),
    ]
    for button in window.side.tabs.buttons():
        found.append(View(f"20-side-{_plain(button.text())}", _side(button.text())))
    for button in window.drawer.tabs.buttons():
        found.append(View(f"30-drawer-{_plain(button.text())}", _drawer(button.text())))
    found.append(View("31-recall-with-truth", _recall))
    found += [View("40-export", _export), View("41-keys", _keys), View("42-open-menu", _open_menu),
              View("43-palette", _palette)]
    return found


def _plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _stage(stage: StageName, method: str | None = None) -> Callable[[Window], None]:
    def show(window: Window) -> None:
        desk = window.workbench.desk.at_stage(stage)
        window.go(desk.alone(method) if method else desk.side_by_side())

    return show


def _best(window: Window) -> Key:
    """The best detection of the last method that found something, else its first region."""
    for name in reversed(NAMES):
        found = window.workbench.shown[name].stage("detections")
        if isinstance(found, DetectionsStage) and len(found.boxes):
            return Key(name, "detections", 0)
    return Key(NAMES[-1], "regions", 0)


def _journey(window: Window) -> None:
    window.side.setVisible(True)
    window.select(_best(window))


def _zoomed(window: Window) -> None:
    key = _best(window)
    window.go(window.workbench.desk.at_stage("nms").alone(key.method).selecting(key))
    settle(window, window.workbench.desk.enabled)
    window.zoom_to_selection()


def _control(
    stage: StageName, method: str, key: str, value: str
) -> Callable[[Window], None]:
    def show(window: Window) -> None:
        window.go(window.workbench.desk.viewing(stage, method, key, value))

    return show


def _with_truth(window: Window) -> None:
    """The astronaut's box, drawn by hand; on another photo, a box as any other."""
    x1, y1, x2, y2 = window.camera.extent
    left, top, right, bottom = PERSON
    box = (
        x1 + left * (x2 - x1), y1 + top * (y2 - y1), x1 + right * (x2 - x1), y1 + bottom * (y2 - y1)
    )
    window.go(window.workbench.desk.with_truth(nothing_drawn().added(box, "person")))


def _truth(window: Window) -> None:
    _with_truth(window)
    window.truth.toggle()


def _switched(window: Window) -> None:
    """A lower threshold and no box regression: what that gains, loses and moves."""
    desk = window.workbench.desk.alone("faster_rcnn")
    for key, value in (("detection_threshold", 0.3), ("regression", False)):
        desk = desk.switched(("faster_rcnn",), key, value)
    window.go(desk)
    settle(window, window.workbench.desk.enabled)
    _side("Switches")(window)


def _recall(window: Window) -> None:
    _with_truth(window)
    _drawer("Recall")(window)


def _swipe(window: Window) -> None:
    window.go(window.workbench.desk.at_stage("detections").swiping())


def _tour(window: Window) -> None:
    window.side.setVisible(True)
    window.tour.begin()


def _palette(window: Window) -> None:
    window.commands.toggle()


def _side(name: str) -> Callable[[Window], None]:
    def show(window: Window) -> None:
        window.side.setVisible(True)
        next(each for each in window.side.tabs.buttons() if each.text() == name).click()

    return show


def _drawer(name: str) -> Callable[[Window], None]:
    def show(window: Window) -> None:
        button = next(each for each in window.drawer.tabs.buttons() if each.text() == name)
        button.click()
        window.drawer.setVisible(True)

    return show


def _dialog(window: Window) -> QWidget:
    return [each for each in window.findChildren(QDialog) if each.isVisible()][-1]


def _export(window: Window) -> QWidget:
    window.outlet.ask()
    return _dialog(window)


def _keys(window: Window) -> QWidget:
    window.show_keys()
    return _dialog(window)


def _open_menu(window: Window) -> QWidget:
    window.open_menu.aboutToShow.emit()
    window.open_menu.ensurePolished()
    window.open_menu.adjustSize()
    return window.open_menu
