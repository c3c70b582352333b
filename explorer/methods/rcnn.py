"""R-CNN: Regions with CNN features (Girshick et al., CVPR 2014, arXiv 1311.2524).

    photo -> selective search: ~2,000 regions -> each warped with its context to one size
          -> one forward pass per crop -> pool5 -> fc6, fc7 -> SVMs -> NMS per class
          -> box regression

Shapes: n regions, K classes. Boxes are in photo pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from explorer.methods.clock import Clock
from explorer.methods.devices import Device
from explorer.methods.recording import (
    every_row,
    nms_record,
    pairs_above,
    photo_boxes,
    regions_on,
)
from explorer.methods.searching import searched
from explorer.methods.warp import Warper, context_boxes
from explorer.nets.backbone import MEAN, STD, Backbone, CompactCNN
from explorer.nets.heads import WIDTH, FullyConnected
from explorer.ops.boxes import clip, decode
from explorer.ops.nms import nms
from explorer.trace.base import NetworkInput, Progress, Stage
from explorer.trace.freeze import freeze
from explorer.trace.stages import (
    DetectionsStage,
    FeaturesStage,
    ImageStage,
    NmsStage,
    PoolingStage,
    RefinementStage,
    RegionsStage,
    ScoresStage,
    WarpStage,
)

POOL5 = 3  # cells a side of C5 for a 96-pixel crop; 6 in the paper
CROPS_SHOWN = 64  # crops kept in the trace; the others can be warped again (`warp.Warper`)


@dataclass(frozen=True)
class Settings:
    """Sizes are pixels of the warped crop; "paper" beside a field is the paper's value.

    score_threshold, detection_threshold: margins of the SVMs, whose boundary is 0 and whose
    negatives lie below -1; the paper gives none.
    """

    crop: int = field(default=96, metadata={"paper": 227})
    padding: int = field(default=7, metadata={"paper": 16})  # p, context around the box
    batch: int = 64  # crops in one forward pass; no effect on the result
    strategy: str = field(default="fast", metadata={"paper": "fast"})  # of selective search
    spaces: tuple[str, ...] = field(default=(), metadata={"paper": ()})  # (): the strategy's
    proposals: int = 2000
    score_threshold: float = -1.0
    nms_threshold: float = 0.3
    regression: bool = field(default=True, metadata={"paper": True})  # boxes are moved
    detection_threshold: float = 0.0
    max_detections: int = 100


class Net(nn.Module):
    """backbone (C5 at stride 32), head (fc6, fc7, cls), svm on fc7, ridge on pool5.

    ridge gives 4K numbers a region, block 4c..4c+3 the t_x, t_y, t_w, t_h of class c.
    """

    def __init__(
        self, classes: int, cells: int = POOL5, width: int = WIDTH, backbone: Backbone | None = None
    ) -> None:
        super().__init__()
        self.classes = classes
        self.backbone = backbone or CompactCNN()
        pool5 = self.backbone.out_channels * cells * cells
        self.head = FullyConnected(pool5, classes, width)
        self.svm = nn.Linear(width, classes)
        self.ridge = nn.Linear(pool5, 4 * classes)

    def pool5(self, crops: Tensor) -> Tensor:
        """Normalised crops (R, 3, 96, 96) -> C5 (R, C, 3, 3)."""
        features: Tensor = self.backbone(crops)["C5"]
        return features


def run(
    photo: NDArray[np.uint8],
    net: Net,
    settings: Settings,
    device: Device,
    classes: Sequence[str],
    regions: RegionsStage | None = None,
) -> Iterator[Progress | Stage]:
    """Detect objects in a photo (H, W, 3), yielding each stage when it is done.

    net: on the device, in evaluation mode. regions: found before; else they are searched.
    """
    clock = Clock(device)

    # The photo is never resized as a whole: crops enter the network, each at its own scale.
    with clock("image"):
        height, width = photo.shape[:2]
        crop = NetworkInput(
            settings.crop, settings.crop, settings.crop / width, settings.crop / height
        )
    yield ImageStage(**clock.of("image"), pixels=freeze(photo), inputs=(crop,))

    # About 2,000 regions by selective search, unless they were found before.
    regions = yield from searched(
        photo, settings.strategy, settings.spaces, settings.proposals, regions
    )
    yield regions
    boxes = regions_on(device.torch, regions.boxes)
    n = len(boxes)

    # Each region is dilated by p pixels of the crop, then warped to 96 x 96 (appendix A).
    with clock("assignment"):
        context = context_boxes(regions.boxes, settings.crop, settings.padding)
        crops = Warper(photo).crops(context, settings.crop)
    yield WarpStage(
        **clock.of("assignment"), source=every_row(n), source_stage="regions",
        context=freeze(context), size=settings.crop, padding=settings.padding,
        crops=freeze(crops[:CROPS_SHOWN].copy()),
    )

    # One forward pass per crop, in batches (section 2.2); an empty batch where there is no region.
    batches: list[Tensor] = []
    for start in range(0, max(n, 1), settings.batch):
        yield Progress("features", start, n)
        with clock("features"), device.precision():
            batch = normalised(crops[start : start + settings.batch], device.torch)
            batches.append(net.pool5(batch).float())
    yield FeaturesStage(**clock.of("features"), maps=(), passes=n)

    # pool5: the last map of each crop, 3 x 3 cells.
    with clock("pooling"):
        pool5 = torch.cat(batches)
    yield PoolingStage(
        **clock.of("pooling"), source=every_row(n), source_stage="assignment", kind="crop",
        bins=(pool5.shape[-1],), channels=pool5.shape[1], values=freeze(pool5.flatten(2), "f2"),
    )

    # fc6, fc7, then one linear SVM per class (section 2.2).
    with clock("scores"):
        with device.precision():
            features = net.head.features(pool5)
        margins = net.svm(features.float())
    yield ScoresStage(
        **clock.of("scores"), source=every_row(n), source_stage="pooling",
        values=freeze(margins), kind="svm",
    )

    # Greedy NMS, independently per class, on the regions as they are (section 2.2).
    with clock("nms"):
        row, label = pairs_above(margins, settings.score_threshold)
        score = margins[row, label]
        survivors = nms(boxes[row], score, settings.nms_threshold, groups=label)
        kept = survivors.kept
    yield NmsStage(
        **clock.of("nms"), source=freeze(row), source_stage="scores",
        boxes=photo_boxes(boxes[row], photo), labels=freeze(label), scores=freeze(score),
        nms=nms_record(survivors, settings.nms_threshold),
        score_threshold=settings.score_threshold,
    )

    # Class-specific box regression of the survivors, on pool5 (appendix C).
    with clock("refinement"):
        row, label, score = row[kept], label[kept], score[kept]
        every = net.ridge(pool5.flatten(1)).unflatten(1, (-1, 4))
        moves = every[row, label]
        before = boxes[row]
        after = clip(decode(moves, before), (height, width)) if settings.regression else before
    yield RefinementStage(
        **clock.of("refinement"), source=freeze(kept), source_stage="nms",
        before=photo_boxes(before, photo), after=photo_boxes(after, photo),
        deltas=freeze(moves), labels=freeze(label), scores=freeze(score), every=freeze(every),
    )

    with clock("detections"):
        found = (score > settings.detection_threshold).nonzero()[: settings.max_detections, 0]
    yield DetectionsStage(
        **clock.of("detections"), source=freeze(found), source_stage="refinement",
        boxes=photo_boxes(after[found], photo), labels=freeze(label[found]),
        scores=freeze(score[found]), threshold=settings.detection_threshold,
    )


def normalised(crops: NDArray[np.uint8], device: torch.device) -> Tensor:
    """Crops uint8 RGB (R, s, s, 3) -> network input (R, 3, s, s)."""
    pixels = torch.from_numpy(crops).to(device).permute(0, 3, 1, 2).float()
    mean, std = pixels.new_tensor(MEAN), pixels.new_tensor(STD)
    return pixels.div_(255).sub_(mean[:, None, None]).div_(std[:, None, None])
