"""How much of the ground truth the regions cover, before any of them is classified.

Recall at n regions and an IoU: the fraction of ground-truth boxes that one of a photo's n best
regions overlaps by at least that IoU (Hosang et al., "What makes for effective detection
proposals?", PAMI 2016; Faster R-CNN, section 4.1, figure 2). Boxes marked difficult do not count.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from explorer.ops.bins import overlap
from explorer.training.data import Photo

NUMBERS = (10, 20, 50, 100, 200, 300, 500, 1000, 2000)
IOUS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))


def coverage(
    regions: NDArray[np.float32], photo: Photo, numbers: Sequence[int] = NUMBERS
) -> NDArray[np.float32]:
    """Best IoU of each countable ground-truth box of a photo with its first n regions.

    regions (m, 4), best first, in photo pixels. Returns (boxes, numbers).
    """
    share = overlap(photo.boxes[~photo.difficult], regions[: max(numbers)])
    best = np.zeros((len(share), len(numbers)), np.float32)
    for column, number in enumerate(numbers):
        best[:, column] = share[:, :number].max(axis=1, initial=0.0)
    return best


def recall_summary(
    photos: Sequence[Photo], best: Sequence[NDArray[np.float32]], classes: Sequence[str],
    numbers: Sequence[int] = NUMBERS, ious: Sequence[float] = IOUS,
) -> dict[str, object]:  # fmt: skip
    """Recall over all photos. best: `coverage` of each photo.

    "recall": a row for each of "numbers", a column for each of "ious"; "average_recall": their
    means over the IoUs; "per_class": recall at IoU 0.5 and over the IoUs with the most regions.
    """
    every = np.concatenate([np.zeros((0, len(numbers)), np.float32), *best])
    labels = np.concatenate(
        [np.zeros(0, np.int64), *(photo.labels[~photo.difficult] for photo in photos)]
    )
    # A hair of tolerance: an IoU of just 0.5 in single precision is one of 0.5.
    reached = every[:, :, None] >= np.asarray(ious) - 1e-6
    table = reached.mean(axis=0) if len(every) else np.zeros((len(numbers), len(ious)))
    per_class = {
        classes[label]: {
            "recall50": float(reached[labels == label, -1, 0].mean()),
            "average_recall": float(reached[labels == label, -1].mean()),
        }
        for label in np.unique(labels)
    }
    return {
        "boxes": len(every),
        "numbers": list(numbers),
        "ious": list(ious),
        "recall": [[round(float(value), 4) for value in row] for row in table],
        "average_recall": [round(float(value), 4) for value in table.mean(axis=1)],
        "per_class": per_class,
    }
