"""One canvas: what the pointer does on what it draws."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from explorer.session.scene import Key, Picture
from explorer.ui.camera import Camera
from explorer.ui.panel_bar import grabbed, pixels_a_pixel
from explorer.ui.picking import NONE, Hit, Hits, boxes_at, hint, next_hit
from explorer.ui.style import Theme
from explorer.ui.surface import Surface
from explorer.ui.turns import Turns

DRAG = 4  # pixels before a press becomes a drag


class Canvas(Surface):
    """Boxes are hovered, picked and cycled, the photo is dragged and zoomed, the panel scrolled."""

    picked = Signal(object)  # Key, or None for a click beside all boxes
    opened = Signal(str)  # the method whose header was clicked
    pointed = Signal(float, float)  # photo pixels under the pointer, where the picture wants them
    hinted = Signal(str)  # one line about what is under the pointer

    def __init__(
        self, camera: Camera, theme: Theme, turns: Turns, parent: QWidget | None = None
    ) -> None:
        super().__init__(camera, theme, turns, parent)
        self._hits: Hits = NONE
        self._hits_at = QPointF(-1, -1)  # where these are
        self._pointer: QPointF | None = None  # where it is, over this canvas
        self._press: QPointF | None = None
        self._drag_from: QPointF | None = None
        self._bar: tuple[float, float, float] | None = None  # the scroll bar is held: see press
        self._told = ""  # of what is under the pointer
        self.is_said: Callable[[str], bool] = lambda text: True  # whether it still stands there
        self.describe: Callable[[Key], str] = lambda key: ""  # the essentials of a box
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def _came(self, picture: Picture | None) -> None:
        if picture is None:
            self._hits, self._hits_at = NONE, QPointF(-1, -1)
        elif self._pointer is not None and (
            picture.pointer is not None or (self._told and self.is_said(self._told))
        ):
            # It followed the pointer: other boxes are there; or a box has another name now.
            self._look(self._pointer, again=True)

    def hits_at(self, x: float, y: float) -> Hits:
        """The boxes under a point of the widget, smallest first."""
        spot = self._spot_at(x, y)
        if spot is None:
            return NONE
        at = spot.view.back(x, y)
        return boxes_at(spot.scene, self.frame.method, *at, spot.view.scale, self.hidden)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self._spot_at(event.position().x(), event.position().y())
        if spot is not None and grabbed(spot, event.position().x()):
            self._bar = (event.position().y(), self.places.scroll, pixels_a_pixel(spot))
            return
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._press = self._drag_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._bar is not None:
            start, scrolled, pixels = self._bar
            self.places.scroll = scrolled + (at.y() - start) * pixels
            self.redraw()
            return
        if self._press is not None and self._drag_from is not None:
            moved = (at - self._press).manhattanLength() > DRAG
            spot = self._spot_at(self._press.x(), self._press.y())
            dragging = moved or self._drag_from is not self._press
            if dragging and spot is not None and spot.scene.space == "photo":
                step = at - self._drag_from
                self._drag_from = at
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self.camera.pan(step.x() / spot.view.scale, step.y() / spot.view.scale)
            return
        self._hover_at(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._bar = None
        pressed, self._press = self._press, None
        self.unsetCursor()
        at = event.position()
        if pressed is None or self._drag_from is not pressed:
            return
        if at.y() < self.body()[1]:
            self.opened.emit(self.frame.method)
            return
        if event.button() == Qt.MouseButton.LeftButton and self.picture is not None:
            self._hits, self._hits_at = self.hits_at(at.x(), at.y()), at
            self.selected = self._hits[0].key if self._hits else None
            self.picked.emit(self.selected)

    def look_at(self, at: QPointF) -> bool:
        """Whether there are boxes at a point of the widget; `cycle` steps through them then. While
        the pointer rests they stay the same, whatever the selection draws over them."""
        if (at - self._hits_at).manhattanLength() > DRAG:
            hits = self.hits_at(at.x(), at.y())
            if not hits:
                return False
            self._hits, self._hits_at = hits, at
        return bool(self._hits)

    def cycle(self, step: int) -> None:
        """Select the next box where it last looked, which a click does too."""
        hit = next_hit(self._hits, self.selected, step)
        if hit is not None:
            self.selected = hit.key
            self.picked.emit(hit.key)
            self._hint(hit, self._hits)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = self._pointer = None
        self._tell("")
        self._renew()

    def _hover_at(self, at: QPointF) -> None:
        over_header = at.y() < self.body()[1]
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if over_header else Qt.CursorShape.ArrowCursor
        )
        if self.picture is not None and self.picture.pointer is not None:
            spot = self._spot_at(at.x(), at.y())
            if spot is not None and spot.scene is self.picture.main:
                self.pointed.emit(*spot.view.back(at.x(), at.y()))
        self._pointer = at
        self._look(at)

    def _look(self, at: QPointF, again: bool = False) -> None:
        """Outline the box at a point of the widget and tell of it, where it is another one; again:
        in any case."""
        hits = self.hits_at(at.x(), at.y())
        hover = hits[0] if hits else None
        if (at - self._hits_at).manhattanLength() <= DRAG:  # ↑ ↓ may have gone on from the first
            chosen = self._hits.place_of(self.selected)
            hover = hover if chosen is None else self._hits[chosen]
        if again or (hover and hover.key) != (self._hover and self._hover.key):
            spot = self._spot_at(at.x(), at.y())
            self._hover, self._hover_scene = hover, spot.scene if spot is not None else None
            self._hint(hover, hits)
            self._renew()

    def _hint(self, hit: Hit | None, hits: Hits) -> None:
        self._tell(hint(hit, len(hits) - 1, self.describe(hit.key)) if hit else "")

    def _tell(self, text: str) -> None:
        self._told = text
        self.hinted.emit(text)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().y() or event.pixelDelta().y()
        at = event.position()
        spot = self._spot_at(at.x(), at.y())
        if spot is not None and spot.scene.space == "panel":
            self.places.scroll -= delta * 0.6
            self.redraw()
        else:
            self._zoom(at, 1.0015**delta)
        event.accept()

    def event(self, event: QEvent) -> bool:
        zoom = Qt.NativeGestureType.ZoomNativeGesture
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == zoom:
            self._zoom(event.position(), 1 + event.value())
            return True
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            tip = self.frame.tip(
                event.pos().y(), self.body(), self.picture, self.labels_hidden
            )
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)

    def _zoom(self, at: QPointF, factor: float) -> None:
        spot = self._spot_at(at.x(), at.y())
        if spot is not None and spot.scene.space == "photo":
            self.camera.zoom_at(*spot.view.back(at.x(), at.y()), factor)
