"""The drawer's page "Time": where the milliseconds go, what they count to, and what papers say."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from explorer.methods.names import method_named
from explorer.session.chart import Chart
from explorer.session.time_chart import time_chart
from explorer.trace.stages import Trace
from explorer.ui.chart_view import ChartView
from explorer.ui.drawer import Drawer
from explorer.ui.style import Theme
from explorer.ui.workbench import Workbench

LEAST = 380


class TimePage(QWidget):
    """Follows the bench while it is visible.

    It has the times that the canvases and the chips tell: of the methods as they ran, also with
    parts exchanged, and what deciding again from cached scores took.
    """

    def __init__(self, bench: Workbench, drawer: Drawer, theme: Theme) -> None:
        super().__init__()
        self.bench = bench
        self.view = ChartView(theme, self._chart)
        self.scales = QButtonGroup(self)
        tools = QWidget()
        head = QHBoxLayout(tools)
        head.setContentsMargins(0, 0, 10, 0)
        head.setSpacing(4)
        for number, (name, tip) in enumerate((
            ("Linear", "Bars as long as they took"),
            ("Log", "Every tenfold has the same length: short times are seen beside long ones"),
        )):
            button = QPushButton(name)
            button.setCheckable(True)
            button.setProperty("tab", True)
            button.setToolTip(tip)
            button.setChecked(number == 0)
            self.scales.addButton(button, number)
            head.addWidget(button)
        self.scales.idClicked.connect(self.view.renew)
        scroll = QScrollArea()
        scroll.setWidget(self.view)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._frame = 2 * scroll.frameWidth()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(scroll, 1)
        drawer.add("Time", "Milliseconds, passes and multiply-adds (T)", self, tools)
        self.view.grew.connect(self.updateGeometry)
        self.view.grew.connect(drawer.needs_more)
        bench.traces_changed.connect(self._follow)
        bench.switched.connect(self._follow)

    def sizeHint(self) -> QSize:
        """As high as all of it, and never so low that the other pages of the drawer have less."""
        return QSize(900, max(LEAST, self.view.sizeHint().height() + self._frame))

    @property
    def log(self) -> bool:
        return self.scales.checkedId() == 1

    def _chart(self, width: float) -> Chart:
        bench = self.bench
        timed = bench.steps.timed(bench.traces)
        shown = [timed[name] for name in bench.desk.enabled if name in timed]
        return time_chart(shown, width, self.log, self._note(shown))

    def _note(self, shown: Sequence[Trace]) -> str:
        """Which times are not those of the run."""
        bench = self.bench
        varied = bench.steps.variants.shown(bench.traces, bench.desk.varied)
        origin = {name: varied.get(name) or trace for name, trace in bench.traces.items()}
        exchanged = [one for one in shown if origin[one.method] is not bench.traces[one.method]]
        decided = [one for one in shown if origin[one.method] is not one]
        return " ".join(
            f"{words}: {', '.join(method_named(one.method).title for one in some)}."
            for words, some in (
                ("With parts changed", exchanged), ("As switched after the scores", decided)
            ) if some
        )

    def _follow(self) -> None:
        if self.isVisible():
            self.view.renew()

    def showEvent(self, event: QShowEvent) -> None:
        self.view.renew()
        super().showEvent(event)
