"""Ground truth of the photo on the bench: read beside it, opened, dropped, or drawn by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog

from explorer.session.ground_truth import GroundTruth, Rect, nothing_drawn
from explorer.session.job import sentence_of
from explorer.session.state import Desk
from explorer.session.truth import SUFFIXES, look_for, read_truth
from explorer.ui.canvas import Canvas
from explorer.ui.opening import left_out
from explorer.ui.studio import Studio
from explorer.ui.style import Theme
from explorer.ui.truth_bar import TruthBar
from explorer.ui.truth_pad import TruthPad
from explorer.ui.workbench import Photo, Workbench

NAMELESS = "object"  # a class to draw with, before any detector has said which it knows


class TruthDesk(QObject):
    """go: the step to another desk. What was drawn or opened for a photo is there again when it
    comes back; a COCO file that was opened serves the other photos of the folder too."""

    said = Signal(str)

    def __init__(
        self, bench: Workbench, bar: TruthBar, canvases: Sequence[Canvas], theme: Theme,
        go: Callable[[Desk], None], parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.bench, self.bar, self._go = bench, bar, go
        self.reader = Studio(self)  # a large file holds up no picture
        self.pads = [TruthPad(canvas, theme) for canvas in canvases]
        self.drawing = False
        self.row: int | None = None
        self.name = ""
        self._path: Path | None = None
        self._truth: GroundTruth | None = None
        self._read: GroundTruth | None = None  # as it was found when the photo came
        self._opened_here = False  # whether a COCO file was opened for the photo on the bench
        self._file: Path | None = None  # dropped together with a photo that is still being read
        self.kept: dict[Path, GroundTruth] = {}  # by photo, while others are on the bench
        self._told = set[tuple[Path | None, str]]()  # notices of files, by photo
        self.sets: dict[Path, Path] = {}  # COCO files that were opened, by folder of photos
        for pad in self.pads:
            pad.drawn.connect(self._add)
            pad.chosen.connect(self._choose)
        bar.named.connect(self._rename)
        bar.remove_wanted.connect(self.remove)
        bar.done.connect(self.leave)
        bench.steps.begun.connect(self._another_photo)
        # Later: the bench may go on with the next of several photos.
        bench.failed.connect(lambda: QTimer.singleShot(0, self, self._not_opened))
        bench.switched.connect(self._follow)

    @property
    def truth(self) -> GroundTruth:
        """What there is now; without boxes where there is none."""
        return self.bench.desk.view.truth or nothing_drawn()

    def close(self) -> None:
        self.reader.close()

    # -- files -----------------------------------------------------------------------------

    def ask(self) -> None:
        """A dialog for a file of the user's."""
        path = self.bench.path
        chosen, _ = QFileDialog.getOpenFileName(
            self.bar, "Ground truth of this photo",
            str(path.parent) if path else "", "VOC or COCO annotations (*.xml *.json)",
        )
        if chosen:
            self.take([Path(chosen)])

    def take(self, paths: list[Path]) -> list[Path]:
        """Read the annotation among dropped files; the others are given back."""
        own = [path for path in paths if path.suffix.lower() in SUFFIXES and not path.is_dir()]
        rest = [path for path in paths if path not in own]
        if len(own) > 1:
            self.said.emit(left_out("annotation", own))
        if own and rest:
            self._file = own[0]  # of the photo that comes with it
        elif own and self.bench.photo is None:
            self.said.emit(f"Open the photo first, then {own[0].name}.")
        elif own:
            self._ask_read(own[0])
        return rest

    def _not_opened(self) -> None:
        """No photo came: what came with it is not of the next one."""
        file = self._file
        if file is not None and self.bench.coming is None:
            self._file = None
            self.said.emit(f"{file.name} was not read: the photo beside it could not be opened.")

    def _another_photo(self) -> None:
        photo = self.bench.photo
        if photo is None:
            return
        self._keep()
        self._path = path = self.bench.path
        self._truth = self._read = self.row = None
        file, self._file = self._file, None
        if file is not None:
            self._ask_read(file)
        elif path is not None:
            self._look(photo, path)

    def _look(self, photo: Photo, path: Path) -> None:
        kept, chosen = self.kept.get(path), self.sets.get(path.parent)
        look = partial(look_for, chosen, path, *photo.shape[1::-1])
        self.reader.ask("truth", (lambda: kept) if kept else look, partial(self._arrived, photo))

    def _keep(self) -> None:
        """What the user has drawn or opened stays with the photo that leaves the bench. A file
        whose opening was undone is of no use to the next ones."""
        path, truth, opened = self._path, self._truth, self._opened_here
        self._opened_here = False
        if path is None:
            return
        if truth is not None and truth is not self._read:
            self.kept[path] = truth
        chosen = self.sets.get(path.parent)
        if opened and chosen is not None and (truth is None or not truth.is_of(chosen.name)):
            del self.sets[path.parent]

    def _ask_read(self, file: Path) -> None:
        photo = self.bench.photo
        if photo is not None:
            name = self._path.name if self._path is not None else self.bench.name
            self.reader.ask(
                "opened", partial(read_truth, file, name, *photo.shape[1::-1]),
                partial(self._opened, photo, self._path, file),
            )

    def _arrived(self, photo: Photo, result: GroundTruth | Exception | None) -> None:
        """What was found beside the photo. What the user did in the meantime comes first."""
        if isinstance(result, Exception):
            self.said.emit(sentence_of(result))
        elif result is not None and photo is self.bench.photo:
            self._read = result
            self._tell(self._path, result)
            self.bench.steps.everywhere(
                lambda desk: desk if desk.view.truth is not None else desk.with_truth(result)
            )

    def _opened(
        self, photo: Photo, path: Path | None, file: Path, result: GroundTruth | Exception
    ) -> None:
        """A large file may take longer than the user stays with the photo."""
        if isinstance(result, Exception):
            return self.said.emit(sentence_of(result))
        self._tell(path, result)
        now = self.bench.photo
        here = photo is now and path == self._path
        if path is not None and file.suffix.lower() == ".json":
            self.sets[path.parent] = file
            self._opened_here = here
        if here:
            self._go(self.bench.desk.with_truth(result))
        elif path is not None:
            self.kept[path] = result
            if now is not None and self._path is not None and self._truth is None:
                self._look(now, self._path)

    def _tell(self, path: Path | None, read: GroundTruth) -> None:
        """Of a file's boxes that are not used, once: not when the photo comes back."""
        if read.notice and (path, read.notice) not in self._told:
            self._told.add((path, read.notice))
            self.said.emit(read.notice)

    # -- drawing by hand -------------------------------------------------------------------

    def toggle(self) -> None:
        """Begin to draw, or end it."""
        if self.drawing:
            self.leave()
        elif self.bench.photo is None:
            self.said.emit("Open a photo first, then draw its ground truth.")
        else:
            self.drawing = True
            self._follow()

    def leave(self) -> bool:
        """End drawing; whether it was going on."""
        was, self.drawing, self.row = self.drawing, False, None
        self.bar.hide()
        for pad in self.pads:
            pad.hide()
        return was

    def remove(self) -> None:
        """Remove the chosen box."""
        if self.drawing and self.row is not None:
            row, self.row = self.row, None
            self._go(self.bench.desk.with_truth(self.truth.without(row)))

    def _add(self, box: Rect) -> None:
        self.row = len(self.truth.names)
        self._go(self.bench.desk.with_truth(self.truth.added(box, self.name)))

    def _choose(self, row: int | None) -> None:
        self.row = row
        if row is not None:
            self.name = self.truth.names[row]
        self._follow()

    def _rename(self, name: str) -> None:
        self.name = name
        if self.row is not None:
            self._go(self.bench.desk.with_truth(self.truth.renamed(self.row, name)))
        self._follow()

    def _follow(self) -> None:
        """Whatever happened to the desk: the pads and the bar show its ground truth."""
        self._truth = self.bench.desk.view.truth
        if not self.drawing:
            return
        truth = self.truth
        if self.row is not None and self.row >= len(truth.names):
            self.row = None  # undone
        known = dict.fromkeys(name for trace in self.bench.shown.values() for name in trace.classes)
        names = list(dict.fromkeys([*sorted(known), *truth.names])) or [NAMELESS]
        if self.name not in names:
            self.name = "person" if "person" in names else names[0]
        self.bar.show_classes(names, self.name)
        self.bar.show_truth(truth, self.row, self.name)
        self.bar.show()
        for pad in self.pads:
            pad.show_truth(truth, self.row, self.name)
            pad.show()
            pad.raise_()
