"""Below the canvases: pages that need the width, of which one or none is open."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.ui.focus import Leaving
from explorer.ui.style import Theme


class Drawer(Leaving):
    """Hidden until a page is wanted. A page follows the bench by itself, while it is visible."""

    turned = Signal()  # it opened or closed
    needs_more = Signal()  # or less: a page has another height

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.theme = theme
        self.pages = QStackedWidget()
        self.tabs = QButtonGroup(self)
        self.tabs.idClicked.connect(self.pages.setCurrentIndex)
        self._tools: dict[int, QWidget] = {}
        self.pages.currentChanged.connect(self._show_tools)
        self._head = QHBoxLayout()
        self._head.setContentsMargins(12, 6, 8, 0)
        self._head.setSpacing(4)
        self._head.addStretch()
        self._close = QToolButton()
        self._close.setProperty("tiny", True)
        self._close.setToolTip("Close")
        self._close.setAccessibleName("Close the drawer")
        self._close.clicked.connect(self.hide)
        self._head.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head)
        column.addWidget(self.pages, 1)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def add(self, name: str, tip: str, page: QWidget, tools: QWidget | None = None) -> None:
        """A page with its name above; the first is the one that opens. tools: beside the names."""
        number = self.pages.addWidget(page)
        tab = QPushButton(name)
        tab.setCheckable(True)
        tab.setProperty("tab", True)
        tab.setToolTip(tip)
        tab.setChecked(number == 0)
        self.tabs.addButton(tab, number)
        self._head.insertWidget(number, tab)
        if tools is not None:
            self._tools[number] = tools
            self._head.insertWidget(self._head.count() - 1, tools)
        self._show_tools(self.pages.currentIndex())

    def needed(self) -> int:
        """A height with room for each of its pages: they change in place."""
        pages = (self.pages.widget(number) for number in range(self.pages.count()))
        hints = [page.sizeHint().height() for page in pages if page is not None]
        return self._head.sizeHint().height() + max(hints, default=0)

    def _show_tools(self, number: int) -> None:
        for at, tools in self._tools.items():
            tools.setVisible(at == number)

    def show_page(self, page: QWidget) -> None:
        """Bring a page up; again: close the drawer, as its key does."""
        if self.isVisible() and self.pages.currentWidget() is page:
            self.hide()
            return
        self.tabs.button(self.pages.indexOf(page)).setChecked(True)
        self.pages.setCurrentWidget(page)
        self.show()

    def setVisible(self, visible: bool) -> None:
        before = self.isHidden()
        super().setVisible(visible)
        if self.isHidden() != before:
            self.turned.emit()

    def kept(self) -> int | None:
        """The page that is open, None where the drawer is closed."""
        return self.pages.currentIndex() if self.isVisible() else None

    def put_back(self, kept: int | None) -> None:
        """As it was kept."""
        if kept is not None:
            self.tabs.button(kept).setChecked(True)
            self.pages.setCurrentIndex(kept)
        self.setVisible(kept is not None)

    def _dress(self) -> None:
        self._close.setIcon(self.theme.icon("ph.x", "muted"))
