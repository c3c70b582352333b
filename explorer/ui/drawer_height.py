"""How high the drawer is: as its pages need, or as the user has it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSettings, QTimer
from PySide6.QtWidgets import QSplitter

from explorer.ui.drawer import Drawer

MOST = 0.64  # of the height that it shares with the canvases, where the user has not dragged it
SETTING = "drawer height"


class DrawerHeight(QObject):
    """A splitter keeps the height that a part had in a smaller window: too little in a larger one.
    """

    def __init__(self, shared: QSplitter, drawer: Drawer, settings: QSettings) -> None:
        super().__init__(shared)
        self._shared, self._drawer, self._settings = shared, drawer, settings
        text = str(settings.value(SETTING, ""))
        self.dragged = int(text) if text.isdigit() else 0  # to so many pixels; 0: it was not
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.fit)
        shared.splitterMoved.connect(self._drag)
        shared.installEventFilter(self)
        drawer.turned.connect(self.fit)
        drawer.needs_more.connect(self._soon.start)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._soon.start()  # the splitter has yet to share what there is
        return False

    def fit(self) -> None:
        if self._drawer.isHidden():
            return
        above, below = self._shared.sizes()
        needed = min(self._drawer.needed(), int(MOST * (above + below)))
        wanted = self.dragged or needed
        if wanted != below and above + below:
            self._shared.setSizes([above + below - wanted, wanted])

    def _drag(self) -> None:
        """Down to nothing: the next time it opens it is as high as it needs."""
        self.dragged = self._shared.sizes()[1]
        self._settings.setValue(SETTING, self.dragged)
