"""What a training run is given, the same for all methods."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from explorer.methods import rcnn, sppnet
from explorer.methods.configurations import settings_for
from explorer.methods.modules import Settings
from explorer.nets.names import SMALL
from explorer.training.figures import read_record
from explorer.training.loop import Budget
from explorer.training.networks import PACKED, WITH_SVMS
from explorer.training.precision import Precision


@dataclass(frozen=True)
class Options:
    """data: folder with VOC<year>; sets: e.g. ("2007:train",); work: where the run is kept;
    backbone: a checkpoint of `pretrain` or of another method, or its published weights;
    proposals: folder of cached regions; start: the folder of an earlier run of the same method, or
    its published weights, whose whole network this one goes on with, on a schedule of its own.

    batch: photos a step and process. rate: peak rate of the new layers, the backbone's is 0.4 of
    it. limit: photos used, 0 = all.
    network: the CNN, see `configurations`; imagenet: file of ImageNet weights for it, or
    "download" for torchvision's. optimiser: "adamw" or the papers' "sgd".
    schedule: Faster R-CNN's. mining: whether R-CNN's and SPPNet's SVMs see a "sample" of the
    regions or "all". scales: SPPNet's, "single" or "several". short: pixels of a photo's short side
    as the network reads it (R-CNN reads none whole), None for the usual.
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
    network: str = "compact"
    imagenet: str | None = None
    optimiser: str = "adamw"
    schedule: str = "joint"
    mining: str = "sample"
    scales: str = "single"
    short: int | None = None

    def settings(self, method: str) -> Settings:
        """The method's settings for this run. Raises ValueError for a CNN that does not fit it."""
        ours = settings_for(method, self.network)
        return dataclasses.replace(ours, **self.changed(method))  # type: ignore[arg-type]

    def changed(self, method: str) -> dict[str, object]:
        """What this run changes in the settings that go with its CNN."""
        usual = settings_for(method, self.network)
        changed: dict[str, object] = {}
        if isinstance(usual, sppnet.Settings) and self.scales == "several":
            fields = {one.name: one for one in dataclasses.fields(usual)}
            several = fields["scales"].metadata["paper_several"]
            changed = {"scales": sppnet.SCALES if self.network in SMALL else several}
        if self.short is None or isinstance(usual, rcnn.Settings):
            return changed
        alone = usual.scales[0] if isinstance(usual, sppnet.Settings) else usual.short
        return at_scale(dataclasses.replace(usual, **changed), self.short / alone)  # type: ignore[arg-type]


# Settings that are numbers of network pixels, and those of them that are whole.
PIXELS = ("short", "long", "scales", "window", "anchor_sizes", "min_proposal", "canonical")
WHOLE = ("short", "long", "scales")


def at_scale(settings: Settings, factor: float) -> dict[str, object]:
    """Those settings that are sizes in network pixels, each times `factor`."""

    def times(value: Any, whole: bool) -> Any:
        if isinstance(value, tuple):
            return tuple(times(each, whole) for each in value)
        return round(value * factor) if whole else value * factor

    held = {name: getattr(settings, name) for name in PIXELS if hasattr(settings, name)}
    return {name: times(value, name in WHOLE) for name, value in held.items()}


def describe(options: Options, method: str, photos: int, processes: int = 1) -> None:
    """Keep in `options.work`/options.json what the run was given, for the model card."""
    backbone = options.backbone
    about = {
        "method": method, "sets": list(options.sets), "photos": photos,
        "minutes": options.budget.minutes, "steps": options.budget.steps,
        "backbone": backbone and (
            backbone.name if backbone.stem == "pretrain" or backbone.suffix == PACKED
            else backbone.parent.name
        ),
        "device": str(options.precision.device), "batch": options.batch,
        "rate": options.rate, "seed": options.seed, "processes": processes,
        "network": options.network, "settings": options.changed(method),
        "imagenet": options.imagenet is not None, "optimiser": options.optimiser,
        "schedule": options.schedule, "mining": options.mining, "scales": options.scales,
        "short": options.short,
    }  # fmt: skip
    if method in WITH_SVMS:
        from explorer.training.svm import FITTED  # scikit-learn, which the others do without

        about["svm"] = FITTED
    if options.start:
        about |= _earlier(options.start)
    options.work.mkdir(parents=True, exist_ok=True)
    (options.work / "options.json").write_text(json.dumps(about, indent=1))


def _earlier(start: Path) -> dict[str, object]:
    """What an earlier run adds to the next one's options.json: where it began, steps, hours. Of
    published weights their card's figures say it.
    """
    if start.suffix == PACKED:
        held = read_record(start.parent, start.stem)["trained"]
        return {"backbone": held.pop("backbone"), "earlier": held}
    said = json.loads((start / "options.json").read_text())
    held = torch.load(start / "train.pt", weights_only=True, map_location="cpu")
    before = said.get("earlier", {"steps": 0, "hours": 0.0})
    return {"backbone": said.get("backbone", "pretrain.pt"), "earlier": {
        "steps": before["steps"] + held["step"],
        "hours": before["hours"] + held.get("hours", held["seconds"] / 3600),
    }}  # fmt: skip
