"""The pooled numbers of one region as small grids of colours, for its card."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.session.readings import PooledGrid
from explorer.session.scenes.common import number
from explorer.ui.colour_maps import mapped
from explorer.ui.fonts import sans
from explorer.ui.images import to_image
from explorer.ui.style import Theme

SIDE, GAP = 84.0, 8.0  # of the first grid; between grids
LEAST = 26.0  # of a grid that has few bins


class GridView(QWidget):
    """Nothing but its room until the numbers are there."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.grid: PooledGrid | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, int(SIDE) + 22)

    def show_grid(self, grid: PooledGrid) -> None:
        self.grid = grid
        self.setAccessibleName(self.text())
        self.update()

    def text(self) -> str:
        """'strongest channel 109, 0.00 to 11.85'."""
        held = self.grid
        if held is None:
            return ""
        return f"strongest channel {held.channel}, {number(held.low)} to {number(held.high)}"

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.grid is None:
            return
        painter = QPainter(self)
        x, first = 0.0, len(self.grid.grids[0])
        for values in self.grid.grids:
            side = max(SIDE * len(values) / first, LEAST)
            image = to_image(mapped(values, self.grid.low, self.grid.high, "viridis"))
            painter.drawImage(QRectF(x, 2, side, side), image)
            x += side + GAP
        painter.setFont(sans(11))
        painter.setPen(QColor(self.theme.palette.muted))
        below = QRectF(0, SIDE + 4, self.width(), 17)
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, self.text())
