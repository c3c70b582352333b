"""Animated exports: every step is a frame, the last is what was kept, a stop leaves nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from explorer.session.replay import playable, playing_view, steps_of, with_control
from explorer.session.scene import Control, ViewState
from explorer.session.scenes import picture
from explorer.ui import export_replay
from explorer.ui.export_replay import write_replay
from explorer.ui.fonts import load_fonts
from explorer.ui.images import from_image
from explorer.ui.movies import COLOURS, _palette, frame_ms, write_movie
from explorer.ui.page import stage_sheet
from explorer.ui.theme import DARK
from explorer.ui.window import Window
from tests.gui.conftest import LONG, settle
from tests.gui.test_export import dialog_of, export
from tests.traces import synthetic_trace


@pytest.fixture(autouse=True)
def fonts(qtbot: QtBot) -> None:
    load_fonts()


def frames(count: int) -> list[QImage]:
    """Of an odd size, each with a bar one step further."""
    made = []
    for at in range(count):
        image = QImage(81, 61, QImage.Format.Format_RGB32)
        image.fill(QColor("navy"))
        for y in range(20, 40):
            for x in range(10 + 5 * at, 15 + 5 * at):
                image.setPixelColor(x, y, QColor("orange"))
        made.append(image)
    return made


def read_gif(path: Path) -> list[NDArray[np.uint8]]:
    with Image.open(path) as image:
        found = []
        for at in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(at)
            found.append(np.asarray(image.convert("RGB")))
    return found


def read_mp4(path: Path) -> list[NDArray[np.uint8]]:
    video, found = cv2.VideoCapture(str(path)), []
    while (read := video.read())[0]:
        found.append(cv2.cvtColor(read[1], cv2.COLOR_BGR2RGB))
    return found


@pytest.mark.parametrize("kind", ["gif", "mp4"])
def test_a_movie_has_its_frames_in_their_order(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a" / f"x.{kind}"
    drawn = frames(6)
    assert list(write_movie(drawn, 6, path)) == [None] * 6 + [path]
    found = read_gif(path) if kind == "gif" else read_mp4(path)
    assert len(found) == 6 if kind == "gif" else len(found) >= 6
    for given, got in zip(drawn, found, strict=False):
        assert got.shape == (60, 80, 3)  # codecs want even sides
        wanted = from_image(given)[:60, :80].astype(float)
        assert np.abs(wanted - got).mean() < 8
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("kind", ["gif", "mp4"])
def test_a_movie_that_is_stopped_leaves_nothing(tmp_path: Path, kind: str) -> None:
    made = 0

    def stopped() -> bool:
        return made >= 3

    for _ in write_movie(frames(6), 6, tmp_path / f"x.{kind}", stopped):
        made += 1
    assert made == 3 and list(tmp_path.iterdir()) == []


def test_few_frames_stand_longer_and_many_are_left_out() -> None:
    assert (frame_ms(1), frame_ms(20), frame_ms(120)) == (800, 300, 150)
    few = Control(key="k", title="", kind="number", value=1, low=1, high=4, plays=True)
    many = Control(key="k", title="", kind="number", value=1, low=1, high=5_000, plays=True)
    assert steps_of([few]) == (1, 2, 3, 4)
    steps = steps_of([few, many])
    assert len(steps) == 120 and (steps[0], steps[-1]) == (1, 5_000)
    assert sorted(set(steps)) == list(steps)


def test_what_plays_is_found_behind_a_choice() -> None:
    """Selective search opens on its regions; its merges are one of the choices."""
    trace = synthetic_trace("fast_rcnn")
    assert playable(picture(trace, "regions", ViewState())) is None
    found = playing_view(trace, "regions", ViewState())
    assert found is not None
    view, control = found
    assert ("regions.show", "merges") in view.controls and control.high > 10
    assert playing_view(trace, "scores", ViewState()) is None


def test_the_last_frame_is_what_nms_kept(tmp_path: Path) -> None:
    trace = synthetic_trace("fast_rcnn")
    *parts, path = write_replay(trace, "nms", tmp_path, "cat.png", DARK, "gif")
    assert path == tmp_path / "fast_rcnn" / "08-nms.gif"
    found = playing_view(trace, "nms", ViewState())
    assert found is not None and path is not None
    view, control = found
    gif = read_gif(path)
    assert len(parts) == control.high - control.low + 1 == len(gif)
    for step, frame in ((control.low, gif[0]), (control.high, gif[-1])):
        made = picture(trace, "nms", with_control(view, "nms", control.key, step))
        page = from_image(stage_sheet(made, trace, "nms", "cat.png", DARK).pixels())
        assert np.abs(page.astype(float) - frame).mean() < 5


def test_all_frames_are_as_high_as_the_one_with_the_longest_panel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_fonts()
    trace = synthetic_trace("fpn")
    heights = iter((800.0, 920.0, *[840.0] * 500))
    monkeypatch.setattr(export_replay, "page_height", lambda made: next(heights))
    sizes: list[tuple[int, int]] = []

    def write(frames: Iterable[QImage], count: int, path: Path) -> Iterator[Path]:
        sizes.extend((frame.width(), frame.height()) for frame in frames)
        yield path

    monkeypatch.setattr(export_replay, "write_movie", write)
    list(write_replay(trace, "nms", tmp_path, "cat.png", DARK, "gif"))
    assert len(sizes) > 2 and set(sizes) == {(1280, 920)}
    heights = iter((800.0, *[1600.0] * 500))
    sizes.clear()
    list(write_replay(trace, "nms", tmp_path, "cat.png", DARK, "gif"))
    assert set(sizes) == {(1280, round(export_replay.HIGHEST))}


def test_the_command_line_animates_and_names_what_has_no_steps(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(
        str(photo), "--out", str(tmp_path), "--method", "rcnn", "--stage", "image",
        "--animate", "pooling", "scores", "--movie", "gif",
    ) == 1
    assert (tmp_path / "cat/rcnn/05-pooling.gif").is_file()
    assert "'scores' has no steps to play" in capsys.readouterr().err


def test_the_dialog_plays_what_is_on_screen(
    qtbot: QtBot, opened: Window, tmp_path: Path
) -> None:
    dialog = dialog_of(opened, qtbot)
    assert not dialog.what.button(2).isEnabled()  # detections have no steps
    dialog.reject()
    opened.go(opened.workbench.desk.at_stage("nms").alone("faster_rcnn"))
    settle(qtbot, opened)
    dialog = dialog_of(opened, qtbot)
    dialog.what.button(2).click()
    assert dialog.movie.isVisible() and not dialog.format.isVisible()
    assert not dialog.size_choice.isEnabled()
    dialog.folder.setText(str(tmp_path))
    steps = steps_of(dialog.controls)
    with qtbot.waitSignal(dialog.saved, timeout=LONG):
        dialog.ok.click()
    (path,) = tmp_path.glob("*.gif")
    assert path.name == "cat-faster_rcnn-08-nms.gif"
    assert len(read_gif(path)) == len(steps)


def test_a_gif_keeps_the_colour_of_what_is_small() -> None:
    """A swatch of few pixels beside a photo of many colours."""
    random = np.random.default_rng(3)
    photo = random.integers(60, 200, (300, 400, 3)).astype(np.uint8)
    photo[..., 2] = 255 - photo[..., 2]
    photo[10:21, 10:21] = swatch = (242, 214, 75)
    sheet = Image.fromarray(photo)
    made = sheet.quantize(palette=_palette(sheet), dither=Image.Dither.NONE).convert("RGB")
    assert np.abs(np.asarray(made)[15, 15].astype(int) - swatch).max() <= 2
    mean = np.abs(np.asarray(made).astype(int) - photo).mean()
    usual = sheet.quantize(COLOURS, Image.Quantize.MEDIANCUT).convert("RGB")
    assert mean < 1.2 * np.abs(np.asarray(usual).astype(int) - photo).mean()
