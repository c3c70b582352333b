"""The drawer's page "Recall": how much of the ground truth each method's regions cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from explorer.methods.names import method_named
from explorer.session.ground_truth import GroundTruth
from explorer.session.recall import IOUS, NUMBERS, Recall, recalls
from explorer.session.scenes.common import number, plural
from explorer.trace.stages import Trace
from explorer.ui.flow import FlowLayout
from explorer.ui.follower import Follower
from explorer.ui.style import Theme
from explorer.ui.workbench import Workbench

if TYPE_CHECKING:
    from explorer.ui.recall_plots import RecallPlots

NO_TRUTH = (
    "Recall needs ground truth: put a VOC annotation (.xml) or a COCO file (.json) beside the "
    "photo, drop one on the window, or press G and draw a box around each object."
)
COMPUTING = "Computing …"
NO_REGIONS = "No method has its regions yet."
NONE_COUNTS = "All ground-truth boxes are marked difficult: none of them counts."


def _make(traces: tuple[Trace, ...], truth: GroundTruth | None) -> tuple[Recall, ...]:
    """Also reads pyqtgraph from disk, which the window's thread then need not wait for."""
    found = recalls(traces, truth) if truth is not None else ()
    if found:
        from explorer.ui import recall_plots  # noqa: F401 - see above
    return found


class RecallPage(QWidget):
    """Follows the bench while it is visible."""

    draw_wanted = Signal()

    def __init__(self, bench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bench, self.theme = bench, theme
        self.plots: RecallPlots | None = None
        self._recalls: tuple[Recall, ...] = ()
        self.why = QLabel()
        self.why.setWordWrap(True)
        self.why.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.draw = QPushButton("Draw ground truth")
        self.draw.setToolTip("Drag boxes on the photo (G)")
        self.draw.clicked.connect(self.draw_wanted)
        self.why.setProperty("quiet", True)
        self.legend = QWidget()
        self._lines = FlowLayout(self.legend, 22, 2)
        self.chips = QButtonGroup(self)
        self._chips = self._row_of_chips()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(18, 8, 14, 8)
        self._column.setSpacing(6)
        self._column.addWidget(self.legend)
        self._column.addStretch()
        self._column.addWidget(self.why)
        self._column.addWidget(self.draw, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addStretch()
        self.draw.hide()
        self.follower = Follower(self, bench, "regions", _make, self._put, begin=self._begin)
        theme.changed.connect(self._show)
        self._show()

    def sizeHint(self) -> QSize:
        return QSize(900, 340)

    def _row_of_chips(self) -> QWidget:
        """Against the IoU, of 100, 300 or 2,000 regions."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(QLabel("Recall against IoU, first"))
        for regions in NUMBERS:
            chip = QPushButton(f"{regions:,}")
            chip.setCheckable(True)
            chip.setProperty("tab", True)
            chip.setToolTip(f"The {regions:,} best regions of each method")
            chip.setChecked(regions == NUMBERS[1])
            self.chips.addButton(chip, regions)
            row.addWidget(chip)
        row.addWidget(QLabel("regions"))
        row.addStretch()
        self.chips.idClicked.connect(lambda _: self._show())
        return holder

    def _begin(self) -> None:
        """Curves that are there stay until the new ones come."""
        self.why.setText(COMPUTING)
        self.draw.hide()

    def _put(
        self, traces: tuple[Trace, ...], truth: GroundTruth | None, made: tuple[Recall, ...]
    ) -> None:
        self._recalls = made
        if not traces:
            self.why.setText(NO_REGIONS)
        elif truth is None or not truth.names:
            self.why.setText(NO_TRUTH)
        else:
            self.why.setText(NONE_COUNTS)
        self.draw.setVisible(bool(traces) and (truth is None or not truth.names))
        self._show()

    def _show(self) -> None:
        there = bool(self._recalls)
        self.why.setVisible(not there)
        self.legend.setVisible(there)
        if there:
            self.draw.hide()
        if self.plots is not None:
            self.plots.setVisible(there)
        if not there:
            return
        if self.plots is None:
            from explorer.ui.recall_plots import RecallPlots

            self.plots = RecallPlots(self._chips)
            self._column.insertWidget(1, self.plots, 100)
            self.plots.show()
        self.plots.show_recalls(self._recalls, self.chips.checkedId(), self.theme.palette)
        self._fill_legend()

    def _fill_legend(self) -> None:
        from explorer.ui.recall_plots import sample

        while (item := self._lines.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        regions = self.chips.checkedId()
        for one in self._recalls:
            named = method_named(one.method)
            line, name = QLabel(), QLabel(named.title)
            line.setPixmap(sample(self.theme.palette, one.method, self.devicePixelRatioF()))
            holder = QWidget()
            holder.setToolTip(
                f"{named.title} has {len(one.by_number):,} regions; its {regions:,} best cover "
                f"{number(100 * one.at(regions, IOUS[0]), 0)} % at IoU {number(IOUS[0])}"
            )
            row = QHBoxLayout(holder)
            row.setContentsMargins(0, 2, 0, 2)
            row.setSpacing(8)
            row.addWidget(line)
            row.addWidget(name)
            self._lines.addWidget(holder)
        said = [plural(self._recalls[0].wanted, "ground-truth box", "ground-truth boxes")]
        for names in dict.fromkeys(one.shares for one in self._recalls if len(one.shares) > 1):
            *first, last = [method_named(name).title for name in names]
            said.append(f"{', '.join(first)} and {last} read the same regions: one line")
        for text in said:
            label = QLabel(text)
            label.setProperty("quiet", True)
            label.setContentsMargins(0, 2, 0, 2)  # in line with the names
            self._lines.addWidget(label)
