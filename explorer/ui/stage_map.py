"""The map: five columns of methods, nine rows of stages, each cell a live thumbnail."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.methods.names import METHODS, NAMES, method_named
from explorer.session.scenes.common import STAGE_TITLES
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.ui.fonts import Weight, sans
from explorer.ui.map_cells import row_tip
from explorer.ui.style import Theme
from explorer.ui.theme import colour
from explorer.ui.tips import with_formula

LABEL, TOP, EDGE, GAP = 90.0, 38.0, 10.0, 5.0
FOOT = 22.0  # pixels below the rows, for what the badges mean
ROW_LARGEST = 116.0
TURN = 15.0  # pixels across the badge of a stage that runs out of its row's turn
HEADINGS, HEADING_GAP = (12.0, 11.0, 10.0, 9.0, 8.0), 8.0
Align = Qt.AlignmentFlag
Place = tuple[str, StageName]


@dataclass(frozen=True)
class MapCell:
    """state: "off", "waiting", "running", "done", "failed". tip: a sentence or two. formula: of the
    stage in the method, in lines. turn: the number at which the method runs this stage, where the
    row's number is another.
    """

    state: str = "waiting"
    thumbnail: QImage | None = None
    count: str = ""
    time: str = ""
    tip: str = ""
    turn: int | None = None
    formula: tuple[str, ...] = ()


class StageMap(QWidget):
    cell_chosen = Signal(str, str)  # method, stage: show this alone
    row_chosen = Signal(str)  # stage: show all methods side by side
    method_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.cells: dict[Place, MapCell] = {}
        self.stage: StageName = "detections"
        self.method: str | None = None
        self.enabled: tuple[str, ...] = NAMES
        self._hover: tuple[str | None, StageName | None] = (None, None)
        self.setMouseTracking(True)
        self.setMinimumSize(290, 350)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Stage map")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(360, 900)

    def set_cell(self, method: str, stage: StageName, cell: MapCell) -> None:
        """Only what changed is drawn again: 45 cells take longer than a frame."""
        if self.cells.get((method, stage)) != cell:
            turned = self.example
            self.cells[(method, stage)] = cell
            if self.example != turned:
                self.update(self.foot_rect().toRect())
            self.update(self.cell_rect(method, stage).toRect())  # no pixel of its neighbours

    def show_place(
        self, stage: StageName, method: str | None, enabled: tuple[str, ...]
    ) -> None:
        if (stage, method, enabled) != (self.stage, self.method, self.enabled):
            self.stage, self.method, self.enabled = stage, method, enabled
            self.update()

    # -- geometry --------------------------------------------------------------------------

    @property
    def example(self) -> tuple[str, int] | None:
        """A method and the number at which it runs a stage out of its row's turn."""
        return next(
            ((method, cell.turn) for (method, _), cell in self.cells.items() if cell.turn), None
        )

    def _row_height(self) -> float:
        return min((self.height() - TOP - FOOT) / len(STAGE_NAMES), ROW_LARGEST)

    def foot_rect(self) -> QRectF:
        top = TOP + len(STAGE_NAMES) * self._row_height()
        return QRectF(EDGE + 2, top, self.width() - 2 * EDGE, FOOT)

    def _column_width(self) -> float:
        return (self.width() - LABEL - EDGE - 4) / len(NAMES)

    def row_rect(self, stage: StageName) -> QRectF:
        height = self._row_height()
        top = TOP + STAGE_NAMES.index(stage) * height
        return QRectF(EDGE - 4, top, self.width() - 2 * EDGE + 8, height)

    def cell_rect(self, method: str, stage: StageName) -> QRectF:
        """The whole cell of a method and stage, in widget pixels."""
        row = self.row_rect(stage)
        width = self._column_width()
        return QRectF(LABEL + NAMES.index(method) * width, row.top(), width, row.height())

    def place_at(self, x: float, y: float) -> tuple[str | None, StageName | None]:
        """Method (None over the labels) and stage (None over the headings) of a point."""
        column = int((x - LABEL) // self._column_width()) if x >= LABEL else -1
        method = NAMES[column] if 0 <= column < len(NAMES) else None
        row = int((y - TOP) // self._row_height()) if y >= TOP else -1
        stage = STAGE_NAMES[row] if 0 <= row < len(STAGE_NAMES) else None
        return method, stage

    # -- drawing ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self.theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        region = event.region()
        if region.boundingRect().top() < TOP:
            self._headings(painter)
        for number, stage in enumerate(STAGE_NAMES, 1):
            row = self.row_rect(stage)
            if not region.intersects(row.toRect()):
                continue
            here, hover = stage == self.stage, stage == self._hover[1]
            if here or hover:
                painter.setPen(Qt.PenStyle.NoPen)
                fill = QColor(palette.raised)
                fill.setAlphaF(1.0 if here else 0.5)
                painter.setBrush(fill)
                painter.drawRoundedRect(row.adjusted(0, 1, 0, -1), 8, 8)
            label = QRectF(EDGE + 2, row.top(), LABEL - EDGE - 4, row.height())
            middle = row.center().y()
            painter.setFont(sans(10.5))
            painter.setPen(QColor(palette.muted))
            painter.drawText(QPointF(label.left(), middle - 6), str(number))
            painter.setFont(sans(12.5, Weight.DemiBold if here else Weight.Medium))
            painter.setPen(QColor(palette.text if here else palette.muted))
            painter.drawText(QPointF(label.left(), middle + 10), STAGE_TITLES[stage])
            for method in NAMES:
                if region.intersects(self.cell_rect(method, stage).toRect()):
                    self._cell(painter, method, stage)
        self._foot(painter)

    def _headings(self, painter: QPainter) -> None:
        palette = self.theme.palette
        painter.setFont(sans(self._heading_size(), Weight.DemiBold))
        for method in METHODS:
            on = method.name in self.enabled
            ink = colour(palette, method.name) if on else QColor(palette.faint)
            painter.setPen(ink)
            left = LABEL + NAMES.index(method.name) * self._column_width()
            rect = QRectF(left, 0, self._column_width(), TOP)
            painter.drawText(rect, Align.AlignCenter, method.short)
            if self.method == method.name:
                painter.setPen(QPen(ink, 2))
                middle = rect.center().x()
                painter.drawLine(QPointF(middle - 10, TOP - 6), QPointF(middle + 10, TOP - 6))

    def _heading_size(self) -> float:
        """The largest at which every heading stays clear of its neighbours."""
        for size in HEADINGS:
            metrics = QFontMetricsF(sans(size, Weight.DemiBold))
            widest = max(metrics.horizontalAdvance(method.short) for method in METHODS)
            if widest <= self._column_width() - HEADING_GAP:
                return size
        return HEADINGS[-1]

    def _cell(self, painter: QPainter, method: str, stage: StageName) -> None:
        palette = self.theme.palette
        cell = self.cells.get((method, stage), MapCell())
        rect = self.cell_rect(method, stage)
        two_lines = rect.height() >= 76
        text_height = 27.0 if two_lines else 14.0
        width = rect.width() - GAP
        # Square at most: a tall cell shows the middle of a photo, not a strip of it.
        height = min(max(16.0, rect.height() - text_height - 9), width * 1.06)
        spare = max(0.0, rect.height() - height - text_height - 9)
        picture = QRectF(rect.left() + GAP / 2, rect.top() + 5 + spare / 2, width, height)
        off = method not in self.enabled
        painter.setOpacity(0.25 if off else 1.0)
        path = QPainterPath()
        path.addRoundedRect(picture, 5, 5)
        painter.fillPath(path, QColor(palette.canvas))
        if cell.thumbnail is not None:
            painter.save()
            painter.setClipPath(path)
            painter.drawImage(picture, cell.thumbnail, _filling(cell.thumbnail, picture))
            painter.restore()
        elif cell.state in ("running", "failed"):
            mark = {"running": "···", "failed": "!"}[cell.state]
            painter.setFont(sans(13, Weight.DemiBold))
            role = method if cell.state == "running" else "bad"
            painter.setPen(colour(palette, role))
            painter.drawText(picture, Align.AlignCenter, mark)
        hover = self._hover == (method, stage)
        here = stage == self.stage and self.method == method
        if here or hover:
            ring = colour(palette, method) if here else QColor(palette.muted)
            painter.setPen(QPen(ring, 2 if here else 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
        if cell.turn is not None:
            self._badge(painter, picture.left() + 3, picture.top() + 3, cell.turn)
        top = picture.bottom() + 1
        self._line(painter, rect, top, cell.count, palette.text, 10.5)
        if two_lines:
            self._line(painter, rect, top + 12, cell.time, palette.muted, 10)
        painter.setOpacity(1.0)

    def _foot(self, painter: QPainter) -> None:
        """What the badges mean, by one of them."""
        if self.example is None:
            return
        _, turn = self.example
        foot = self.foot_rect()
        self._badge(painter, foot.left(), foot.top() + 2, turn)
        painter.setFont(sans(10.5))
        painter.setPen(QColor(self.theme.palette.muted))
        text = "the method's own step number"
        painter.drawText(foot.adjusted(TURN + 6, 2, 0, TURN + 2 - FOOT), Align.AlignVCenter, text)

    def _badge(self, painter: QPainter, left: float, top: float, turn: int) -> None:
        """The number at which a method runs a stage, where the row has another."""
        palette = self.theme.palette
        badge = QRectF(left, top, TURN, TURN)
        painter.setPen(QPen(QColor(palette.line), 1))
        painter.setBrush(QColor(palette.surface))
        painter.drawEllipse(badge)
        painter.setPen(QColor(palette.text))
        painter.setFont(sans(10, Weight.DemiBold))
        painter.drawText(badge, Align.AlignCenter, str(turn))

    def _line(
        self, painter: QPainter, rect: QRectF, top: float, text: str, ink: str, size: float
    ) -> None:
        if not text:
            return
        font = sans(size)
        shown = QFontMetricsF(font).elidedText(
            text, Qt.TextElideMode.ElideRight, rect.width() - 1
        )
        painter.setFont(font)
        painter.setPen(QColor(ink))
        painter.drawText(QRectF(rect.left(), top, rect.width(), 14), Align.AlignCenter, shown)

    # -- pointer ---------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        before, self._hover = self._hover, self.place_at(at.x(), at.y())
        over = self._hover != (None, None)
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
        )
        if self._hover != before:
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = (None, None)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        method, stage = self.place_at(event.position().x(), event.position().y())
        if method is not None and stage is not None:
            self.cell_chosen.emit(method, stage)
        elif stage is not None:
            self.row_chosen.emit(stage)
        elif method is not None:
            self.method_chosen.emit(method)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            tip = self.tip_at(event.pos())
            if tip:
                QToolTip.showText(event.globalPos(), tip, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def tip_at(self, at: QPoint) -> str:
        method, stage = self.place_at(at.x(), at.y())
        if method is not None and stage is not None:
            cell = self.cells.get((method, stage), MapCell())
            return with_formula(cell.tip, cell.formula)
        if method is not None:
            named = method_named(method)
            return f"{named.title} · {named.paper}"
        return row_tip(stage) if stage else ""


def _filling(image: QImage, place: QRectF) -> QRectF:
    """The middle part of an image that has the shape of `place`."""
    wanted = place.width() / place.height()
    width, height = float(image.width()), float(image.height())
    if width / height > wanted:
        return QRectF((width - height * wanted) / 2, 0, height * wanted, height)
    return QRectF(0, (height - width / wanted) / 2, width, width / wanted)
