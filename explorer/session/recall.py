"""How much of the ground truth a method's regions cover, before any of them is classified.

Recall at n regions and an IoU: the share of the ground-truth boxes that one of the n best regions
overlaps by at least that IoU (Hosang et al., "What makes for effective detection proposals?", PAMI
2016; Faster R-CNN, section 4.1, figure 2). Boxes marked difficult do not count; classes play no
part, as regions have none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.ops.bins import overlap
from explorer.session.ground_truth import GroundTruth
from explorer.session.related import region_boxes
from explorer.trace.base import Floats
from explorer.trace.stages import Trace

NUMBERS = (100, 300, 2000)  # regions at which recall is drawn against the IoU
IOUS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
# A hair of tolerance: an IoU of just 0.5 in single precision is one of 0.5.
HAIR = 1e-6


@dataclass(frozen=True, eq=False)
class Recall:
    """Of one method. by_number (n,): recall at IoU 0.5 of its best 1, 2, ... n regions.

    covered: for each of NUMBERS, or all regions where there are fewer, the IoU (wanted,) of each
    ground-truth box that counts with the best of these regions.
    shares: the methods, this one among them, that read the same regions.
    """

    method: str
    by_number: NDArray[np.float64]
    covered: dict[int, NDArray[np.float32]]
    shares: tuple[str, ...] = ()

    @property
    def wanted(self) -> int:
        """How many ground-truth boxes count."""
        return len(next(iter(self.covered.values())))

    def at(self, number: int, iou: float) -> float:
        """The recall of so many regions at an IoU."""
        return float((self.covered[number] >= iou - HAIR).mean())


def best_overlaps(regions: Floats, truth: GroundTruth) -> NDArray[np.float32]:
    """(n, m): IoU of each countable ground-truth box with the best of the first 1..n regions.

    regions (n, 4), best first.
    """
    best: NDArray[np.float32] = np.maximum.accumulate(
        overlap(regions, truth.boxes[~truth.difficult]), axis=0
    )
    return best


def recalls(traces: Sequence[Trace], truth: GroundTruth) -> tuple[Recall, ...]:
    """Recall of every method that has regions. Empty where no ground-truth box counts."""
    wanted = int((~truth.difficult).sum())
    found = []
    all_regions = {trace.method: region_boxes(trace) for trace in traces}
    for trace in traces:
        regions = all_regions[trace.method]
        if not wanted or not len(regions):
            continue
        best = best_overlaps(regions, truth)
        covered = {number: best[min(number, len(best)) - 1] for number in NUMBERS}
        by_number = (best >= IOUS[0] - HAIR).mean(axis=1)
        shares = tuple(
            name for name, other in all_regions.items() if np.array_equal(other, regions)
        )
        found.append(Recall(trace.method, by_number, covered, shares))
    return tuple(found)
