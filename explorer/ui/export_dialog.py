"""The export dialog: what, how and where; the writing is `Exporter`'s."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
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

from explorer.session.scenes.common import plural
from explorer.ui.export_jobs import ExportJob, everything, numbers, present_view, together
from explorer.ui.export_replay import playing, present_replay
from explorer.ui.export_worker import Exporter
from explorer.ui.exporting import FORMATS, Style
from explorer.ui.movies import KINDS
from explorer.ui.showing import showing_of
from explorer.ui.style import Theme
from explorer.ui.theme import PAGE_PALETTES

if TYPE_CHECKING:
    from explorer.ui.workbench import Workbench

SCALES = (1, 2, 3, 4)
FORMAT_TIPS = (
    "Pixels, for screens and slides",
    "Vectors that every browser shows; texts look the same everywhere, the photo is in it once",
    "Vectors for papers; fonts are in it, the photo once",
)
THEMES = {
    "dark": ("Dark", "As the window in its dark theme"),
    "light": ("Light", "As the window in its light theme"),
    "paper": ("Paper", "Black on a white ground, for print"),
}
NUMBERS = {
    "json": ("JSON", "trace.json of each method: settings, times, detections with their lineage"),
    "csv": ("CSV", "regions.csv of each method: a row for each region and what became of it"),
}
VIEW, EVERYTHING, REPLAY = range(3)
MOVIE_TIPS = ("Shown by every browser and slide program", "Smaller; OpenCV writes it as VP9")


class Choice(QWidget):
    """A row of buttons of which one is pressed."""

    def __init__(
        self, labels: Sequence[str], chosen: int, tips: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.group = QButtonGroup(self)
        for index, text in enumerate(labels):
            button = QPushButton(text)
            button.setCheckable(True)
            button.setProperty("chip", True)
            button.setProperty("toggle", True)
            button.setChecked(index == chosen)
            button.setToolTip(tips[index] if tips else "")
            self.group.addButton(button, index)
            row.addWidget(button)
        row.addStretch()

    def chosen(self) -> int:
        return max(self.group.checkedId(), 0)

    def button(self, index: int) -> QPushButton:
        button = self.group.button(index)
        assert isinstance(button, QPushButton)
        return button


def _row(*widgets: QWidget, stretch: bool = False) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(18 if stretch else 8)
    for widget in widgets:
        row.addWidget(widget, 0 if stretch or isinstance(widget, QPushButton) else 1)
    if stretch:
        row.addStretch()
    return holder


class ExportDialog(QDialog):
    """Chooses what, how and where; stays, with progress, until it is written."""

    saved = Signal(str)
    failed = Signal(str)

    def __init__(
        self, bench: Workbench, exporter: Exporter, theme: Theme, settings: QSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.bench, self.exporter, self.settings = bench, exporter, settings
        self.setWindowTitle("Export")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._busy = False
        self.controls = playing(
            {name: shown.picture for name, shown in bench.presenter.shown.items()
             if name in bench.desk.shown() and shown.stage == bench.desk.stage}
        )
        what = self._held("what", REPLAY + 1, VIEW)
        self.what = Choice(
            ["This view", "All stages of all methods", "This view, played"],
            VIEW if what == REPLAY and not self.controls else what,
            ["The page on screen", "Every stage of the methods that are on, and all side by side",
             "NMS, merges or bins from the first step to the last, as the window plays them"],
        )
        self.what.button(REPLAY).setEnabled(bool(self.controls))
        if not self.controls:
            self.what.button(REPLAY).setToolTip("This view has no steps to play")
        self.movie = Choice(
            [name.upper() for name in KINDS], self._held("movie", len(KINDS), 0), MOVIE_TIPS
        )
        self.format = Choice(
            [name.upper() for name in FORMATS], self._held("format", len(FORMATS), 0), FORMAT_TIPS
        )
        self.size_choice = Choice(
            [f"{scale}×" for scale in SCALES], self._held("scale", len(SCALES), 1),
            [f"{scale} pixels for each of the window's" for scale in SCALES],
        )
        names = list(THEMES)
        looks = [THEMES[name] for name in names]
        self.looks = Choice(
            [name for name, _ in looks],
            self._held("theme", len(names), names.index(theme.palette.name)),
            [tip for _, tip in looks],
        )
        self.numbers: dict[str, QCheckBox] = {}
        for kind, (name, tip) in NUMBERS.items():
            self.numbers[kind] = QCheckBox(name)
            self.numbers[kind].setToolTip(tip)
            self.numbers[kind].setChecked(bool(self._held(kind, 2, 0)))
        pictures = QStandardPaths.writableLocation(
            QStandardPaths.StandardLocation.PicturesLocation
        )
        self.folder = QLineEdit(str(settings.value("export/folder", pictures)))
        self.folder.setAccessibleName("Folder")
        self._first = self._choices()
        self._build()
        for choice in (self.what, self.format):
            choice.group.idToggled.connect(self._fit)
        self._fit()
        exporter.progressed.connect(self._step)
        exporter.done.connect(self._done)
        exporter.failed.connect(self._failed)

    def _held(self, name: str, count: int, default: int) -> int:
        """What was chosen the last time."""
        text = str(self.settings.value(f"export/{name}", default))
        return int(text) if text.isdigit() and int(text) < count else default

    def _choices(self) -> dict[str, int | str]:
        """All that is chosen now, by its name in the settings."""
        chosen: dict[str, int | str] = {
            "what": self.what.chosen(), "scale": self.size_choice.chosen(),
            "format": self.format.chosen(), "theme": self.looks.chosen(),
            "movie": self.movie.chosen(), "folder": self.folder.text(),
        }
        return chosen | {kind: int(box.isChecked()) for kind, box in self.numbers.items()}

    def _keep(self) -> None:
        """For the next time, also where nothing was saved. What was left as it was offered is
        offered as it would be then: a view without steps does not forget that one is played."""
        before, self._first = self._first, self._choices()
        for name, value in self._first.items():
            if value != before[name]:
                self.settings.setValue(f"export/{name}", value)

    def _build(self) -> None:
        grid = self.grid = QGridLayout(self)
        grid.setContentsMargins(26, 24, 26, 22)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(14)
        grid.setColumnMinimumWidth(1, 400)
        browse = QPushButton("Choose…")
        browse.clicked.connect(self._choose_folder)
        place = _row(self.folder, browse)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("What", self.what), ("Format", _row(self.format, self.movie)),
            ("Size", self.size_choice),
            ("Colours", self.looks), ("Numbers", _row(*self.numbers.values(), stretch=True)),
            ("Folder", place),
        )
        for line, (text, widget) in enumerate(rows):
            label = QLabel(text)
            label.setProperty("quiet", True)
            grid.addWidget(label, line, 0)
            grid.addWidget(widget, line, 1)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setVisible(False)
        grid.addWidget(self.bar, len(rows), 0, 1, 2)
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
        grid.addLayout(buttons, len(rows) + 1, 0, 1, 2)

    def _fit(self) -> None:
        """Vectors have no size in pixels, and a replay has formats of its own."""
        played = self.what.chosen() == REPLAY
        self.format.setVisible(not played)
        self.movie.setVisible(played)
        self.size_choice.setEnabled(not played and FORMATS[self.format.chosen()] == "png")

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Export to", self.folder.text())
        if chosen:
            self.folder.setText(chosen)

    def style_chosen(self) -> Style:
        palette = PAGE_PALETTES[list(THEMES)[self.looks.chosen()]]
        return Style(
            palette, float(SCALES[self.size_choice.chosen()]), FORMATS[self.format.chosen()]
        )

    def _job(self, folder: Path) -> ExportJob:
        showing, style = showing_of(self.bench), self.style_chosen()
        if self.what.chosen() == EVERYTHING:
            job, traces = everything(showing, folder, style), showing.enabled()
        else:
            job, traces = present_view(showing, folder, style), showing.on_screen()
        if self.what.chosen() == REPLAY:
            kind = KINDS[self.movie.chosen()]
            job = present_replay(showing, self.controls, folder, style, kind)
        kinds = [kind for kind, box in self.numbers.items() if box.isChecked()]
        return together(job, numbers(showing, traces, folder, kinds))

    def start(self) -> None:
        """Hand it to the exporter."""
        self._keep()
        job = self._job(Path(self.folder.text()).expanduser())
        self.bar.setRange(0, job.count)
        self.bar.setValue(0)
        self.bar.setVisible(True)
        self.ok.setEnabled(False)
        self._busy = True
        self.exporter.start(job)

    def _step(self) -> None:
        self.bar.setValue(self.bar.value() + 1)

    def _done(self, paths: list[Path]) -> None:
        self._busy = False
        where = paths[0] if len(paths) == 1 else \
            f"{plural(len(paths), 'file')} in {self.folder.text()}"
        self.saved.emit(f"Saved {where}.")
        self.accept()

    def _failed(self, sentence: str) -> None:
        self._busy = False
        self.failed.emit(sentence)
        self.accept()

    def done(self, result: int) -> None:
        """Closed before the end: what is being written stops, without waiting for it."""
        self._keep()
        if self._busy:
            self._busy = False
            self.exporter.cancel()
        self.exporter.disconnect(self)
        super().done(result)
