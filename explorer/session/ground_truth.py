"""The ground truth of one photo as frozen data, and the steps by which a user edits it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from explorer.trace.base import Floats
from explorer.trace.freeze import freeze

Rect = tuple[float, float, float, float]
BY_HAND = "drawn by hand"
EDITED = ", edited"
# COCO's names of VOC's classes, where they are others.
VOC_NAMES = {
    "airplane": "aeroplane", "motorcycle": "motorbike", "couch": "sofa", "tv": "tvmonitor",
    "potted plant": "pottedplant", "dining table": "diningtable",
}


def one_name(name: str) -> str:
    """The name under which a class of VOC's or COCO's is compared."""
    plain = name.strip().lower()
    return VOC_NAMES.get(plain, plain)


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """boxes (n, 4) photo pixels, names, difficult (n,) bool; source: the file's name. notice: which
    of the file's boxes were not used, a sentence, or ""."""

    boxes: Floats
    names: tuple[str, ...]
    difficult: NDArray[np.bool_]
    source: str
    notice: str = ""

    def added(self, box: Rect, name: str) -> GroundTruth:
        """One box more, as the last row."""
        return GroundTruth(
            freeze(np.concatenate([self.boxes, np.array([box], np.float32)])), (*self.names, name),
            freeze(np.append(self.difficult, False)), self._edited(),
        )

    def without(self, row: int) -> GroundTruth:
        """One box less. Raises IndexError where there is no such row."""
        if not 0 <= row < len(self.names):
            raise IndexError(f"the ground truth has no row {row}")
        return GroundTruth(
            freeze(np.delete(self.boxes, row, axis=0)), self.names[:row] + self.names[row + 1 :],
            freeze(np.delete(self.difficult, row)), self._edited(),
        )

    def renamed(self, row: int, name: str) -> GroundTruth:
        """Row `row` is of another class; the same where it is of that class already."""
        if self.names[row] == name:
            return self
        names = (*self.names[:row], name, *self.names[row + 1 :])
        return replace(self, names=names, source=self._edited())

    def row_at(self, x: float, y: float) -> int | None:
        """The smallest box that contains a point, or None."""
        boxes = self.boxes
        inside = (boxes[:, :2] <= (x, y)).all(axis=1) & (boxes[:, 2:] >= (x, y)).all(axis=1)
        rows = np.flatnonzero(inside)
        areas = np.prod(boxes[rows, 2:] - boxes[rows, :2], axis=1)
        return int(rows[areas.argmin()]) if len(rows) else None

    def is_of(self, file: str) -> bool:
        """Whether it was read from a file of that name, edited since or not."""
        return self.source.removesuffix(EDITED) == file

    def _edited(self) -> str:
        kept = self.source == BY_HAND or self.source.endswith(EDITED)
        return self.source if kept else self.source + EDITED


def nothing_drawn() -> GroundTruth:
    """What drawing by hand starts from."""
    boxes = freeze(np.zeros((0, 4), np.float32))
    return GroundTruth(boxes, (), freeze(np.zeros(0, bool)), BY_HAND)
