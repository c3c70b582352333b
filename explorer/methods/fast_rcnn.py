"""Fast R-CNN (Girshick, ICCV 2015, arXiv 1504.08083)."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor, nn

from explorer.nets.backbone import CompactCNN
from explorer.nets.heads import WIDTH, SiblingHead


@dataclass(frozen=True)
class Settings:
    """Sizes are pixels of the resized image; "paper" beside a field is the paper's value."""

    short: int = field(default=288, metadata={"paper": 600})
    long: int = field(default=384, metadata={"paper": 1000})
    strategy: str = "fast"  # of selective search
    proposals: int = 2000
    pool: int = 7
    score_threshold: float = 0.05
    nms_threshold: float = 0.3
    detection_threshold: float = 0.5
    max_detections: int = 100


class Net(nn.Module):
    """backbone (C5 at stride 16) and head (fc6, fc7, cls, box) for K = `classes` classes."""

    def __init__(self, classes: int, pool: int = 7, width: int = WIDTH) -> None:
        super().__init__()
        self.classes = classes
        self.backbone = CompactCNN(dilated=True)
        self.head = SiblingHead(self.backbone.out_channels * pool * pool, classes, width)

    def shared_map(self, images: Tensor) -> Tensor:
        """Normalised images (N, 3, H, W) -> C5 (N, 256, H / 16, W / 16)."""
        shared: Tensor = self.backbone(images)["C5"]
        return shared
