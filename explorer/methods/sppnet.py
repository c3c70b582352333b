"""SPPNet: Spatial Pyramid Pooling in Deep Networks (He et al., ECCV 2014, arXiv 1406.4729).

    photo, at one scale or several -> selective search: ~2,000 regions
          -> one shared map per scale -> window of each region on the map of its scale
          -> pyramid of 50 bins -> fc6, fc7 -> SVMs -> NMS per class -> box regression

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
from explorer.methods.inputs import Input, network_input
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
from explorer.nets.heads import WIDTH, FullyConnected
from explorer.ops.boxes import area, clip, decode
from explorer.ops.nms import nms
from explorer.ops.pooling import only_levels, pyramid_pool, window_of
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
    ScoresStage,
    WindowStage,
)

STRIDE = 16  # S, of the shared maps, network pixels a cell
SCALES = (180, 216, 258, 324, 450)  # the paper's five short sides, scaled by 3/8


@dataclass(frozen=True)
class Settings:
    """Sizes are pixels of the resized image; "paper" beside a field is the paper's value.

    scales: short sides at which the photo is read; (258,) reads one, SCALES the paper's five.
    long: limit of the long side. window: a region is read at the scale where its area comes
    closest to window x window. levels: those of the pyramid that take part; the others' bins are 0,
    though the network was trained with all. score_threshold, detection_threshold: margins of the
    SVMs, whose boundary is 0 and whose negatives lie below -1; the paper gives none.
    """

    scales: tuple[int, ...] = field(
        default=(258,), metadata={"paper": (688,), "paper_several": (480, 576, 688, 864, 1200)}
    )
    long: int = field(default=800, metadata={"paper": None})
    window: float = field(default=84.0, metadata={"paper": 224.0})
    pyramid: tuple[int, ...] = (6, 3, 2, 1)
    levels: tuple[int, ...] = field(default=(6, 3, 2, 1), metadata={"paper": (6, 3, 2, 1)})
    strategy: str = field(default="fast", metadata={"paper": "fast"})  # of selective search
    spaces: tuple[str, ...] = field(default=(), metadata={"paper": ()})  # (): the strategy's
    proposals: int = 2000
    score_threshold: float = -1.0
    nms_threshold: float = 0.3
    regression: bool = field(default=True, metadata={"paper": True})  # boxes are moved
    detection_threshold: float = 0.0
    max_detections: int = 100


class Net(nn.Module):
    """backbone (C5 at stride 16), head (fc6, fc7, cls), svm on fc7, ridge on the pooled pyramid.

    ridge gives 4K numbers a region, block 4c..4c+3 the t_x, t_y, t_w, t_h of class c.
    """

    def __init__(
        self, classes: int, bins: int = 50, width: int = WIDTH, backbone: Backbone | None = None
    ) -> None:
        super().__init__()
        self.classes = classes
        self.backbone = backbone or CompactCNN(dilated=True)
        pooled = self.backbone.out_channels * bins
        self.head = FullyConnected(pooled, classes, width)
        self.svm = nn.Linear(width, classes)
        self.ridge = nn.Linear(pooled, 4 * classes)

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

    # The photo at every scale s: its short side is s pixels (section 4.1).
    with clock("image"):
        inputs = [
            network_input(photo, scale, settings.long, device.torch) for scale in settings.scales
        ]
    records = tuple(each.record for each in inputs)
    yield ImageStage(**clock.of("image"), pixels=freeze(photo), inputs=records)

    # About 2,000 regions by selective search, unless they were found before.
    regions = yield from searched(
        photo, settings.strategy, settings.spaces, settings.proposals, regions
    )
    yield regions
    boxes = regions_on(device.torch, regions.boxes)
    n = len(boxes)

    # All convolutions once per scale, not once per region.
    with clock("features"), device.precision():
        maps = [net.shared_map(each.images).float() for each in inputs]
    yield FeaturesStage(
        **clock.of("features"),
        maps=tuple(
            feature_map(
                name, "map", values, STRIDE, (inputs[i].scale_x, inputs[i].scale_y), i
            )
            for i, (name, values) in enumerate(zip(map_names(inputs), maps, strict=True))
        ),
    )

    # Each region's scale, and its window there: floor(x / S) + 1 .. ceil(x / S) - 1 (appendix A).
    with clock("assignment"):
        scale = nearest_scale(boxes, inputs, settings.window)
        cells = windows(boxes, scale, inputs, maps)
    yield WindowStage(
        **clock.of("assignment"), source=every_row(n), source_stage="regions",
        cells=freeze(cells), scale=freeze(scale),
    )

    # Spatial pyramid pooling: 36 + 9 + 4 + 1 = 50 bins of each channel, 12,800 numbers.
    with clock("pooling"):
        pooled = pool(maps, cells, scale, settings.pyramid)
        pooled = only_levels(pooled, settings.pyramid, settings.levels)
    yield PoolingStage(
        **clock.of("pooling"), source=every_row(n), source_stage="assignment",
        kind="pyramid", bins=settings.pyramid, channels=pooled.shape[1],
    )

    # fc6, fc7, then one linear SVM per class.
    with clock("scores"):
        with device.precision():
            features = net.head.features(pooled)
        margins = net.svm(features.float())
    yield ScoresStage(
        **clock.of("scores"), source=every_row(n), source_stage="pooling",
        values=freeze(margins), kind="svm",
    )

    # Greedy NMS, independently per class, on the regions as they are.
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

    # Box regression of the survivors, on the pooled features of conv5.
    with clock("refinement"):
        row, label, score = row[kept], label[kept], score[kept]
        every = net.ridge(pooled.flatten(1)).unflatten(1, (-1, 4))
        moves = every[row, label]
        before = boxes[row]
        size = (photo.shape[0], photo.shape[1])
        after = clip(decode(moves, before), size) if settings.regression else before
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


def map_names(inputs: Sequence[Input]) -> list[str]:
    """The maps' names, by the short sides that were run: where the photo's long side is limited,
    these are less than was set. Scales that come to the same size have their numbers."""
    sides = [min(each.size) for each in inputs]
    return [
        f"C5 at {side} px" + (f", scale {i + 1}" if sides.count(side) > 1 else "")
        for i, side in enumerate(sides)
    ]


def nearest_scale(boxes: Tensor, inputs: Sequence[Input], window: float) -> Tensor:
    """(n,) index of the input in which a region's area is closest to window x window pixels
    (section 4.1: 224 x 224)."""
    factors = boxes.new_tensor([each.scale_x * each.scale_y for each in inputs])
    return (area(boxes)[:, None] * factors - window**2).abs().argmin(dim=1)


def windows(
    boxes: Tensor, scale: Tensor, inputs: Sequence[Input], maps: Sequence[Tensor]
) -> Tensor:
    """Cells (n, 4) of each region (photo pixels) on the map (1, C, h, w) of its scale (n,)."""
    cells = torch.zeros((len(boxes), 4), dtype=torch.long, device=boxes.device)
    for i, (each, shared) in enumerate(zip(inputs, maps, strict=True)):
        rows = (scale == i).nonzero()[:, 0]
        height, width = shared.shape[-2:]
        cells[rows] = window_of(each.to_network(boxes[rows]), STRIDE, height, width)
    return cells


def pool(
    maps: Sequence[Tensor], cells: Tensor, scale: Tensor, pyramid: Sequence[int]
) -> Tensor:
    """The windows' pooled features (n, C, bins), each window read from the map of its scale."""
    bins = sum(side * side for side in pyramid)
    pooled = maps[0].new_empty((len(cells), maps[0].shape[1], bins))
    for i, shared in enumerate(maps):
        rows = (scale == i).nonzero()[:, 0]
        pooled[rows] = pyramid_pool(shared, cells[rows], pyramid)
    return pooled
