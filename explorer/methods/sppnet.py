"""SPPNet (He et al., ECCV 2014, arXiv 1406.4729)."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor, nn

from explorer.nets.backbone import CompactCNN
from explorer.nets.heads import WIDTH, FullyConnected


@dataclass(frozen=True)
class Settings:
    """Sizes are pixels of the resized image; "paper" beside a field is the paper's value.

    scales: short sides at which the photo is read; (258,) reads one, SCALES the paper's five.
    window: a region is read at the scale where its area comes closest to window x window.
    """

    scales: tuple[int, ...] = field(
        default=(258,), metadata={"paper": (688,), "paper_several": (480, 576, 688, 864, 1200)}
    )
    long: int = field(default=800, metadata={"paper": None})
    window: float = field(default=84.0, metadata={"paper": 224.0})
    pyramid: tuple[int, ...] = (6, 3, 2, 1)
    strategy: str = "fast"  # of selective search
    proposals: int = 2000
    score_threshold: float = -1.0
    nms_threshold: float = 0.3
    detection_threshold: float = 0.0
    max_detections: int = 100


SCALES = (180, 216, 258, 324, 450)  # the paper's five, scaled by 3/8


class Net(nn.Module):
    """backbone (C5 at stride 16), head (fc6, fc7, cls), svm on fc7, ridge on the pooled pyramid.

    ridge gives 4K numbers a region, block 4c..4c+3 the t_x, t_y, t_w, t_h of class c.
    """

    def __init__(self, classes: int, bins: int = 50, width: int = WIDTH) -> None:
        super().__init__()
        self.classes = classes
        self.backbone = CompactCNN(dilated=True)
        pooled = self.backbone.out_channels * bins
        self.head = FullyConnected(pooled, classes, width)
        self.svm = nn.Linear(width, classes)
        self.ridge = nn.Linear(pooled, 4 * classes)

    def shared_map(self, images: Tensor) -> Tensor:
        """Normalised images (N, 3, H, W) -> C5 (N, 256, H / 16, W / 16)."""
        shared: Tensor = self.backbone(images)["C5"]
        return shared
