"""A killed run goes on from its last checkpoint and ends with the weights of one that was not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.training import loop, train_rcnn
from explorer.training.loop import Budget
from explorer.training.options import Options
from explorer.training.pretrain import PretrainSettings, pretrain
from explorer.training.train_alternating import train_alternating
from explorer.training.train_detector import train_detector
from explorer.training.train_rcnn import train_rcnn as rcnn
from explorer.training.train_sppnet import train_sppnet
from tests.unit.shapes_data import COLOURS, make_shapes

Run = Callable[[Path, Path], object]  # (folder of the data, folder of the run)


class Killed(BaseException):
    """Not one that training would catch."""


def options(data: Path, work: Path, steps: int = 4) -> Options:
    return Options(
        data=data, sets=("2007:train",), work=work, budget=Budget(steps=steps),
        proposals=data / "proposals", batch=2, rate=2e-3, short=96,
    )  # fmt: skip


def detector(method: str) -> Run:
    return lambda data, work: train_detector(method, options(data, work))


RUNS: dict[str, Run] = {
    "rcnn": lambda data, work: rcnn(options(data, work)),
    "sppnet": lambda data, work: train_sppnet(options(data, work)),
    "fast_rcnn": detector("fast_rcnn"),
    "faster_rcnn": detector("faster_rcnn"),
    "fpn": detector("fpn"),
    "alternating": lambda data, work: train_alternating(options(data, work, steps=8)),
}


def killed_after(run: Callable[[], object], checkpoints: int) -> None:
    """Take a checkpoint after every step; kill the run when it has made so many and a step more,
    which is lost."""
    with pytest.MonkeyPatch.context() as patch:
        made: list[Path] = []
        save = loop.save

        def counted(path: Path, state: dict[str, object]) -> None:
            if len(made) == checkpoints:
                raise Killed
            made.append(path)
            save(path, state)

        patch.setattr(loop, "save", counted)
        patch.setattr(loop, "KEEP_EVERY", 0.0)
        with pytest.raises(Killed):
            run()


def same_weights(one: Path, other: Path) -> None:
    held, again = (torch.load(path, weights_only=True)["net"] for path in (one, other))
    assert held.keys() == again.keys()
    for name, values in held.items():
        torch.testing.assert_close(again[name], values, rtol=1e-5, atol=1e-7, msg=name)


@pytest.mark.parametrize("name", RUNS)
def test_a_killed_run_ends_as_one_that_was_not(
    name: str, narrow: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_rcnn, "CROPS", 8)
    torch.set_num_threads(1)
    run, data = RUNS[name], make_shapes(tmp_path, 4)
    run(data, tmp_path / "one")
    # The alternating schedule's third checkpoint is of its second step's beginning.
    killed_after(lambda: run(data, tmp_path / "two"), 4 if name == "alternating" else 2)
    begun = torch.load(next((tmp_path / "two").rglob("train.pt")), weights_only=True)
    assert begun["step"] in (1, 2)
    run(data, tmp_path / "two")
    same_weights(tmp_path / "one" / "train.pt", tmp_path / "two" / "train.pt")


def images(root: Path) -> Path:
    """Rectangles of two colours, a folder for each."""
    random = np.random.default_rng(0)
    for split, count in (("train", 8), ("val", 2)):
        for title, colour in COLOURS.items():
            folder = root / split / title
            folder.mkdir(parents=True)
            for number in range(count):
                pixels = random.integers(100, 140, (32, 32, 3), np.uint8)
                x, y = random.integers(0, 12, 2)
                pixels[y : y + 18, x : x + 18] = colour
                Image.fromarray(pixels).save(folder / f"{number}.png")
    return root


def test_killed_pre_training_ends_as_one_that_was_not(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    data = images(tmp_path / "images")
    settings = PretrainSettings(epochs=2, batch=4, small=32, large=48)
    one = pretrain(data, tmp_path / "one", settings)
    # Four steps an epoch: the third of the second epoch is lost.
    killed_after(lambda: pretrain(data, tmp_path / "two", settings), 6)
    two = tmp_path / "two" / "pretrain.pt"
    assert '"step": 6' in torch.load(two, weights_only=True)["standing"]
    pretrain(data, tmp_path / "two", settings)
    same_weights(one, two)
    held, again = (torch.load(path, weights_only=True)["standing"] for path in (one, two))
    assert '"step": 8' in held and '"step": 8' in again
