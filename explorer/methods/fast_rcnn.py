"""Fast R-CNN (Girshick, ICCV 2015, arXiv 1504.08083).

    photo -> selective search: ~2,000 regions
          -> one shared map -> RoI pooling of each region -> fc6, fc7 -> softmax, boxes
          -> NMS per class

Shapes: n regions (RoIs), K classes. Boxes are in network pixels here, unless named `regions`; the
trace has them in photo pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from explorer.methods.clock import Clock
from explorer.methods.devices import Device
from explorer.methods.inputs import network_input
from explorer.methods.recording import (
    every_row,
    feature_map,
    nms_record,
    pairs_above,
    photo_boxes,
    regions_on,
)
from explorer.methods.searching import searched
from explorer.nets.backbone import Backbone, CompactCNN
from explorer.nets.heads import WIDTH, SiblingHead
from explorer.nets.svd import compressed, layer_sizes
from explorer.ops.boxes import clip, decode
from explorer.ops.nms import nms
from explorer.ops.pooling import Pooling, pool_rois, roi_cells
from explorer.trace.base import Progress, Stage
from explorer.trace.freeze import freeze
from explorer.trace.stages import (
    DetectionsStage,
    FeaturesStage,
    ImageStage,
    NmsStage,
    PoolingStage,
    RefinementStage,
    RegionsStage,
    RoiStage,
    ScoresStage,
)

STRIDE = 16  # of the shared map, network pixels a cell


@dataclass(frozen=True)
class Settings:
    """Sizes are pixels of the resized image; "paper" beside a field is the paper's value.

    svd_fc6, svd_fc7: t, the singular values that are kept of a layer; 0: the layer as it is.
    """

    short: int = field(default=288, metadata={"paper": 600})
    long: int = field(default=384, metadata={"paper": 1000})
    strategy: str = field(default="fast", metadata={"paper": "fast"})  # of selective search
    spaces: tuple[str, ...] = field(default=(), metadata={"paper": ()})  # (): the strategy's
    proposals: int = 2000
    pooling: Pooling = field(default="roi_pool", metadata={"paper": "roi_pool"})
    pool: int = 7
    sampling: int = 2  # points a side in a bin of RoIAlign
    svd_fc6: int = field(default=0, metadata={"paper": 0, "paper_svd": 1024})
    svd_fc7: int = field(default=0, metadata={"paper": 0, "paper_svd": 256})
    score_threshold: float = 0.05
    nms_threshold: float = 0.3
    regression: bool = field(default=True, metadata={"paper": True})  # boxes are moved
    detection_threshold: float = 0.5
    max_detections: int = 100


class Net(nn.Module):
    """backbone (C5 at stride 16) and head (fc6, fc7, cls, box) for K = `classes` classes."""

    def __init__(
        self, classes: int, pool: int = 7, width: int = WIDTH, backbone: Backbone | None = None
    ) -> None:
        super().__init__()
        self.classes = classes
        self.backbone = backbone or CompactCNN(dilated=True)
        self.head = SiblingHead(self.backbone.out_channels * pool * pool, classes, width)

    def shared_map(self, images: Tensor) -> Tensor:
        """Normalised images (N, 3, H, W) -> C5 (N, C, H / 16, W / 16)."""
        shared: Tensor = self.backbone(images)["C5"]
        return shared


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

    with clock("image"):
        image = network_input(photo, settings.short, settings.long, device.torch)
    scale = (image.scale_x, image.scale_y)
    yield ImageStage(**clock.of("image"), pixels=freeze(photo), inputs=(image.record,))

    # Regions of interest come from outside the network: about 2,000 by selective search.
    regions = yield from searched(
        photo, settings.strategy, settings.spaces, settings.proposals, regions
    )
    yield regions
    n = len(regions.boxes)

    # All convolutions once per photo.
    with clock("features"), device.precision():
        shared = net.shared_map(image.images).float()
    yield FeaturesStage(
        **clock.of("features"), maps=(feature_map("C5", "map", shared, STRIDE, scale),)
    )

    # The RoI on the map: coordinates x 1/16, first rounding (section 2.1). This is for the record:
    # pooling, below, is given the boxes and rounds them once more, in the same way.
    with clock("assignment"):
        boxes = image.to_network(regions_on(device.torch, regions.boxes))
        exact, cells = roi_cells(boxes, 1 / STRIDE)
    yield RoiStage(
        **clock.of("assignment"), source=every_row(n), source_stage="regions",
        exact=freeze(exact), cells=freeze(cells),
    )

    # RoI max pooling to 7 x 7 bins, second rounding (section 2.1); or RoIAlign, without roundings.
    with clock("pooling"):
        pooled = pool_rois(
            settings.pooling, shared, boxes, 1 / STRIDE, settings.pool, settings.sampling
        )
    yield PoolingStage(
        **clock.of("pooling"), source=every_row(n), source_stage="assignment",
        kind=settings.pooling, bins=(settings.pool,), channels=pooled.shape[1],
        sampling=settings.sampling if settings.pooling == "roi_align" else 0,
    )

    # Truncated SVD, where it is asked for: fc6 and fc7 as two smaller layers each (section 3.1).
    head = compressed(net.head, settings.svd_fc6, settings.svd_fc7)

    # fc6, fc7 and the siblings: p over K + 1 classes, t^k for each of K (section 2).
    with clock("scores"):
        with device.precision():
            logits, normalised = head.siblings(pooled)
        scores = logits.float().softmax(-1)
    yield ScoresStage(
        **clock.of("scores"), source=every_row(n), source_stage="pooling",
        values=freeze(scores), kind="softmax", layers=layer_sizes(head),
    )

    # Each class moves the RoI its own way: t^k.
    with clock("refinement"):
        row, label = pairs_above(scores[:, 1:], settings.score_threshold)
        every = head.deltas(normalised.float())
        before, moves = boxes[row], every[row, label]
        after = clip(decode(moves, before), image.size) if settings.regression else before
        value = scores[row, label + 1]
    yield RefinementStage(
        **clock.of("refinement"), source=freeze(row), source_stage="scores",
        before=photo_boxes(image.to_photo(before), photo),
        after=photo_boxes(image.to_photo(after), photo),
        deltas=freeze(moves), labels=freeze(label), scores=freeze(value), every=freeze(every),
    )

    # Greedy NMS, independently per class, "using the algorithm and settings from R-CNN". As in the
    # published code no box is too small for it. groups: classes leave each other's boxes alone.
    with clock("nms"):
        survivors = nms(after, value, settings.nms_threshold, groups=label)
    yield NmsStage(
        **clock.of("nms"), source=every_row(len(after)), source_stage="refinement",
        boxes=photo_boxes(image.to_photo(after), photo), labels=freeze(label),
        scores=freeze(value), nms=nms_record(survivors, settings.nms_threshold),
        score_threshold=settings.score_threshold,
    )

    with clock("detections"):
        found = survivors.kept[: settings.max_detections]
        found = found[value[found] > settings.detection_threshold]
    yield DetectionsStage(
        **clock.of("detections"), source=freeze(found), source_stage="nms",
        boxes=photo_boxes(image.to_photo(after[found]), photo), labels=freeze(label[found]),
        scores=freeze(value[found]), threshold=settings.detection_threshold,
    )
