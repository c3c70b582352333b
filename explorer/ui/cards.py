"""Cards of the inspector: a title, a note, equations and sentences, small bars."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from explorer.ui.fonts import Weight, mono, sans
from explorer.ui.style import Theme
from explorer.ui.theme import colour

ROW = 21
Bar = tuple[str, float, str]


def is_formula(line: str) -> bool:
    """Equations and columns of figures are set in the monospaced face."""
    return "=" in line or "  " in line


class Bars(QWidget):
    """Rows of name, bar and number. A share below 0, of a margin, lies left of a zero line that all
    rows then have in their middle."""

    def __init__(self, bars: Sequence[Bar], roles: Sequence[str], theme: Theme) -> None:
        super().__init__()
        self.bars, self.roles, self.theme = tuple(bars), tuple(roles), theme
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(", ".join(f"{name} {text}" for name, _, text in bars))

    def sizeHint(self) -> QSize:
        return QSize(200, ROW * len(self.bars))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.theme.palette
        names = QFontMetricsF(sans(12))
        numbers = QFontMetricsF(mono(12))
        left = min(max(names.horizontalAdvance(bar[0]) for bar in self.bars) + 10, 110)
        right = max(numbers.horizontalAdvance(bar[2]) for bar in self.bars) + 10
        room = max(self.width() - left - right, 10)
        zero = room / 2 if any(share < 0 for _, share, _ in self.bars) else 0.0
        for index, (name, share, text) in enumerate(self.bars):
            y = index * ROW + ROW / 2
            painter.setFont(sans(12))
            painter.setPen(QColor(palette.text))
            shown = names.elidedText(name, Qt.TextElideMode.ElideRight, left - 6)
            painter.drawText(QRectF(0, y - 10, left, 20), Qt.AlignmentFlag.AlignVCenter, shown)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.line))
            painter.drawRoundedRect(QRectF(left, y - 2.5, room, 5), 2.5, 2.5)
            filled = (room - zero) * min(max(share, -1.0), 1.0)
            if abs(filled) > 0.5:
                painter.setBrush(colour(palette, self.roles[index]))
                bar = QRectF(left + zero, y - 2.5, math.copysign(max(abs(filled), 3), filled), 5)
                painter.drawRoundedRect(bar.normalized(), 2.5, 2.5)
            if zero:
                painter.fillRect(QRectF(left + zero - 0.5, y - 5, 1, 10), QColor(palette.muted))
            painter.setFont(mono(12))
            painter.setPen(QColor(palette.text))
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(QRectF(0, y - 10, self.width(), 20), flags, text)


class CardView(QFrame):
    """A card that can be clicked, where it leads to a stage."""

    clicked = Signal()

    def __init__(
        self,
        title: str,
        note: str,
        lines: Sequence[str],
        bars: Sequence[Bar],
        role: str,
        theme: Theme,
        here: bool = False,
        leads: str = "",
        roles: Sequence[str] = (),
        tip: str = "",
    ) -> None:
        """roles: of the bars, where they have not all the one of the card. tip: of its title."""
        super().__init__()
        self.leads = leads
        self.setObjectName("card")
        self.setProperty("here", here)
        self.setAccessibleName(f"{title} {note}".strip())
        if leads:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setToolTip(leads)
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 9, 12, 10)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        name = QLabel(title)
        name.setObjectName("cardtitle")
        name.setFont(sans(13, Weight.DemiBold))
        name.setWordWrap(True)
        name.setToolTip(tip)
        head.addWidget(name, 1)
        if note:
            quiet = QLabel(note)
            quiet.setProperty("quiet", True)
            quiet.setProperty("small", True)
            quiet.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            head.addWidget(quiet)
        column.addLayout(head)
        for line in lines:
            text = QLabel(line)
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setWordWrap(True)
            if is_formula(line):
                text.setObjectName("formula")
            else:
                text.setProperty("quiet", True)
                text.setProperty("small", True)
            column.addWidget(text)
        if bars:
            column.addWidget(Bars(bars, roles or [role] * len(bars), theme))
        self.column = column

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit()
