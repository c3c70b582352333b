"""`main.py export` with files that are no photos: a line for each, the others done, exit code 1.

The detectors are made up (tests/traces.py); reading, drawing and writing are the real ones.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from explorer import export
from explorer.app import main, parser_of_export
from explorer.ops.images import load_photo
from explorer.session.job import Photo
from explorer.trace.base import Progress, Stage
from explorer.trace.stages import SearchStage, Trace
from tests import photos
from tests.traces import CLASSES, synthetic_trace


@dataclass(frozen=True)
class MadeUpNet:
    classes: tuple[str, ...] = CLASSES
    weights_id: str = "made-up"


class MadeUpEngine:
    """Gives every photo the same made-up traces. broken: the method that fails."""

    def __init__(self, broken: str = "") -> None:
        self.broken = broken
        self.searched = 0

    def device_name(self) -> str:
        return "made up"

    def read(self, path: Path) -> Photo:
        return load_photo(path)

    def load(self, method: str) -> MadeUpNet:
        return MadeUpNet()

    def search(
        self, photo: Photo, strategy: str = "fast", spaces: tuple[str, ...] = ()
    ) -> Iterator[Progress | SearchStage]:
        self.searched += 1
        regions = synthetic_trace("rcnn").stage("regions")
        assert isinstance(regions, SearchStage)
        yield Progress("regions", 1, 2)
        yield regions

    def start(self, method: str, loaded: object) -> Trace:
        return dataclasses.replace(synthetic_trace(method), stages=())

    def stages(
        self, photo: Photo, method: str, loaded: object, regions: SearchStage | None
    ) -> Iterator[Progress | Stage]:
        for stage in synthetic_trace(method).stages:
            if method == self.broken and stage.name == "scores":
                raise RuntimeError("The scores went missing")
            yield stage


def run(*arguments: str | Path, engine: MadeUpEngine | None = None) -> int:
    options = parser_of_export().parse_args([str(argument) for argument in arguments])
    return export.run(options, engine=engine or MadeUpEngine())


QUICK = ("--method", "fpn", "--stage", "detections", "--json")


@pytest.mark.parametrize("make", photos.BAD, ids=lambda make: make.__name__)
def test_a_bad_file_costs_one_line_and_the_rest_is_done(
    make: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(make)
    bad, good = make(tmp_path).path, photos.rgb(tmp_path).path
    code = run(bad, good, "--out", tmp_path / "out", *QUICK)
    lines = capsys.readouterr().err.splitlines()
    assert code == 1
    assert len(lines) == 1
    assert bad.name in lines[0]
    assert lines[0].endswith(".")
    assert "Traceback" not in lines[0]
    written = sorted(p.name for p in (tmp_path / "out" / "rgb" / "fpn").iterdir())
    assert written == ["09-detections.png", "trace.json"]
    assert not (tmp_path / "out" / bad.stem).exists()


@pytest.mark.parametrize("make", photos.READABLE, ids=lambda make: make.__name__)
def test_every_kind_of_photo_is_exported(
    make: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(make)
    photo = make(tmp_path)
    assert run(photo.path, "--out", tmp_path / "out", *QUICK) == 0
    assert capsys.readouterr().err == ""
    trace = json.loads((tmp_path / "out" / photo.path.stem / "fpn" / "trace.json").read_text())
    assert trace["image"]["path"] == str(photo.path)


def test_a_method_that_fails_is_named_and_the_others_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = photos.rgb(tmp_path).path
    engine = MadeUpEngine(broken="fast_rcnn")
    arguments = ("--method", "fast_rcnn", "sppnet", "--stage", "nms", "--json")
    assert run(photo, "--out", tmp_path / "out", *arguments, engine=engine) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "rgb.png" in line and "Fast R-CNN" in line and "The scores went missing" in line
    assert sorted(p.name for p in (tmp_path / "out" / "rgb").iterdir()) == [
        "comparison.png", "sppnet", "time.png",
    ]  # fmt: skip
    assert engine.searched == 1  # shared by the methods that start from it


def test_an_empty_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "holiday").mkdir()
    assert run(tmp_path / "holiday", "--out", tmp_path / "out", *QUICK) == 1
    assert "holiday" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_stands_for_its_photos_and_names_stay_apart(tmp_path: Path) -> None:
    for name in ("a/cat.png", "b/cat.png"):
        (tmp_path / name).parent.mkdir()
        shutil.copy(photos.rgb(tmp_path).path, tmp_path / name)
    assert run(tmp_path / "a", tmp_path / "b", "--out", tmp_path / "out", *QUICK) == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["cat", "cat-2"]


def test_an_unwritable_target_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("a file where the folder should go")
    assert run(photos.rgb(tmp_path).path, "--out", tmp_path / "out", *QUICK) == 1
    assert len(capsys.readouterr().err.splitlines()) >= 1
    assert (tmp_path / "out").read_text().startswith("a file")


@pytest.mark.parametrize(
    "arguments",
    [
        ["export", "photo.png"],
        ["export", "photo.png", "--out", "x", "--method", "yolo"],
        ["export", "photo.png", "--out", "x", "--stage", "backbone"],
        ["export", "photo.png", "--out", "x", "--scale", "5"],
        ["export", "--out", "x"],
        ["--device", "abacus"],
    ],
)
def test_wrong_arguments_are_refused_before_anything_runs(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_the_huge_photo_is_read_or_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = photos.huge(tmp_path)
    width, height = photos.HUGE
    code = run(path, "--out", tmp_path / "out", *QUICK)
    error = capsys.readouterr().err
    if code == 0:
        pixels = load_photo(path)
        assert pixels.shape == (height, width, 3)
        assert np.array_equal(pixels[0, [0, -1]], [[255, 0, 0], [0, 0, 255]])
    else:
        assert "huge.png" in error and len(error.splitlines()) == 1
