"""The right side: the journey of a box, the list of boxes, or the switches."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from explorer.ui.boxes_page import BoxesPage
from explorer.ui.focus import Leaving, hand_over
from explorer.ui.inspector import Inspector
from explorer.ui.studio import Studio
from explorer.ui.style import Theme
from explorer.ui.switches import SwitchesPanel

WIDE = 1500  # pixels of window from which on the side always has its place
TIGHT = 1100  # and below which canvases have no room beside it above the drawer
LENT = "The tour keeps its place on the right. Esc leaves it."


@dataclass(frozen=True)
class SideKept:
    """page: that is or was there. wanted: as the user chose. yields: to an open drawer."""

    page: int
    wanted: bool | None
    yields: bool


class Side(Leaving):
    """Pages with their names above. In a narrow window it comes and goes by itself."""

    crowding = Signal()  # the user opened it where it leaves no room to the drawer
    said = Signal(str)

    def __init__(self, theme: Theme, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setMinimumWidth(270)
        self.inspector, self.switches = Inspector(theme, studio), SwitchesPanel(theme)
        self.boxes = BoxesPage(theme)
        self._wanted: bool | None = None  # as the user chose
        self._drawer = False  # whether it is open
        self._yields = False  # its room to the canvases, while the drawer is open
        self._before: QWidget | None = None  # the page in whose place another is shown
        self._lent: QWidget | None = None  # that other
        self._way_back = QPushButton()  # to it, from pages that were asked for meanwhile
        self.pages = QStackedWidget()
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(12, 10, 12, 0)
        head.setSpacing(4)
        self.tabs = QButtonGroup(self)
        for number, (name, tip, page) in enumerate((
            ("Journey", "The life of the selected box (I)", self.inspector),
            ("Boxes", "All boxes of the stage, to sort and search (B)", self.boxes),
            ("Switches", "Thresholds and parts that can be changed (S)", self.switches),
        )):
            button = QPushButton(name)
            button.setCheckable(True)
            button.setProperty("tab", True)
            button.setToolTip(tip)
            self.tabs.addButton(button, number)
            self.pages.addWidget(page)
            head.addWidget(button)
        self._way_back.setProperty("tab", True)
        self._way_back.hide()
        self._way_back.clicked.connect(self.show_lent)
        head.addWidget(self._way_back)
        head.addStretch()
        self.tabs.button(0).setChecked(True)
        self.tabs.idClicked.connect(self.pages.setCurrentIndex)
        self.pages.currentChanged.connect(self._show_tabs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._head)
        column.addWidget(self.pages, 1)
        theme.changed.connect(self.update)

    def styled(self) -> list[QWidget]:
        """What has a style sheet of its own (see `style_files`): the page in sight first."""
        pages: list[QWidget] = self.pages.findChildren(
            QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly
        )
        pages.sort(key=lambda page: page is not self.pages.currentWidget())
        parts = [self._head]
        for page in pages:
            parts += self.switches.styled() if page is self.switches else [page]
        return parts

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(self.theme.palette.surface))

    def lend(self, page: QWidget, name: str, tip: str) -> None:
        """Show `page` in place of all others, until `give_back`. Where one of these is asked for
        meanwhile, a tab of that name leads back."""
        self._before, self._lent = self.pages.currentWidget(), page
        self._way_back.setText(name)
        self._way_back.setToolTip(tip)
        page.setStyleSheet(self._head.styleSheet())
        self.pages.setCurrentIndex(self.pages.addWidget(page))
        self.show()

    def give_back(self) -> None:
        """The page that was there before `lend`; in a narrow window the side may go again."""
        before, lent, self._before, self._lent = self._before, self._lent, None, None
        if before is not None and lent is not None:
            self.tabs.button(self.pages.indexOf(before)).setChecked(True)
            self.pages.setCurrentWidget(before)
            self.pages.removeWidget(lent)
        self._show_tabs()

    def show_lent(self) -> None:
        """The lent page again, where there is one."""
        if self._lent is not None:
            self._bring(self._lent)

    def _bring(self, page: QWidget) -> None:
        if self.heir is not None and self.pages.currentWidget() is not page:
            hand_over(self, self.heir)  # Qt would give them to the first slider of the page
        self.pages.setCurrentWidget(page)

    def _show_tabs(self) -> None:
        """The lent page stands without the others' names."""
        lent = self._lent is not None
        for tab in self.tabs.buttons():
            tab.setVisible(not lent or self.pages.currentWidget() is not self._lent)
        self._way_back.setVisible(lent and self.pages.currentWidget() is not self._lent)

    def show_page(self, page: QWidget) -> None:
        """Bring a page up; again: hide the side, as its key does, or go back to the lent page."""
        again = self.isVisible() and self.pages.currentWidget() is page
        if again and self._lent is not None:
            return self.show_lent()
        if again:
            self._wanted = False
            self.hide()
            return
        self.tabs.button(self.pages.indexOf(page)).setChecked(True)
        self._bring(page)
        if self._lent is None:
            self._wanted, self._yields = True, False
        self._come()

    def open_page(self, page: BoxesPage | Inspector | SwitchesPanel) -> None:
        """As its key does: the page takes the keys, too."""
        self.show_page(page)
        if page.isVisible():
            page.take_keys()

    def toggle(self) -> None:
        """Hide it, or show the page that was there."""
        if self._lent is not None:
            return self.said.emit(LENT)
        self._wanted, self._yields = not self.isVisible(), False
        if self._wanted:
            self._come()
        else:
            self.hide()

    def _come(self) -> None:
        if self.window().width() < TIGHT:
            self.crowding.emit()
        self.show()

    def kept(self) -> SideKept:
        """What `put_back` takes."""
        page = self._before or self.pages.currentWidget()
        number = self.pages.indexOf(page) if page is not None else 0
        return SideKept(number, self._wanted, self._yields)

    def put_back(self, kept: SideKept) -> None:
        """As it was kept; the drawer is by then, and `place` follows."""
        self._wanted, self._yields = kept.wanted, kept.yields
        self.tabs.button(kept.page).setChecked(True)
        self.pages.setCurrentIndex(kept.page)

    def place(self, window_width: int, selected: bool, drawer: bool) -> None:
        """In a narrow window it appears with a selection, unless the user chose; and it leaves
        when the drawer opens, until that closes or the user asks for it."""
        narrow = window_width < WIDE
        if drawer != self._drawer:
            self._drawer = self._yields = drawer
        useful = not narrow or selected
        wanted = useful if self._wanted is None else self._wanted
        self.setVisible((wanted and not (narrow and self._yields)) or self._before is not None)
