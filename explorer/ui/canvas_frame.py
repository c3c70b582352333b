"""The still parts of a canvas: its card, header, footer and message, and the hovered box."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from explorer.methods.names import METHODS
from explorer.session.scene import Picture, Rect
from explorer.session.scenes.common import plural
from explorer.session.summary import JOINED
from explorer.ui.few_words import at_words, fitting_lines
from explorer.ui.fonts import Weight, sans
from explorer.ui.paint_text import EDGE
from explorer.ui.theme import Palette, colour, readable_on
from explorer.ui.transform import View

HEADER, FOOTER = 38.0, 32.0
HEADER_OF_TWO, FOOTER_OF_TWO = 46.0, 40.0
# Pixels; in narrower canvases the header, and the footer, have room for two lines, whatever they
# say: photos keep their place from stage to stage. Canvases beside each other are alike: the
# narrowest decides.
NARROW, NARROW_FOOTER = 360, 480
RADIUS = 9.0
LINE = 13.5  # each of a footer's two lines
FOOT, SMALL_FOOT = 12.0, 11.0  # a footer's texts; in a narrow canvas
LONG_TIME = "888 ms"  # few are longer: names do not depend on their own method's time
IN_ALL = " in all"  # after a time that is the method's, where there is room
Align = Qt.AlignmentFlag


def header_of(width: float) -> float:
    """How high the header of a canvas so wide is."""
    return HEADER_OF_TWO if width < NARROW else HEADER


def footer_of(width: float) -> float:
    return FOOTER_OF_TWO if width < NARROW_FOOTER else FOOTER


@dataclass(frozen=True)
class Frame:
    """Texts around a picture. time: "612 ms" or what it waits for. message: in place of a picture.
    """

    method: str = ""
    title: str = ""
    note: str = ""
    time: str = ""
    message: str = ""

    def paint_texts(
        self,
        painter: QPainter,
        width: int,
        height: int,
        palette: Palette,
        picture: Picture | None,
        labels_hidden: int,
        narrowest: float = math.inf,
    ) -> None:
        """Header and footer lines. narrowest: how wide the narrowest canvas beside this one is."""
        least = min(width, narrowest)
        painter.setPen(Qt.PenStyle.NoPen)
        x, high = 14.0, header_of(least)
        if self.method:
            painter.setBrush(colour(palette, self.method))
            painter.drawRoundedRect(QRectF(x, high / 2 - 5, 10, 10), 2.5, 2.5)
            x += 19
        # In a narrow canvas the note stands below the title, in its own line.
        low = bool(self.note) and least < NARROW
        header = QRectF(x, 5 if low else 0, width - x - 14, high / 2 - 3 if low else high)
        title, time, below = heading(self, least - x - 14, low)
        used = _text(painter, header, time, 13, palette.muted, Weight.Normal, Align.AlignRight)
        rest = header.adjusted(0, 0, -used - 10 if used else 0, 0)
        said = _text(painter, rest, title, 13, palette.text, Weight.DemiBold)
        size = 11.0 if low else 12.5
        note = QRectF(x, high / 2, width - x - 14, high / 2 - 5) if low else rest.adjusted(
            said + 9, 0, 0, 0
        )
        shown = in_short(below, note.width(), QFontMetricsF(sans(size)).horizontalAdvance)
        _text(painter, note, shown, size, palette.muted)
        if picture is not None:
            footer = QRectF(14, height - footer_of(least), width - 28, footer_of(least))
            _footer(painter, footer, picture, labels_hidden, palette)

    def tip(
        self, y: float, body: Rect, picture: Picture | None, labels_hidden: int = 0
    ) -> str:
        """All that the header or the footer says, whether it has room or not; "" between them,
        over the canvas's body."""
        if y < body[1]:
            return " · ".join(filter(None, (self.title, self.note, self.time)))
        if picture is None or y <= body[3]:
            return ""
        return " · ".join(filter(None, (picture.summary, _hidden(labels_hidden))))


def _hidden(labels: int) -> str:
    """What a footer says of labels without room."""
    return f"{plural(labels, 'label')} hidden" if labels else ""


def heading(frame: Frame, room: float, low: bool) -> tuple[str, str, str]:
    """The title, the time at its right, and the note, as they have room in so many pixels; low: the
    note has a line of its own. No title is cut for a time. Methods beside each other are named
    alike: all in full, or all in short."""
    time = frame.time

    def fits(titles: Sequence[str], beside: str) -> bool:
        return max(_wide(one, Weight.DemiBold) for one in titles) + _wide(beside) + 10 <= room

    titles = [method.title for method in METHODS]
    if time.endswith(IN_ALL) and not fits(
        (frame.title, *titles), max(time, LONG_TIME + IN_ALL, key=_wide)
    ):
        time = time.removesuffix(IN_ALL)
    named = next((method for method in METHODS if method.name == frame.method), None)
    title = frame.title
    if named is not None and not fits(titles, max(time, LONG_TIME, key=_wide)):
        title = title.replace(named.title, named.short, 1)
        if low and not fits((named.short,), time):
            return title, "", time
    name, dot, exchanged = title.partition(" · ")
    if low and dot and not fits((title,), time):  # its own line is worth more to what is another
        return name, time, " · ".join(filter(None, (exchanged, frame.note)))
    return title, time, frame.note


def _footer(
    painter: QPainter, rect: QRectF, picture: Picture, labels: int, palette: Palette
) -> None:
    """What the picture is and what it hides: that at the right of a wide one; in a narrow one, or
    where it is too long, after it, in two lines if need be."""
    text, tail = picture.summary, _hidden(labels)
    if rect.height() == FOOTER:
        advance = QFontMetricsF(sans(FOOT)).horizontalAdvance
        if advance(text) + (advance(tail) + 12 if tail else 0.0) <= rect.width():
            _text(painter, rect, text, FOOT, palette.muted)
            _text(painter, rect, tail, FOOT, palette.muted, Weight.Normal, Align.AlignRight)
            return
    advance = QFontMetricsF(sans(SMALL_FOOT)).horizontalAdvance
    lines = [_after(text, tail)]
    if advance(lines[0]) > rect.width():
        said = [(text, tail), *((each, tail) for each in picture.brief[:1])]
        said += [(each, f"{labels:,} hidden" if tail else "") for each in picture.brief]
        said += [(each, "") for each in picture.brief[-1:]]
        first, second, tail = fitting_lines(said, rect.width(), advance)
        lines = [first, _after(second, tail)]
    top = rect.center().y() - len(lines) * LINE / 2
    for at, line in enumerate(lines):
        place = QRectF(rect.left(), top + at * LINE, rect.width(), LINE)
        _text(painter, place, line, SMALL_FOOT, palette.muted)


def _after(text: str, tail: str) -> str:
    return " · ".join(filter(None, (text, tail)))


def _wide(text: str, weight: Weight = Weight.Normal) -> float:
    """In a header."""
    return QFontMetricsF(sans(13, weight)).horizontalAdvance(text)


def in_short(text: str, room: float, width_of: Callable[[str], float]) -> str:
    """A note. Without room for all of it: of findings as many as have room, and how many more there
    are; of "no this: that" what is there; else its first words."""
    if width_of(text) <= room:
        return text
    parts = text.split(", ")
    if all(JOINED in part for part in parts):
        for count in range(len(parts) - 1, 0, -1):
            shown = f"{', '.join(parts[:count])}, {len(parts) - count} more"
            if width_of(shown) <= room:
                return shown
    there = text.rpartition(": ")[2]
    return there if width_of(there) <= room else at_words(text, room, width_of)


def _text(
    painter: QPainter,
    rect: QRectF,
    text: str,
    size: float,
    ink: str,
    weight: Weight = Weight.Normal,
    align: Align = Align.AlignLeft,
) -> float:
    """One line, shortened by an ellipsis to fit; returns the width it took."""
    font = sans(size, weight)
    metrics = QFontMetricsF(font)
    if rect.width() < 12 or not text:
        return 0.0
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.setFont(font)
    painter.setPen(QColor(ink))
    painter.drawText(rect, align | Align.AlignVCenter, shown)
    return metrics.horizontalAdvance(shown)


def paint_frame(painter: QPainter, width: int, height: int, palette: Palette) -> None:
    """The rounded card with a line under its header and over its footer."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(palette.line), 1))
    painter.setBrush(QColor(palette.surface))
    painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, height - 1), RADIUS, RADIUS)


def paint_message(painter: QPainter, room: Rect, message: str, palette: Palette) -> None:
    """On a plate of its own in the middle of a room: nothing below it shows through."""
    rect = QRectF(QPointF(room[0], room[1]), QPointF(room[2], room[3]))
    font = sans(13)
    flags = int(Align.AlignCenter | Qt.TextFlag.TextWordWrap)
    inner = rect.adjusted(28, 12, -28, -12)
    text = QFontMetricsF(font).boundingRect(inner, flags, message)
    painter.setPen(QPen(QColor(palette.line), 1))
    painter.setBrush(QColor(palette.surface))
    painter.drawRoundedRect(text.adjusted(-14, -9, 14, 9), 9, 9)
    painter.setFont(font)
    painter.setPen(QColor(palette.text))
    painter.drawText(inner, flags, message)


def paint_hover(
    painter: QPainter, shown: Rect, text: str, area: Rect, view: View, palette: Palette
) -> None:
    """A box, such as that under the pointer, outlined, with its caption."""
    x1, y1, x2, y2 = view.rect(shown)
    painter.save()
    painter.setClipRect(QRectF(QPointF(area[0], area[1]), QPointF(area[2], area[3])))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF(QPointF(x1, y1), QPointF(x2, y2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(0, 0, 0, 150), 4))
    painter.drawRect(box)
    ink = QColor("#ffffff") if palette.name == "dark" else QColor(palette.accent)
    painter.setPen(QPen(ink, 2))
    painter.drawRect(box)
    font = sans(11.5, Weight.DemiBold)
    width = QFontMetricsF(font).horizontalAdvance(text) + 10
    left = min(max(x1 - 1, area[0] + EDGE), area[2] - EDGE - width)
    top = y1 - 20 if y1 - 20 > area[1] else max(y1, area[1] + EDGE)
    plate = QRectF(left, top, width, 19)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawRoundedRect(plate, 2, 2)
    painter.setFont(font)
    painter.setPen(readable_on(ink))
    painter.drawText(plate, Align.AlignCenter, text)
    painter.restore()
