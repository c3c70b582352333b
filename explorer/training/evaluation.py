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
from numpy.typing import NDArray
from tqdm import tqdm

from explorer.methods.changing import with_changes
from explorer.methods.modules import Settings
from explorer.training.coco_ap import available, coco_ap
from explorer.training.data import CLASSES, Photo, read_split
from explorer.training.networks import SEARCHING, load_settings, weights_file
from explorer.training.recall import recall_summary
from explorer.training.voc_ap import (
    Detection,
    Truth,
    area_ap,
    eleven_point_ap,
    precision_recall,
)
from explorer.training.workers import Work, results

METRIC = "VOC AP at IoU 0.5, area under the monotone curve, difficult boxes ignored"


def evaluation_settings(method: str, weights: Path, changes: Sequence[str] = ()) -> Settings:
    """The weights' settings with nothing hidden: all that enters the final NMS is a detection.

    changes: see `with_changes`.
    """
    settings = with_changes(load_settings(method, weights), changes)
    return dataclasses.replace(settings, detection_threshold=settings.score_threshold)


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
    changes: Sequence[str] = (), jobs: int = 1,
) -> dict[str, Any]:  # fmt: skip
    """`measured`, written to `out`."""
    found = measured(method, data, year, split, weights, limit, proposals, device, changes, jobs)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(found))
    return found


def weights_text(method: str, weights: Path) -> str:
    """The file of weights by its name and the beginning of its checksum."""
    file = weights_file(method, weights)
    return f"{file.name} sha256 {hashlib.sha256(file.read_bytes()).hexdigest()[:16]}"


def measured(
    method: str, data: Path, year: str, split: str, weights: Path,
    limit: int = 0, proposals: Path | None = None, device: str = "cpu",
    changes: Sequence[str] = (), jobs: int = 1,
) -> dict[str, Any]:  # fmt: skip
    """Run the method on a split and return the results: VOC's AP ("map", "ap", ...), COCO's
    ("coco") and the regions' recall ("proposals"), with all detections.

    limit: the first so many photos, 0 = all; recorded in the results. changes: "name=value" of the
    method's settings (`explorer.methods.changing`). jobs: processes, see `workers`.
    Raises ValueError where COCO's program is not installed, or a change does not fit.
    """
    available()
    settings = evaluation_settings(method, weights, changes)
    photos = read_split(data, year, split)
    total = len(photos)
    photos = photos[:limit] if limit else photos
    began, computed = time.perf_counter(), 0.0
    detections: list[Detection] = []
    covered: list[NDArray[np.float32]] = []
    work = Work(method, weights, settings, device, proposals)
    for done in tqdm(
        results(work, photos, jobs), f"evaluating {method}", len(photos), mininterval=10
    ):
        detections += done.detections
        covered.append(done.covered)
        computed += done.seconds
    seconds = time.perf_counter() - began
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
