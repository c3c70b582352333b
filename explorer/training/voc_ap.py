"""Average precision as PASCAL VOC counts it (Everingham et al., IJCV 2010, section 4.2).

A detection is right where its IoU with a ground-truth box of its class and photo is at least 0.5;
the second detection of one box is wrong; 'difficult' boxes count neither way. (VOC's own program
adds a pixel to every side; here a box is x2 - x1 wide.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.ops.bins import overlap

OVERLAP = 0.5


@dataclass(frozen=True)
class Detection:
    """label: class number; box in photo pixels."""

    image: str
    label: int
    score: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Truth:
    """The boxes (n, 4) of one class in one photo, difficult (n,)."""

    boxes: NDArray[np.float32]
    difficult: NDArray[np.bool_]


def precision_recall(
    detections: Sequence[Detection], truths: Mapping[str, Truth]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Precision and recall after each detection of one class, by falling score.

    truths: by photo. Each detection is compared with the box it overlaps most.
    """
    positives = sum(int((~truth.difficult).sum()) for truth in truths.values())
    claimed = {image: np.zeros(len(truth.boxes), bool) for image, truth in truths.items()}
    right, wrong = [], []
    for one in sorted(detections, key=lambda detection: -detection.score):
        truth = truths.get(one.image)
        hit, counts = False, True
        if truth is not None and len(truth.boxes):
            share = overlap(np.array([one.box], np.float32), truth.boxes)[0]
            best = int(share.argmax())
            if share[best] >= OVERLAP:
                counts = not truth.difficult[best]
                hit = counts and not claimed[one.image][best]
                claimed[one.image][best] = True
        if counts:
            right.append(hit)
            wrong.append(not hit)
    hits, misses = np.cumsum(right), np.cumsum(wrong)
    if not len(hits):
        return np.zeros(0), np.zeros(0)
    return hits / (hits + misses), hits / max(1, positives)


def area_ap(precision: NDArray[np.float64], recall: NDArray[np.float64]) -> float:
    """Area under the curve, made monotone: VOC 2010 and later."""
    edges = np.concatenate([[0.0], recall, [1.0]])
    height = np.concatenate([[0.0], precision, [0.0]])
    height = np.maximum.accumulate(height[::-1])[::-1]
    return float(np.sum(np.diff(edges) * height[1:]))


def eleven_point_ap(precision: NDArray[np.float64], recall: NDArray[np.float64]) -> float:
    """Mean of the best precision at recall >= 0, 0.1 ... 1: VOC 2007."""
    best = [precision[recall >= at].max(initial=0.0) for at in np.arange(11) / 10]
    return float(np.mean(best))
