"""Faster R-CNN (Ren et al., NIPS 2015, arXiv 1506.01497).

    photo -> one shared map -> RPN: k = 9 anchors a cell -> decode, clip, NMS -> proposals
          -> RoI pooling -> fc6, fc7 -> softmax, boxes -> NMS per class

Shapes: A = h w k anchors, n proposals, K classes. Boxes are in network pixels here; the trace has
them in photo pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from explorer.methods.anchor_grids import anchor_grid
from explorer.methods.clock import Clock
from explorer.methods.devices import Device
from explorer.methods.inputs import Input, network_input
from explorer.methods.recording import (
    every_row,
    feature_map,
    large_enough,
    nms_record,
    pairs_above,
    photo_boxes,
    regions_on,
)
from explorer.nets.backbone import Backbone, CompactCNN
from explorer.nets.heads import WIDTH, SiblingHead
from explorer.nets.rpn import RpnHead, flatten
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
    RpnStage,
    ScoresStage,
)

STRIDE = 16  # of the shared map, network pixels a cell


@dataclass(frozen=True)
class Settings:
    """Sizes are pixels of the resized image; "paper" beside a field is the paper's value.

    sizes_used: those of anchor_sizes whose anchors may become proposals; (): all.
    rpn_refinement: whether anchors are moved before they are proposals. proposals: 2,000 in the
    paper's training (section 3.3); its value here is that of its tests (section 4.1). "kept"
    beside a field: our value stays, also over the papers' CNNs.
    """

    short: int = field(default=288, metadata={"paper": 600})
    long: int = field(default=384, metadata={"paper": 1000})
    anchor_sizes: tuple[float, ...] = field(
        default=(48.0, 96.0, 192.0), metadata={"paper": (128.0, 256.0, 512.0)}
    )
    sizes_used: tuple[float, ...] = field(default=(), metadata={"paper": ()})
    anchor_ratios: tuple[float, ...] = (0.5, 1.0, 2.0)  # height / width
    rpn_refinement: bool = field(default=True, metadata={"paper": True})
    min_proposal: float = field(default=6.0, metadata={"paper": 16.0})
    pre_nms_top: int = 6000
    rpn_nms_threshold: float = field(default=0.7, metadata={"paper": 0.7})
    proposals: int = field(default=2000, metadata={"paper": 300, "kept": True})
    pooling: Pooling = field(default="roi_pool", metadata={"paper": "roi_pool"})
    pool: int = 7
    sampling: int = 2  # points a side in a bin of RoIAlign
    score_threshold: float = 0.05
    nms_threshold: float = 0.3
    regression: bool = field(default=True, metadata={"paper": True})  # boxes are moved
    detection_threshold: float = 0.5
    max_detections: int = 100


class Net(nn.Module):
    """backbone (C5 at stride 16), rpn (k = 9 anchors) and head for K = `classes` classes."""

    def __init__(
        self, classes: int, pool: int = 7, width: int = WIDTH, backbone: Backbone | None = None
    ) -> None:
        super().__init__()
        self.classes = classes
        self.backbone = backbone or CompactCNN(dilated=True)
        self.rpn = RpnHead(self.backbone.out_channels, 9)
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

    net: on the device, in evaluation mode. regions: another method's, instead of the RPN's.
    """
    clock = Clock(device)

    with clock("image"):
        image = network_input(photo, settings.short, settings.long, device.torch)
    scale = (image.scale_x, image.scale_y)
    yield ImageStage(**clock.of("image"), pixels=freeze(photo), inputs=(image.record,))

    # The convolutions that the RPN and the detector share, once per photo.
    with clock("features"), device.precision():
        shared = net.shared_map(image.images).float()
    yield FeaturesStage(
        **clock.of("features"), maps=(feature_map("C5", "map", shared, STRIDE, scale),)
    )

    # Regions: the RPN looks at the same map (section 3.1).
    if regions is None:
        regions, boxes = _propose(net, shared, image, photo, settings, device, clock)
    else:
        boxes = image.to_network(regions_on(device.torch, regions.boxes))
    yield regions
    n = len(boxes)

    # From here on Fast R-CNN (section 3.2): the RoI on the map, first rounding; for the record, as
    # pooling rounds the boxes itself.
    with clock("assignment"):
        exact, cells = roi_cells(boxes, 1 / STRIDE)
    yield RoiStage(
        **clock.of("assignment"), source=every_row(n), source_stage="regions",
        exact=freeze(exact), cells=freeze(cells),
    )

    # RoI max pooling to 7 x 7 bins, second rounding; or RoIAlign, without roundings.
    with clock("pooling"):
        pooled = pool_rois(
            settings.pooling, shared, boxes, 1 / STRIDE, settings.pool, settings.sampling
        )
    yield PoolingStage(
        **clock.of("pooling"), source=every_row(n), source_stage="assignment",
        kind=settings.pooling, bins=(settings.pool,), channels=pooled.shape[1],
        sampling=settings.sampling if settings.pooling == "roi_align" else 0,
    )

    # fc6, fc7 and the siblings: softmax over K + 1 classes, K boxes.
    with clock("scores"):
        with device.precision():
            logits, normalised = net.head.siblings(pooled)
        scores = logits.float().softmax(-1)
    yield ScoresStage(
        **clock.of("scores"), source=every_row(n), source_stage="pooling",
        values=freeze(scores), kind="softmax",
    )

    # Each class moves the proposal its own way.
    with clock("refinement"):
        row, label = pairs_above(scores[:, 1:], settings.score_threshold)
        every = net.head.deltas(normalised.float())
        before, moves = boxes[row], every[row, label]
        after = clip(decode(moves, before), image.size) if settings.regression else before
        value = scores[row, label + 1]
    yield RefinementStage(
        **clock.of("refinement"), source=freeze(row), source_stage="scores",
        before=photo_boxes(image.to_photo(before), photo),
        after=photo_boxes(image.to_photo(after), photo),
        deltas=freeze(moves), labels=freeze(label), scores=freeze(value), every=freeze(every),
    )

    # Greedy NMS, independently per class.
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


def _propose(
    net: Net,
    shared: Tensor,
    image: Input,
    photo: NDArray[np.uint8],
    settings: Settings,
    device: Device,
    clock: Clock,
) -> tuple[RpnStage, Tensor]:
    """The RPN's stage, and its proposals (n, 4) in network pixels."""
    with clock("regions"):
        # Objectness and deltas of every anchor, k = 9 a location (section 3.1.1).
        with device.precision():
            logits, deltas = flatten(*net.rpn([shared]))
        objectness, moves = logits[0].float(), deltas[0].float()
        anchors = anchor_grid(
            {"C5": shared}, [settings.anchor_sizes], settings.anchor_ratios,
            [(STRIDE, STRIDE)], (image.scale_x, image.scale_y),
        )
        # Anchors moved by their deltas (equation 2), or as they are; boxes inside the photo.
        moved = decode(moves, anchors.network) if settings.rpn_refinement else anchors.network
        boxes = clip(moved, image.size)
        # None too small, of all scales or some (arXiv v3, table 8); the best before NMS.
        used = large_enough(boxes, settings.min_proposal) & anchors.of_sizes(settings.sizes_used)
        rows = used.nonzero()[:, 0]
        top = rows[objectness[rows].topk(min(settings.pre_nms_top, len(rows))).indices]
        candidates, scores = boxes[top], objectness[top].sigmoid()
        # NMS at IoU 0.7, the best after it (section 3.3).
        survivors = nms(candidates, scores, settings.rpn_nms_threshold)
        kept = survivors.kept[: settings.proposals]
        boxes = candidates[kept]
    stage = RpnStage(
        **clock.of("regions"), source=freeze(kept), anchors=anchors.photo, level=anchors.level,
        levels=anchors.levels, objectness=freeze(objectness), deltas=freeze(moves),
        top=freeze(top), candidates=photo_boxes(image.to_photo(candidates), photo),
        nms=nms_record(survivors, settings.rpn_nms_threshold),
        boxes=photo_boxes(image.to_photo(boxes), photo), scores=freeze(scores[kept]),
        anchor=freeze(top[kept]),
    )
    return stage, boxes
