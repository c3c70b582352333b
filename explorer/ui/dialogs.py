"""The two dialogs: export, and the list of keys."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, QStandardPaths, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QWidget,
)

from explorer.session.job import sentence_of
from explorer.ui.export_jobs import everything, present_view
from explorer.ui.exporting import Style
from explorer.ui.style import Theme
from explorer.ui.theme import DARK, LIGHT

if TYPE_CHECKING:
    from explorer.ui.workbench import Workbench

SCALES = (1, 2, 4)


class KeysDialog(QDialog):
    def __init__(self, keys: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        grid = QGridLayout(self)
        grid.setContentsMargins(26, 22, 30, 24)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(8)
        half = -(-len(keys) // 2)
        for index, (key, text) in enumerate(keys):
            column, row = divmod(index, half)
            label = QLabel(key)
            label.setObjectName("formula")
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            label.setStyleSheet("padding-left: 20px;" if column else "")
            grid.addWidget(label, row, 2 * column)
            grid.addWidget(QLabel(text), row, 2 * column + 1)
        pointer = QLabel("Drag to move, wheel or pinch to zoom, click a box to follow it.")
        pointer.setProperty("quiet", True)
        grid.addWidget(pointer, half, 0, 1, 4)
        grid.setRowMinimumHeight(half, 34)


def choices(labels: Sequence[str], chosen: int, parent: QWidget) -> tuple[QWidget, QButtonGroup]:
    """A row of buttons of which one is pressed."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    group = QButtonGroup(parent)
    for index, text in enumerate(labels):
        button = QPushButton(text)
        button.setCheckable(True)
        button.setProperty("chip", True)
        button.setProperty("toggle", True)
        button.setChecked(index == chosen)
        group.addButton(button, index)
        row.addWidget(button)
    row.addStretch()
    return holder, group


class ExportDialog(QDialog):
    """Chooses what, how large and where; writes in a thread of its own."""

    saved = Signal(str)
    failed = Signal(str)
    _told = Signal(object)

    def __init__(
        self, bench: Workbench, theme: Theme, settings: QSettings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.bench, self.settings = bench, settings
        self.setWindowTitle("Export")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._told.connect(self._take)
        grid = QGridLayout(self)
        grid.setContentsMargins(26, 24, 26, 22)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(14)
        grid.setColumnMinimumWidth(1, 380)
        what, self.what = choices(["This view", "All stages of all methods"], 0, self)
        scales = [f"{scale}×" for scale in SCALES]
        held = int(str(settings.value("export/scale", 1)))
        chosen = held if held in range(len(SCALES)) else 1
        size, self.size_group = choices(scales, chosen, self)
        dark = theme.palette.name == "dark"
        looks, self.looks = choices(["Dark", "Light"], 0 if dark else 1, self)
        pictures = QStandardPaths.writableLocation(
            QStandardPaths.StandardLocation.PicturesLocation
        )
        self.folder = QLineEdit(str(settings.value("export/folder", pictures)))
        browse = QPushButton("Choose…")
        browse.clicked.connect(self._choose_folder)
        place = QWidget()
        row = QHBoxLayout(place)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.folder, 1)
        row.addWidget(browse)
        for line, (text, widget) in enumerate(
            (("What", what), ("Size", size), ("Colours", looks), ("Folder", place))
        ):
            label = QLabel(text)
            label.setProperty("quiet", True)
            grid.addWidget(label, line, 0)
            grid.addWidget(widget, line, 1)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setVisible(False)
        grid.addWidget(self.bar, 4, 0, 1, 2)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch()
        self.cancel = QPushButton("Cancel")
        self.cancel.clicked.connect(self.reject)
        self.ok = QPushButton("Save")
        self.ok.setProperty("primary", True)
        self.ok.setDefault(True)
        self.ok.clicked.connect(self.start)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.ok)
        grid.addLayout(buttons, 5, 0, 1, 2)

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Export to", self.folder.text())
        if chosen:
            self.folder.setText(chosen)

    def style_chosen(self) -> Style:
        scale = SCALES[max(self.size_group.checkedId(), 0)]
        return Style(LIGHT if self.looks.checkedId() == 1 else DARK, float(scale))

    def start(self) -> None:
        """Write in a thread; the dialog stays, with progress, until it is done."""
        folder = Path(self.folder.text()).expanduser()
        self.settings.setValue("export/folder", str(folder))
        self.settings.setValue("export/scale", self.size_group.checkedId())
        make = everything if self.what.checkedId() == 1 else present_view
        job = make(self.bench.showing(), folder, self.style_chosen())
        self.bar.setRange(0, job.count)
        self.bar.setVisible(True)
        self.ok.setEnabled(False)
        self._thread = threading.Thread(target=partial(self._write, job.write), name="export")
        self._thread.start()

    def _write(self, write: Callable[[], Iterator[Path]]) -> None:
        done: list[Path] = []
        try:
            for path in write():
                done.append(path)
                self._told.emit(len(done))
                if self._stop.is_set():
                    return
        except Exception as error:  # said in the banner
            self._told.emit(error)
            return
        self._told.emit(done)

    def _take(self, news: int | list[Path] | Exception) -> None:
        if isinstance(news, int):
            self.bar.setValue(news)
            return
        if self._stop.is_set():
            return
        if isinstance(news, Exception):
            self.failed.emit(sentence_of(news))
        else:
            many = f"{len(news)} pictures in {self.folder.text()}"
            self.saved.emit(f"Saved {news[0] if len(news) == 1 else many}.")
        self.accept()

    def done(self, result: int) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.done(0)
        event.accept()

