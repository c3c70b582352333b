"""One camera for all canvases: they look at the same point of the photo, equally magnified."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from explorer.session.overhang import NONE
from explorer.session.scene import Rect
from explorer.ui.transform import View, fitted

NEAREST, FARTHEST = 64.0, 0.25
# The whole photo takes this part of its place: what hangs over it by half a cell of a map is seen.
PART = 0.93
# The part of its place that the photo takes with all that hangs over it further.
OUTLINES = 0.99
# Times as large, from which on a box that was chosen elsewhere is gone nearer to: less would move
# what is around it out of sight, and show no more of it.
WORTH = 1.4


class Camera(QObject):
    """Centre in photo pixels and zoom relative to "the whole photo fits" (zoom 1).

    Canvases differ in size, so each turns this into its own `View` with `view_in`.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.extent: Rect = (0.0, 0.0, 1.0, 1.0)
        self.centre = (0.5, 0.5)
        self.zoom = 1.0
        self.part, self.beyond = PART, NONE

    @property
    def magnified(self) -> float:
        """1 where the whole photo fills its place; it is the same for all canvases."""
        return self.part * self.zoom

    def make_room(self, beyond: Rect) -> None:
        """For what hangs over the photo's left, top, right and bottom by such shares of its sides.

        Only the whole photo is moved and, where that is not enough, drawn smaller; what is seen
        from nearer stays where it is, and as large."""
        if beyond == self.beyond:
            return
        whole = self.zoom == 1.0 and self.centre == self.middle
        before, self.beyond = self.part, beyond
        left, top, right, bottom = beyond
        self.part = min(PART, OUTLINES / (1 + max(left + right, top + bottom)))
        zoom = self.zoom if self.zoom == 1.0 else self.zoom * before / self.part
        self._set(self.middle if whole else self.centre, min(max(zoom, FARTHEST), NEAREST))

    @property
    def middle(self) -> tuple[float, float]:
        """The point in the middle of the whole photo's place: the photo's own, unless more hangs
        over one side than its edge has room for."""
        left, top, right, bottom = self.extent
        before, above, behind, below = self.beyond
        half = OUTLINES / (2 * self.part)
        across = min(max(0.5, 1 + behind - half), half - before)
        down = min(max(0.5, 1 + below - half), half - above)
        return left + across * (right - left), top + down * (bottom - top)

    def look_at_photo(self, width: int, height: int) -> None:
        """A new photo: show all of it."""
        self.extent = (0.0, 0.0, float(width), float(height))
        self.fit()

    def fit(self) -> None:
        self._set(self.middle, 1.0)

    def view_in(self, area: Rect) -> View:
        """The view for a canvas whose photo area on screen is `area`."""
        scale = fitted(self.extent, area).scale * self.magnified
        return View(
            scale,
            (area[0] + area[2]) / 2 - scale * self.centre[0],
            (area[1] + area[3]) / 2 - scale * self.centre[1],
        )

    def look_at(self, centre: tuple[float, float], zoom: float) -> None:
        """Go where the camera once was, as far as that is on this photo."""
        self._set(centre, min(max(zoom, FARTHEST), NEAREST))

    def pan(self, dx: float, dy: float) -> None:
        """Move what is seen by (dx, dy) photo pixels."""
        self._set((self.centre[0] - dx, self.centre[1] - dy), self.zoom)

    def look_further(self, x: int, y: int) -> None:
        """A tenth of the photo's sides as they are seen now to the right (x 1, left -1), and down
        (y 1, up -1)."""
        left, top, right, bottom = self.extent
        self.pan(-0.1 * x * (right - left) / self.zoom, -0.1 * y * (bottom - top) / self.zoom)

    def zoom_at(self, x: float, y: float, factor: float) -> None:
        """Magnify by `factor`, the photo's point (x, y) staying where it is."""
        zoom = min(max(self.zoom * factor, FARTHEST), NEAREST)
        share = self.zoom / zoom
        centre = (x + (self.centre[0] - x) * share, y + (self.centre[1] - y) * share)
        self._set(centre, zoom)

    def show_box(self, box: Rect, area: Rect, least: float = 1.0) -> None:
        """Let `box` fill most of `area`; all of the photo, where that is not `least` times nearer.
        """
        whole = fitted(self.extent, area).scale * self.part
        close = fitted(box, area).scale / whole * 0.72
        if close <= least:
            self.fit()
        else:
            self._set(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), min(close, NEAREST))

    def _set(self, centre: tuple[float, float], zoom: float) -> None:
        left, top, right, bottom = self.extent
        self.centre = (min(max(centre[0], left), right), min(max(centre[1], top), bottom))
        self.zoom = zoom
        self.changed.emit()
