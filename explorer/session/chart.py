"""A panel in the making: bars, lines and texts, and what the pointer is told over each part."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache

import numpy as np
from PIL import ImageFont

from explorer.paths import resources_dir
from explorer.session.axis import Axis, tick_text
from explorer.session.scene import Bars, Label, Labels, Layer, Lines, Rect, Scene

GAP = 1.0  # between the parts of a bar
LEGEND_GAP = 12.0
LEAST_LEGEND_GAP = 8.0  # so close, if that spares a line
FIGURE = {False: 0.648, True: 0.671}  # width of each of Inter's figures of equal width; bold
WITHOUT_FIGURES = str.maketrans("", "", "0123456789")
LEAST = 0.5  # width of the thinnest part that is drawn


@dataclass(frozen=True, eq=False)
class Chart:
    """tips: (where, what to say) over the scene, in its units; the later one lies on top."""

    scene: Scene
    tips: tuple[tuple[Rect, str], ...]

    def tip_at(self, x: float, y: float) -> str:
        """What to say over this point; "" where there is nothing."""
        for (x1, y1, x2, y2), text in reversed(self.tips):
            if x1 <= x <= x2 and y1 <= y <= y2:
                return text
        return ""


@cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    name = "Inter-SemiBold.otf" if bold else "Inter-Regular.otf"
    return ImageFont.truetype(resources_dir() / "fonts" / name, 100)


@lru_cache(maxsize=8_192)
def _ems(text: str, bold: bool) -> float:
    """The width of a text in parts of its size. Pillow knows only figures of their own widths."""
    letters = text.translate(WITHOUT_FIGURES)
    return _font(bold).getlength(letters) / 100 + (len(text) - len(letters)) * FIGURE[bold]


def text_width(text: str, size: float, bold: bool = False) -> float:
    """How wide a text is in the window's typeface, which is drawn without Qt's help here."""
    return _ems(text, bold) * size


@dataclass(eq=False)
class Drawing:
    """Collects what a `Chart` is made of."""

    width: float
    labels: list[Label] = field(default_factory=list)
    tracks: list[Rect] = field(default_factory=list)
    bars: list[tuple[Rect, str]] = field(default_factory=list)
    lines: list[Rect] = field(default_factory=list)
    tips: list[tuple[Rect, str]] = field(default_factory=list)

    def text(self, x: float, y: float, text: str, size: float = 12.0, role: str = "text",
             anchor: str = "left", bold: bool = False) -> None:
        self.labels.append(
            Label(x, y, text, role, size, anchor, bold)  # type: ignore[arg-type]
        )

    def axis(self, axis: Axis, left: float, right: float, top: float, bottom: float) -> None:
        """Vertical lines from top to bottom, their times above as close as there is room for."""
        ticks = axis.ticks()
        places = [left + (right - left) * axis.at(ms) for ms in ticks]
        widest = max(text_width(tick_text(ms), 10.5) for ms in ticks) + 6
        pitch = (places[-1] - places[0]) / max(len(ticks) - 1, 1)
        every = max(1, math.ceil(widest / max(pitch, 1.0)))
        for index, (ms, x) in enumerate(zip(ticks, places, strict=True)):
            self.lines.append((x, top, x, bottom))
            if index % every == 0:
                self.text(x, top - 8, tick_text(ms), 10.5, "muted", "centre")

    def bar(
        self, axis: Axis, left: float, right: float, middle: float, height: float,
        parts: list[tuple[float, str, str, str]],
    ) -> float:
        """A stacked bar of (ms, role, text, tip); returns its right end.

        Its length is the total's place on the axis, and its parts have their shares of it: on a
        linear axis that is each part's own length.
        """
        total = sum(ms for ms, *_ in parts)
        end = left + (right - left) * axis.at(total)
        self.tracks.append((left, middle - height / 2, right, middle + height / 2))
        at = left
        for ms, role, text, tip in parts:
            wide = (end - left) * ms / total if total > 0 else 0.0
            rect = (at, middle - height / 2, at + wide, middle + height / 2)
            if wide >= LEAST:
                gap = GAP if wide > 4 * GAP else 0.0
                self.bars.append(((rect[0], rect[1], rect[2] - gap, rect[3]), role))
                if wide > text_width(text, 10.5) + 8:
                    self.text(at + wide / 2, middle, text, 10.5, "on_bar", "centre")
            # A part too thin to hit is told of a little beyond its edges.
            if tip:
                reach = (rect[0], rect[1] - 3, max(rect[2], rect[0] + 3), rect[3] + 3)
                self.tips.append((reach, tip))
            at += wide
        return end

    def visible(self, items: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Those (name, role) whose role is the colour of a part that is drawn, as thin as it is."""
        seen = {role for _, role in self.bars}
        return [(name, role) for name, role in items if role in seen]

    def legend(self, items: list[tuple[str, str]], left: float, right: float, y: float) -> float:
        """Swatches with their names, in as many lines as they need; returns the last one's y."""
        taken = sum(16 + text_width(name, 11.5) for name, _ in items)
        spare = (right - left - taken) / max(len(items) - 1, 1)
        gap = spare if LEAST_LEGEND_GAP <= spare < LEGEND_GAP else LEGEND_GAP
        x = left
        for name, role in items:
            wide = 16 + text_width(name, 11.5) + gap
            if x > left and x + wide - gap > right + 0.01:
                x, y = left, y + 17
            self.bars.append(((x, y - 5, x + 10, y + 5), role))
            self.text(x + 16, y, name, 11.5, "muted")
            x += wide
        return y

    def chart(self, height: float) -> Chart:
        layers: list[Layer] = [
            Bars(name="Tracks", boxes=_boxes(self.tracks), roles=("raised",) * len(self.tracks)),
            Lines(name="Axis", segments=_boxes(self.lines), role="line"),
            Bars(
                name="Bars", boxes=_boxes([rect for rect, _ in self.bars]),
                roles=tuple(role for _, role in self.bars),
            ),
            Labels(name="Text", items=tuple(self.labels)),
        ]
        scene = Scene(
            extent=(0.0, 0.0, self.width, height), space="panel", layers=tuple(layers)
        )
        return Chart(scene, tuple(self.tips))


def _boxes(rects: list[Rect]) -> np.ndarray:
    return np.array(rects, np.float64).reshape(-1, 4)
