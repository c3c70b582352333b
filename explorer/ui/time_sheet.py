"""The page of times as it is saved."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QPainter

from explorer.session.published import PUBLISHED
from explorer.session.time_chart import time_chart
from explorer.trace.stages import Trace
from explorer.ui.page import EDGE, FOOT, HEAD, NAME, head_line, line, photo_title
from explorer.ui.paint import paint_scene
from explorer.ui.sheet import Sheet
from explorer.ui.theme import Palette
from explorer.ui.transform import View

WIDTH = 1400.0
TITLE = "Where the time goes"


def time_sheet(
    traces: Sequence[Trace], photo_name: str, palette: Palette, log: bool = False
) -> Sheet:
    """The same picture as a page to be saved."""
    chart = time_chart(traces, WIDTH - 2 * EDGE, log)
    shown = photo_title(photo_name, traces[0]) if traces else photo_name
    sources = f"Published: {' · '.join(dict.fromkeys(each.source for each in PUBLISHED))}"
    height = HEAD + chart.scene.extent[3] + FOOT / 2

    def draw(painter: QPainter) -> None:
        head_line(painter, WIDTH, TITLE, palette, None, "", shown, "")
        area = (EDGE, HEAD, WIDTH - EDGE, height - FOOT / 2)
        paint_scene(painter, chart.scene, View(1.0, EDGE, HEAD), area, palette)
        line(painter, EDGE, height - FOOT / 4, sources, 11.5, palette.muted)
        line(painter, WIDTH - EDGE, height - FOOT / 4, NAME, 11.5, palette.faint, right=True)

    return Sheet(WIDTH, height, palette, f"{TITLE} · {shown}", sources, draw)
