"""Recall drawn with pyqtgraph. Imported when first needed: its import takes longer than a frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from explorer.session.recall import HAIR, IOUS, Recall
from explorer.session.scenes.common import number
from explorer.ui.fonts import sans
from explorer.ui.theme import Palette, colour

# Lines of the same regions lie upon each other: each pattern leaves gaps for those below, and
# tells the methods apart without their colours. Parts of the line's width; () is unbroken.
DASHES: dict[str, tuple[float, ...]] = {
    "rcnn": (), "sppnet": (4.0, 4.0), "fast_rcnn": (1.6, 3.4), "faster_rcnn": (9.0, 3.0),
    "fpn": (7.0, 2.5, 1.5, 2.5),
}
WIDTH = 2.4
MARKS = (1, 3, 10, 30, 100, 300, 1_000, 3_000)
SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def pen_of(palette: Palette, method: str) -> QPen:
    """How a method's line is drawn."""
    pen = QPen(colour(palette, method), WIDTH)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if DASHES[method]:
        pen.setDashPattern(list(DASHES[method]))
    return pen


def sample(palette: Palette, method: str, ratio: float) -> QPixmap:
    """A piece of the line, for a legend."""
    pixmap = QPixmap(round(44 * ratio), round(12 * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setPen(pen_of(palette, method))
    painter.drawLine(QPointF(0, 6), QPointF(44, 6))
    painter.end()
    return pixmap


class RecallPlots(QWidget):
    """Two plots side by side: against the number of regions, against the IoU.

    chips: what chooses how many regions the second one reads; it stands over that.
    """

    def __init__(self, chips: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.by_number = _plot("number of regions, best first", f"recall at IoU {number(IOUS[0])}")
        self.by_iou = _plot("IoU", "recall")
        marks = [(float(np.log10(mark)), f"{mark:,}") for mark in MARKS]
        self.by_number.getAxis("bottom").setTicks([marks])
        self.by_iou.getAxis("bottom").setTicks([[(iou, number(iou)) for iou in IOUS[::2]]])
        self._palette: Palette | None = None
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        self._over = QLabel()
        grid.addWidget(self._over, 0, 0)
        grid.addWidget(chips, 0, 1)
        for column, plot in enumerate((self.by_number, self.by_iou)):
            grid.addWidget(plot, 1, column)
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(1, 1)

    def show_recalls(self, recalls: Sequence[Recall], regions: int, palette: Palette) -> None:
        """regions: how many the plot against the IoU reads of each method."""
        most = max((len(one.by_number) for one in recalls), default=1)
        for plot in (self.by_number, self.by_iou):
            plot.clear()
            if palette is not self._palette:
                _dress(plot, palette)
        self._palette = palette
        self.by_number.setXRange(0.0, max(float(np.log10(most)), 1.0), padding=0.02)
        self.by_iou.setXRange(IOUS[0], IOUS[-1], padding=0.05)
        self.by_iou.setLabel("left", f"recall of {regions:,} regions", **_label(palette))
        self._over.setText(f"Recall against number of regions (dotted line: {regions:,})")
        at = pyqtgraph.InfiniteLine(
            float(np.log10(regions)),
            pen=QPen(QColor(palette.muted), self.devicePixelRatioF(), Qt.PenStyle.DotLine),
        )
        at.pen.setCosmetic(True)
        self.by_number.addItem(at)
        for one in recalls:
            pen = pen_of(palette, one.method)
            pen.setCosmetic(True)
            pen.setWidthF(WIDTH * self.devicePixelRatioF())  # a cosmetic pen counts device pixels
            self.by_number.plot(*steps(one.by_number), pen=pen, name=one.method)
            self.by_iou.plot(*falls(one.covered[regions]), pen=pen, name=one.method)


def steps(recall: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The corners of a staircase: log10 of the number of regions, and the recall (n,) there."""
    rises = np.flatnonzero(np.diff(recall)) + 1  # the rows at which there is another value
    starts = np.concatenate([[0], rises])
    ends = np.concatenate([rises, [len(recall) - 1]])
    rows = np.stack([starts, ends], axis=1).ravel()
    return np.log10(rows + 1.0), np.repeat(recall[starts], 2)


def falls(
    covered: NDArray[np.float32],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The corners of a staircase between the outer IOUS: the IoU, and the share of `covered` (m,)
    that reaches it. It falls just behind each ground-truth box's IoU."""
    low, high = IOUS[0] - HAIR, IOUS[-1]
    edges = np.unique(covered[(covered >= low) & (covered < high)]).astype(np.float64)
    starts = np.maximum(np.concatenate([[IOUS[0]], edges]), IOUS[0])
    ends = np.concatenate([starts[1:], [high]])
    shares = np.concatenate([
        [(covered >= low).mean()], (covered[None] > edges[:, None]).mean(axis=1)
    ])
    return np.stack([starts, ends], axis=1).ravel(), np.repeat(shares, 2)


def _plot(across: str, up: str) -> pyqtgraph.PlotWidget:
    plot = pyqtgraph.PlotWidget(background=None)
    plot.setFrameShape(plot.Shape.NoFrame)
    plot.setMinimumSize(200, 120)
    plot.setMouseEnabled(False, False)
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.setAntialiasing(True)
    plot.setYRange(0.0, 1.0, padding=0.08)  # room for the numbers of both ends in a low plot
    plot.setLabel("bottom", across)
    plot.setLabel("left", up)
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    plot.viewport().setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return plot


def _label(palette: Palette) -> dict[str, str]:
    return {"color": palette.muted, "font-size": "12px"}


def _dress(plot: pyqtgraph.PlotWidget, palette: Palette) -> None:
    """Axes in the colours of the theme."""
    for name in ("bottom", "left"):
        axis = plot.getAxis(name)
        axis.setPen(QPen(QColor(palette.line), 1))
        axis.setTextPen(QColor(palette.muted))
        axis.setTickFont(sans(11))
        axis.setLabel(axis.labelText, **_label(palette))
        axis.setStyle(tickLength=-4)
        axis.enableAutoSIPrefix(False)
    plot.getAxis("left").setTicks([[(share, number(share, 1)) for share in SHARES]])
    plot.getAxis("left").setWidth(52)
    plot.showGrid(x=True, y=True, alpha=0.25)
