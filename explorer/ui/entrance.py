"""How photos come in: dialogs, the clipboard, drops and the open menu, each into one signal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QSettings, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from explorer.ui import opening


class Entrance(QObject):
    """Remembers the last folder and the recent photos and sessions in the settings."""

    came = Signal(list)  # paths
    truth_wanted = Signal()
    save_wanted = Signal()  # of the session
    data_came = Signal(object, str)  # QMimeData without a file, what to call its picture

    def __init__(self, over: QWidget, menu: QMenu, settings: QSettings) -> None:
        super().__init__(over)
        self._over, self._menu, self._settings = over, menu, settings
        self.recent = opening.Recent(settings)
        menu.aboutToShow.connect(self._fill_menu)

    def ask_files(self) -> None:
        self._ask(opening.ask_files)

    def ask_folder(self) -> None:
        self._ask(opening.ask_folder)

    def _ask(self, ask: Callable[[QWidget, str], list[Path]]) -> None:
        paths = ask(self._over, str(self._settings.value("folder", "")))
        if paths:
            first = paths[0]
            self._settings.setValue("folder", str(first if first.is_dir() else first.parent))
            self.came.emit(paths)

    def paste(self) -> None:
        # A clipboard that holds nothing gives None, whatever its type says.
        self.take(QGuiApplication.clipboard().mimeData() or QMimeData(), "Pasted picture")

    def take(self, data: QMimeData, name: str) -> None:
        """What was dropped or copied: files, or a picture that is called `name`."""
        paths = opening.paths_of(data)
        if paths:
            self.came.emit(paths)
        else:
            self.data_came.emit(data, name)

    def _fill_menu(self) -> None:
        opening.fill_open_menu(
            self._menu, self.recent, self.ask_files, self.ask_folder, self.paste,
            lambda path: self.came.emit([path]), self.truth_wanted.emit, self.save_wanted.emit,
        )
