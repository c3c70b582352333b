"""R-CNN (Girshick et al., CVPR 2014, arXiv 1311.2524)."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor, nn

from explorer.nets.backbone import CompactCNN
from explorer.nets.heads import WIDTH, FullyConnected

POOL5 = 3  # cells a side of C5 for a 96-pixel crop; 6 in the paper


@dataclass(frozen=True)
class Settings:
    """Sizes are pixels of the warped crop; "paper" beside a field is the paper's value."""

    crop: int = field(default=96, metadata={"paper": 227})
    padding: int = field(default=7, metadata={"paper": 16})  # p, context around the box
    batch: int = 64  # crops in one forward pass; no effect on the result
    strategy: str = "fast"  # of selective search
    proposals: int = 2000
    score_threshold: float = -1.0
    nms_threshold: float = 0.3
    detection_threshold: float = 0.0
    max_detections: int = 100


class Net(nn.Module):
    """backbone (C5 at stride 32), head (fc6, fc7, cls), svm on fc7, ridge on pool5.

    ridge gives 4K numbers a region, block 4c..4c+3 the t_x, t_y, t_w, t_h of class c.
    """

    def __init__(self, classes: int, cells: int = POOL5, width: int = WIDTH) -> None:
        super().__init__()
        self.classes = classes
        self.backbone = CompactCNN()
        pool5 = self.backbone.out_channels * cells * cells
        self.head = FullyConnected(pool5, classes, width)
        self.svm = nn.Linear(width, classes)
        self.ridge = nn.Linear(pool5, 4 * classes)

    def pool5(self, crops: Tensor) -> Tensor:
        """Normalised crops (R, 3, 96, 96) -> C5 (R, 256, 3, 3)."""
        features: Tensor = self.backbone(crops)["C5"]
        return features
