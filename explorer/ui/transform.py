"""From a scene's coordinates to a widget's, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.session.scene import Rect


@dataclass(frozen=True)
class View:
    """x on screen = scale * x in the scene + dx, likewise y. Screen units are logical pixels."""

    scale: float
    dx: float
    dy: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self.scale * x + self.dx, self.scale * y + self.dy

    def back(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.dx) / self.scale, (y - self.dy) / self.scale

    def rect(self, rect: Rect) -> Rect:
        return (*self.point(rect[0], rect[1]), *self.point(rect[2], rect[3]))

    def boxes(self, boxes: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n, 4) boxes or segments, or (n, 2) points, on screen."""
        offset = np.array([self.dx, self.dy] * (boxes.shape[1] // 2))
        return np.asarray(boxes, np.float64) * self.scale + offset


def fitted(extent: Rect, area: Rect, largest: float = float("inf")) -> View:
    """The view that shows all of `extent` in the middle of `area`, at most `largest` x."""
    width, height = max(extent[2] - extent[0], 1e-6), max(extent[3] - extent[1], 1e-6)
    scale = min((area[2] - area[0]) / width, (area[3] - area[1]) / height, largest)
    scale = max(scale, 1e-6)
    return View(
        scale,
        (area[0] + area[2] - scale * (extent[0] + extent[2])) / 2,
        (area[1] + area[3] - scale * (extent[1] + extent[3])) / 2,
    )
