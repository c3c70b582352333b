"""Which detections came, went or moved when something was switched."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary, ref

import numpy as np

from explorer.ops.bins import overlap
from explorer.trace.base import Ints
from explorer.trace.stages import DetectionsStage, Trace

SAME = 0.5  # IoU from which a box before and one after count as the same detection
STILL = 0.995  # IoU from which it has not moved


@dataclass(frozen=True, eq=False)
class Changes:
    """Rows of detections: gained and moved (m, 2: before, after) of what is now, lost of what was.
    """

    gained: Ints
    lost: Ints
    moved: Ints

    def __bool__(self) -> bool:
        return bool(len(self.gained) or len(self.lost) or len(self.moved))


def changes_text(what: Changes) -> str:
    """"2 gained · 1 lost", or "no change"."""
    parts = [
        f"{len(rows)} {word}" for rows, word in (
            (what.gained, "gained"), (what.lost, "lost"), (what.moved, "moved"),
        ) if len(rows)
    ]
    return " · ".join(parts) or "no change"


_lock = Lock()
_known: WeakKeyDictionary[Trace, tuple[ref[Trace], Changes]] = WeakKeyDictionary()  # by `after`


def changes(before: Trace, after: Trace) -> Changes:
    """Which detections came, went or moved: the same class and the highest IoU, from SAME on.

    Asked for by a method's picture and its switches: what was found of two traces is kept.
    """
    with _lock:  # a picture is made in another thread
        held = _known.get(after)
    if held is None or held[0]() is not before:
        held = (ref(before), _found(before, after))
        with _lock:
            _known[after] = held
    return held[1]


def _found(before: Trace, after: Trace) -> Changes:
    one, other = before.stage("detections"), after.stage("detections")
    assert isinstance(one, DetectionsStage) and isinstance(other, DetectionsStage)
    iou = overlap(one.boxes, other.boxes)
    iou = np.where(one.labels[:, None] == other.labels[None], iou, 0.0)
    moved = list[tuple[int, int]]()
    rows, columns = np.nonzero(iou >= SAME)
    was, now = set[int](), set[int]()
    for at in np.argsort(-iou[rows, columns], kind="stable").tolist():
        i, j = int(rows[at]), int(columns[at])
        if i not in was and j not in now:
            was.add(i)
            now.add(j)
            if iou[i, j] < STILL:
                moved.append((i, j))
    return Changes(
        np.array([j for j in range(len(other.boxes)) if j not in now], np.int64),
        np.array([i for i in range(len(one.boxes)) if i not in was], np.int64),
        np.array(moved, np.int64).reshape(-1, 2),
    )
