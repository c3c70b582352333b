"""FPN: Feature Pyramid Networks in Faster R-CNN (Lin et al., CVPR 2017, arXiv 1612.03144).

    photo -> C2..C5 -> laterals, top-down sums -> P2..P6
          -> one RPN on every level -> level of each proposal -> RoIAlign there -> one head
          -> softmax, boxes -> NMS per class

Shapes: A anchors over all levels, n proposals, K classes, d channels of every map.
Boxes are in network pixels here; the trace has them in photo pixels.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from explorer.methods.anchor_grids import anchor_grid
from explorer.methods.clock import Clock
from explorer.methods.devices import Device
from explorer.methods.inputs import Input, network_input
from explorer.methods.recording import (
    every_row,
    large_enough,
    nms_record,
    pairs_above,
    photo_boxes,
    pyramid_maps,
    regions_on,
)
from explorer.nets.backbone import Backbone, CompactCNN
from explorer.nets.fpn import (
    CHANNELS,
    FeaturePyramid,
    Parts,
    Pyramid,
    connect,
    smoothed,
    top_down,
)
from explorer.nets.heads import WIDTH, SiblingHead
from explorer.nets.rpn import RpnHead, best_of_each_level, flatten
from explorer.ops.boxes import clip, decode
from explorer.ops.levels import level_of
from explorer.ops.nms import nms
from explorer.ops.pooling import Pooling, pool_levels
from explorer.trace.base import Progress, Stage
from explorer.trace.freeze import freeze
from explorer.trace.stages import (
    DetectionsStage,
    FeaturesStage,
    ImageStage,
    LevelStage,
    NmsStage,
    PoolingStage,
    RefinementStage,
    RegionsStage,
    RpnStage,
    ScoresStage,
)

MULTIPLE = 32  # sides are padded to this, so that strides 4..32 divide them


@dataclass(frozen=True)
class Settings:
    """Sizes are pixels of the resized image; "paper" beside a field is the paper's value.

    anchor_sizes: one tuple per map, P2 first. pre_nms_top: per level. lowest, highest: the levels
    that regions are read from; only_level: all from this one; 0: each from its own.
    top_down, laterals: what sums are made of; without one of them: tables 1 and 2, rows d and e.
    What the paper leaves open is as in torchvision's FPN: pre_nms_top, score_threshold,
    nms_threshold, max_detections, long (its 1333), min_detection. proposals: the paper's are those
    of its tests (section 5.2). "kept" beside a field: our value stays, also over the papers' CNNs.
    Anchors and canonical are 3/8 of the paper's; 288 is 0.36 of 800. Fields that the paper gives
    and that are as there have no "paper": ratios, k0, levels 2 to 5, 7 x 7 bins.
    """

    short: int = field(default=288, metadata={"paper": 800})
    long: int = field(default=384, metadata={"paper": 1333})
    antialias: bool = True  # of what is scaled down
    top_down: bool = field(default=True, metadata={"paper": True})
    laterals: bool = field(default=True, metadata={"paper": True})
    anchor_sizes: tuple[tuple[float, ...], ...] = field(
        default=((12.0,), (24.0,), (48.0,), (96.0,), (192.0,)),
        metadata={"paper": ((32.0,), (64.0,), (128.0,), (256.0,), (512.0,))},
    )
    anchor_ratios: tuple[float, ...] = (0.5, 1.0, 2.0)  # height / width
    rpn_refinement: bool = field(default=True, metadata={"paper": True})  # anchors are moved
    min_proposal: float = 1e-3
    objectness_threshold: float = 0.0
    pre_nms_top: int = 1000
    rpn_nms_threshold: float = field(default=0.7, metadata={"paper": 0.7})
    proposals: int = field(default=2000, metadata={"paper": 1000, "kept": True})
    k0: int = 4
    canonical: float = field(default=84.0, metadata={"paper": 224.0})
    lowest: int = 2
    highest: int = 5
    only_level: int = field(default=0, metadata={"paper": 0})
    pooling: Pooling = field(default="roi_align", metadata={"paper": "roi_pool", "kept": True})
    pool: int = 7
    sampling: int = 2
    score_threshold: float = 0.05
    min_detection: float = 1e-2
    nms_threshold: float = 0.5
    regression: bool = field(default=True, metadata={"paper": True})  # boxes are moved
    detection_threshold: float = 0.5
    max_detections: int = 100


class Net(nn.Module):
    """backbone (C2..C5), fpn (P2..P6), one rpn and one head for all levels; K = `classes`."""

    def __init__(
        self, classes: int, channels: int = CHANNELS, pool: int = 7, width: int = WIDTH,
        backbone: Backbone | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.classes = classes
        self.backbone = backbone or CompactCNN()
        self.fpn = FeaturePyramid(self.backbone.widths, channels)
        self.rpn = RpnHead(channels, 3)
        self.head = SiblingHead(channels * pool * pool, classes, width)

    def bottom_up(self, images: Tensor) -> OrderedDict[str, Tensor]:
        """See `Parts`."""
        maps: OrderedDict[str, Tensor] = self.backbone(images)
        return maps

    def convolutions(self) -> tuple[list[nn.Module], list[nn.Module]]:
        """See `Parts`."""
        return list(self.fpn.lateral), list(self.fpn.smooth)

    def anchor_strides(self, images: Tensor, maps: Sequence[Tensor]) -> list[tuple[float, float]]:
        """The strides of the maps: 4, 8, 16, 32 and 64."""
        return [(4.0 * 2**i, 4.0 * 2**i) for i in range(len(maps))]

    def rpn_outputs(self, maps: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """See `Parts`."""
        outputs: tuple[list[Tensor], list[Tensor]] = self.rpn(maps)
        return outputs

    def head_outputs(self, pooled: Tensor) -> tuple[Tensor, Tensor]:
        """See `Parts`."""
        logits, normalised = self.head.siblings(pooled)
        return logits, self.head.deltas(normalised)


def run(
    photo: NDArray[np.uint8],
    net: Parts,
    settings: Settings,
    device: Device,
    classes: Sequence[str],
    regions: RegionsStage | None = None,
) -> Iterator[Progress | Stage]:
    """Detect objects in a photo (H, W, 3), yielding each stage when it is done.

    net: on the device, in evaluation mode. regions: another method's, instead of the RPN's.
    """
    clock = Clock(device)

    # The photo, resized; padded below and to the right.
    with clock("image"):
        image = network_input(
            photo, settings.short, settings.long, device.torch, MULTIPLE, settings.antialias
        )
    yield ImageStage(**clock.of("image"), pixels=freeze(photo), inputs=(image.record,))

    with clock("features"), device.precision():
        # Bottom-up pathway: C2..C5, the last map of each stage (section 3).
        bottom_up = net.bottom_up(image.images)
        lateral, smooth = net.convolutions()
        # Lateral connections: a 1x1 convolution brings every C to d channels.
        laterals = connect(bottom_up, lateral)
        # Top-down pathway: each coarser sum, enlarged twofold, is added to the lateral (figure 3).
        merged = top_down(laterals, settings.top_down, settings.laterals)
        # A 3x3 convolution on each sum gives P2..P5; P6 is P5 subsampled, for the RPN alone.
        pyramid = Pyramid(laterals, merged, smoothed(merged, smooth))
        maps = OrderedDict((name, values.float()) for name, values in pyramid.maps.items())
    yield FeaturesStage(**clock.of("features"), maps=pyramid_maps(bottom_up, pyramid, image))

    # Regions: the RPN, one head on every level (section 4.1).
    if regions is None:
        regions, boxes = _propose(net, maps, image, photo, settings, device, clock)
    else:
        boxes = image.to_network(regions_on(device.torch, regions.boxes))
    yield regions
    n = len(boxes)

    # Equation 1: k = floor(k0 + log2(sqrt(w h) / 224)); canonical stands for 224, and k is clamped.
    with clock("assignment"):
        raw, level = level_of(
            boxes, settings.k0, settings.canonical, settings.lowest, settings.highest
        )
        level = torch.full_like(level, settings.only_level) if settings.only_level else level
    yield LevelStage(
        **clock.of("assignment"), source=every_row(n), source_stage="regions",
        raw=freeze(raw), level=freeze(level), k0=settings.k0, canonical=settings.canonical,
    )

    # Each region from its level: 7 x 7 bins (section 4.2), by RoIAlign (He et al., 2017) as all
    # FPNs since; the paper's own were RoI pooling's.
    with clock("pooling"):
        pooled = pool_levels(
            settings.pooling, maps, boxes, level, settings.pool, settings.sampling
        )
    yield PoolingStage(
        **clock.of("pooling"), source=every_row(n), source_stage="assignment",
        kind=settings.pooling, bins=(settings.pool,), channels=pooled.shape[1],
        sampling=settings.sampling if settings.pooling == "roi_align" else 0,
    )

    # fc6, fc7 and the siblings, the same for all levels.
    with clock("scores"):
        with device.precision():
            logits, deltas = net.head_outputs(pooled)
        scores = logits.float().softmax(-1)
    yield ScoresStage(
        **clock.of("scores"), source=every_row(n), source_stage="pooling",
        values=freeze(scores), kind="softmax",
    )

    # Each class moves the region its own way.
    with clock("refinement"):
        row, label = pairs_above(scores[:, 1:], settings.score_threshold)
        every = deltas.float()
        before, moves = boxes[row], every[row, label]
        after = clip(decode(moves, before), image.size) if settings.regression else before
        value = scores[row, label + 1]
    yield RefinementStage(
        **clock.of("refinement"), source=freeze(row), source_stage="scores",
        before=photo_boxes(image.to_photo(before), photo),
        after=photo_boxes(image.to_photo(after), photo),
        deltas=freeze(moves), labels=freeze(label), scores=freeze(value), every=freeze(every),
    )

    # Greedy NMS, independently per class. As in torchvision's FPN, boxes (almost) without area
    # are dropped before it; Fast R-CNN's published code keeps them. groups: any numbers that tell
    # classes apart. These are torchvision's, where 0 is the background: it moves the boxes of each
    # class aside by its number, so only with the same numbers is every IoU rounded as there.
    with clock("nms"):
        pair = large_enough(after, settings.min_detection).nonzero()[:, 0]
        after, label, value = after[pair], label[pair], value[pair]
        survivors = nms(after, value, settings.nms_threshold, groups=label + 1)
    yield NmsStage(
        **clock.of("nms"), source=freeze(pair), source_stage="refinement",
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
    net: Parts,
    maps: OrderedDict[str, Tensor],
    image: Input,
    photo: NDArray[np.uint8],
    settings: Settings,
    device: Device,
    clock: Clock,
) -> tuple[RpnStage, Tensor]:
    """The RPN's stage, and its proposals (n, 4) in network pixels."""
    with clock("regions"):
        # Objectness and deltas of every anchor of every level.
        levels = list(maps.values())
        with device.precision():
            logits, deltas = flatten(*net.rpn_outputs(levels))
        objectness, moves = logits[0].float(), deltas[0].float()
        anchors = anchor_grid(
            maps, settings.anchor_sizes, settings.anchor_ratios,
            net.anchor_strides(image.images, levels), (image.scale_x, image.scale_y),
        )
        # The best of each level, as boxes inside the photo; none too small or too unlikely.
        top = best_of_each_level(objectness, anchors.counts, settings.pre_nms_top)
        placed = anchors.network[top]
        moved = decode(moves[top], placed) if settings.rpn_refinement else placed
        candidates = clip(moved, image.size)
        likely = objectness[top].sigmoid() >= settings.objectness_threshold
        passed = large_enough(candidates, settings.min_proposal) & likely
        top, candidates = top[passed], candidates[passed]
        # NMS on each level, as in torchvision's FPN; then the best of all levels together.
        scores = objectness[top].sigmoid()
        level = torch.repeat_interleave(
            torch.arange(len(levels), device=top.device),
            torch.tensor(anchors.counts, device=top.device),
        )[top]
        survivors = nms(candidates, scores, settings.rpn_nms_threshold, groups=level)
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
