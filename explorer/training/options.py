"""What a training run is given, the same for all methods."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from explorer.nets.backbone import CompactCNN
from explorer.training.loop import Budget
from explorer.training.precision import Precision


@dataclass(frozen=True)
class Options:
    """data: folder with VOC<year>; sets: e.g. ("2007:train",); work: where the run is kept;
    backbone: a checkpoint of `pretrain` or of another method; proposals: folder of cached regions;
    start: the folder of an earlier run of the same method, whose whole network this one goes on
    with, on a schedule of its own.

    batch: photos a step. rate: peak rate of the new layers, the backbone's is 0.4 of it.
    limit: photos used, 0 = all.
    """

    data: Path
    sets: tuple[str, ...]
    work: Path
    budget: Budget
    backbone: Path | None = None
    proposals: Path | None = None
    batch: int = 8
    rate: float = 5e-4
    seed: int = 0
    limit: int = 0
    compiled: bool = False
    precision: Precision = Precision()
    start: Path | None = None


def describe(options: Options, method: str, photos: int) -> None:
    """Keep in `options.work`/options.json what the run was given, for the model card."""
    backbone = options.backbone
    about = {
        "method": method, "sets": list(options.sets), "photos": photos,
        "minutes": options.budget.minutes, "steps": options.budget.steps,
        "backbone": backbone and (
            backbone.name if backbone.stem == "pretrain" else backbone.parent.name
        ),
        "device": str(options.precision.device), "batch": options.batch,
        "rate": options.rate, "seed": options.seed,
    }  # fmt: skip
    if options.start:
        about |= _earlier(options.start)
    options.work.mkdir(parents=True, exist_ok=True)
    (options.work / "options.json").write_text(json.dumps(about, indent=1))


def _earlier(start: Path) -> dict[str, object]:
    """What an earlier run adds to the next one's options.json: where it began, steps, hours."""
    said = json.loads((start / "options.json").read_text())
    held = torch.load(start / "train.pt", weights_only=True, map_location="cpu")
    before = said.get("earlier", {"steps": 0, "hours": 0.0})
    return {"backbone": said.get("backbone", "pretrain.pt"), "earlier": {
        "steps": before["steps"] + held["step"],
        "hours": before["hours"] + held["seconds"] / 3600,
    }}  # fmt: skip


def begin(net: nn.Module, backbone: CompactCNN, options: Options) -> bool:
    """Fill a new network before its first step; False where it stays random.

    Raises FileNotFoundError where a checkpoint is missing.
    """
    if options.start:
        held = torch.load(options.start / "train.pt", weights_only=True, map_location="cpu")
        net.load_state_dict(held["net"])
    else:
        load_backbone(backbone, options.backbone)
    return bool(options.start or options.backbone)


def load_backbone(backbone: CompactCNN, checkpoint: Path | None) -> None:
    """Start from the CNN of a checkpoint of `pretrain`, or of another method's training; from
    random weights where none is given.

    Raises FileNotFoundError where the checkpoint is missing.
    """
    if checkpoint is None:
        return
    held = torch.load(checkpoint, weights_only=True, map_location="cpu")["net"]
    prefix = "backbone."
    backbone.load_state_dict(
        {name.removeprefix(prefix): v for name, v in held.items() if name.startswith(prefix)}
    )


def freeze_early(backbone: CompactCNN) -> None:
    """Fix the layers up to C2: edges and colours need no detection data, and their large maps
    make up most of the backward pass (Fast R-CNN, section 4.5, fixes conv1 and conv2 as well)."""
    for module in (backbone.stem, backbone.stage2):
        module.requires_grad_(False)


def freeze_statistics(net: nn.Module) -> None:
    """Training mode, but batch normalisation keeps the statistics of pre-training.

    Its scale and shift are still learnt. A batch of a few photos of one scene each says less about
    the mean of a channel than a million crops.
    """
    net.train()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
