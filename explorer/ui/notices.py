"""The strip at the bottom with hints and progress, and the banner for what went wrong."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from explorer.ui.style import Theme

BAD_MS, GOOD_MS = 12_000, 4_000  # that a sentence of the banner stands
MOST_LINES = 5
WHERE = "Numbers appear when one method is open: press 1–5 or click its name"


class Hint(QLabel):
    """One line. Without room for all of it, it ends in an ellipsis, and its tip has it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        text = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width()
        )
        self.setToolTip(self.text() if text != self.text() else "")
        painter = QPainter(self)
        self.style().drawItemText(
            painter, self.rect(), self.alignment(), self.palette(), self.isEnabled(), text,
            self.foregroundRole(),
        )


class StatusStrip(QWidget):
    """Left: what is under the pointer. Right: what is being computed, with a cancel button."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 14, 0)
        row.setSpacing(12)
        self.hint = Hint()
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._said = ""  # of what was done last
        self.where = QLabel(WHERE)
        self.where.hide()
        self.text = QLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(150)
        self.cancel = QPushButton("Cancel")
        self.cancel.setStyleSheet("padding: 1px 10px; font-size: 12px;")
        self.cancel.clicked.connect(self.cancelled)
        for label in (self.hint, self.where, self.text):
            label.setProperty("quiet", True)
            label.setProperty("small", True)
        row.addWidget(self.hint, 1)
        for widget in (self.where, self.text, self.bar, self.cancel):
            row.addWidget(widget)
        self.setFixedHeight(30)
        self.idle("")

    def say(self, sentence: str) -> None:
        """What came of the last action, until the next one: it may not be so any more."""
        self.hint.setText(sentence)
        self._said = sentence

    def acted(self) -> None:
        """What was said goes; what is under the pointer stays."""
        if self._said and self.hint.text() == self._said:
            self.hint.setText("")
        self._said = ""

    def working(self, text: str, done: int, total: int) -> None:
        self.text.setText(text)
        # 0 to 0 is Qt's moving bar: nobody knows how long it takes.
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.bar.show()
        self.cancel.show()
        self._row.activate()  # else a longer text is cut until Qt comes to it

    def idle(self, text: str) -> None:
        self.text.setText(text)
        self.bar.hide()
        self.cancel.hide()


class Banner(QWidget):
    """A sentence over the canvases; it goes when it is closed or after a while."""

    def __init__(self, theme: Theme, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.theme, self.over = theme, over
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 9, 8, 9)
        row.setSpacing(10)
        self.icon = QLabel()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.close_button = QToolButton()
        self.close_button.setProperty("compact", True)
        self.close_button.setProperty("flat", True)
        self.close_button.setAccessibleName("Close this message")
        self.close_button.clicked.connect(self.hide)
        row.addWidget(self.icon)
        row.addWidget(self.text, 1)
        row.addWidget(self.close_button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        over.installEventFilter(self)
        self._lines: list[str] = []  # of what went wrong, while it is on screen
        self.hide()

    def say(self, sentence: str, bad: bool = True) -> None:
        role = "bad" if bad else "good"
        name = "ph.warning-circle" if bad else "ph.check-circle"
        self.icon.setPixmap(self.theme.icon(name, role).pixmap(20, 20))
        if self.property("good") != (not bad):
            self.setProperty("good", not bad)
            self.style().unpolish(self)
            self.style().polish(self)
        self.close_button.setIcon(self.theme.icon("ph.x", "muted"))
        # Several methods or files may fail one after another: each has its line.
        lines = [*(self._lines if self.isVisible() else ()), sentence] if bad else [sentence]
        lines = list(dict.fromkeys(lines))
        self._lines = lines if bad else []
        before = len(lines) - MOST_LINES
        head = [f"And before these {before} more:"] if before > 0 else []
        self.text.setText("\n".join([*head, *lines[-MOST_LINES:]]))
        self.text.setToolTip("\n".join(lines) if head else "")
        self._place()
        self.show()
        self.raise_()
        self._timer.start(BAD_MS if bad else GOOD_MS)

    def _place(self) -> None:
        over = self.over
        width = min(680, over.width() - 40)
        self.setFixedWidth(max(width, 200))
        layout = self.layout()
        assert layout is not None
        layout.activate()  # else a text that became longer has the room of the one before
        self.resize(self.width(), layout.heightForWidth(self.width()))
        self.move((over.width() - self.width()) // 2, 14)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False
