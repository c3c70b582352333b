"""What a canvas draws: a header, the photo under the shared camera, a panel beside it, a footer."""

from __future__ import annotations

import math
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.session.scene import Key, Picture, Rect, Scene
from explorer.ui.backing import Backing
from explorer.ui.camera import Camera
from explorer.ui.canvas_frame import (
    Frame,
    footer_of,
    header_of,
    paint_frame,
    paint_hover,
    paint_message,
)
from explorer.ui.paint import paint_texts
from explorer.ui.paint_panels import paint_panels
from explorer.ui.paint_text import EDGE
from explorer.ui.picking import Hit
from explorer.ui.spots import Layout, Spot
from explorer.ui.still import Still
from explorer.ui.style import Theme
from explorer.ui.turns import Seen, Turns

SMALLEST = (90, 80)  # pixels


class Surface(QWidget):
    """Shows what `show_picture` is given; never computes anything about a trace itself."""

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
        self._hover: Hit | None = None
        self._hover_scene: Scene | None = None
        self.marked: tuple[Rect, str] | None = None  # photo pixels, caption
        self._seen_last, self._seen_zoom = Seen(turns), camera.magnified
        self._still = Still()  # the card and the panels, which the camera does not move
        self._backing = Backing()
        self.places = Layout(camera)
        self._narrowest = math.inf  # the width of the narrowest canvas beside it
        self._sides: tuple[float, float] | None = None  # what of it is seen, from x to x
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(*SMALLEST)  # so that none lies on another in the smallest window
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
        self.setAccessibleName(f"{frame.title}: {picture.summary if picture else frame.message}")
        self.redraw()
        self._came(picture)
        self.shown.emit()

    def _came(self, picture: Picture | None) -> None:
        """Another picture is there."""

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
        least = min(float(self.width()), self._narrowest)
        return (1.0, header_of(least), self.width() - 1.0, self.height() - footer_of(least))

    def stand_beside(self, narrowest: float) -> None:
        """A canvas so wide, and none narrower: their headers and footers are alike."""
        if narrowest != self._narrowest:
            self._narrowest = narrowest
            self.redraw()

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
            painter, self.width(), self.height(), palette, self.picture, self.labels_hidden,
            self._narrowest,
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
                paint_hover(painter, hit.box, hit.label, area, spot.view, self.theme.palette)

    def mark(self, marked: tuple[Rect, str] | None) -> None:
        """Outline a box of the photo, with a caption, until another is marked; None: no more."""
        if marked != self.marked:
            self.marked = marked
            self._renew()

    def paint_captions(self, painter: QPainter, spot: Spot, scene: Scene) -> int:
        """The captions of `scene` in the place of a spot; how many found no room."""
        palette, (left, top, right, bottom) = self.theme.palette, spot.area
        area = self._seen((left + EDGE, top + EDGE, right - EDGE, bottom - EDGE))
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

    def scroll_panel(self, pixels: float) -> None:
        """The panel down by so many pixels, where it is longer than its area."""
        self.places.scroll += pixels
        self.redraw()

    def scroll_to_top(self) -> None:
        """The panel, where it was scrolled."""
        if self.places.scroll:
            self.places.scroll = 0.0
            self.redraw()

    def zoom_to(self, box: Rect, least: float = 1.0) -> None:
        """See `Camera.show_box`."""
        spots = self.spots()
        self.camera.show_box(box, spots[0].area if spots else self.body(), least)
