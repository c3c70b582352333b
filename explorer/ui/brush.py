"""What every layer's painter needs, handed round as one value."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QPainter

from explorer.session.scene import Rect
from explorer.ui.theme import Palette
from explorer.ui.transform import View


@dataclass(frozen=True)
class Brush:
    """area: the clip, logical pixels. whole: the view that it is a part of, mostly the same.

    space: the scene's. ratio: device pixels per logical one.

    vector: what is drawn becomes SVG or PDF, where lines stay lines.
    """

    painter: QPainter
    view: View
    area: Rect
    palette: Palette
    space: str
    ratio: float
    whole: Rect
    vector: bool = False
