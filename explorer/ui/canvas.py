"""One canvas: a header, the photo scene under the shared camera, a panel beside it, a footer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.session.rows import row_text
from explorer.session.scene import Key, Picture, Rect, Scene
from explorer.ui.backing import Backing
from explorer.ui.camera import Camera
from explorer.ui.canvas_frame import (
    FOOTER,
    HEADER,
    Frame,
    paint_frame,
    paint_hover,
    paint_message,
    paint_panels,
)
from explorer.ui.paint import paint_texts
from explorer.ui.panel_bar import grabbed, pixels_a_pixel
from explorer.ui.picking import NONE, Hit, Hits, boxes_at, hint, next_hit
from explorer.ui.spots import Layout, Spot
from explorer.ui.still import Still
from explorer.ui.style import Theme
from explorer.ui.turns import Seen, Turns

DRAG = 4  # pixels before a press becomes a drag


class Canvas(QWidget):
    """Shows what `show_picture` is given; never computes anything about a trace itself."""

    picked = Signal(object)  # Key, or None for a click beside all boxes
    opened = Signal(str)  # the method whose header was clicked
    pointed = Signal(float, float)  # photo pixels under the pointer, where the picture wants them
    hinted = Signal(str)  # one line about what is under the pointer
    shown = Signal()  # another picture, or other texts

    def __init__(
        self, camera: Camera, theme: Theme, turns: Turns, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.camera, self._turns = camera, turns
        self.theme = theme
        self.frame = Frame()
        self.picture: Picture | None = None
        self.hidden: frozenset[str] = frozenset()
        self.selected: Key | None = None
        self.labels_hidden = self._panel_lost = 0
        self._hits: Hits = NONE
        self._hits_at = QPointF(-1, -1)  # where these are
        self._hover: Hit | None = None
        self._hover_scene: Scene | None = None
        self._pointer: QPointF | None = None  # where it is, over this canvas
        self.marked: tuple[Rect, str] | None = None  # photo pixels, caption
        self._press: QPointF | None = None
        self._drag_from: QPointF | None = None
        self._seen_last, self._seen_zoom = Seen(turns), camera.magnified
        self._still = Still()  # the card and the panels, which the camera does not move
        self._backing = Backing()
        self.places = Layout(camera)
        self._bar: tuple[float, float, float] | None = None  # the scroll bar is held: see press
        self._sides: tuple[float, float] | None = None  # what of it is seen, from x to x
        self.describe: Callable[[Key], str] = lambda key: ""  # the essentials of a box
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(90, 80)  # so that none lies on another in the smallest window
        camera.changed.connect(self._renew)
        theme.changed.connect(self.redraw)

    def show_picture(
        self,
        frame: Frame,
        picture: Picture | None,
        hidden: frozenset[str] = frozenset(),
        selected: Key | None = None,
    ) -> None:
        """What to draw: the frame's texts and the picture, or the frame's message without one."""
        self.frame, self.picture, self.hidden, self.selected = frame, picture, hidden, selected
        self._hover = None
        if picture is None:
            self._hits, self._hits_at = NONE, QPointF(-1, -1)
        self.setAccessibleName(f"{frame.title}: {picture.summary if picture else frame.message}")
        self.redraw()
        if picture is not None and picture.pointer is not None and self._pointer is not None:
            self._look(self._pointer, again=True)  # it followed the pointer: other boxes are there
        self.shown.emit()

    def redraw(self) -> None:
        """The panels too, when its turn comes."""
        self._still.forget()
        self._seen_last.forget()
        self._turns.ask(self)

    def _renew(self) -> None:
        """At once where no panel has changed; at another zoom, which takes long, in its turn."""
        self._seen_last.forget()
        if self._seen_zoom == self.camera.magnified:
            self.update()
        else:
            self._turns.ask(self)

    # -- geometry --------------------------------------------------------------------------

    def body(self) -> Rect:
        return (1.0, HEADER, self.width() - 1.0, self.height() - FOOTER)

    def spots(self) -> tuple[Spot, ...]:
        """Where the photo scene and the panel are."""
        return self.places.spots(self.picture, self.body(), self.devicePixelRatioF())

    def message_room(self) -> Rect:
        """Where a message stands in the middle: over the photo, beside a panel's texts."""
        photos = [spot.area for spot in self.spots() if spot.scene.space == "photo"]
        return photos[0] if photos else self.body()

    def show_between(self, sides: tuple[float, float] | None) -> None:
        """Another widget covers all but the part from x to x: texts stay in it. None: all is seen.
        """
        if sides != self._sides:
            self._sides = sides
            self._renew()

    def _seen(self, area: Rect) -> Rect:
        left, right = self._sides or (area[0], area[2])
        return (max(area[0], left), area[1], min(area[2], right), area[3])

    def _spot_at(self, x: float, y: float) -> Spot | None:
        for spot in self.spots():
            if spot.area[0] <= x <= spot.area[2] and spot.area[1] <= y <= spot.area[3]:
                return spot
        return None

    # -- drawing ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        self._seen_last.paint(self, self._draw)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._turns.ask(self)

    def _draw(self, painter: QPainter) -> None:
        self._seen_zoom = self.camera.magnified
        palette, spots = self.theme.palette, self.spots()
        painter.drawPixmap(0, 0, self._still.of(self, partial(self._draw_still, spots)))
        self.labels_hidden = self._panel_lost
        done = True
        for spot in spots:
            if spot.scene.space == "photo":
                place = (painter, spot.scene, spot.view, spot.area, palette, self.hidden)
                done = self._backing.paint(*place)
                self.labels_hidden += self.paint_captions(painter, spot, spot.scene)
        if self.frame.message:
            paint_message(painter, self.message_room(), self.frame.message, palette)
        self.frame.paint_texts(
            painter, self.width(), self.height(), palette, self.picture, self.labels_hidden
        )
        self._outline(painter, spots)
        if not done:
            QTimer.singleShot(0, self, self._renew)

    def _outline(self, painter: QPainter, spots: tuple[Spot, ...]) -> None:
        """The box under the pointer and the marked one, where they are now: the camera may have
        moved."""
        for spot in spots:
            area = self._seen(spot.area)
            if self.marked is not None and spot.scene.space == "photo":
                paint_hover(painter, *self.marked, area, spot.view, self.theme.palette)
            if (hit := self._hover) is not None and spot.scene is self._hover_scene:
                text = hit.caption or row_text(hit.key)
                paint_hover(painter, hit.box, text, area, spot.view, self.theme.palette)

    def mark(self, marked: tuple[Rect, str] | None) -> None:
        """Outline a box of the photo, with a caption, until another is marked; None: no more."""
        if marked != self.marked:
            self.marked = marked
            self._renew()

    def paint_captions(self, painter: QPainter, spot: Spot, scene: Scene) -> int:
        """The captions of `scene` in the place of a spot; how many found no room."""
        palette, area = self.theme.palette, self._seen(spot.area)
        return paint_texts(painter, scene, spot.view, area, palette, self.hidden).labels_hidden

    def _draw_still(self, spots: tuple[Spot, ...], painter: QPainter) -> None:
        paint_frame(painter, self.width(), self.height(), self.theme.palette)
        self._panel_lost = paint_panels(
            painter, self.body(), spots, self.hidden, self.theme.palette
        )

    def point_at(self, hit: Hit | None) -> None:
        """Outline a box of the photo as if it were hovered; None: no more."""
        scene = self.picture.main if self.picture is not None else None
        self._hover, self._hover_scene = (hit, scene) if scene is not None else (None, None)
        self._renew()

    # -- pointer ---------------------------------------------------------------------------

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
        if at.y() < HEADER:
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
        self.hinted.emit("")
        self._renew()

    def _hover_at(self, at: QPointF) -> None:
        over_header = at.y() < HEADER
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
        self.hinted.emit(hint(hit, len(hits) - 1, self.describe(hit.key)) if hit else "")

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
                event.pos().y(), self.height(), self.picture, self.labels_hidden
            )
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)

    def _zoom(self, at: QPointF, factor: float) -> None:
        spot = self._spot_at(at.x(), at.y())
        if spot is not None and spot.scene.space == "photo":
            self.camera.zoom_at(*spot.view.back(at.x(), at.y()), factor)

    def scroll_panel(self, pixels: float) -> None:
        """The panel down by so many pixels, where it is longer than its area."""
        self.places.scroll += pixels
        self.redraw()

    def scroll_to_top(self) -> None:
        """The panel, where it was scrolled."""
        if self.places.scroll:
            self.places.scroll = 0.0
            self.redraw()

    def zoom_to(self, box: Rect) -> None:
        spots = self.spots()
        self.camera.show_box(box, spots[0].area if spots else self.body())

