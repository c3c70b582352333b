"""`--weights`: a checkpoint for FPN, or the name of one that torchvision offers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torchvision.models import get_model_weights

from explorer import app, export
from explorer.methods import torchvision_names as names
from explorer.methods import torchvision_weights
from explorer.methods.checkpoints import WeightsError
from explorer.session.engine import TorchEngine
from explorer.trace.base import STAGE_NAMES
from tests import photos
from tests.coco_checkpoint import COCO, coco_checkpoint

# Exports draw with Qt: with the application that the tests of the window use too.
pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture(scope="module")
def coco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return coco_checkpoint(tmp_path_factory.mktemp("weights") / "mine.pth")


def run(photo: Path, out: Path, *more: str) -> int:
    return app.main(
        ["export", str(photo), "--out", str(out), "--device", "cpu", "--method", "fpn", *more]
    )


def test_a_checkpoint_runs_and_every_stage_is_drawn(
    tmp_path: Path, coco: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = photos.rgb(tmp_path).path
    assert run(photo, tmp_path / "out", "--json", "--weights", str(coco)) == 0
    assert capsys.readouterr().err == ""
    folder = tmp_path / "out" / photo.stem / "fpn"
    assert len(list(folder.glob("*.png"))) == len(STAGE_NAMES)
    trace = json.loads((folder / "trace.json").read_text())
    assert trace["weights"].startswith("mine.pth · ")
    assert (trace["settings"]["short"], trace["settings"]["long"]) == (800, 1333)
    known = torchvision_weights.VARIANTS[0].trained.meta["categories"]
    assert trace["detections"]
    assert {found["label"] for found in trace["detections"]} <= set(known)


@pytest.mark.parametrize(
    ("weights", "said"),
    [("absent.pth", "there is no such file"), ("fasterrcnn_resnet", "fasterrcnn_resnet50_fpn_v2")],
)
def test_what_is_not_there_is_named_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], weights: str, said: str
) -> None:
    photo = photos.rgb(tmp_path).path
    assert run(photo, tmp_path / "out", "--weights", weights) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert weights in line and said in line and line.endswith(".")
    assert not (tmp_path / "out").exists()


def test_a_damaged_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damaged = tmp_path / "damaged.pth"
    damaged.write_bytes(b"PK\x03\x04 cut short")
    assert run(photos.rgb(tmp_path).path, tmp_path / "out", "--weights", str(damaged)) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"{damaged} is not a file of weights, or is damaged."
    assert not (tmp_path / "out").exists()


def test_a_name_is_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def download(name: str, progress: object = None) -> Path:
        asked.append(name)
        assert callable(progress)
        progress(5, 10)
        progress(10, 10)
        return tmp_path / "there.pth"

    monkeypatch.setattr(torchvision_weights, "download", download)
    assert export.weights_file("fasterrcnn_resnet50_fpn") == tmp_path / "there.pth"
    assert asked == ["fasterrcnn_resnet50_fpn"]
    with pytest.raises(WeightsError, match="no such file"):
        export.weights_file("yolo")
    assert len(asked) == 1


def test_the_names_are_torchvisions_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for one in names.PUBLISHED:
        trained = get_model_weights(one.name)["COCO_V1"]
        assert trained.url.endswith(f"/{one.file}")
        # torchvision gives the size in units of 1,048,576 bytes.
        assert one.megabytes == round(trained.meta["_file_size"] * 1.048576)
    assert {one.name for one in names.PUBLISHED} == {
        one.name for one in torchvision_weights.VARIANTS
    }
    for variable in ("XDG_CACHE_HOME", "TORCH_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
        assert names.cache_dir() == Path(torch.hub.get_dir()) / "checkpoints"


def test_titles_say_whose_weights_they_are() -> None:
    assert names.title_of("fpn.safetensors · 01234567") == ""
    assert names.title_of("mine.pth · 01234567") == "mine.pth"
    assert names.title_of(f"{names.PUBLISHED[1].file} · 258fb6c6") == "ResNet-50"


def test_the_engine_keeps_its_weights_where_a_file_is_none(tmp_path: Path, coco: Path) -> None:
    engine = TorchEngine("cpu")
    bundled = engine.load("fpn").weights_id
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(b"nothing")
    with pytest.raises(WeightsError, match="damaged"):
        engine.use_weights(damaged)
    assert engine.load("fpn").weights_id == bundled
    engine.use_weights(coco)
    loaded = engine.load("fpn")
    assert loaded.weights_id.startswith("mine.pth · ") and len(loaded.classes) == COCO
    engine.use_weights(coco)
    assert engine.load("fpn") is loaded  # not read again
    with pytest.raises(WeightsError):
        engine.use_weights(damaged)
    assert engine.load("fpn") is loaded
    engine.use_weights(None)
    assert engine.load("fpn").weights_id == bundled
