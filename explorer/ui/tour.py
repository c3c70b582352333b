"""The tour: pages about every stage of every paper, each with the canvas on that stage.

Whatever the user had before, photo, results, selection, camera and panels, is put aside when the
tour begins and put back when it ends.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from explorer.paths import samples
from explorer.session.job import sentence_of
from explorer.session.tour import Block, Page, pages
from explorer.session.tour_values import UNKNOWN, Values
from explorer.trace.stages import Trace
from explorer.ui.formulas import formula_image
from explorer.ui.kept_bench import Kept, PuttingBack, kept_of
from explorer.ui.studio import Studio
from explorer.ui.tour_page import Part, TourPage

if TYPE_CHECKING:
    from explorer.ui.window import Window

PHOTO = "chelsea"  # the sample on which the tour goes where no sample is open
LETTERS = 15.0  # pixels, of formulas
SLOT = "tour"
Look = tuple[str, str, float]  # a formula's text, its ink, device pixels per logical one


class Tour(QObject):
    """Drives the window as a user would."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self.bench, self.side = window, window.workbench, window.side
        self.theme = window.theme
        self.kept: Kept | None = None  # what the user had before, while the tour is on
        self._photo: Path | None = None  # of all pages but those that have their own
        self._asked: Path | None = None  # the latest photo that a page wanted
        self._trace: Trace | None = None  # whose numbers are in the text
        self._blocks: tuple[Block, ...] = ()  # of the page that is read
        self._images: dict[Look, QImage] = {}
        # A thread for formulas alone: the first one waits for Matplotlib's list of fonts, and
        # neither texts nor pictures wait for it.
        self._typesetter: Studio | None = None
        self.pages: tuple[Page, ...] = ()
        self.page: TourPage | None = None
        self.bench.traces_changed.connect(self._fill)
        self.bench.photo_shown.connect(lambda *_: self._fill())  # its traces may be there at once
        self.theme.changed.connect(self._again)
        self.side.said.connect(window.strip.hint.setText)

    @property
    def on(self) -> bool:
        return self.kept is not None

    @property
    def busy(self) -> bool:
        """Whether a formula is being typeset."""
        return self._typesetter is not None and self._typesetter.busy

    def close(self) -> None:
        """Wait for the thread that typesets."""
        if self._typesetter is not None:
            self._typesetter.close()
            self._typesetter = None

    def toggle(self) -> None:
        if not self.leave():
            self.begin()

    def begin_with(self, method: str) -> None:
        """Go to the first page of a paper."""
        self.begin(next(i for i, page in enumerate(pages()) if page.method == method))

    def begin(self, number: int = 0) -> None:
        """Go to a page; the tour begins where it has not."""
        if self.page is None:
            self.pages = pages()
            self._typesetter = Studio(self)
            self.page = TourPage(self.theme, self.pages, self.side)
            self.page.wanted.connect(self.show)
            self.page.left.connect(self.leave)
        if not self.on:
            self.kept = kept_of(self.bench)
            self.side.lend(self.page, "Tour", "Back to the page of the tour")
            self._asked = self.bench.path
            self._photo = self._asked if self._asked in samples() else _sample(PHOTO)
        self.show(number)

    def leave(self) -> bool:
        """Put everything back; False where there was no tour."""
        if self.kept is None:
            return False
        kept, self.kept = self.kept, None
        self.side.give_back()
        PuttingBack(self.bench, kept)
        self._window.go(self.bench.desk)
        return True

    def step(self, step: int) -> bool:
        """The next page, or the one before; False where there is no tour."""
        if not self.on or self.page is None:
            return False
        self.show(min(max(self.page.number + step, 0), len(self.pages) - 1))
        return True

    def show(self, number: int) -> None:
        page = self.pages[number]
        self.side.show_lent()
        self._window.go(page.desk())  # first: all methods are to run on the photo
        self._place_photo(page.photo)
        if self.page is not None:
            self.page.show_head(number)
        self._write(page)

    def _place_photo(self, own: str) -> None:
        """The sample that a page wants for itself, or else the tour's."""
        photo = _sample(own) or self._photo
        if photo is not None and photo != self._asked:
            self._asked = photo
            self._window.open_paths([photo])

    def _again(self) -> None:
        if self.on and self.page is not None:
            self.page.show_head(self.page.number)
            self._write(self.pages[self.page.number])

    def _fill(self) -> None:
        """Counts appear in the text when the method has come so far."""
        if self.on and self.page is not None:
            page = self.pages[self.page.number]
            if self.bench.traces.get(page.method) is not self._trace:
                self._write(page)

    def _write(self, page: Page) -> None:
        """The text at once, with its numbers as soon as settings can be read without waiting."""
        self._trace = self.bench.traces.get(page.method)
        if self._trace is not None:  # its method's module is imported
            return self._put(page.filled(Values(page.method, self._trace)))
        self._put(page.filled(lambda name: UNKNOWN))
        self.bench.presenter.studio.ask(SLOT, partial(filled, page), partial(self._filled, page))

    def _filled(self, page: Page, blocks: tuple[Block, ...] | Exception) -> None:
        if self.page is None or self.pages[self.page.number] is not page or self._trace is not None:
            return  # another page is read by now, or this one with the counts of its photo
        self._put((Block(sentence_of(blocks)),) if isinstance(blocks, Exception) else blocks)

    def _put(self, blocks: tuple[Block, ...]) -> None:
        """The paragraphs, and those formulas that are typeset; the others follow."""
        self._blocks = blocks
        if not self.on or self.page is None or self._typesetter is None:
            return
        ink, ratio = self.theme.palette.text, self.side.devicePixelRatioF()
        parts: list[Part] = []
        missing = []
        for block in blocks:
            image = self._images.get((block.text, ink, ratio)) if block.formula else None
            if block.formula and image is None and UNKNOWN not in block.text:
                missing.append(block.text)
            parts.append(image or (UNKNOWN if block.formula else block.text))
        self.page.show_parts(parts)
        if missing:
            self._typesetter.ask(SLOT, partial(typeset, missing, ink, ratio), self._typeset)

    def _typeset(self, made: dict[Look, QImage] | Exception) -> None:
        if isinstance(made, Exception):
            words = tuple(block for block in self._blocks if not block.formula)
            return self._put((*words, Block(sentence_of(made))))
        self._images.update(made)
        self._put(self._blocks)


def _sample(name: str) -> Path | None:
    return next((path for path in samples() if path.stem == name), None)


def filled(page: Page) -> tuple[Block, ...]:
    """The page's blocks before its method has come to a stage. Imports torch: for a worker."""
    return page.filled(Values(page.method, None))


def typeset(formulas: list[str], ink: str, ratio: float) -> dict[Look, QImage]:
    """Formulas as images. Imports Matplotlib, which at first use lists all fonts of the system."""
    return {
        (text, ink, ratio): formula_image(text, LETTERS, ink, ratio) for text in formulas
    }
