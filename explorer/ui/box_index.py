"""What drawing and picking ask of a layer's boxes again and again, worked out once a layer.

Columns that lie one after the other are compared five times as fast as the rows of (n, 4).
"""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from explorer.session.scene import Boxes, Rect

_lock = threading.Lock()
_kept: weakref.WeakKeyDictionary[Boxes, BoxIndex] = weakref.WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class BoxIndex:
    """columns (4, n): x1, y1, x2, y2 in scene units. roles: each once; codes (n,): which each is.
    """

    columns: NDArray[np.floating]
    roles: tuple[str, ...]
    codes: NDArray[np.intp]

    def touching(self, rect: Rect, margin: float = 0.0) -> NDArray[np.intp]:
        """Indices (m,) of boxes of which some part is at most `margin` from a rectangle."""
        x1, y1, x2, y2 = self.columns
        inside = x2 >= rect[0] - margin
        inside &= x1 <= rect[2] + margin
        inside &= y2 >= rect[1] - margin
        inside &= y1 <= rect[3] + margin
        return np.flatnonzero(inside)

    def by_role(self, chosen: NDArray[np.intp]) -> list[tuple[str, NDArray[np.intp]]]:
        """(role, those of the chosen indices that have it), in the order of the layer's roles."""
        if len(self.roles) < 2:
            return [(role, chosen) for role in self.roles]
        codes = self.codes[chosen]
        return [(role, chosen[codes == code]) for code, role in enumerate(self.roles)]

    @cached_property
    def crossings(self) -> float:
        """How many outlines a line of unit width crosses on average, per unit of length: the
        perimeters over the area of the smallest rectangle around all boxes."""
        x1, y1, x2, y2 = self.columns
        around = float(x2.max() - x1.min()) * float(y2.max() - y1.min())
        return 2 * float((x2 - x1).sum(dtype=float) + (y2 - y1).sum(dtype=float)) / max(around, 1.0)


def index_of(layer: Boxes) -> BoxIndex:
    """The index of a layer, kept while the layer lives."""
    with _lock:
        held = _kept.get(layer)
    if held is None:
        held = _made(layer)
        with _lock:
            _kept[layer] = held
    return held


def _made(layer: Boxes) -> BoxIndex:
    boxes = np.asarray(layer.boxes).reshape(-1, 4)
    roles: tuple[str, ...]
    if isinstance(layer.roles, str):
        roles, codes = (layer.roles,), np.zeros(0, np.intp)  # one role needs no codes
    else:
        roles = tuple(dict.fromkeys(layer.roles))
        place = {role: code for code, role in enumerate(roles)}
        codes = np.array([place[role] for role in layer.roles], np.intp)
    return BoxIndex(np.ascontiguousarray(boxes.T), roles, codes)
