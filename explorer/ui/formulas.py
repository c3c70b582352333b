"""Formulas, typeset by Matplotlib's mathtext, as images with a clear ground."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QImage

POINTS = 72  # an inch: at so many dots an inch a font's size is its pixels


def formula_image(text: str, size: float, ink: str, ratio: float) -> QImage:
    """A formula in TeX's notation, between dollar signs. size: of its letters in logical pixels.

    ratio: device pixels per logical one. Importing Matplotlib takes a second: call it in a worker
    thread. Raises ValueError for a formula that mathtext does not understand.
    """
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser

    font = FontProperties(size=size, math_fontfamily="dejavusans")
    drawn = MathTextParser("agg").parse(text, dpi=POINTS * ratio, prop=font)
    shade = np.asarray(drawn.image, np.uint8)
    colour = QColor(ink)
    pixels = np.empty((*shade.shape, 4), np.uint8)
    pixels[...] = (colour.red(), colour.green(), colour.blue(), 0)
    pixels[..., 3] = shade
    height, width = shade.shape
    image = QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888)
    image = image.copy()  # of its own: the bytes go
    image.setDevicePixelRatio(ratio)
    return image
