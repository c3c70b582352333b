"""FPN (Lin et al., CVPR 2017, arXiv 1612.03144)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from torch import Tensor, nn

from explorer.nets.backbone import WIDTHS, CompactCNN
from explorer.nets.fpn import CHANNELS, FeaturePyramid, Pyramid
from explorer.nets.heads import WIDTH, SiblingHead
from explorer.nets.rpn import RpnHead


@dataclass(frozen=True)
class Settings:
    """Sizes are pixels of the resized image; "paper" beside a field is the paper's value.

    anchor_sizes: one tuple per map, P2 first. pre_nms_top: per level.
    lowest, highest: the levels that regions are read from.
    """

    short: int = field(default=288, metadata={"paper": 800})
    long: int = field(default=384, metadata={"paper": 1333})
    anchor_sizes: tuple[tuple[float, ...], ...] = field(
        default=((12.0,), (24.0,), (48.0,), (96.0,), (192.0,)),
        metadata={"paper": ((32.0,), (64.0,), (128.0,), (256.0,), (512.0,))},
    )
    anchor_ratios: tuple[float, ...] = (0.5, 1.0, 2.0)  # height / width
    min_proposal: float = 1e-3
    objectness_threshold: float = 0.0
    pre_nms_top: int = 1000
    rpn_nms_threshold: float = 0.7
    proposals: int = 2000
    k0: int = 4
    canonical: float = field(default=84.0, metadata={"paper": 224.0})
    lowest: int = 2
    highest: int = 5
    pool: int = 7
    sampling: int = 2
    score_threshold: float = 0.05
    min_detection: float = 1e-2
    nms_threshold: float = 0.5
    detection_threshold: float = 0.5
    max_detections: int = 100


class Net(nn.Module):
    """backbone (C2..C5), fpn (P2..P6), one rpn and one head for all levels; K = `classes`."""

    def __init__(
        self, classes: int, channels: int = CHANNELS, pool: int = 7, width: int = WIDTH
    ) -> None:
        super().__init__()
        self.classes = classes
        self.backbone = CompactCNN()
        self.fpn = FeaturePyramid(WIDTHS, channels)
        self.rpn = RpnHead(channels, 3)
        self.head = SiblingHead(channels * pool * pool, classes, width)

    def pyramid(self, images: Tensor) -> tuple[OrderedDict[str, Tensor], Pyramid]:
        """Normalised images (N, 3, H, W) -> C2..C5 and the pyramid over them."""
        bottom_up = self.backbone(images)
        return bottom_up, self.fpn(bottom_up)
