"""Which weights FPN runs with: the menu, files that are dropped, downloads, what is remembered.

A choice counts once the worker could read its file; until then, and where it could not, FPN keeps
the weights that it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from explorer.methods.torchvision_names import (
    PUBLISHED,
    SUFFIXES,
    Published,
    cached,
    problem_of,
    published,
)
from explorer.session.job import Weights
from explorer.ui.download import Download, DownloadCard
from explorer.ui.opening import left_out
from explorer.ui.workbench import Workbench

BUNDLED = "Bundled small network"
KEPT = "FPN keeps the weights that it has."
SETTING = "weights"


@dataclass(frozen=True)
class Choice:
    """weights: what FPN runs with, or is about to. sure: with what it surely does. wanted: the
    worker was asked to read them, and has not answered. remember: beyond the program's end."""

    weights: Weights
    sure: Weights
    wanted: Weights | None
    remember: bool


class FpnWeights(QObject):
    """choice: what FPN runs with, or is about to. over: the widget that shows downloads."""

    said = Signal(str)

    def __init__(
        self, bench: Workbench, settings: QSettings, menu: QMenu, over: QWidget,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.bench, self.settings, self.menu = bench, settings, menu
        self.choice = self._sure = Weights()
        self._remember = True
        self.download = Download(parent=self)
        self.card = DownloadCard(over)
        self.download.progressed.connect(self._progressed)
        self.download.done.connect(self._downloaded)
        self.download.failed.connect(self._refused)
        self.card.cancelled.connect(self._end_download)
        bench.weights_taken.connect(self._taken)
        bench.weights_refused.connect(self._refused)
        menu.aboutToShow.connect(self.fill)
        self._recall()

    # -- choosing --------------------------------------------------------------------------

    def choose(self, weights: Weights, remember: bool = True) -> None:
        """Run FPN with these, on the open photo and on all that follow."""
        self._end_download()
        self.choice, self._remember = weights, remember
        self.bench.use_weights(weights)

    def choose_published(self, one: Published, remember: bool = True) -> None:
        """One of torchvision's: downloaded first, where that was not done before."""
        there = cached(one)
        if there is not None:
            self.choose(Weights(there), remember)
            return
        self._remember = remember
        self.card.show_progress(one, 0, 0)
        self.download.start(one)

    def ask(self) -> None:
        """A dialog for a file of the user's."""
        endings = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        held = self.choice.path or self._sure.path
        chosen, _ = QFileDialog.getOpenFileName(
            self.menu.parentWidget(), "A checkpoint of a torchvision detector",
            str(held.parent) if held else str(self.settings.value("folder", "")),
            f"Weights ({endings});;All files (*)",
        )
        if chosen:
            self.choose(Weights(Path(chosen)))

    def take(self, paths: list[Path]) -> list[Path]:
        """Choose the file of weights among dropped files; the others are given back."""
        own = [path for path in paths if path.suffix.lower() in SUFFIXES and not path.is_dir()]
        if len(own) > 1:
            self.said.emit(left_out("file of weights", own))
        if own:
            self.choose(Weights(own[0]))
        return [path for path in paths if path not in own]

    def start_with(self, text: str) -> None:
        """What the command line asked for, for this time only."""
        one = published(text)
        if problem := problem_of(text):
            self.said.emit(f"{problem} {KEPT}")
        elif one is None or cached(one) is not None:
            self.choose(Weights(cached(one) if one is not None else Path(text)), remember=False)
        else:
            # Torch is being read from disk for the first photo: after that.
            self._wanted = one
            self.bench.device_known.connect(self._fetch_wanted)

    def _fetch_wanted(self) -> None:
        self.bench.device_known.disconnect(self._fetch_wanted)
        self.choose_published(self._wanted, remember=False)

    def _recall(self) -> None:
        """The choice of the last time, where its file is still there."""
        text = str(self.settings.value(SETTING, "") or "")
        if text and Path(text).is_file():
            self.choose(Weights(Path(text)))

    def kept(self) -> Choice:
        return Choice(self.choice, self._sure, self.bench.weights_wanted, self._remember)

    def take_over(self, kept: Choice) -> None:
        """The choice of the window before: its worker's networks are there already."""
        self.choice, self._sure, self._remember = kept.weights, kept.sure, kept.remember
        self.bench.weights_wanted = kept.wanted

    def close(self) -> None:
        self.download.close()

    # -- what became of it -----------------------------------------------------------------

    def _taken(self, weights: Weights) -> None:
        self._sure = weights
        if self._remember:
            self.settings.setValue(SETTING, str(weights.path or ""))

    def _refused(self, sentence: str) -> None:
        self.card.hide()
        self.choice = self._sure
        if self._remember:
            self.settings.setValue(SETTING, str(self._sure.path or ""))
        self.said.emit(f"{sentence} {KEPT}")

    def _progressed(self, done: int, total: int) -> None:
        if self.download.running is not None:
            self.card.show_progress(self.download.running, done, total)

    def _downloaded(self, path: Path) -> None:
        self.choose(Weights(path), self._remember)

    def _end_download(self) -> None:
        self.download.cancel()
        self.card.hide()

    # -- the menu --------------------------------------------------------------------------

    def fill(self) -> None:
        """Build the menu anew, with a mark at what is in use."""
        menu = self.menu
        menu.clear()
        self._group = QActionGroup(menu)
        menu.addAction("Weights of FPN").setEnabled(False)
        path = self.choice.path
        self._choice(BUNDLED, path is None, partial(self.choose, Weights()))
        theirs = {cached(one) for one in PUBLISHED} - {None}
        if path is not None and path not in theirs:
            own = self._choice(path.name, True, partial(self.choose, Weights(path)))
            own.setToolTip(str(path))
        menu.addAction("torchvision checkpoint…", self.ask)
        menu.addSeparator()
        menu.addAction("torchvision's own, trained on COCO").setEnabled(False)
        for one in PUBLISHED:
            there = cached(one)
            tail = "" if there else f"\tDownload {one.megabytes} MB"
            if one == self.download.running:
                tail = "\tdownloading"
            action = self._choice(
                one.title + tail, there is not None and there == path,
                partial(self.choose_published, one),
            )
            action.setToolTip(one.name)
            action.setEnabled(one != self.download.running)

    def _choice(self, text: str, chosen: bool, do: partial[None]) -> QAction:
        action = QAction(text, self._group)
        action.setCheckable(True)
        action.setChecked(chosen)
        action.triggered.connect(lambda: do())
        self.menu.addAction(action)
        return action
