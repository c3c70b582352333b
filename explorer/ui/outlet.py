"""How pictures get out of the window: the export dialog, and the clipboard."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from explorer.session.job import sentence_of
from explorer.ui.export_dialog import ExportDialog
from explorer.ui.export_jobs import Showing, present_sheet
from explorer.ui.export_worker import Exporter
from explorer.ui.showing import showing_of
from explorer.ui.studio import Studio
from explorer.ui.style import Theme
from explorer.ui.theme import Palette
from explorer.ui.workbench import Workbench

COPY_SCALE = 2.0  # sharp on a slide, and small enough for any program to take
NOTHING = "There is nothing to {} yet: open a photo first."


def _copy(showing: Showing, palette: Palette) -> QImage:
    return present_sheet(showing, palette).pixels(COPY_SCALE)


class Outlet(QObject):
    said = Signal(str, bool)  # a sentence, whether it is bad news
    asking = Signal()  # the dialog is about to open: what is on screen shall stay

    def __init__(
        self, bench: Workbench, studio: Studio, theme: Theme, settings: QSettings, over: QWidget
    ) -> None:
        super().__init__(over)
        self.bench, self.studio, self.theme, self.settings = bench, studio, theme, settings
        self._over = over
        self.exporter = Exporter(self)
        self.exporter.cancelled.connect(self._cancelled)

    def ask(self) -> None:
        """Open the export dialog."""
        if not self.bench.traces:
            self.said.emit(NOTHING.format("export"), True)
            return
        self.asking.emit()
        dialog = ExportDialog(
            self.bench, self.exporter, self.theme, self.settings, self._over
        )
        dialog.saved.connect(lambda sentence: self.said.emit(sentence, False))
        dialog.failed.connect(lambda sentence: self.said.emit(sentence, True))
        dialog.open()

    def copy_view(self) -> None:
        """Put a picture of the present view on the clipboard, drawn in the studio's thread."""
        if not self.bench.traces:
            self.said.emit(NOTHING.format("copy"), True)
            return
        make = partial(_copy, showing_of(self.bench), self.theme.palette)
        self.studio.ask(("copy",), make, self._copied)

    def close(self) -> None:
        for dialog in self._over.findChildren(ExportDialog):
            dialog.done(0)
        self.exporter.close()

    def _copied(self, image: QImage | Exception) -> None:
        if isinstance(image, Exception):
            self.said.emit(sentence_of(image), True)
            return
        QGuiApplication.clipboard().setImage(image)
        self.said.emit(f"Copied this view, {image.width():,} × {image.height():,} pixels.", False)

    def _cancelled(self, paths: list[object]) -> None:
        if paths:
            number = f"{len(paths):,} file{'s were' if len(paths) > 1 else ' was'}"
            self.said.emit(f"Export cancelled; {number} written before.", False)
