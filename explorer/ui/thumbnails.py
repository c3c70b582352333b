"""The small pictures of the stage map."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter

from explorer.session.scene import Scene
from explorer.ui.paint import paint_layers
from explorer.ui.theme import Palette
from explorer.ui.transform import fitted

SIDE = 180.0  # the longer side, logical pixels: shown smaller, so that lines become fine
RATIO = 1.0


def paint_thumbnail(scene: Scene, palette: Palette) -> QImage:
    """The scene without captions, in its own shape."""
    x1, y1, x2, y2 = scene.extent
    scale = SIDE / max(x2 - x1, y2 - y1)
    width, height = max((x2 - x1) * scale, 24.0), max((y2 - y1) * scale, 24.0)
    image = QImage(
        round(width * RATIO), round(height * RATIO), QImage.Format.Format_ARGB32_Premultiplied
    )
    image.setDevicePixelRatio(RATIO)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    if scene.space == "panel":
        painter.fillRect(image.rect(), QColor(palette.surface))
    area = (0.0, 0.0, width, height)
    paint_layers(painter, scene, fitted(scene.extent, area), area, palette)
    painter.end()
    image.setDevicePixelRatio(1.0)
    return image
