"""Shows a chart (`explorer.session.chart`) as wide as its place, with what its parts mean."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QSize, Signal
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from explorer.session.chart import Chart
from explorer.ui.paint import paint_scene
from explorer.ui.style import Theme
from explorer.ui.transform import View


class ChartView(QWidget):
    """make: the chart of a width in pixels; made again for another width, and by `renew`."""

    grew = Signal()  # or shrank

    def __init__(
        self, theme: Theme, make: Callable[[float], Chart], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme, self._make = theme, make
        self.chart: Chart | None = None
        theme.changed.connect(self.update)

    def renew(self) -> None:
        self.chart = self._make(float(self.width()))
        before, height = self.height(), round(self.chart.scene.extent[3])
        self.setFixedHeight(height)
        self.update()
        if height != before:
            self.grew.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.chart is None or self.chart.scene.extent[2] != self.width():
            self.renew()

    def sizeHint(self) -> QSize:
        return QSize(900, 320 if self.chart is None else round(self.chart.scene.extent[3]))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.chart is not None:
            area = (0.0, 0.0, float(self.width()), float(self.height()))
            painter = QPainter(self)
            paint_scene(painter, self.chart.scene, View(1.0, 0.0, 0.0), area, self.theme.palette)

    def tip_at(self, at: QPoint) -> str:
        return self.chart.tip_at(at.x(), at.y()) if self.chart is not None else ""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.tip_at(event.pos())
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)
