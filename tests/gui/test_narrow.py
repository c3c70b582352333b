"""Small windows cut nothing off, and say as much as they have room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QPoint, QRect, QSettings, QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.methods.names import NAMES
from explorer.session.fate_codes import BELOW, NOBODY, SUPPRESSED
from explorer.session.ground_truth import GroundTruth
from explorer.session.scene import Key
from explorer.trace.stages import Trace
from explorer.ui.matches_model import TRUTH
from explorer.ui.shell import USUAL, first_size
from explorer.ui.swatch import SIDE
from explorer.ui.table import shared
from explorer.ui.text_size import LEAST
from explorer.ui.window import Window
from explorer.ui.words import brief_time
from tests.gui.conftest import LONG, MadeUpEngine, settle


def inside(widget: QWidget, window: Window) -> bool:
    """Whether all of a widget, at the size it asks for, is within the window."""
    corner = widget.mapTo(window, widget.rect().bottomRight())
    hint = widget.sizeHint()
    whole = widget.width() >= hint.width() and widget.height() >= hint.height()
    return whole and corner.x() < window.width() and corner.y() < window.height()


def slower(trace: Trace, ms: float) -> Trace:
    """The trace as if its first stage had taken so long."""
    first, *rest = trace.stages
    return replace(trace, stages=(replace(first, ms=ms), *rest))


def test_nothing_is_cut_off_in_a_window_of_960_by_600(qtbot: QtBot, opened: Window) -> None:
    opened.resize(960, 600)
    opened.go(opened.workbench.desk.at_stage("pooling").side_by_side())
    settle(qtbot, opened)
    opened.select(Key("fpn", "detections", 0))  # now the journey needs its place as well
    settle(qtbot, opened)
    opened.strip.working("Fast R-CNN · pooling 1,200 of 2,000", 1200, 2000)
    QApplication.processEvents()
    assert (opened.width(), opened.height()) == (960, 600)
    assert opened.side.isVisible()
    layers = opened.bottom.layers
    inline = [box for box in opened.bottom.boxes.values() if box not in layers.rest.boxes]
    for widget in (opened.top.photo, *opened.top.chips.values(), opened.top.export,
                   opened.strip.cancel, *inline, layers.more):
        assert inside(widget, opened), widget
    layers.more.click()  # the others are in a list over the bar
    shown = layers.rest
    assert shown.isVisible() and opened.geometry().contains(shown.geometry())
    for box in shown.boxes:
        assert shown.rect().contains(QRect(box.mapTo(shown, QPoint(0, 0)), box.sizeHint()))
    shown.close()
    assert len(inline) > 3 and {*inline, *shown.boxes} == {*opened.bottom.boxes.values()}
    stages = opened.stage_map
    assert stages.row_rect("detections").bottom() <= stages.height()
    assert stages.mapTo(opened, stages.rect().bottomLeft()).y() < opened.bottom.y()


def test_all_controls_of_a_replay_stand_in_a_window_of_1024_by_640(
    qtbot: QtBot, opened: Window
) -> None:
    opened.resize(1024, 640)  # what 1280 x 800 leaves at a text size of 125%
    opened.go(opened.workbench.desk.at_stage("nms").side_by_side())
    settle(qtbot, opened)
    bar = opened.bottom
    assert bar.controls and bar.minimumSizeHint().width() <= bar.width() == 1024
    for field in bar.controls.values():
        assert field.width() >= field.minimumSizeHint().width()
        assert field.mapTo(opened, field.rect().topRight()).x() < opened.width()
    opened.resize(1600, 900)
    QApplication.processEvents()
    for field in bar.controls.values():  # where there is room, sliders take it
        assert field.width() == field.sizeHint().width()


def test_the_page_of_times_needs_no_scrolling_at_1280_by_800(
    qtbot: QtBot, opened: Window
) -> None:
    opened.resize(1280, 800)
    opened.side.hide()
    opened.drawer.show_page(opened.time_page)
    settle(qtbot, opened)
    view = opened.time_page.view
    qtbot.waitUntil(lambda: view.parentWidget().height() >= view.height() > 200)
    assert opened.time_page.scales.button(1).isVisible()
    opened.drawer.show_page(opened.comparing.recall)
    QApplication.processEvents()
    assert not opened.time_page.scales.button(1).isVisible()


def test_no_column_of_the_tables_is_cut_off_at_1280_by_800(qtbot: QtBot, opened: Window) -> None:
    opened.resize(1280, 800)
    for table, place, page in (
        (opened.comparing.found.table, opened.drawer, opened.comparing.found),
        (opened.side.boxes.table, opened.side, opened.side.boxes),
    ):
        opened.side.hide()
        place.show_page(page)
        settle(qtbot, opened)
        columns = table.model().columnCount()
        wide = sum(table.columnWidth(at) for at in range(columns))
        assert wide <= table.viewport().width()
        for at in range(columns):
            assert table.sizeHintForColumn(at) <= table.columnWidth(at), at


def test_the_switches_of_five_methods_are_not_cut_off_beside_them(
    qtbot: QtBot, opened: Window
) -> None:
    opened.resize(1024, 640)  # 1280 x 800 at texts of 125 %
    opened.side.show_page(opened.side.switches)
    panel = opened.side.switches
    for card in panel.parts.values():
        card.head.setChecked(True)
    settle(qtbot, opened)
    holder = panel.area.widget()
    assert holder is not None
    for width in (opened.side.width(), opened.side.minimumWidth()):
        opened.splitter.setSizes([314, 1022 - 314 - width, width])
        for _ in range(5):
            QApplication.processEvents()
        assert abs(opened.side.width() - width) <= 2
        assert holder.width() <= panel.area.viewport().width()
        for row in [*panel.rows, *(row for card in panel.parts.values()
                                   for row in card.rows.values())]:
            some = (row.paper, row.value, *row.findChildren(QPushButton))
            for label in (each for each in some if each.isVisible()):
                corner = label.mapTo(holder, label.rect().bottomRight())
                assert corner.x() < panel.area.viewport().width(), row.switch.title
                room = label.heightForWidth(label.width())
                assert label.height() >= room, label.text()


def inks_of(image: QImage, colours: Sequence[str]) -> set[str]:
    """Those of the colours that a picture has, to within what blending rounds."""
    every = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    seen = np.array([ink.getRgb()[:3] for ink in every if ink.alpha() > 120]).reshape(-1, 3)
    return {
        name for name in colours
        if (abs(seen - QColor(name).getRgb()[:3]).max(axis=1, initial=0) <= 4).any()
    }


def test_layers_have_the_colours_of_their_marks_and_nothing_has_the_focus_at_first(
    qtbot: QtBot, opened: Window
) -> None:
    focused = opened.focusWidget()
    assert focused is None or focused not in opened.top.chips.values()
    opened.go(opened.workbench.desk.at_stage("regions").alone("fpn"))
    settle(qtbot, opened)
    boxes = opened.bottom.boxes
    levels = [box.icon() for name, box in boxes.items() if "of P" in name]
    assert levels and not any(icon.isNull() for icon in levels)
    colours = opened.theme.palette.levels
    inks = [inks_of(icon.pixmap(SIDE, SIDE).toImage(), colours) for icon in levels]
    assert all(len(ink) == 1 for ink in inks) and len(set.union(*inks)) == len(levels)
    assert boxes["Photo"].icon().isNull()


def test_a_long_time_takes_no_other_away(qtbot: QtBot, opened: Window) -> None:
    traces = dict(opened.workbench.traces)
    traces["rcnn"] = slower(traces["rcnn"], 66_000)  # and some seconds more
    opened.top.show_methods(NAMES, traces)
    QApplication.processEvents()
    for chip in opened.top.chips.values():
        assert chip.text().rstrip().endswith("s") or "1:10" in chip.text()
    row = opened.top._row
    assert row.sizeHint().width() <= opened.top.width() == 1280
    assert opened.top.name.isVisible() or opened.top.photo.x() < 25


def test_milliseconds_are_worth_more_than_what_a_tip_tells(
    qtbot: QtBot, opened: Window
) -> None:
    top = opened.top
    top.show_photo("000051.jpg", "26 of 4,511", 384, 288)  # a window of 1280 with its frame
    slow = {name: slower(trace, 400) for name, trace in opened.workbench.traces.items()}
    slow["rcnn"] = slower(slow["rcnn"], 3_000)
    top.show_methods(NAMES, slow)
    for width in range(1280, 1239, -4):
        opened.resize(width, 768)
        QApplication.processEvents()
        assert top.width() == width
        for chip in top.chips.values():
            assert chip.text().endswith("s"), (width, chip.text())
        assert "26 of 4,511" in top.photo.text() and top.open.toolTip() == "Open"


def test_the_place_in_the_album_is_beside_the_name(
    qtbot: QtBot, window: Window, photo: Path
) -> None:
    other = photo.parent / "b.png"
    Image.new("RGB", (30, 20)).save(other)
    window.open_paths([other])
    qtbot.waitUntil(lambda: window.workbench.name == "b.png", timeout=LONG)
    assert "1 of 2" in window.top.photo.text()
    window.workbench.turn(1)
    qtbot.waitUntil(lambda: window.workbench.name == "cat.png", timeout=LONG)
    assert "2 of 2" in window.top.photo.text()


def test_brief_times() -> None:
    times = [brief_time(ms) for ms in (0.4, 612, 4100, 9960, 41_200, 59_600, 66_000)]
    assert times == ["0.4 ms", "612 ms", "4.1 s", "10 s", "41 s", "1:00", "1:06"]


def test_where_panels_have_no_room_it_says_where_they_are(qtbot: QtBot, opened: Window) -> None:
    where = opened.strip.where
    opened.resize(1280, 800)
    opened.go(opened.workbench.desk.at_stage("pooling").side_by_side())
    settle(qtbot, opened)
    assert where.isVisible() and inside(where, opened) and "when one method is open" in where.text()
    opened.go(opened.workbench.desk.alone("fpn"))
    settle(qtbot, opened)
    assert not where.isVisible()
    opened.go(opened.workbench.desk.side_by_side())
    settle(qtbot, opened)
    assert where.isVisible()
    opened.resize(3000, 2400)
    settle(qtbot, opened)
    assert not where.isVisible()  # each has its panel below its photo


def test_the_first_window_fits_the_screen_with_its_frame(
    qtbot: QtBot, settings: QSettings
) -> None:
    size = first_size(QSize(1280, 800))
    assert size.width() <= 1280 - 2 and size.height() <= 800 - 37  # a title bar's usual height
    assert first_size(QSize(3840, 2160)) == USUAL
    window = Window(MadeUpEngine, settings, furnished=False)
    qtbot.addWidget(window)
    screen = window.screen().availableSize()
    assert window.width() < screen.width() and window.height() + 37 <= screen.height()


def test_no_window_is_so_small_that_words_of_its_bar_are_cut(
    qtbot: QtBot, opened: Window
) -> None:
    screen = opened.screen().availableSize()
    opened.resize(300, 300)
    assert opened.size() == LEAST.boundedTo(first_size(screen))
    opened.resize(LEAST)
    settle(qtbot, opened)
    for widget in (*opened.top.chips.values(), opened.top.photo, opened.top.export):
        assert inside(widget, opened), widget


def test_columns_share_their_room_by_what_they_need() -> None:
    assert shared((50, 80, 90), (50, 40, 60), 240, (1, 2)) == [50, 80, 90]
    assert shared((50, 80, 90), (50, 40, 60), 200, (1, 2)) == [50, 80, 70]
    assert shared((50, 80, 90), (50, 40, 60), 170, (2, 1)) == [50, 40, 80]
    assert shared((50, 80, 90), (50, 99, 60), 100, (2, 1)) == [50, 80, 60]  # it is scrolled


def test_scores_of_the_objects_are_whole_and_no_column_has_room_to_spare(
    qtbot: QtBot, opened: Window
) -> None:
    image = opened.workbench.photo
    assert image is not None
    boxes = np.array([[5, 5, 60, 60], [100, 80, 160, 140]], np.float32)
    truth = GroundTruth(boxes, ("person", "diningtable"), np.zeros(2, bool), "by hand")
    opened.go(opened.workbench.desk.with_truth(truth))
    opened.resize(1280, 800)
    opened.side.hide()
    opened.drawer.show_page(opened.comparing.found)
    settle(qtbot, opened)
    table = opened.comparing.found.table
    model = opened.comparing.found.model
    assert model.columns[-1] == TRUTH
    assert not table.horizontalScrollBar().isVisible()
    for at, name in enumerate(model.columns):
        if name != TRUTH:
            assert table.columnWidth(at) >= table.sizeHintForColumn(at), name
        else:  # the reasons take what is left, and are whole in their tooltips
            reasons = [model.index(row, at) for row in range(model.rowCount())]
            assert all(index.data(Qt.ItemDataRole.ToolTipRole) for index in reasons)
    spare = table.columnWidth(1) - table.sizeHintForColumn(1)
    assert spare < 40 and table.columnWidth(len(model.columns) - 1) > 150


def test_no_heading_of_the_boxes_is_cut_however_they_are_sorted(
    qtbot: QtBot, opened: Window
) -> None:
    opened.resize(1280, 800)
    opened.side.show_page(opened.side.boxes)
    page = opened.side.boxes
    heads = page.table.horizontalHeader()
    for stage, method in (("nms", "rcnn"), ("regions", "fpn"), ("scores", "faster_rcnn")):
        opened.go(opened.workbench.desk.at_stage(stage).alone(method))
        settle(qtbot, opened)
        held = page.model.listing
        assert held is not None
        # As many boxes, and suppressed by such, as on a real photo.
        far = replace(
            held, rows=held.rows + (2_000 if stage != "regions" else 0),
            fates=replace(held.fates, by=np.full(len(held), 1_296),
                          codes=np.full(len(held), SUPPRESSED, np.uint8)),
            scores=np.full(len(held), -0.592 if method == "rcnn" else 0.592, np.float32),
        )
        page.show_listing(far, (), "")
        for at in range(len(held.heads)):
            x = heads.sectionViewportPosition(at) + 12
            qtbot.mouseClick(heads.viewport(), Qt.MouseButton.LeftButton,
                             pos=QPoint(x, heads.height() // 2))
            said = [page.model.headerData(each, Qt.Orientation.Horizontal)
                    for each in range(len(held.heads))]
            assert said[at][-1] in "↑↓"
            for each, text in enumerate(said):
                wide = heads.fontMetrics().horizontalAdvance(text)
                assert wide < heads.sectionSizeHint(each) <= heads.sectionSize(each), text
    opened.go(opened.workbench.desk.at_stage("regions").alone("fpn"))
    opened.resize(1920, 1200)
    opened.splitter.setSizes([314, 1140, 460])
    settle(qtbot, opened)
    assert page.model.headerData(2, Qt.Orientation.Horizontal).startswith("objectness")


def test_the_number_of_the_box_that_suppressed_another_is_readable(
    qtbot: QtBot, opened: Window
) -> None:
    opened.resize(1280, 800)
    opened.side.show_page(opened.side.boxes)
    opened.go(opened.workbench.desk.at_stage("scores").alone("rcnn"))
    settle(qtbot, opened)
    page = opened.side.boxes
    held = page.model.listing
    assert held is not None
    by = np.where(np.arange(len(held)) % 2, 1_296, NOBODY)
    codes = np.where(np.arange(len(held)) % 2, SUPPRESSED, BELOW).astype(np.uint8)
    scores = np.full(len(held), -0.592, np.float32)
    page.show_listing(replace(
        held, fates=replace(held.fates, by=by, codes=codes, stage="nms", below="below 0.50"),
        scores=scores,
    ), (), "")
    table, said = page.table, page.model.index(1, 3)
    assert said.data() == "suppressed"  # there is room for that beside a whole class
    assert "suppressed by pair 1,296" in said.data(Qt.ItemDataRole.ToolTipRole)
    left, middle, side = opened.splitter.sizes()
    for wider in (0, 60, 100):
        opened.splitter.setSizes([left, middle - wider, side + wider])
        settle(qtbot, opened)
        for at in (0, 2, 3, 4):
            assert table.columnWidth(at) >= table.sizeHintForColumn(at), at
        assert not table.horizontalScrollBar().isVisible()
    assert said.data() == "suppressed by pair 1,296"
    opened.go(opened.workbench.desk.at_stage("regions").alone("fpn"))
    settle(qtbot, opened)
    for at in (0, 1, 2):
        assert table.columnWidth(at) >= table.sizeHintForColumn(at), at
    assert not table.horizontalScrollBar().isVisible()


def test_the_side_leaves_a_narrow_window_to_the_drawer(qtbot: QtBot, opened: Window) -> None:
    opened.resize(1280, 800)
    opened.select(Key("fpn", "detections", 0))
    settle(qtbot, opened)
    assert opened.side.isVisible()
    qtbot.keyClick(opened, Qt.Key.Key_T)
    assert opened.drawer.isVisible() and not opened.side.isVisible()
    opened.select(Key("fpn", "detections", 1))
    settle(qtbot, opened)
    assert not opened.side.isVisible()
    qtbot.keyClick(opened, Qt.Key.Key_T)
    assert opened.side.isVisible() and not opened.drawer.isVisible()
    for again in (False, True):  # also where the user had asked for it before
        qtbot.keyClick(opened, Qt.Key.Key_M)
        assert not opened.side.isVisible()
        qtbot.keyClick(opened, Qt.Key.Key_I)
        assert opened.side.isVisible() and opened.drawer.isVisible(), again
        qtbot.keyClick(opened, Qt.Key.Key_M)
    opened.resize(1024, 620)  # there is no room for both: 1280 x 800 with texts at 125%
    qtbot.keyClick(opened, Qt.Key.Key_M)
    assert opened.drawer.isVisible() and not opened.side.isVisible()
    canvases = [opened.centre.canvases[name] for name in opened.workbench.desk.shown()]
    qtbot.waitUntil(lambda: min(canvas.height() for canvas in canvases) > 200)
    rects = [canvas.geometry() for canvas in canvases]
    assert not any(one.intersects(other) for one in rects for other in rects if one is not other)
    assert opened.centre.rect().contains(rects[-1])
    qtbot.keyClick(opened, Qt.Key.Key_S)
    assert opened.side.isVisible() and not opened.drawer.isVisible()
    opened.resize(1700, 1000)
    qtbot.keyClick(opened, Qt.Key.Key_M)
    assert opened.side.isVisible() and opened.drawer.isVisible()


def test_controls_stay_where_they_are_through_a_replay(qtbot: QtBot, opened: Window) -> None:
    """Layers come and go with the steps: a second click at the same place hits the same button."""
    opened.resize(1280, 800)
    opened.go(opened.workbench.desk.viewing("regions", "faster_rcnn", "show", "NMS"))
    settle(qtbot, opened)
    bar = opened.bottom
    last = bar.player._control
    assert last is not None and last.high > 3
    places, layers = set(), set()
    for step in (last.high, last.high - 1, 1, last.low):
        opened.go(opened.workbench.desk.with_control(last.key, step))
        settle(qtbot, opened)
        layers.add(tuple(bar.boxes))
        places.add(tuple(
            (field.mapTo(opened, QPoint(0, 0)).toTuple(), field.width())
            for field in bar.controls.values()
        ))
    assert len(layers) > 1, "else it proves nothing"
    assert len(places) == 1


def test_no_control_of_the_merges_is_cut_side_by_side(qtbot: QtBot, opened: Window) -> None:
    """Three methods have lists of their own values, and all have the play buttons."""
    opened.resize(1280, 800)
    opened.go(opened.workbench.desk.viewing("regions", "rcnn", "show", "merges"))
    settle(qtbot, opened)
    opened.go(opened.workbench.desk.side_by_side())
    settle(qtbot, opened)
    controls = opened.bottom.stage_controls
    assert opened.bottom.player.ready
    assert controls.width() >= controls.sizeHint().width() > 800
    show = opened.bottom.controls["show"]
    assert isinstance(show, QComboBox) and show.currentText() == ""
    assert show.placeholderText() == "differs" and "merges" in show.toolTip()
    for width in (1264, *range(1300, 1620, 20)):  # a frame is around it; just room or just not
        opened.resize(width, 900)
        settle(qtbot, opened)
        assert controls.width() >= controls.sizeHint().width(), width
    assert show.placeholderText() == "merges / proposals"
