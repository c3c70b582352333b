"""The tour drives the window and leaves everything as it was."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractSlider, QLabel, QPushButton
from pytestqt.qtbot import QtBot

import explorer.methods.modules  # noqa: F401 - torch, before a window waits for it
from explorer.methods.names import NAMES
from explorer.paths import samples
from explorer.session.scene import Key
from explorer.trace.base import STAGE_NAMES
from explorer.ui.formulas import formula_image
from explorer.ui.palette_entries import entries
from explorer.ui.side import LENT
from explorer.ui.tour_page import Formula, rich
from explorer.ui.window import Window
from tests.gui.conftest import LONG, MadeUpEngine, settle


@pytest.fixture
def touring(qtbot: QtBot, opened: Window) -> Window:
    """On the tour's first page, the sample's methods done."""
    qtbot.keyClick(opened, Qt.Key.Key_L)
    qtbot.waitUntil(lambda: opened.workbench.path in samples(), timeout=LONG)
    qtbot.waitUntil(lambda: not opened.runner.busy, timeout=LONG)
    settle(qtbot, opened)
    return opened


def words(window: Window) -> str:
    assert window.tour.page is not None
    return " ".join(label.text() for label in window.tour.page.findChildren(QLabel))


def test_text_has_bold_italic_and_subscripts() -> None:
    assert rich("*t*, N~cls~ and p* < 1") == "<i>t</i>, N<sub>cls</sub> and p* &lt; 1"


def test_pages_drive_the_canvas(qtbot: QtBot, touring: Window) -> None:
    page = touring.tour.page
    assert page is not None and page.isVisible()
    seen = []
    for number in range(len(touring.tour.pages)):
        desk = touring.workbench.desk
        seen.append((desk.method, desk.stage))
        assert f"{number + 1} of {len(touring.tour.pages)}" in words(touring)
        if number + 1 < len(touring.tour.pages):
            qtbot.mouseClick(page.forward, Qt.MouseButton.LeftButton)
    assert seen == [(each.method, each.stage) for each in touring.tour.pages]
    assert len(seen) == len(NAMES) * len(STAGE_NAMES)
    settle(qtbot, touring)
    qtbot.keyClick(touring, Qt.Key.Key_Left)
    assert page.number == len(seen) - 2
    qtbot.mouseClick(page.papers["fast_rcnn"], Qt.MouseButton.LeftButton)
    assert touring.workbench.desk.method == "fast_rcnn"
    assert touring.workbench.desk.stage == "image"


def test_texts_have_numbers_and_formulas(qtbot: QtBot, touring: Window) -> None:
    number = next(
        i for i, page in enumerate(touring.tour.pages)
        if (page.method, page.stage) == ("fpn", "regions")
    )
    touring.tour.show(number)
    settle(qtbot, touring)
    regions = touring.workbench.traces["fpn"].stage("regions")
    assert regions is not None and f"{regions.count:,} regions" in words(touring)
    touring.tour.show(number + 1)
    settle(qtbot, touring)
    assert touring.tour.page is not None
    formula = touring.tour.page.findChild(Formula)
    assert formula is not None and not formula.pixmap().isNull()
    assert formula.pixmap().width() <= formula.width() * formula.devicePixelRatioF() + 1


def test_text_does_not_wait_for_formulas(
    qtbot: QtBot, touring: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    fonts = threading.Event()  # Matplotlib has listed them

    def slow(text: str, size: float, ink: str, ratio: float) -> QImage:
        fonts.wait()
        return formula_image(text, size, ink, ratio)

    monkeypatch.setattr("explorer.ui.tour.formula_image", slow)
    tour = touring.tour
    assert tour.page is not None
    try:
        for number, page in enumerate(tour.pages[:9]):
            tour.show(number)
            said = words(touring)
            for block in page.blocks:
                opening = block.text.split("**")[0].split("[[")[0].split("*")[0]
                assert block.formula or opening in said
            assert tour.page.findChild(Formula) is None
        qtbot.waitUntil(lambda: not touring.studio.busy, timeout=LONG)
        with_formula = next(
            number for number, page in enumerate(tour.pages)
            if any(block.formula for block in page.blocks)
        )
        tour.show(with_formula)
    finally:
        fonts.set()
    qtbot.waitUntil(lambda: tour.page.findChild(Formula) is not None, timeout=LONG)
    tour.show(with_formula)
    assert tour.page.findChild(Formula) is not None  # at once, the second time


def test_esc_puts_everything_back(
    qtbot: QtBot, opened: Window, engine: MadeUpEngine, photo: Path
) -> None:
    opened.select(Key("fpn", "detections", 0))
    opened.go(opened.workbench.desk.at_stage("nms").with_limit(50))
    opened.camera.zoom_at(20.0, 20.0, 2.0)
    settle(qtbot, opened)
    bench = opened.workbench
    before = (
        bench.steps.history, dict(bench.traces), bench.photo, bench.path, bench.name, bench.album,
        opened.camera.centre, opened.camera.zoom, opened.side.pages.currentWidget(),
        opened.side.isVisible(), dict(bench.status),
    )
    qtbot.keyClick(opened, Qt.Key.Key_L)
    qtbot.waitUntil(lambda: bench.path in samples(), timeout=LONG)
    qtbot.waitUntil(lambda: not opened.runner.busy, timeout=LONG)
    settle(qtbot, opened)
    opened.tour.step(3)
    runs = list(engine.runs)
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: bench.path == photo.resolve() or bench.path == photo, timeout=LONG)
    qtbot.waitUntil(lambda: not opened.runner.busy, timeout=LONG)
    settle(qtbot, opened)
    assert not opened.tour.on
    after = (
        bench.steps.history, dict(bench.traces), bench.photo, bench.path, bench.name, bench.album,
        opened.camera.centre, opened.camera.zoom, opened.side.pages.currentWidget(),
        opened.side.isVisible(), dict(bench.status),
    )
    assert after[1:3] == before[1:3] and after[3:] == before[3:]
    assert after[0] == before[0]
    assert engine.runs == runs  # nothing ran again
    assert all(cell.thumbnail for key, cell in opened.stage_map.cells.items())


def test_a_tour_on_a_sample_stays_on_it(qtbot: QtBot, window: Window) -> None:
    window.open_paths([samples()[0]])
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    settle(qtbot, window)
    desk = window.workbench.desk.alone("fpn").at_stage("regions")
    window.go(desk)
    next(each for each in entries(window) if each.title == "Tour of SPPNet").run()
    assert (window.workbench.desk.method, window.workbench.desk.stage) == ("sppnet", "image")
    assert window.workbench.path == samples()[0]
    assert window.tour.page is not None
    window.switch_theme()
    settle(qtbot, window)
    qtbot.mouseClick(window.tour.page.leave, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert window.workbench.desk == desk and window.workbench.path == samples()[0]
    assert all(tab.isVisibleTo(window.side) for tab in window.side.tabs.buttons())


def test_the_bar_below_has_no_layers_of_another_stage_while_a_method_runs(
    qtbot: QtBot, opened: Window, engine: MadeUpEngine
) -> None:
    opened.go(opened.workbench.desk.at_stage("detections").alone("fpn"))
    settle(qtbot, opened)
    assert "Detections" in opened.bottom.boxes
    engine.gate.clear()
    qtbot.keyClick(opened, Qt.Key.Key_L)
    qtbot.waitUntil(lambda: opened.workbench.path in samples(), timeout=LONG)
    opened.tour.step(1)
    assert opened.bottom.heading.text() == "Regions"
    assert not opened.bottom.boxes and not opened.bottom.controls
    engine.gate.set()
    qtbot.waitUntil(lambda: not opened.runner.busy, timeout=LONG)
    settle(qtbot, opened)
    assert "Photo" in opened.bottom.boxes


def test_other_pages_open_beside_the_tour_and_lead_back(qtbot: QtBot, touring: Window) -> None:
    page, side = touring.tour.page, touring.side
    assert page is not None
    touring.activateWindow()
    page.forward.setFocus()
    pages = {"S": side.switches, "B": side.boxes, "I": side.inspector}
    for letter, other in pages.items():
        key = getattr(Qt.Key, f"Key_{letter}")
        qtbot.keyClick(touring, key)
        assert other.isVisible() and not page.isVisible()
        assert not isinstance(touring.focusWidget(), QAbstractSlider)  # not the page's first
        names = [tab for tab in side.findChildren(QPushButton) if tab.isVisible()]
        assert [tab.text() for tab in names if tab.property("tab")][:4] == [
            "Journey", "Boxes", "Switches", "Tour"
        ]
        qtbot.keyClick(touring, key)
        assert page.isVisible() and not any(tab.isVisible() for tab in side.tabs.buttons())
    qtbot.keyClick(touring, Qt.Key.Key_S)
    way = next(one for one in side.findChildren(QPushButton) if one.text() == "Tour")
    qtbot.mouseClick(way, Qt.MouseButton.LeftButton)
    assert page.isVisible() and not way.isVisible()
    qtbot.keyClick(touring, Qt.Key.Key_S)
    qtbot.keyClick(touring, Qt.Key.Key_Right)  # the next page is to be read
    assert page.isVisible() and page.number == 1
    touring.top.side_wanted.emit()
    assert page.isVisible() and touring.strip.hint.text() == LENT
    qtbot.keyClick(touring, Qt.Key.Key_S)
    assert touring.tour.leave()
    settle(qtbot, touring)
    assert not way.isVisibleTo(side)
    assert side.pages.currentWidget() is side.inspector  # as before
    assert side.tabs.checkedButton().text() == "Journey"


def test_a_page_has_its_own_sample(qtbot: QtBot, touring: Window, photo: Path) -> None:
    """And counts are those of the photo on screen, also where it comes back with its results."""
    tour, bench = touring.tour, touring.workbench
    number = next(at for at, page in enumerate(tour.pages) if page.photo)
    usual = bench.path
    tour.show(number)
    qtbot.waitUntil(lambda: bench.path is not None and bench.path != usual, timeout=LONG)
    qtbot.waitUntil(lambda: len(bench.traces) == 5 and not touring.runner.busy, timeout=LONG)
    settle(qtbot, touring)
    assert bench.path is not None and bench.path.stem == tour.pages[number].photo
    assert bench.desk.stage == tour.pages[number].stage
    tour.step(-1)
    qtbot.waitUntil(lambda: bench.path == usual, timeout=LONG)
    settle(qtbot, touring)
    assert tour._trace is bench.traces[tour.pages[number - 1].method]
    assert tour.leave()
    qtbot.waitUntil(lambda: bench.path in (photo, photo.resolve()), timeout=LONG)
    settle(qtbot, touring)


def test_all_methods_run_in_a_tour_though_some_were_off(
    qtbot: QtBot, opened: Window, engine: MadeUpEngine
) -> None:
    opened.go(opened.workbench.desk.toggled("rcnn").toggled("fpn"))
    settle(qtbot, opened)
    qtbot.keyClick(opened, Qt.Key.Key_L)
    qtbot.waitUntil(lambda: opened.workbench.path in samples(), timeout=LONG)
    qtbot.waitUntil(lambda: not opened.runner.busy, timeout=LONG)
    settle(qtbot, opened)
    assert set(opened.workbench.traces) == set(NAMES)
