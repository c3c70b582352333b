"""Average precision as COCO counts it (Lin et al., ECCV 2014), by COCO's own program.

AP is the mean over IoU thresholds 0.50, 0.55 .. 0.95, over 101 recall points and over the classes;
of each photo the 100 best detections count. Boxes that VOC marks difficult are given to it as
crowds: what overlaps them counts neither way.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from explorer.training.data import Photo
from explorer.training.extra import extra
from explorer.training.voc_ap import Detection

PURPOSE = "COCO's average precision"
# COCOeval.stats in its order. small, medium, large: an area below 32^2, below 96^2, above, in
# pixels of the photo. recall_n: average recall with n detections a photo.
STATS = (
    "ap", "ap50", "ap75", "ap_small", "ap_medium", "ap_large", "recall_1", "recall_10",
    "recall_100", "recall_small", "recall_medium", "recall_large",
)  # fmt: skip


def available() -> None:
    """Raises ValueError, one sentence, where COCO's program is not installed."""
    extra("pycocotools.cocoeval", PURPOSE)


def coco_ap(
    photos: Sequence[Photo], detections: Sequence[Detection], classes: Sequence[str]
) -> dict[str, object]:
    """COCO's twelve numbers (`STATS`; None where no box is of that size), and "per_class": for
    each class that the photos have, {"ap", "ap50"}."""
    numbers = {photo.name: number for number, photo in enumerate(photos, 1)}
    images = [
        {"id": numbers[photo.name], "width": photo.width, "height": photo.height}
        for photo in photos
    ]
    truths = [
        _annotation(numbers[photo.name], int(label), box, crowd=bool(difficult))
        for photo in photos
        for box, label, difficult in zip(photo.boxes, photo.labels, photo.difficult, strict=True)
    ]
    found = [
        _annotation(numbers[one.image], one.label, one.box) | {"score": one.score}
        for one in detections
    ]
    with contextlib.redirect_stdout(io.StringIO()):  # COCO's program prints all it does
        measured = extra("pycocotools.cocoeval", PURPOSE).COCOeval(
            _index(images, truths, classes), _index(images, found, classes), "bbox"
        )
        measured.evaluate()
        measured.accumulate()
        measured.summarize()
    # (IoU thresholds, recall points, classes, sizes, numbers of detections); -1: no such box.
    precision = measured.eval["precision"][:, :, :, 0, -1]
    per_class = {}
    for column, label in enumerate(measured.params.catIds):
        if (precision[:, :, column] > -1).any():
            per_class[classes[label - 1]] = {
                "ap": float(precision[:, :, column].mean()),
                "ap50": float(precision[0, :, column].mean()),
            }
    stats = {
        name: float(value) if value > -1 else None
        for name, value in zip(STATS, measured.stats, strict=True)
    }
    return {**stats, "per_class": per_class}


def _annotation(image: int, label: int, box: Any, crowd: bool = False) -> dict[str, object]:
    x1, y1, x2, y2 = (float(side) for side in np.asarray(box, np.float64))
    return {
        "image_id": image, "category_id": label + 1, "bbox": [x1, y1, x2 - x1, y2 - y1],
        "area": (x2 - x1) * (y2 - y1), "iscrowd": int(crowd),
    }  # fmt: skip


def _index(images: Sequence[Any], annotations: list[Any], classes: Sequence[str]) -> Any:
    """COCO's data set object, made from memory. Numbers start at 1: 0 means "unmatched" to it."""
    held = extra("pycocotools.coco", PURPOSE).COCO()
    held.dataset = {
        "images": list(images),
        "categories": [{"id": number, "name": name} for number, name in enumerate(classes, 1)],
        "annotations": [one | {"id": number} for number, one in enumerate(annotations, 1)],
    }
    held.createIndex()
    return held
