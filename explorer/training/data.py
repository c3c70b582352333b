"""Photos with boxes in PASCAL VOC's layout (Everingham et al., IJCV 2010), and cached proposals.

    ROOT/VOC<year>/ImageSets/Main/<split>.txt   one photo id a line
    ROOT/VOC<year>/Annotations/<id>.xml         its boxes
    ROOT/VOC<year>/JPEGImages/<id>.jpg

VOC's pixels count from 1 and both corners belong to the box; here pixel i covers [i, i + 1), so a
box is (xmin - 1, ymin - 1, xmax, ymax).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CLASSES = (
    "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
    "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train",
    "tvmonitor",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Photo:
    """One annotated photo. boxes (n, 4) float32; labels (n,) into CLASSES; difficult (n,) bool."""

    year: str
    name: str
    path: Path
    width: int
    height: int
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    difficult: NDArray[np.bool_]


def read_split(
    root: Path, year: str, split: str, classes: tuple[str, ...] = CLASSES
) -> list[Photo]:
    """The photos of one split, in the order of its list.

    Raises FileNotFoundError where the split, an annotation or a photo is missing; ValueError for a
    class that `classes` has not.
    """
    folder = root / f"VOC{year}"
    listed = folder / "ImageSets" / "Main" / f"{split}.txt"
    if not listed.exists():
        raise FileNotFoundError(f"{listed}: no such split; give the folder that holds VOC{year}")
    names = [line.split()[0] for line in listed.read_text().splitlines() if line.strip()]
    return [_read(folder, year, name, classes) for name in names]


def read_sets(root: Path, sets: list[str]) -> list[Photo]:
    """The photos of several sets, each as "2007:train"."""
    photos: list[Photo] = []
    for chosen in sets:
        year, _, split = chosen.partition(":")
        photos += read_split(root, year, split or "train")
    return photos


def _read(folder: Path, year: str, name: str, classes: tuple[str, ...]) -> Photo:
    tree = ET.parse(folder / "Annotations" / f"{name}.xml").getroot()
    boxes, labels, difficult = [], [], []
    for item in tree.iter("object"):
        corners = item.find("bndbox")
        title = item.findtext("name", "")
        if corners is None or title not in classes:
            raise ValueError(f"{name}.xml: an object without a box or of unknown class '{title}'")
        x1, y1, x2, y2 = (
            float(corners.findtext(side, "nan")) for side in ("xmin", "ymin", "xmax", "ymax")
        )
        boxes.append((x1 - 1, y1 - 1, x2, y2))
        labels.append(classes.index(title))
        difficult.append(item.findtext("difficult", "0").strip() == "1")
    return Photo(
        year,
        name,
        folder / "JPEGImages" / f"{name}.jpg",
        int(float(tree.findtext("size/width", "0"))),
        int(float(tree.findtext("size/height", "0"))),
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(labels, np.int64),
        np.array(difficult, bool),
    )


def proposals_path(folder: Path, photo: Photo) -> Path:
    """Where the cached proposals of a photo are kept: folder/<year>/<id>.npy, int16 (n, 4)."""
    return folder / photo.year / f"{photo.name}.npy"


def cached_proposals(folder: Path, photo: Photo, top: int = 2000) -> NDArray[np.float32]:
    """The first `top` proposals of a photo, best first.

    Raises FileNotFoundError where they have not been computed yet.
    """
    boxes: NDArray[np.float32] = np.load(proposals_path(folder, photo))[:top].astype(np.float32)
    return boxes.reshape(-1, 4)
