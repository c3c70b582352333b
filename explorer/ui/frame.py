"""The frame of the window: its parts, where they lie, and the sizes it had when it was closed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from explorer.ui.shell import Shell

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Frame(Shell):
    """Parts that know nothing of each other; `Window` connects them.

    They are imported where they are built: the window is on screen before.
    """

    def build(self) -> None:
        """Fill the shell."""
        from explorer.ui.bottom_bar import BottomBar
        from explorer.ui.camera import Camera
        from explorer.ui.centre import Centre
        from explorer.ui.drawer import Drawer
        from explorer.ui.drawer_height import DrawerHeight
        from explorer.ui.entrance import Entrance
        from explorer.ui.flow import stacked
        from explorer.ui.notices import Banner, StatusStrip
        from explorer.ui.side import Side
        from explorer.ui.splitter import Splitter
        from explorer.ui.stage_map import StageMap
        from explorer.ui.studio import Studio
        from explorer.ui.style import Theme
        from explorer.ui.style_files import use_fonts
        from explorer.ui.top_bar import TopBar
        from explorer.ui.truth_bar import TruthBar

        use_fonts(QApplication.instance(), self)
        self.setAcceptDrops(True)
        self.theme = Theme(str(self.settings.value("theme", "dark")), self)
        self.camera = Camera(self)
        self.studio = Studio(self)
        self.open_menu = QMenu(self)
        self.open_menu.setToolTipsVisible(True)
        self.strip = StatusStrip()
        self.entrance = Entrance(self.strip, self.open_menu, self.settings)
        self.weights_menu = QMenu(self)
        self.weights_menu.setToolTipsVisible(True)
        self.top = TopBar(self.theme, self.open_menu, self.weights_menu)
        self.stage_map = StageMap(self.theme)
        self.centre = Centre(self.camera, self.theme)
        self.centre.crowded.connect(self.strip.where.setVisible)
        self.drawer = Drawer(self.theme)
        self.side = Side(self.theme, self.studio)
        self.bottom = BottomBar(self.theme)
        self.truth_bar = TruthBar()
        self.side.heir = self.drawer.heir = self.truth_bar.heir = self.centre
        for menu in (self.open_menu, self.weights_menu):  # with the colours of the bar
            menu.setParent(self.top, menu.windowFlags())
        self.left = left = stacked(self.stage_map)
        left.setObjectName("side")
        self.splitter = Splitter(Qt.Orientation.Horizontal, self.theme)
        self.middle = Splitter(Qt.Orientation.Vertical, self.theme)
        self.middle.addWidget(self.centre)
        self.middle.addWidget(self.drawer)
        self.middle.setStretchFactor(0, 1)
        self.middle.setCollapsible(0, False)
        self.drawer_height = DrawerHeight(self.middle, self.drawer, self.settings)
        for widget in (left, self.middle, self.side):
            self.splitter.addWidget(widget)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setCollapsible(1, False)
        self.setCentralWidget(
            stacked(self.top, self.splitter, self.truth_bar, self.bottom, self.strip)
        )
        self.banner = Banner(self.theme, self.centre)

    def styled(self) -> list[QWidget]:
        """What has a style sheet of its own, the largest in sight first. Dialogs belong to the
        strip, which holds little else."""
        return [
            self.centre, *self.side.styled(), self.left, self.top, self.bottom, self.truth_bar,
            self.strip, self.drawer,
        ]  # fmt: skip

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that nothing else has taken."""
        from explorer.ui.focus import press

        if event.key() not in ENTER or not press(self.focusWidget()):
            super().keyPressEvent(event)

    def restore_sizes(self) -> None:
        """Of its parts, as they were when the window was closed; see `explorer.ui.layout`."""
        from explorer.ui.layout import restore_sizes

        restore_sizes(self)

    def restore_pages(self) -> None:
        """Those that were open."""
        from explorer.ui.layout import restore_pages

        restore_pages(self)

    def keep_layout(self) -> None:
        """For the next start."""
        from explorer.ui.layout import keep_layout

        keep_layout(self)
