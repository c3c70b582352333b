"""The middle of the window: one canvas, or all methods side by side with a summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from explorer.methods.names import NAMES
from explorer.session.ground_truth import GroundTruth
from explorer.session.scene import Rect
from explorer.session.summary import summary_scene
from explorer.trace.stages import Trace
from explorer.ui.camera import Camera
from explorer.ui.canvas import Canvas
from explorer.ui.canvas_frame import paint_frame
from explorer.ui.focus import hand_over
from explorer.ui.paint import paint_scene
from explorer.ui.style import Theme
from explorer.ui.surface import SMALLEST
from explorer.ui.swipe import Swipe
from explorer.ui.transform import fitted
from explorer.ui.turns import Seen, Turns

GAP = 10
LEAST_CELL = (150.0, 180.0)  # a smaller canvas shows little; wherever the room allows
SUMMARY_LEAST = (330.0, 312.0)  # the summary is laid out at least this large, then shrunk
SHRUNK_MOST = 1.28  # so many times; in less room it gives way to the canvases


class Summary(QWidget):
    """Time and findings of all methods, drawn from their traces."""

    def __init__(self, theme: Theme, turns: Turns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self._turns = theme, turns
        self.traces: tuple[Trace, ...] = ()
        self.running = False
        self.truth: GroundTruth | None = None
        self.methods: tuple[str, ...] = NAMES
        self._seen = Seen(turns)
        theme.changed.connect(self._redraw)

    def show_traces(
        self, traces: Sequence[Trace], running: bool, truth: GroundTruth | None,
        methods: tuple[str, ...],
    ) -> None:
        """running: whether more is still to come. methods: those that are switched on."""
        same = (running, methods) == (self.running, self.methods) and truth is self.truth
        if not same or len(traces) != len(self.traces) or any(
            one is not other for one, other in zip(traces, self.traces, strict=True)
        ):
            self.traces, self.running = tuple(traces), running
            self.truth, self.methods = truth, methods
            self._redraw()

    def _redraw(self) -> None:
        self._seen.forget()
        self._turns.ask(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._turns.ask(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._seen.paint(self, self._draw)

    def _draw(self, painter: QPainter) -> None:
        paint_frame(painter, self.width(), self.height(), self.theme.palette)
        # Larger than the widget where need be, in its shape.
        grow = shrinking(self.width(), self.height())
        width, height = self.width() * grow, self.height() * grow
        area = (0.0, 0.0, float(self.width()), float(self.height()))
        scene = summary_scene(
            self.traces, width, height, self.running, self.truth, self.methods
        )
        paint_scene(painter, scene, fitted(scene.extent, area), area, self.theme.palette)


def shrinking(width: float, height: float) -> float:
    """How many times larger than so many pixels the summary is laid out."""
    return max(1.0, SUMMARY_LEAST[0] / max(width, 1.0), SUMMARY_LEAST[1] / max(height, 1.0))


class Centre(QWidget):
    """Places the canvases; they keep their pictures while hidden."""

    hinted = Signal(str)
    crowded = Signal(bool)  # whether panels have no room beside or below their photos

    def __init__(self, camera: Camera, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("centre")
        self.camera = camera
        self.turns = turns = Turns(self)
        self.canvases: Mapping[str, Canvas] = {
            name: Canvas(camera, theme, turns, self) for name in NAMES
        }
        self.summary = Summary(theme, turns, self)
        self._shown: tuple[str, ...] = NAMES
        self._with_summary = True
        self.swipe = Swipe(self.canvases, theme, self)
        self._swiping: tuple[str, ...] = ()
        self._crowded = False
        for canvas in self.canvases.values():
            canvas.hinted.connect(self.hinted)
            canvas.shown.connect(self._look_for_panels)
        self.setMinimumSize(380, 230)

    def show_methods(
        self, methods: tuple[str, ...], with_summary: bool, swiping: tuple[str, ...] = ()
    ) -> None:
        """swiping: what can be chosen for a swipe; then the two methods lie on each other."""
        self._shown, self._with_summary, self._swiping = methods, with_summary, swiping
        for name in methods:
            self.canvases[name].places.alone = len(methods) == 1
        for name, canvas in self.canvases.items():
            if name not in methods:
                hand_over(canvas, self)
            canvas.setVisible(name in methods)
        self._place()
        self._look_for_panels()

    def enlarge(self, text: float) -> None:
        """Texts are so many times as large as usual."""
        for canvas in self.canvases.values():
            canvas.places.text = max(text, 1.0)
            canvas.redraw()

    def make_room(self, beyond: Rect) -> None:
        """For what hangs over the photos on screen; see `Camera.make_room`."""
        self.camera.make_room(beyond)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()
        self._look_for_panels()

    def _look_for_panels(self) -> None:
        shown = [self.canvases[name] for name in self._shown]
        crowded = any(
            canvas.picture is not None and canvas.picture.panel is not None
            and len(canvas.spots()) == 1 for canvas in shown
        )
        if crowded != self._crowded:
            self._crowded = crowded
            self.crowded.emit(crowded)

    def _place(self) -> None:
        if self._swiping and len(self._shown) == 2:
            self.summary.hide()
            (room,) = grid_rects(1, self.width(), self.height())
            left, right = self._shown
            for name in self._shown:
                self.canvases[name].stand_beside(room.width())
            self.swipe.show_pair((left, right), self._swiping, room.toAlignedRect())
            return
        self.swipe.end()
        widgets: list[QWidget] = [self.canvases[name] for name in self._shown]
        rects = grid_rects(len(widgets) + 1, self.width(), self.height())
        legible = shrinking(rects[-1].width(), rects[-1].height()) <= SHRUNK_MOST
        self.summary.setVisible(self._with_summary and legible)
        if self._with_summary and legible:
            widgets.append(self.summary)
        else:
            rects = grid_rects(len(widgets), self.width(), self.height())
        narrowest = min((rect.width() for rect in rects), default=0.0)
        for widget, rect in zip(widgets, rects, strict=True):
            if isinstance(widget, Canvas):
                widget.stand_beside(narrowest)
            widget.setGeometry(rect.toAlignedRect())

    def scroll_panels(self, pixels: float) -> None:
        """All panels on screen that are longer than their places."""
        for canvas in self.canvases.values():
            if canvas.isVisible():
                canvas.scroll_panel(pixels)


def grid_rects(count: int, width: float, height: float, gap: float = GAP) -> list[QRectF]:
    """Places of `count` cells in a grid with a gap all round, its last one filling its row.

    Of all numbers of columns, the one whose cells come nearest to 4:3 with a photo's header; where
    some have no cell too small to see much in, one of these.
    """
    if count == 0:
        return []

    def shape(columns: int) -> tuple[float, float]:
        rows = -(-count // columns)
        return (width - gap * (columns + 1)) / columns, (height - gap * (rows + 1)) / rows

    def useful(columns: int) -> tuple[bool, bool, float]:
        cell_width, cell_height = shape(columns)
        body = max(cell_height - 70, 1.0)
        # Else canvases lie over each other.
        there = cell_width >= SMALLEST[0] and cell_height >= SMALLEST[1]
        roomy = cell_width >= LEAST_CELL[0] and cell_height >= LEAST_CELL[1]
        return there, roomy, min(cell_width, body * 1.4) * min(body, cell_width / 1.4)

    columns = max(range(1, count + 1), key=useful)
    cell_width, cell_height = shape(columns)
    rects = []
    for index in range(count):
        row, column = divmod(index, columns)
        left = gap + column * (cell_width + gap)
        top = gap + row * (cell_height + gap)
        right = width - gap if index == count - 1 else left + cell_width
        rects.append(QRectF(QPointF(left, top), QPointF(right, top + cell_height)))
    return rects
