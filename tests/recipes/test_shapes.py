"""Recipes learn: pretrain, propose, train and evaluate, as a user runs them.

    uv run pytest -m recipes

The photos are made up (tests/unit/shapes_scenes.py) and small, the runs are short: about a minute
on two cores for each method. Steps are counted, not minutes, so the schedule is the same anywhere.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from explorer.training.__main__ import main
from tests.recipes.shapes_images import make_images
from tests.unit.shapes_scenes import make_scenes

pytestmark = pytest.mark.recipes
LEARNT = 0.5  # VOC AP on scenes that were not trained on
RECIPES = {
    "rcnn": ("--steps", "40", "--batch", "4", "--rate", "0.001", "--limit", "100"),
    "sppnet": ("--steps", "300", "--batch", "4", "--rate", "0.001", "--short", "96"),
    "fast_rcnn": ("--steps", "250", "--batch", "4", "--rate", "0.002", "--short", "96"),
    "faster_rcnn": ("--steps", "300", "--batch", "4", "--rate", "0.003", "--short", "96"),
    "fpn": ("--steps", "300", "--batch", "4", "--rate", "0.002", "--short", "96"),
}
SEARCHING = ("rcnn", "sppnet", "fast_rcnn")


def command(*words: object) -> None:
    """One command of `python -m explorer.training`."""
    assert main([str(word) for word in words]) == 0


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scenes with their regions, and the compact CNN that has learnt the shapes as a classifier."""
    torch.set_num_threads(2)
    root = tmp_path_factory.mktemp("shapes")
    make_scenes(root, 160, "train", seed=1)
    make_scenes(root, 30, "val", seed=2)
    for split, each, seed in (("train", 100, 3), ("val", 20, 4)):
        make_images(root / "images", each, split, seed)
    command("pretrain", root / "images", "--work", root / "cnn", "--epochs", 6, "--batch", 32)
    held = torch.load(root / "cnn" / "pretrain.pt", weights_only=True)
    assert json.loads(held["standing"])["history"][-1]["top1"] > 0.8
    command(
        "propose", "--data", root, "--set", "2007:train", "--set", "2007:val",
        "--proposals", root / "regions", "--strategy", "single",
    )  # fmt: skip
    return root


@pytest.mark.parametrize("method", RECIPES)
def test_a_recipe_learns_shapes(method: str, shapes: Path) -> None:
    regions = ("--proposals", shapes / "regions") if method in SEARCHING else ()
    work = shapes / method
    command(
        "train", method, "--data", shapes, "--backbone", shapes / "cnn" / "pretrain.pt",
        "--work", work, *RECIPES[method], *regions,
    )  # fmt: skip
    results = work / "results.json"
    command(
        "evaluate", method, "--data", shapes, "--weights", work, "--out", results, *regions
    )
    held = json.loads(results.read_text())
    assert held["photos"] == 30 and set(held["ap"]) == {"bird", "boat", "car", "cat"}
    assert held["map"] >= LEARNT, held["ap"]
