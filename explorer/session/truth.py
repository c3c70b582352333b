"""Ground truth beside a photo: a VOC annotation or a COCO file, and how detections stand to it.

Files are checked before they are believed: size, encoding, numbers; what is wrong is a sentence.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from explorer.ops.bins import overlap
from explorer.trace.base import Floats, Ints
from explorer.trace.freeze import freeze

MOST_XML = 4_000_000  # bytes of an annotation; VOC's are a few thousand
MOST_JSON = 500_000_000  # COCO's own instances_train2017.json has 450 million
MATCH = 0.5  # IoU of a true positive (VOC)


class TruthError(Exception):
    """A file that cannot be used: `str()` is one sentence, which file and what is wrong."""


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """boxes (n, 4) photo pixels, names, difficult (n,) bool; source: the file's name."""

    boxes: Floats
    names: tuple[str, ...]
    difficult: np.ndarray
    source: str


def find_truth(photo: Path, width: int, height: int) -> GroundTruth | None:
    """The ground truth of a photo of `width` x `height` pixels, or None where there is no file.

    Looked for: <stem>.xml beside it, in ../Annotations and in Annotations; then any .json beside
    it or in ../annotations that names the photo. Raises TruthError for a file that is damaged.
    """
    places = (photo.parent, photo.parent.parent / "Annotations", photo.parent / "Annotations")
    for place in places:
        path = place / f"{photo.stem}.xml"
        if path.is_file():
            return read_voc(path, width, height)
    for place in (photo.parent, photo.parent.parent / "annotations"):
        for path in sorted(place.glob("*.json")) if place.is_dir() else []:
            found = read_coco(path, photo.name, width, height)
            if found is not None:
                return found
    return None


def read_voc(path: Path, width: int, height: int) -> GroundTruth:
    """A PASCAL VOC annotation. Its corners are pixel numbers from 1, the last one inside."""
    text = _bytes(path, MOST_XML)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise TruthError(f"{path} declares entities, which no annotation needs: it was not read.")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise TruthError(f"{path} is not XML: {error}.") from error
    scale = _scale(path, root.findtext("size/width"), root.findtext("size/height"), width, height)
    boxes, names, difficult = [], [], []
    for one in root.iter("object"):
        corners = [one.findtext(f"bndbox/{name}") for name in ("xmin", "ymin", "xmax", "ymax")]
        x1, y1, x2, y2 = _numbers(path, corners)
        boxes.append([x1 - 1, y1 - 1, x2, y2])
        names.append((one.findtext("name") or "object").strip())
        difficult.append((one.findtext("difficult") or "0").strip() == "1")
    return _truth(path, boxes, names, difficult, scale, width, height)


def read_coco(path: Path, photo: str, width: int, height: int) -> GroundTruth | None:
    """The photo's boxes in a COCO file, or None where it is no such file or lacks the photo."""
    try:
        held = json.loads(_bytes(path, MOST_JSON))
    except ValueError as error:
        raise TruthError(f"{path} is not JSON: {error}.") from error
    if not isinstance(held, dict) or not isinstance(held.get("images"), list):
        return None
    image = next((one for one in _dicts(held["images"]) if _name(one) == photo), None)
    if image is None:
        return None
    scale = _scale(path, image.get("width"), image.get("height"), width, height)
    classes = {one.get("id"): str(one.get("name")) for one in _dicts(held.get("categories"))}
    boxes, names, crowd = [], [], []
    for one in _dicts(held.get("annotations")):
        if one.get("image_id") == image.get("id"):
            given = one.get("bbox")
            x, y, w, h = _numbers(path, given if isinstance(given, list) else [])
            boxes.append([x, y, x + w, y + h])
            names.append(classes.get(one.get("category_id"), "object"))
            crowd.append(bool(one.get("iscrowd")))
    return _truth(path, boxes, names, crowd, scale, width, height)


def _dicts(values: object) -> Iterator[dict[str, Any]]:
    yield from (one for one in values if isinstance(one, dict)) if isinstance(values, list) else ()


def _name(image: dict[str, Any]) -> str:
    return str(image.get("file_name", "")).replace("\\", "/").rpartition("/")[2]


def _bytes(path: Path, most: int) -> bytes:
    try:
        if path.stat().st_size > most:
            raise TruthError(f"{path} is larger than any known annotation: it was not read.")
        return path.read_bytes()
    except OSError as error:
        raise TruthError(f"{path} cannot be read: {error.strerror or error}.") from error


def _numbers(path: Path, values: Sequence[object]) -> list[float]:
    try:
        found = [float(str(value)) for value in values]
    except ValueError:
        found = []
    if len(found) != 4 or not all(math.isfinite(value) for value in found):
        raise TruthError(f"{path} has a box without four numbers.")
    return found


def _scale(path: Path, w: object, h: object, width: int, height: int) -> tuple[float, float]:
    """Photo pixels per pixel of the annotation: photos are often stored smaller."""
    try:
        given = float(str(w)), float(str(h))
    except ValueError:
        return 1.0, 1.0  # no size is given: the photo's own
    if not (given[0] > 0 and given[1] > 0 and all(math.isfinite(value) for value in given)):
        return 1.0, 1.0
    x, y = width / given[0], height / given[1]
    if abs(x - y) > 0.02 * max(x, y):
        raise TruthError(
            f"{path} is of a photo of {given[0]:g} × {given[1]:g} pixels, another shape than "
            f"{width} × {height}."
        )
    return x, y


def _truth(
    path: Path, boxes: list[list[float]], names: list[str], difficult: list[bool],
    scale: tuple[float, float], width: int, height: int,
) -> GroundTruth:
    array = np.array(boxes, np.float32).reshape(-1, 4) * np.array([*scale, *scale], np.float32)
    array = array.clip(0, np.array([width, height] * 2, np.float32))
    real = (array[:, 2] > array[:, 0]) & (array[:, 3] > array[:, 1])
    return GroundTruth(
        freeze(array[real]), tuple(name for name, ok in zip(names, real, strict=True) if ok),
        freeze(np.array(difficult, bool)[real]), path.name,
    )


@dataclass(frozen=True, eq=False)
class Verdicts:
    """How m detections, by falling score, stand to n ground-truth boxes (VOC's rule).

    kind (m,): "true", "false" or "ignored" (a difficult box). match (m,): the ground truth of the
    same class that it overlaps most, -1 where there is none; iou (m,). why (m,): a sentence for a
    false one. missed: ground-truth rows that nothing found, difficult ones left out.
    """

    kind: tuple[str, ...]
    match: Ints
    iou: Floats
    why: tuple[str, ...]
    missed: Ints


def judge(
    boxes: Floats, names: Sequence[str], truth: GroundTruth, threshold: float = MATCH
) -> Verdicts:
    """True and false positives and misses. boxes (m, 4) and class names by falling score.

    A detection counts for the ground truth of its class that it overlaps most, if by `threshold`;
    a second one for the same ground truth is false; difficult boxes count neither way.
    """
    m, n = len(boxes), len(truth.boxes)
    iou = overlap(boxes, truth.boxes) if n else np.zeros((m, 0), np.float32)
    same = np.array([[a == b for b in truth.names] for a in names], bool).reshape(m, n)
    of_class = np.where(same, iou, -1.0)
    match = of_class.argmax(1) if n else np.zeros(m, np.int64)
    match = np.where(of_class.max(1, initial=-1.0) > 0, match, -1)
    kinds, why = [], []
    taken: set[int] = set()
    for row in range(m):
        at = int(match[row])
        best = float(iou[row, at]) if at >= 0 else 0.0
        if best >= threshold and truth.difficult[at]:
            kinds.append("ignored")
            why.append("it is marked difficult")
        elif best >= threshold and at not in taken:
            taken.add(at)
            kinds.append("true")
            why.append("")
        else:
            kinds.append("false")
            why.append(_reason(row, at, best, threshold, names, truth, iou))
    sure = np.flatnonzero(~truth.difficult)
    return Verdicts(
        tuple(kinds), freeze(match.astype(np.int64)),
        freeze(np.array([iou[i, at] if at >= 0 else 0.0 for i, at in enumerate(match)], "f4")),
        tuple(why), freeze(np.array([i for i in sure.tolist() if i not in taken], np.int64)),
    )


def _reason(
    row: int, at: int, best: float, threshold: float, names: Sequence[str], truth: GroundTruth,
    iou: Floats,
) -> str:
    if best >= threshold:
        return f"a better one has found this {names[row]}"
    other = int(iou[row].argmax()) if iou.shape[1] else -1
    if other >= 0 and iou[row, other] >= threshold and truth.names[other] != names[row]:
        return f"it is a {truth.names[other]} (IoU {iou[row, other]:.2f})"
    if at >= 0:
        return f"it overlaps the nearest {names[row]} by only {best:.2f}"
    return f"there is no {names[row]} here"


def recall(
    regions: Floats, truth: GroundTruth, counts: Sequence[int], threshold: float = MATCH
) -> Floats:
    """Share of the ground-truth boxes that some of the first c regions overlap, for each c.

    regions (n, 4), best first. Difficult boxes are left out; without others it is 0.
    """
    wanted = truth.boxes[~truth.difficult]
    if not len(wanted) or not len(regions):
        return np.zeros(len(counts), np.float32)
    best = np.maximum.accumulate(overlap(regions, wanted), axis=0)
    rows = [min(count, len(regions)) - 1 for count in counts]
    return np.array([(best[row] >= threshold).mean() if row >= 0 else 0.0 for row in rows], "f4")
