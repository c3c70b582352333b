"""What a model card is told of the run that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from explorer.training.networks import PACKED
from explorer.training.options import Options

TITLES = {
    "rcnn": "R-CNN (Girshick et al., CVPR 2014)",
    "sppnet": "SPPNet (He et al., ECCV 2014)",
    "fast_rcnn": "Fast R-CNN (Girshick, ICCV 2015)",
    "faster_rcnn": "Faster R-CNN (Ren et al., NIPS 2015)",
    "fpn": "FPN (Lin et al., CVPR 2017)",
}
# Options of `train` that change the recipe, and what they are unless they are given.
USUAL = {
    "schedule": "joint", "mining": "sample", "scales": "single", "optimiser": "adamw",
    "batch": str(Options.batch), "rate": str(Options.rate),
}  # fmt: skip


@dataclass(frozen=True)
class Made:
    """How a network came about, for its card. hours: of training, without pre-training.

    steps, hours: of the last run; earlier: (steps, hours) of the runs that it went on from.
    """

    sets: str
    photos: int
    budget: str
    steps: int
    hours: float
    device: str
    commit: str
    # Or the method whose convolutions it began with; with PACKED behind it, its published ones.
    backbone: str | None = "pretrain.pt"
    earlier: tuple[int, float] | None = None
    network: str = "compact"
    imagenet: bool = False  # whether it began with torchvision's weights
    chosen: tuple[tuple[str, str], ...] = ()  # options that differ from `USUAL`
    svm: str | None = None  # how its SVMs were fitted, where it has any
    mined: Mapping[str, Any] | None = None  # `Mined.told`, where hard negatives were of all regions
    notes: tuple[str, ...] = ()  # what else differs: where the code was another then

    @property
    def options(self) -> dict[str, str]:
        """The options that change the recipe, as they were."""
        return USUAL | dict(self.chosen)

    @property
    def teacher(self) -> str | None:
        """The method whose convolutions it began with, where it is one."""
        name = (self.backbone or "").removesuffix(PACKED)
        return name if name in TITLES else None

    @property
    def trained(self) -> dict[str, Any]:
        """What a run that goes on with these weights has to know: see `options.describe`."""
        steps, hours = self.earlier or (0, 0.0)
        return {
            "backbone": self.backbone, "steps": steps + self.steps, "hours": hours + self.hours
        }

    @property
    def begun(self) -> bool:
        """Whether its CNN had learnt anything before."""
        return bool(self.backbone or self.imagenet or self.earlier)
