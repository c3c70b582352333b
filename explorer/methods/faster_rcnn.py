"""Faster R-CNN (Ren et al., NIPS 2015, arXiv 1506.01497)."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor, nn

from explorer.nets.backbone import CompactCNN
from explorer.nets.heads import WIDTH, SiblingHead
from explorer.nets.rpn import RpnHead


@dataclass(frozen=True)
class Settings:
    """Sizes are pixels of the resized image; "paper" beside a field is the paper's value."""

    short: int = field(default=288, metadata={"paper": 600})
    long: int = field(default=384, metadata={"paper": 1000})
    anchor_sizes: tuple[float, ...] = field(
        default=(48.0, 96.0, 192.0), metadata={"paper": (128.0, 256.0, 512.0)}
    )
    anchor_ratios: tuple[float, ...] = (0.5, 1.0, 2.0)  # height / width
    min_proposal: float = field(default=6.0, metadata={"paper": 16.0})
    pre_nms_top: int = 6000
    rpn_nms_threshold: float = 0.7
    proposals: int = 2000
    pool: int = 7
    score_threshold: float = 0.05
    nms_threshold: float = 0.3
    detection_threshold: float = 0.5
    max_detections: int = 100


class Net(nn.Module):
    """backbone (C5 at stride 16), rpn (k = 9 anchors) and head for K = `classes` classes."""

    def __init__(self, classes: int, pool: int = 7, width: int = WIDTH) -> None:
        super().__init__()
        self.classes = classes
        self.backbone = CompactCNN(dilated=True)
        self.rpn = RpnHead(self.backbone.out_channels, 9)
        self.head = SiblingHead(self.backbone.out_channels * pool * pool, classes, width)

    def shared_map(self, images: Tensor) -> Tensor:
        """Normalised images (N, 3, H, W) -> C5 (N, 256, H / 16, W / 16)."""
        shared: Tensor = self.backbone(images)["C5"]
        return shared
