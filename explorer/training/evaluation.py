"""Evaluation of a method on photos in VOC's layout, through the pipeline that the window runs."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from tqdm import tqdm

from explorer.methods.changing import with_changes
from explorer.methods.devices import choose
from explorer.methods.modules import Settings, module_of
from explorer.ops.images import load_photo
from explorer.trace.freeze import freeze
from explorer.trace.stages import DetectionsStage, RpnStage, SearchStage
from explorer.training.coco_ap import available, coco_ap
from explorer.training.data import CLASSES, Photo, cached_proposals, proposals_path, read_split
from explorer.training.networks import SEARCHING, load_net, load_settings, weights_file
from explorer.training.recall import coverage, recall_summary
from explorer.training.voc_ap import (
    Detection,
    Truth,
    area_ap,
    eleven_point_ap,
    precision_recall,
)

METRIC = "VOC AP at IoU 0.5, area under the monotone curve, difficult boxes ignored"


def evaluation_settings(method: str, weights: Path, changes: Sequence[str] = ()) -> Settings:
    """The weights' settings with nothing hidden: all that enters the final NMS is a detection.

    changes: see `with_changes`.
    """
    settings = with_changes(load_settings(method, weights), changes)
    return dataclasses.replace(settings, detection_threshold=settings.score_threshold)


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
    """All detections of one photo, and the regions (n, 4) that they were found in, best first."""
    regions, boxes = None, np.zeros((0, 4), np.float32)
    if method in SEARCHING and proposals and proposals_path(proposals, photo).exists():
        regions = cached_regions(proposals, photo, settings.proposals)  # type: ignore[attr-defined]
    found = []
    with torch.inference_mode():
        for stage in module_of(method).run(
            load_photo(photo.path), net, settings, choose(device), CLASSES, regions
        ):
            if isinstance(stage, SearchStage | RpnStage):
                boxes = stage.boxes
            if isinstance(stage, DetectionsStage):
                for box, label, score in zip(stage.boxes, stage.labels, stage.scores, strict=True):
                    x1, y1, x2, y2 = (float(side) for side in box)
                    found.append(Detection(photo.name, int(label), float(score), (x1, y1, x2, y2)))
    return found, boxes


def summary(photos: Sequence[Photo], detections: Sequence[Detection]) -> dict[str, object]:
    """VOC's AP of each class that has a countable box in the photos, and their means."""
    area: dict[str, float] = {}
    eleven: dict[str, float] = {}
    for label, name in enumerate(CLASSES):
        truths = {
            photo.name: Truth(
                photo.boxes[photo.labels == label], photo.difficult[photo.labels == label]
            )
            for photo in photos
        }
        if not any((~truth.difficult).any() for truth in truths.values()):
            continue
        curve = precision_recall([one for one in detections if one.label == label], truths)
        area[name], eleven[name] = area_ap(*curve), eleven_point_ap(*curve)
    return {
        "metric": METRIC,
        "ap": area,
        "ap_11point": eleven,
        "map": float(np.mean(list(area.values()))) if area else 0.0,
        "map_11point": float(np.mean(list(eleven.values()))) if eleven else 0.0,
    }


def evaluate(
    method: str, data: Path, year: str, split: str, out: Path, weights: Path,
    limit: int = 0, proposals: Path | None = None, device: str = "cpu",
    changes: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """`measured`, written to `out`."""
    results = measured(method, data, year, split, weights, limit, proposals, device, changes)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results))
    return results


def weights_text(method: str, weights: Path) -> str:
    """The file of weights by its name and the beginning of its checksum."""
    file = weights_file(method, weights)
    return f"{file.name} sha256 {hashlib.sha256(file.read_bytes()).hexdigest()[:16]}"


def measured(
    method: str, data: Path, year: str, split: str, weights: Path,
    limit: int = 0, proposals: Path | None = None, device: str = "cpu",
    changes: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """Run the method on a split and return the results: VOC's AP ("map", "ap", ...), COCO's
    ("coco") and the regions' recall ("proposals"), with all detections.

    limit: the first so many photos, 0 = all; recorded in the results. changes: "name=value" of the
    method's settings (`explorer.methods.changing`). Raises ValueError where COCO's program is not
    installed, or a change does not fit.
    """
    available()
    settings = evaluation_settings(method, weights, changes)
    photos = read_split(data, year, split)
    total = len(photos)
    photos = photos[:limit] if limit else photos
    net = load_net(method, weights)
    net.to(choose(device).torch)
    began, computed = time.perf_counter(), time.process_time()
    detections: list[Detection] = []
    covered: list[NDArray[np.float32]] = []
    for photo in tqdm(photos, desc=f"evaluating {method}", mininterval=10):
        found, regions = detect(method, net, photo, settings, device, proposals)
        detections += found
        covered.append(coverage(regions, photo))
    seconds, computed = time.perf_counter() - began, time.process_time() - computed
    return summary(photos, detections) | {
        "coco": coco_ap(photos, detections, CLASSES),
        "proposals": recall_summary(photos, covered, CLASSES),
        "method": method,
        "year": year,
        "split": split,
        "photos": len(photos),
        "photos_in_split": total,
        "limit": limit,
        "cached_regions": proposals is not None and method in SEARCHING,
        "with": list(changes),
        "settings": dataclasses.asdict(settings),
        "weights": weights_text(method, weights),
        "seconds_per_photo": round(seconds / max(1, len(photos)), 3),
        # What this process' threads computed: other programs on the machine disturb it less.
        "cpu_seconds_per_photo": round(computed / max(1, len(photos)), 3),
        "device": device,
        "detections": [
            {
                "image": one.image,
                "label": CLASSES[one.label],
                "score": round(one.score, 5),
                "box": [round(side, 2) for side in one.box],
            }
            for one in detections
        ],
    }
