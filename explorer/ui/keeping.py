"""Keeps the results of photos that were opened, up to a bound that the user sets."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QSettings
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from explorer.session.scenes.common import plural
from explorer.trace.store import DEFAULT_BYTES, GIB
from explorer.ui.images import forget_images
from explorer.ui.status import complete
from explorer.ui.workbench import Workbench

SETTING = "memory"
BOUNDS = (GIB // 2, GIB, 2 * GIB, 4 * GIB, 8 * GIB)
LEAST = 1 << 20  # a smaller number in the settings file is a mistake


class Keeping(QObject):
    """Page Up and Down return to a photo without running anything, while its results are held."""

    def __init__(
        self, bench: Workbench, settings: QSettings, menu: QMenu, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.bench, self.settings = bench, settings
        self.store = bench.shelf.store
        self.store.most = self._chosen()
        self._menu = menu
        menu.aboutToShow.connect(self._fill)  # after the menu's own entries
        bench.traces_changed.connect(self._keep)
        bench.weights_taken.connect(lambda weights: self.store.forget("fpn"))
        bench.photo_shown.connect(self._photo_shown)
        self._shown: object = None

    def _chosen(self) -> int:
        text = str(self.settings.value(SETTING, DEFAULT_BYTES))
        return int(text) if text.isdigit() and int(text) >= LEAST else DEFAULT_BYTES

    def choose(self, most: int) -> None:
        """Hold at most so many bytes, now and from now on."""
        self.settings.setValue(SETTING, most)
        self.store.most = most

    def _keep(self) -> None:
        self.bench.shelf.keep(self.bench.path, complete(self.bench.traces))

    def _photo_shown(self) -> None:
        if self.bench.photo is self._shown:
            return  # only its name is shown again
        self._shown = self.bench.photo
        forget_images()  # those of the photo before
        if self.bench.traces:  # held, so no stage will arrive that draws its thumbnail
            self.bench.presenter.redraw_thumbnails()

    def _fill(self) -> None:
        self._menu.addSeparator()
        menu = self._menu.addMenu("Keep results in memory")
        menu.setToolTipsVisible(True)
        what = plural(len(self.store), "photo")
        if self.store.variants:
            what += f" and {plural(self.store.variants, 'run')} with parts changed"
        used = menu.addAction(f"{self.store.bytes / GIB:.2f} GiB of {what}")
        used.setEnabled(False)
        group = QActionGroup(menu)
        for bound in BOUNDS:
            action = menu.addAction(f"At most {bound / GIB:g} GiB")
            action.setCheckable(True)
            action.setChecked(bound == self.store.most)
            action.setToolTip("What was looked at long ago is forgotten first, and runs again")
            action.triggered.connect(partial(self.choose, bound))
            group.addAction(action)
