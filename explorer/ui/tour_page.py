"""The tour's panel: one page's text and formulas, and the way to the others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from explorer.methods.names import METHODS, method_named
from explorer.session.scenes.common import STAGE_TITLES
from explorer.session.tour import Page
from explorer.ui.style import Theme
from explorer.ui.theme import colour
from explorer.ui.top_bar import dot

Part = str | QImage  # a paragraph in Markdown, or a formula
MARGIN = 18


class Formula(QLabel):
    """A typeset formula, made smaller where the panel is narrower than it."""

    def __init__(self, image: QImage) -> None:
        super().__init__()
        self._image = image
        self.setMinimumWidth(40)

    def resizeEvent(self, event: QResizeEvent) -> None:
        ratio = self._image.devicePixelRatio()
        room = round(self.width() * ratio)
        image = self._image
        if image.width() > room:
            image = image.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation)
            image.setDevicePixelRatio(ratio)
        self.setPixmap(QPixmap.fromImage(image))


class TourPage(QWidget):
    """`wanted`: the number of a page that is asked for. `left`: the tour is to end."""

    wanted = Signal(int)
    left = Signal()

    def __init__(self, theme: Theme, pages: Sequence[Page], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self._pages, self.number = theme, pages, 0
        self.papers: dict[str, QPushButton] = {}
        chips = QHBoxLayout()
        chips.setSpacing(2)
        for method in METHODS:
            chip = QPushButton(method.short)
            chip.setProperty("tab", True)
            chip.setCheckable(True)
            chip.setStyleSheet("padding: 4px 6px; font-size: 12px;")
            chip.setToolTip(f"{method.title} · {method.paper}")
            chip.clicked.connect(lambda _=False, name=method.name: self._paper(name))
            self.papers[method.name] = chip
            chips.addWidget(chip)
        chips.addStretch()
        self.dot = QLabel()
        self.title = QLabel()
        self.title.setObjectName("heading")
        self.place = QLabel()
        self.place.setProperty("quiet", True)
        self.place.setProperty("small", True)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.dot)
        head.addWidget(self.title, 1)
        head.addWidget(self.place)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, len(pages))
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.back, self.forward = QPushButton("Back"), QPushButton("Next")
        self.forward.setProperty("primary", True)
        self.leave = QPushButton("Leave")
        self.leave.setToolTip("Everything is then as it was before (Esc)")
        self.back.setToolTip("Previous page (←)")
        self.forward.setToolTip("Next page (→)")
        self.back.clicked.connect(lambda: self.wanted.emit(self.number - 1))
        self.forward.clicked.connect(self._next)
        self.leave.clicked.connect(self.left)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.leave)
        foot.addStretch()
        foot.addWidget(self.back)
        foot.addWidget(self.forward)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, 12, MARGIN, 14)
        column.setSpacing(10)
        column.addLayout(chips)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(self._scroll, 1)
        column.addLayout(foot)

    def _paper(self, name: str) -> None:
        self.wanted.emit(next(i for i, page in enumerate(self._pages) if page.method == name))

    def _next(self) -> None:
        """The last page's button leaves."""
        if self.number + 1 < len(self._pages):
            self.wanted.emit(self.number + 1)
        else:
            self.left.emit()

    def show_head(self, number: int) -> None:
        """Which page is on; its text follows by `show_parts`."""
        page, self.number = self._pages[number], number
        self.dot.setPixmap(dot(colour(self.theme.palette, page.method)).pixmap(10, 10))
        self.title.setText(f"{method_named(page.method).title} · {STAGE_TITLES[page.stage]}")
        self.place.setText(f"{number + 1} of {len(self._pages)}")
        self.bar.setValue(number + 1)
        self.back.setEnabled(number > 0)
        self.forward.setText("Next" if number + 1 < len(self._pages) else "Done")
        for name, chip in self.papers.items():
            chip.setChecked(name == page.method)

    def show_parts(self, parts: Sequence[Part]) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 2, 8, 0)
        column.setSpacing(12)
        for part in parts:
            column.addWidget(Formula(part) if isinstance(part, QImage) else _paragraph(part))
        column.addStretch()
        self._scroll.setWidget(body)


def rich(text: str) -> str:
    """Markdown's **, * and ~ (subscripts) as HTML. Inter is bundled up to 600: bolder, Qt would
    print it twice."""
    text = escape(text, quote=False)
    text = re.sub(r"\*\*(.+?)\*\*", r'<span style="font-weight: 600">\1</span>', text)
    text = re.sub(r"~(\w+)~", r"<sub>\1</sub>", text)
    return re.sub(r"\*(\w+)\*", r"<i>\1</i>", text)


def _paragraph(text: str) -> QLabel:
    label = QLabel(rich(text))
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setWordWrap(True)
    label.setStyleSheet("font-size: 13.5px;")
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
