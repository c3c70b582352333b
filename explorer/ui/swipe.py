"""Two methods on one place: the right one covers the left one up to a line that can be dragged.

Both canvases have the same place and so the same view of the photo; the one on top is cut at the
line, so that each side answers the pointer with its own boxes. Their texts stay on their sides.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
    QWheelEvent,
)
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from explorer.methods.names import method_named
from explorer.ui.canvas import Canvas
from explorer.ui.canvas_frame import footer_of, header_of
from explorer.ui.fonts import sans
from explorer.ui.style import Theme
from explorer.ui.table import kept_key
from explorer.ui.theme import colour
from explorer.ui.top_bar import dot

GRIP = 26  # pixels across that take the pointer
BESIDE = 4.0  # pixels between the line and the texts on either side
KEY_STEP = 0.02  # of the width
EDGE = 4  # pixels of the canvases' own frame, round at the corners, around head and foot
Pair = tuple[str, str]


class Swipe(QObject):
    """over: the widget that holds the canvases. share: where the line is, from 0 to 1."""

    chosen = Signal(str, str)  # the left and the right method
    closed = Signal()

    def __init__(self, canvases: Mapping[str, Canvas], theme: Theme, over: QWidget) -> None:
        super().__init__(over)
        self.canvases, self.theme = canvases, theme
        self.share = 0.5
        self.pair: Pair | None = None
        self._place = QRect()
        self.head = Head(self, theme, over)
        self.foot = Foot(self, theme, over)
        self.line = Line(self, theme, over)
        for canvas in canvases.values():
            canvas.shown.connect(self._renew)

    def show_pair(self, pair: Pair, enabled: tuple[str, ...], place: QRect) -> None:
        """Lay both canvases on `place`, the right one on top."""
        for method in self.pair or ():
            if method != pair[1]:
                self.canvases[method].clearMask()
            if method not in pair:
                self.canvases[method].show_between(None)
        self.pair, self._place = pair, place
        for method in pair:
            self.canvases[method].setGeometry(place)
        self.canvases[pair[0]].lower()  # all else keeps its order: banners lie above the line
        inner = place.adjusted(EDGE, EDGE, -EDGE, -EDGE)
        head, foot = int(header_of(place.width())) - 4, int(footer_of(place.width())) - 4
        self.head.setGeometry(QRect(inner.left(), inner.top(), inner.width(), head))
        self.foot.setGeometry(
            QRect(inner.left(), inner.bottom() + 1 - foot, inner.width(), foot)
        )
        self.head.show_pair(pair, enabled)
        for widget in (self.head, self.foot, self.line):
            widget.show()
        self._cut()

    def end(self) -> None:
        """The canvases are whole again."""
        for method in self.pair or ():
            self.canvases[method].clearMask()
            self.canvases[method].show_between(None)
        self.pair = None
        for widget in (self.head, self.foot, self.line):
            widget.hide()

    def move_to(self, x: float) -> None:
        """The line goes to x of the widget that holds the canvases."""
        width = max(self._place.width(), 1)
        self.share = min(max((x - self._place.left()) / width, 0.0), 1.0)
        self._cut()

    def step(self, part: float) -> None:
        self.move_to(self._place.left() + (self.share + part) * self._place.width())

    def _cut(self) -> None:
        if self.pair is None:
            return
        place = self._place
        at = round(self.share * place.width())
        self.canvases[self.pair[1]].setMask(
            QRegion(at, 0, max(place.width() - at, 1), place.height())
        )
        left, right = (self.canvases[method] for method in self.pair)
        left.show_between((0.0, at - BESIDE))
        right.show_between((at + BESIDE, float(place.width())))
        head, foot = int(header_of(place.width())), int(footer_of(place.width()))
        height = max(place.height() - head - foot, 1)
        self.line.setGeometry(place.left() + at - GRIP // 2, place.top() + head, GRIP, height)

    def _renew(self) -> None:
        if self.pair is not None:
            self.head.update()
            self.foot.update()


class Head(QWidget):
    """Over the canvases' headers: the two methods, to choose from, and what each says."""

    def __init__(self, swipe: Swipe, theme: Theme, over: QWidget) -> None:
        super().__init__(over)
        self.swipe, self.theme = swipe, theme
        self.left, self.right = QComboBox(), QComboBox()
        for combo, name in ((self.left, "Method on the left"), (self.right, "Method on the right")):
            combo.setIconSize(QSize(10, 10))
            combo.setAccessibleName(name)
            combo.setToolTip(name)
            combo.activated.connect(self._chosen)
        self.close_button = QToolButton()
        self.close_button.setProperty("tiny", True)
        self.close_button.setToolTip("Side by side (V)")
        self.close_button.setAccessibleName("End the swipe")
        self.close_button.clicked.connect(swipe.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 6, 2)
        row.setSpacing(6)
        row.addWidget(self.left)
        row.addStretch()
        row.addWidget(self.right)
        row.addWidget(self.close_button)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def show_pair(self, pair: Pair, enabled: tuple[str, ...]) -> None:
        for combo, method in zip((self.left, self.right), pair, strict=True):
            if [combo.itemData(at) for at in range(combo.count())] != list(enabled):
                combo.clear()
                for name in enabled:
                    combo.addItem(method_named(name).title, name)
            combo.setCurrentIndex(combo.findData(method))
        self._dress()

    def _chosen(self) -> None:
        """The same method on both sides: the two change places."""
        pair = self.swipe.pair
        left, right = self.left.currentData(), self.right.currentData()
        if left == right and pair is not None:
            left, right = pair[1], pair[0]
        self.swipe.chosen.emit(left, right)

    def _dress(self) -> None:
        self.close_button.setIcon(self.theme.icon("ph.x", "muted"))
        for combo in (self.left, self.right):
            for at in range(combo.count()):
                combo.setItemIcon(at, dot(colour(self.theme.palette, combo.itemData(at))))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.palette.surface))
        if self.swipe.pair is None:
            return
        start, end = self.left.geometry().right() + 10, self.right.geometry().left() - 10
        width, height = (end - start) / 2 - 8, self.height()
        rooms = (QRectF(start, 0, width, height), QRectF(end - width, 0, width, height))
        notes = []
        for method in self.swipe.pair:
            frame = self.swipe.canvases[method].frame
            notes.append(" · ".join(text for text in (frame.note, frame.time) if text))
        _two_texts(painter, rooms, (notes[0], notes[1]), self.theme)


class Foot(QWidget):
    """Over the canvases' footers: what is shown and hidden on either side."""

    def __init__(self, swipe: Swipe, theme: Theme, over: QWidget) -> None:
        super().__init__(over)
        self.swipe, self.theme = swipe, theme
        theme.changed.connect(self.update)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.palette.surface))
        if self.swipe.pair is None:
            return
        texts = []
        for method in self.swipe.pair:
            picture = self.swipe.canvases[method].picture
            texts.append(picture.summary if picture is not None else "")
        middle = self.width() / 2
        rooms = (QRectF(12, 0, middle - 20, self.height()),
                 QRectF(middle + 8, 0, middle - 20, self.height()))
        _two_texts(painter, rooms, (texts[0], texts[1]), self.theme)


def _two_texts(
    painter: QPainter, rooms: tuple[QRectF, QRectF], texts: Pair, theme: Theme
) -> None:
    """One at the left of its room, one at the right of its own."""
    font = sans(12)
    painter.setFont(font)
    painter.setPen(QColor(theme.palette.muted))
    sides = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight)
    for room, text, side in zip(rooms, texts, sides, strict=True):
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, shown)


class Line(QWidget):
    """The line with its grip: dragged, or moved by the arrow keys while it has the focus."""

    KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right)

    def __init__(self, swipe: Swipe, theme: Theme, over: QWidget) -> None:
        super().__init__(over)
        self.swipe, self.theme = swipe, theme
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Drag the line, or move it with ← and →")
        self.setAccessibleName("Swipe line")
        theme.changed.connect(self.update)
        self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.swipe.move_to(self.mapToParent(event.position()).x())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.swipe.step(0.5 - self.swipe.share)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel zooms here as it does beside the line."""
        if self.swipe.pair is None:
            return
        canvas = self.swipe.canvases[self.swipe.pair[0]]
        canvas.wheelEvent(QWheelEvent(
            canvas.mapFromGlobal(event.globalPosition()), event.globalPosition(),
            event.pixelDelta(), event.angleDelta(), event.buttons(), event.modifiers(),
            event.phase(), event.inverted(),
        ))
        event.accept()

    def event(self, event: QEvent) -> bool:
        return kept_key(event, self.KEYS) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in self.KEYS:
            self.swipe.step(-KEY_STEP if event.key() == Qt.Key.Key_Left else KEY_STEP)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.theme.palette
        x, middle = self.width() / 2, self.height() / 2
        painter.fillRect(QRectF(x - 2.5, 0, 5, self.height()), QColor(0, 0, 0, 120))
        painter.fillRect(QRectF(x - 1, 0, 2, self.height()), QColor("#ffffff"))
        painter.setBrush(QColor("#ffffff"))
        focus = QColor(palette.accent) if self.hasFocus() else QColor(0, 0, 0, 120)
        painter.setPen(QPen(focus, 2))
        painter.drawEllipse(QPointF(x, middle), 11, 11)
        painter.setPen(QPen(QColor("#161b24"), 2))
        for side in (-1, 1):
            tip = QPointF(x + side * 6.5, middle)
            for up in (-1, 1):
                painter.drawLine(tip, QPointF(x + side * 3.0, middle + up * 3.5))
