"""Ground truth in the window: found beside the photo, opened, dropped, drawn, undone."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from explorer.session.ground_truth import GroundTruth, nothing_drawn
from explorer.trace.stages import DetectionsStage
from explorer.ui.window import Window
from tests.gui.conftest import LONG, SHORT, made_up, settle
from tests.traces import CLASSES

LEFT = Qt.MouseButton.LeftButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
SIZE = (320, 240)  # of the made-up photo


def annotation(*boxes: tuple[str, int, int, int, int]) -> str:
    objects = "".join(
        f"<object><name>{name}</name><bndbox><xmin>{x1}</xmin><ymin>{y1}</ymin><xmax>{x2}</xmax>"
        f"<ymax>{y2}</ymax></bndbox></object>" for name, x1, y1, x2, y2 in boxes
    )
    width, height = SIZE
    return (
        f"<annotation><size><width>{width}</width><height>{height}</height></size>{objects}"
        "</annotation>"
    )


def of_the_best() -> str:
    """An annotation with FPN's best detection, and a horse that nobody finds."""
    stage = made_up("fpn").stage("detections")
    assert isinstance(stage, DetectionsStage)
    x1, y1, x2, y2 = (round(float(v)) for v in stage.boxes[0])
    return annotation((CLASSES[int(stage.labels[0])], x1 + 1, y1 + 1, x2, y2),
                      ("horse", 1, 1, 20, 20))


def truth_of(window: Window) -> GroundTruth | None:
    return window.workbench.desk.view.truth


def read(qtbot: QtBot, window: Window) -> None:
    qtbot.waitUntil(lambda: not window.truth.reader.busy, timeout=SHORT)
    settle(qtbot, window)


def open_photo(qtbot: QtBot, window: Window, photo: Path) -> None:
    with qtbot.waitSignal(window.workbench.steps.begun, timeout=LONG):
        window.open_paths([photo])
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    read(qtbot, window)


def at(window: Window, x: float, y: float, method: str = "fpn") -> QPoint:
    """Where a photo pixel is on a canvas."""
    return QPointF(*window.centre.canvases[method].spots()[0].view.point(x, y)).toPoint()


def drag(qtbot: QtBot, window: Window, box: tuple[float, float, float, float]) -> None:
    pad = next(pad for pad in window.truth.pads
               if pad.canvas is window.centre.canvases["fpn"])
    qtbot.mousePress(pad, LEFT, pos=at(window, box[0], box[1]))
    qtbot.mouseMove(pad, at(window, box[0] + 12, box[1] + 12))
    qtbot.mouseMove(pad, at(window, box[2], box[3]))
    qtbot.mouseRelease(pad, LEFT, pos=at(window, box[2], box[3]))
    settle(qtbot, window)


def test_an_annotation_beside_the_photo_is_read_and_judged(
    qtbot: QtBot, window: Window, photo: Path
) -> None:
    (photo.parent / "cat.xml").write_text(of_the_best())
    open_photo(qtbot, window, photo)
    truth = truth_of(window)
    assert truth is not None and truth.source == "cat.xml"
    shown = window.centre.canvases["fpn"].picture
    assert shown is not None and shown.summary.startswith("1 found, 1 missed, ")
    assert "Correct or wrong" in window.bottom.boxes
    settle(qtbot, window)  # the bar has its last layers, and they their places
    box = window.bottom.boxes["Ground truth"]
    assert box.isChecked()
    box.click()  # wherever the bar has room for it
    assert "Ground truth" in window.centre.canvases["fpn"].hidden
    window.go(window.workbench.desk.at_stage("image"))
    settle(qtbot, window)
    assert window.bottom.boxes["Ground truth"].isChecked()
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)  # the layer, not what was read
    assert truth_of(window) is truth


def test_boxes_of_a_file_that_are_not_used_are_said_once(
    qtbot: QtBot, window: Window, photo: Path
) -> None:
    (photo.parent / "dog.png").write_bytes(photo.read_bytes())
    boxes = annotation(("horse", 1, 1, 20, 20), ("cat", 90, 10, 30, 80))
    (photo.parent / "cat.xml").write_text(boxes)
    open_photo(qtbot, window, photo)
    said = "cat.xml: 1 of 2 boxes is not used: 1 ends where it begins or before."
    assert window.banner.isVisible() and window.banner.text.text() == said
    window.banner.hide()
    turn(qtbot, window, Qt.Key.Key_PageDown)
    turn(qtbot, window, Qt.Key.Key_PageUp)
    truth = truth_of(window)
    assert truth is not None and truth.names == ("horse",) and not window.banner.isVisible()


def test_a_damaged_annotation_is_one_sentence(qtbot: QtBot, window: Window, photo: Path) -> None:
    (photo.parent / "cat.xml").write_text("<annotation>")
    open_photo(qtbot, window, photo)
    assert window.banner.isVisible() and "cat.xml is not whole" in window.banner.text.text()
    assert truth_of(window) is None
    assert len(window.workbench.traces) == 5


def test_a_dropped_file_is_the_photos_and_a_bad_one_changes_nothing(
    qtbot: QtBot, opened: Window, tmp_path: Path
) -> None:
    good = tmp_path / "boxes.xml"
    good.write_text(of_the_best())
    photo = opened.workbench.photo
    opened.open_paths([good])
    read(qtbot, opened)
    truth = truth_of(opened)
    assert truth is not None and truth.source == "boxes.xml"
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"images": [{"file_name": "dog.png"}]}))
    opened.open_paths([other])
    read(qtbot, opened)
    assert "has no photo called cat.png" in opened.banner.text.text()
    assert truth_of(opened) is truth and opened.workbench.photo is photo
    qtbot.keyClick(opened, Qt.Key.Key_Z, CONTROL)
    assert truth_of(opened) is None


def test_a_file_without_a_photo_is_refused(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    path = tmp_path / "boxes.xml"
    path.write_text(of_the_best())
    window.open_paths([path])
    assert "Open the photo first" in window.banner.text.text()


def test_a_photo_and_its_file_are_dropped_together(
    qtbot: QtBot, window: Window, photo: Path, tmp_path: Path
) -> None:
    path = tmp_path / "boxes.xml"
    path.write_text(of_the_best())
    window.open_paths([path, photo])
    qtbot.waitUntil(lambda: truth_of(window) is not None, timeout=LONG)
    settle(qtbot, window)


def test_the_open_menu_has_it(opened: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(opened.truth, "take", lambda paths: asked.append(True))
    monkeypatch.setattr(
        "explorer.ui.truth_desk.QFileDialog.getOpenFileName", lambda *_: ("/x/a.xml", "")
    )
    opened.open_menu.aboutToShow.emit()
    action = next(a for a in opened.open_menu.actions() if a.text().startswith("Open ground truth"))
    action.trigger()
    assert asked == [True]


def test_boxes_are_drawn_chosen_renamed_removed_and_undone(qtbot: QtBot, opened: Window) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_G)
    assert opened.truth_bar.isVisible() and opened.truth.name == "person"
    drag(qtbot, opened, (40, 50, 120, 150))
    drag(qtbot, opened, (200, 60, 260, 200))
    truth = truth_of(opened)
    assert truth is not None and truth.names == ("person", "person")
    assert truth.boxes[0] == pytest.approx([40, 50, 120, 150], abs=1.5)
    combo = opened.truth_bar.classes
    combo.setCurrentText("dog")
    combo.textActivated.emit("dog")
    truth = truth_of(opened)
    assert truth is not None and truth.names == ("person", "dog")
    pad = opened.truth.pads[0]
    qtbot.mouseClick(pad, LEFT, pos=at(opened, 80, 100, "rcnn"))
    assert opened.truth.row == 0 and combo.currentText() == "person"
    qtbot.keyClick(opened, Qt.Key.Key_Delete)
    truth = truth_of(opened)
    assert truth is not None and truth.names == ("dog",)
    settle(qtbot, opened)
    shown = opened.centre.canvases["fpn"].picture
    assert shown is not None and "0 found, 1 missed" in shown.summary
    for wanted in (("person", "dog"), ("person", "person"), ("person",)):
        qtbot.keyClick(opened, Qt.Key.Key_Z, CONTROL)
        truth = truth_of(opened)
        assert truth is not None and truth.names == wanted
    qtbot.keyClick(opened, Qt.Key.Key_Z, CONTROL)
    assert truth_of(opened) is None
    qtbot.keyClick(opened, Qt.Key.Key_Z, CONTROL | SHIFT)
    truth = truth_of(opened)
    assert truth is not None and truth.names == ("person",)
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert not opened.truth_bar.isVisible() and not opened.truth.pads[4].isVisible()
    assert truth_of(opened) is truth


def test_the_status_line_says_what_the_label_under_the_pointer_says_now(
    qtbot: QtBot, opened: Window
) -> None:
    stage = made_up("fpn").stage("detections")
    assert isinstance(stage, DetectionsStage)
    x1, y1, x2, y2 = (float(v) for v in stage.boxes[0])
    right = nothing_drawn().added((x1, y1, x2, y2), CLASSES[int(stage.labels[0])])
    canvas, hint = opened.centre.canvases["fpn"], opened.strip.hint
    inside = [
        (x, y) for x in np.linspace(x1, x2, 30)[1:-1] for y in np.linspace(y1, y2, 30)[1:-1]
        if (hits := canvas.hits_at(*at(opened, x, y).toTuple())) and hits[0].key.row == 0
    ]
    place = at(opened, *inside[len(inside) // 2])
    qtbot.mouseMove(canvas, place + QPoint(2, 0))
    qtbot.mouseMove(canvas, place)
    assert "detection 0" in hint.text()
    opened.go(opened.workbench.desk.with_truth(right))
    settle(qtbot, opened)
    assert hint.text().startswith("✓ ") and "detection 0" in hint.text()
    opened.go(opened.workbench.desk.with_truth(right.renamed(0, "horse")))
    settle(qtbot, opened)
    assert hint.text().startswith("✗ ") and "detection 0" in hint.text()
    hint.setText("Something else was said since.")
    opened.go(opened.workbench.desk.with_truth(right))
    settle(qtbot, opened)
    assert hint.text() == "Something else was said since."
    qtbot.mouseMove(opened.strip)  # the next test's windows lie under the same pointer


def test_a_slip_of_the_hand_draws_nothing_and_the_wheel_still_zooms(
    qtbot: QtBot, opened: Window
) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_G)
    drag(qtbot, opened, (40, 50, 41, 150))
    assert truth_of(opened) is None
    pad = opened.truth.pads[4]
    middle = Qt.MouseButton.MiddleButton
    before = opened.camera.centre
    opened.camera.zoom_at(160, 120, 3.0)
    qtbot.mousePress(pad, middle, pos=at(opened, 150, 110))
    qtbot.mouseMove(pad, at(opened, 160, 120))
    qtbot.mouseMove(pad, at(opened, 165, 125))
    qtbot.mouseRelease(pad, middle, pos=at(opened, 165, 125))
    assert opened.camera.centre != before
    assert truth_of(opened) is None


def test_what_was_drawn_is_there_again_after_another_photo(
    qtbot: QtBot, opened: Window, photo: Path
) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_G)
    drag(qtbot, opened, (40, 50, 120, 150))
    drawn = truth_of(opened)
    other = photo.parent / "dog.png"
    other.write_bytes(photo.read_bytes())
    open_photo(qtbot, opened, other)
    assert truth_of(opened) is None and opened.truth.drawing
    open_photo(qtbot, opened, photo)
    assert drawn is not None and truth_of(opened) is drawn


def coco(*boxes: tuple[str, str, list[int]]) -> str:
    """boxes: photo, class, x y width height."""
    photos = list(dict.fromkeys(photo for photo, _, _ in boxes))
    names = list(dict.fromkeys(name for _, name, _ in boxes))
    return json.dumps({
        "images": [{"id": at, "file_name": f"val/{name}"} for at, name in enumerate(photos)],
        "categories": [{"id": at, "name": name} for at, name in enumerate(names)],
        "annotations": [
            {"image_id": photos.index(photo), "category_id": names.index(name), "bbox": box}
            for photo, name, box in boxes
        ],
    })


def turn(qtbot: QtBot, window: Window, key: Qt.Key) -> None:
    with qtbot.waitSignal(window.workbench.steps.begun, timeout=LONG):
        qtbot.keyClick(window, key)
    qtbot.waitUntil(lambda: len(window.workbench.traces) == 5, timeout=LONG)
    read(qtbot, window)


@pytest.mark.parametrize("ending", ["xml", "json"])
def test_what_was_opened_is_there_again_after_another_photo(
    qtbot: QtBot, window: Window, photo: Path, tmp_path: Path, ending: str
) -> None:
    (photo.parent / "dog.png").write_bytes(photo.read_bytes())
    (photo.parent / "eel.png").write_bytes(photo.read_bytes())
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    chosen = elsewhere / f"boxes.{ending}"
    chosen.write_text(annotation(("horse", 1, 1, 20, 20)) if ending == "xml" else coco(
        ("cat.png", "horse", [0, 0, 20, 20]), ("eel.png", "bird", [5, 5, 40, 40])
    ))
    open_photo(qtbot, window, photo)
    window.truth.take([chosen])
    read(qtbot, window)
    opened = truth_of(window)
    assert opened is not None and opened.names == ("horse",)
    turn(qtbot, window, Qt.Key.Key_PageDown)
    assert truth_of(window) is None  # the file does not name it
    turn(qtbot, window, Qt.Key.Key_PageUp)
    assert truth_of(window) is opened
    for _ in range(2):
        turn(qtbot, window, Qt.Key.Key_PageDown)
    served = truth_of(window)  # a COCO file is of all photos that it names
    assert (served.names if served else ()) == (("bird",) if ending == "json" else ())


def of_two_photos(photo: Path, folder: Path) -> Path:
    """A COCO file of a photo and of a copy beside it, "dog.png" with a bird."""
    (photo.parent / "dog.png").write_bytes(photo.read_bytes())
    chosen = folder / "boxes.json"
    boxes = [("cat.png", "horse", [0, 0, 20, 20]), ("dog.png", "bird", [5, 5, 40, 40])]
    chosen.write_text(coco(*boxes))
    return chosen


def test_a_file_that_was_undone_does_not_serve_the_next_photos(
    qtbot: QtBot, window: Window, photo: Path, tmp_path: Path
) -> None:
    chosen = of_two_photos(photo, tmp_path)
    open_photo(qtbot, window, photo)
    window.truth.take([chosen])
    read(qtbot, window)
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    turn(qtbot, window, Qt.Key.Key_PageDown)
    assert truth_of(window) is None


def test_a_file_may_come_after_its_photo_has_gone(
    qtbot: QtBot, window: Window, photo: Path, tmp_path: Path
) -> None:
    chosen = of_two_photos(photo, tmp_path)
    open_photo(qtbot, window, photo)
    held = threading.Event()
    window.truth.reader.ask("held", lambda: held.wait(60), lambda _: None)
    window.truth.take([chosen])
    with qtbot.waitSignal(window.workbench.steps.begun, timeout=LONG):
        qtbot.keyClick(window, Qt.Key.Key_PageDown)
    held.set()
    read(qtbot, window)
    served = truth_of(window)
    assert served is not None and served.names == ("bird",)
    turn(qtbot, window, Qt.Key.Key_PageUp)
    served = truth_of(window)
    assert served is not None and served.names == ("horse",)


def test_the_theme_does_not_read_it_again(qtbot: QtBot, opened: Window) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_G)
    drag(qtbot, opened, (40, 50, 120, 150))
    drawn = truth_of(opened)
    opened.switch_theme()
    assert not opened.truth.reader.busy and truth_of(opened) is drawn
