"""A page before it is drawn, so that it can become pixels, SVG or PDF."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QColor, QImage, QPainter

from explorer.ui.theme import Palette


@dataclass(frozen=True, eq=False)
class Sheet:
    """width, height: logical pixels. draw: paints all but the ground, on any kind of painter.

    title, description: what a vector file says about itself.
    """

    width: float
    height: float
    palette: Palette
    title: str
    description: str
    draw: Callable[[QPainter], None]

    def pixels(self, scale: float = 1.0) -> QImage:
        """The page at `scale` device pixels per logical one; needs no display."""
        size = round(self.width * scale), round(self.height * scale)
        image = QImage(*size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        image.fill(QColor(self.palette.surface))
        self.paint(QPainter(image))
        return image

    def paint(self, painter: QPainter) -> None:
        """Draw the contents and end the painter."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter)
        painter.end()
