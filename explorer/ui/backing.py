"""The photo of a canvas as it was drawn last: while the camera pans, only its edges are drawn.

Views start at whole device pixels, so what moves with the camera is the same picture at another
place, pixel by pixel. Of tens of thousands of boxes only a part is drawn at a time, so that the
window goes on answering; `paint` says whether more is to come.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPixmap

from explorer.session.scene import Boxes, Pixels, Points, Rect, Scene
from explorer.ui.paint import paint_layers
from explorer.ui.paint_boxes import look_of
from explorer.ui.theme import Palette
from explorer.ui.transform import View

BUDGET = 0.010  # seconds of drawing after which the rest waits for the next frame
PIECE = 130_000  # pixels that are drawn at a time of a crowd
MANY_POINTS = 20_000


class Backing:
    """One photo area's pixels, with a list of what of them is still to be drawn."""

    def __init__(self) -> None:
        self._pixmap: QPixmap | None = None
        self._made: tuple[object, ...] = ()  # from what, all but the place
        self._at = (0, 0)  # where the scene's origin is, device pixels
        self._scale = 1.0
        self._todo: list[QRect] = []

    def paint(
        self, painter: QPainter, scene: Scene, view: View, area: Rect, palette: Palette,
        hidden: Collection[str],
    ) -> bool:
        """Draw the scene without its texts; False: call again for the rest."""
        ratio = painter.device().devicePixelRatioF()
        left, top = math.floor(area[0] * ratio), math.floor(area[1] * ratio)
        width, height = math.ceil(area[2] * ratio) - left, math.ceil(area[3] * ratio) - top
        if width < 1 or height < 1:
            return True
        local = View(view.scale, view.dx - left / ratio, view.dy - top / ratio)
        whole = (0.0, 0.0, width / ratio, height / ratio)
        looks = tuple(
            look_of(layer, local, whole) for layer in scene.layers
            if isinstance(layer, Boxes) and layer.name not in hidden and len(layer.boxes)
        )
        crowd = any(look.kind == "crowd" for look in looks) or any(
            isinstance(layer, Points) and len(layer.points) > MANY_POINTS for layer in scene.layers
        )
        made = (scene, frozenset(hidden), palette.name, width, height, ratio, looks)
        at = round(local.dx * ratio), round(local.dy * ratio)
        if self._pixmap is None or made != self._made or view.scale != self._scale:
            self._begin(made, scene, local, at, palette, crowd)
        else:
            self._scroll(at)
        self._draw(scene, local, whole, palette, hidden, crowd)
        assert self._pixmap is not None
        painter.save()
        painter.setClipRect(QRectF(area[0], area[1], area[2] - area[0], area[3] - area[1]))
        painter.drawPixmap(
            QRectF(left / ratio, top / ratio, whole[2], whole[3]), self._pixmap,
            QRectF(0, 0, width, height),
        )
        painter.restore()
        return not self._todo

    def _begin(
        self, made: tuple[object, ...], scene: Scene, view: View, at: tuple[int, int],
        palette: Palette, crowd: bool,
    ) -> None:
        """All is to be drawn. What takes several frames starts from what was there, zoomed, or
        from the photo alone."""
        before, self._pixmap = self._pixmap, QPixmap(made[3], made[4])  # type: ignore[call-overload]
        ratio: float = made[5]  # type: ignore[assignment]
        self._pixmap.setDevicePixelRatio(ratio)
        self._pixmap.fill(QColor(palette.canvas))
        if crowd:
            painter = QPainter(self._pixmap)
            if before is not None and made[:-1] == self._made[:-1]:
                grow = view.scale / self._scale
                size = before.deviceIndependentSize()
                painter.drawPixmap(
                    QRectF(
                        (at[0] - self._at[0] * grow) / ratio, (at[1] - self._at[1] * grow) / ratio,
                        size.width() * grow, size.height() * grow,
                    ),
                    before, QRectF(before.rect()),
                )
            else:
                names = {layer.name for layer in scene.layers if not isinstance(layer, Pixels)}
                whole = (0.0, 0.0, self._pixmap.width() / ratio, self._pixmap.height() / ratio)
                paint_layers(painter, scene, view, whole, palette, names)
            painter.end()
        self._made, self._at, self._scale = made, at, view.scale
        self._todo = [self._pixmap.rect()]

    def _scroll(self, at: tuple[int, int]) -> None:
        """Move what is there; the edges that come in are to be drawn."""
        assert self._pixmap is not None
        dx, dy = at[0] - self._at[0], at[1] - self._at[1]
        self._at = at
        rect = self._pixmap.rect()
        if not (dx or dy):
            return
        if abs(dx) >= rect.width() or abs(dy) >= rect.height():
            self._todo = [rect]
            return
        self._pixmap.scroll(dx, dy, rect)
        moved = [one.translated(dx, dy) & rect for one in self._todo]
        if dx:
            moved.append(QRect(0 if dx > 0 else rect.width() + dx, 0, abs(dx), rect.height()))
        if dy:
            moved.append(QRect(0, 0 if dy > 0 else rect.height() + dy, rect.width(), abs(dy)))
        self._todo = [one for one in moved if not one.isEmpty()]

    def _draw(
        self, scene: Scene, view: View, whole: Rect, palette: Palette, hidden: Collection[str],
        crowd: bool,
    ) -> None:
        if not self._todo:
            return
        assert self._pixmap is not None
        ratio = self._pixmap.devicePixelRatioF()
        painter = QPainter(self._pixmap)
        until = time.thread_time() + BUDGET
        while self._todo:
            piece = self._piece() if crowd else self._todo.pop()
            x1, y1 = piece.x() / ratio, piece.y() / ratio
            area = (x1, y1, x1 + piece.width() / ratio, y1 + piece.height() / ratio)
            painter.fillRect(
                QRectF(x1, y1, area[2] - x1, area[3] - y1), QColor(palette.canvas)
            )
            paint_layers(painter, scene, view, area, palette, hidden, whole)
            if crowd and time.thread_time() > until:
                break
        painter.end()

    def _piece(self) -> QRect:
        """Rows off the top of what is to be drawn last."""
        rest = self._todo.pop()
        rows = max(1, PIECE // rest.width())
        if rows < rest.height():
            self._todo.append(rest.adjusted(0, rows, 0, 0))
            rest.setHeight(rows)
        return rest


def snapped(view: View, ratio: float) -> View:
    """The view, moved by less than half a device pixel so that the scene starts at a whole one."""
    return View(view.scale, round(view.dx * ratio) / ratio, round(view.dy * ratio) / ratio)
