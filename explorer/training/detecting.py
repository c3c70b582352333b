"""All detections of a method in one photo of a data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from explorer.methods.devices import choose
from explorer.methods.modules import Settings, module_of
from explorer.ops.images import load_photo
from explorer.trace.freeze import freeze
from explorer.trace.stages import DetectionsStage, RpnStage, SearchStage
from explorer.training.data import CLASSES, Photo, cached_proposals, proposals_path
from explorer.training.networks import SEARCHING
from explorer.training.voc_ap import Detection


def cached_regions(folder: Path, photo: Photo, top: int) -> SearchStage:
    """A photo's cached regions as the stage that selective search would have yielded."""
    boxes = cached_proposals(folder, photo, top)
    n = len(boxes)
    return SearchStage(
        name="regions", ms=0.0, device="cpu", boxes=freeze(boxes),
        scores=freeze(np.arange(n), np.float32), grouping=freeze(np.zeros(n, np.int64)),
        region=freeze(np.arange(n)), groupings=(), strategy="fast",
    )  # fmt: skip


def detect(
    method: str, net: nn.Module, photo: Photo, settings: Settings, device: str,
    proposals: Path | None,
) -> tuple[list[Detection], NDArray[np.float32]]:  # fmt: skip
    """All detections of one photo, and the regions (n, 4) that they were found in, best first.

    In float32, so that figures are the same on a machine that has half precision and one that has
    not.
    """
    regions, boxes = None, np.zeros((0, 4), np.float32)
    if method in SEARCHING and proposals and proposals_path(proposals, photo).exists():
        regions = cached_regions(proposals, photo, settings.proposals)  # type: ignore[attr-defined]
    found = []
    with torch.inference_mode():
        for stage in module_of(method).run(
            load_photo(photo.path), net, settings, choose(device, mixed=False), CLASSES, regions
        ):
            if isinstance(stage, SearchStage | RpnStage):
                boxes = stage.boxes
            if isinstance(stage, DetectionsStage):
                for box, label, score in zip(stage.boxes, stage.labels, stage.scores, strict=True):
                    x1, y1, x2, y2 = (float(side) for side in box)
                    found.append(Detection(photo.name, int(label), float(score), (x1, y1, x2, y2)))
    return found, boxes
