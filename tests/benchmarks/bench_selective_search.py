"""Selective search beside OpenCV's: recall and time on the same VOC photos, in one run.

    uv run python tests/benchmarks/bench_selective_search.py --data VOCdevkit

Both get one thread, the same photos in turn (who goes first alternates), at most 2,000 boxes each,
and every non-difficult box of the split's first photos. Ours is compiled before the clock starts.
Time is the processor's, which other programs on the machine disturb least; wall time is printed
beside it. Needs VOC's folders (VOC2007/Annotations, ImageSets/Main, JPEGImages) below --data.
"""

from __future__ import annotations

import argparse
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from explorer.ops.selective_search import search

Boxes = NDArray[np.floating]
TOP = 2000


def ours(photo: NDArray[np.uint8]) -> Boxes:
    return search(photo, "fast", top=TOP).boxes


def opencv(photo: NDArray[np.uint8]) -> Boxes:
    theirs = cv2.ximgproc.segmentation.createSelectiveSearchSegmentation()
    theirs.setBaseImage(np.ascontiguousarray(photo[..., ::-1]))
    theirs.switchToSelectiveSearchFast()
    found = np.asarray(theirs.process()[:TOP], np.float64).reshape(-1, 4)
    return np.hstack([found[:, :2], found[:, :2] + found[:, 2:]])


def ground_truth(annotation: Path) -> Boxes:
    """The boxes that are not 'difficult'; VOC counts pixels from 1 and includes the last."""
    boxes = []
    for thing in ET.parse(annotation).getroot().iter("object"):
        box = thing.find("bndbox")
        if thing.findtext("difficult") != "1" and box is not None:
            ends = [float(box.findtext(end, "")) for end in ("xmin", "ymin", "xmax", "ymax")]
            boxes.append([ends[0] - 1, ends[1] - 1, ends[2], ends[3]])
    return np.array(boxes, np.float64).reshape(-1, 4)


def best_overlap(truths: Boxes, boxes: Boxes) -> Boxes:
    """IoU of each true box with the proposal that covers it best: (n,)."""
    low = np.maximum(truths[:, None, :2], boxes[None, :, :2])
    high = np.minimum(truths[:, None, 2:], boxes[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    areas = [(b[:, 2:] - b[:, :2]).prod(axis=1) for b in (truths, boxes)]
    iou = shared / (areas[0][:, None] + areas[1][None] - shared)
    return np.asarray(iou.max(axis=1, initial=0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with VOC2007 or VOC2012")
    parser.add_argument("--year", default="2007")
    parser.add_argument("--split", default="val")
    parser.add_argument("--photos", type=int, default=100)
    given = parser.parse_args()
    root = given.data / f"VOC{given.year}"
    names = (root / "ImageSets/Main" / f"{given.split}.txt").read_text().split()[: given.photos]

    cv2.setNumThreads(1)
    chance = np.random.default_rng(0)
    ours(chance.integers(0, 256, (60, 80, 3), dtype=np.uint8))
    methods: dict[str, Callable[[NDArray[np.uint8]], Boxes]] = {"ours": ours, "OpenCV": opencv}
    overlaps: dict[str, list[Boxes]] = {name: [] for name in methods}
    seconds = {name: np.zeros(2) for name in methods}
    counts = dict.fromkeys(methods, 0)
    for index, name in enumerate(names):
        photo = cv2.cvtColor(cv2.imread(str(root / f"JPEGImages/{name}.jpg")), cv2.COLOR_BGR2RGB)
        truths = ground_truth(root / f"Annotations/{name}.xml")
        for method in list(methods)[:: 1 if index % 2 == 0 else -1]:
            begun = np.array([time.process_time(), time.perf_counter()])
            boxes = methods[method](np.asarray(photo, np.uint8))
            seconds[method] += np.array([time.process_time(), time.perf_counter()]) - begun
            counts[method] += len(boxes)
            overlaps[method].append(best_overlap(truths, boxes))

    print(f"VOC {given.year} {given.split}, {len(names)} photos, at most {TOP} boxes a photo")
    print(f"{'':8} recall@0.5 recall@0.7  mean IoU   boxes   cpu s  wall s")
    recall = {}
    for method in methods:
        best = np.concatenate(overlaps[method])
        recall[method] = 100 * float((best >= 0.5).mean())
        cpu, wall = seconds[method] / len(names)
        print(
            f"{method:8}{recall[method]:10.2f}%{100 * (best >= 0.7).mean():10.2f}%"
            f"{best.mean():10.3f}{counts[method] / len(names):8.0f}{cpu:8.3f}{wall:8.3f}"
        )
    cpu_ratio, wall_ratio = seconds["ours"] / seconds["OpenCV"]
    difference = recall["ours"] - recall["OpenCV"]
    print(f"{len(best)} objects; recall@0.5: {difference:+.2f} points against OpenCV (least: -1)")
    print(f"time: ours / OpenCV = {cpu_ratio:.3f} cpu, {wall_ratio:.3f} wall (most: 1.5)")
    met = difference >= -1 and cpu_ratio <= 1.5
    print("met" if met else "NOT met")
    raise SystemExit(0 if met else 1)


if __name__ == "__main__":
    main()
