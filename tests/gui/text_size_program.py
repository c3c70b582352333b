"""The real program with a made-up engine, which steps through sizes of texts by itself.

A process of its own for each: its applications are none of the tests'. Prints what its windows
showed, one line of JSON each. Arguments: a photo, and steps of the size (1 or -1).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from itertools import combinations

from PySide6.QtCore import QCoreApplication, QRect, QSettings, QTimer
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication, QWidget

from explorer import app as program
from explorer.session.scene import Key
from explorer.ui.fonts import sans
from explorer.ui.window import Window
from tests.gui.conftest import MadeUpEngine

photo, *steps = sys.argv[1:]
engine = MadeUpEngine()
made = 0


def make_engine() -> MadeUpEngine:
    global made
    made += 1
    return engine


def cut_off(window: Window) -> list[str]:
    """Parts of the window that have not the size they ask for, or reach beyond it."""
    parts: list[QWidget] = [
        window.top.photo, *window.top.chips.values(), window.top.export, window.stage_map,
        *window.bottom.boxes.values(), *window.centre.canvases.values(),
    ]
    found = []
    for part in parts:
        if part.isVisible():
            place = QRect(part.mapTo(window, part.rect().topLeft()), part.size())
            least = part.minimumSize().expandedTo(part.minimumSizeHint())
            if not window.rect().contains(place) or least.width() > part.width() or (
                least.height() > part.height()
            ):
                found.append(f"{type(part).__name__} {place} {least}")
    seen = [one for one in window.centre.canvases.values() if one.isVisible()]
    found += [
        f"{one.frame.method} on {other.frame.method}" for one, other in combinations(seen, 2)
        if one.geometry().intersects(other.geometry())
    ]
    if (page := window.drawer.kept()) is not None and window.drawer.height() < 100:
        found.append(f"page {page} of the drawer")
    return found


def say(window: Window) -> None:
    desk = window.workbench.desk
    print(json.dumps({
        "size": window.text_size, "ratio": window.devicePixelRatioF(),
        "device": [round(window.width() * window.devicePixelRatioF()),
                   round(window.height() * window.devicePixelRatioF())],
        "font": QFontInfo(sans(13)).family(),
        "runs": len(engine.runs), "engines": made,
        "stage": desk.stage, "row": desk.view.selected and desk.view.selected.row,
        "past": len(window.workbench.steps.history.past),
        "zoom": window.camera.zoom, "drawer": window.drawer.kept(),
        "done": sorted(window.workbench.traces), "said": window.strip.hint.text(),
        "cut": cut_off(window), "panels": window.centre.canvases["fpn"].places.text,
    }), flush=True)


def idle(window: Window) -> bool:
    going = not window.isEnabled()  # the next one follows
    return window.furnished and len(window.workbench.traces) == 5 and not (
        window.runner.busy or window.studio.busy or going
    )


def story() -> Iterator[Callable[[Window], object]]:
    """What is done with a window each time that it is idle."""
    def look(window: Window) -> None:
        window.resize(round(1280 * 100 / window.text_size), round(800 * 100 / window.text_size))
        window.go(window.workbench.desk.at_stage("nms"))
        window.select(Key("fpn", "detections", 0))
        window.camera.zoom_at(20, 20, 2)
        window.drawer.show_page(window.comparing.found)

    yield look
    yield say
    for step in steps:
        yield lambda window, step=step: window.step_text_size(int(step))
        yield say
    yield lambda window: window.close()


acts = story()


def tick() -> None:
    windows = [one for one in QApplication.topLevelWidgets() if isinstance(one, Window)]
    shown = [one for one in windows if one.isVisible()]
    if len(shown) == 1 and idle(shown[0]):
        next(acts)(shown[0])


class Ticking(QTimer):
    """Belongs to one application: each one that is made has its own."""

    def __init__(self) -> None:
        super().__init__(QCoreApplication.instance())
        self.timeout.connect(tick)
        self.start(50)


begin = Window.furnish


def furnish(window: Window) -> None:
    begin(window)
    Ticking()


Window.furnish = furnish  # type: ignore[method-assign]
QSettings.setDefaultFormat(QSettings.Format.IniFormat)
program.engine_for = lambda device: make_engine  # type: ignore[assignment]
sys.exit(program.main([photo]))
