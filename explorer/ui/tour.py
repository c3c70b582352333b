"""The tour: pages about every stage of every paper, each with the canvas on that stage.

Whatever the user had before, photo, results, selection, camera and panels, is put aside when the
tour begins and put back when it ends.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from explorer.paths import samples
from explorer.session.job import sentence_of
from explorer.session.state import Desk
from explorer.session.tour import Page, pages
from explorer.session.tour_values import Values
from explorer.trace.stages import Trace
from explorer.ui.formulas import formula_image
from explorer.ui.kept_bench import KeptBench
from explorer.ui.tour_page import Part, TourPage

if TYPE_CHECKING:
    from explorer.ui.window import Window

PHOTO = "chelsea"  # the sample on which the tour goes where no sample is open
LETTERS = 15.0  # pixels, of formulas
SLOT = "tour"


class Tour(QObject):
    """Drives the window as a user would."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self.bench, self.side = window, window.workbench, window.side
        self.theme = window.theme
        self._kept: KeptBench | None = None
        self._trace: Trace | None = None  # whose numbers are in the text
        self.pages: tuple[Page, ...] = ()
        self.page: TourPage | None = None
        self.bench.traces_changed.connect(self._fill)
        self.theme.changed.connect(self._again)

    @property
    def on(self) -> bool:
        return self._kept is not None

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
            self.page = TourPage(self.theme, self.pages, self.side)
            self.page.wanted.connect(self.show)
            self.page.left.connect(self.leave)
        if not self.on:
            self._kept = KeptBench(self.bench)
            self.side.lend(self.page)
            if self.bench.path not in samples():
                self._window.open_paths([path for path in samples() if path.stem == PHOTO])
        self.show(number)

    def leave(self) -> bool:
        """Put everything back; False where there was no tour."""
        if self._kept is None:
            return False
        kept, self._kept = self._kept, None
        self.side.give_back()
        kept.put_back()
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
        self._window.go(Desk().at_stage(page.stage).alone(page.method))
        if self.page is not None:
            self.page.show_head(number)
            self.page.show_parts([])  # another page's text does not stand below this head
        self._write(page)

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
        self._trace = self.bench.traces.get(page.method)
        ink, ratio = self.theme.palette.text, self.side.devicePixelRatioF()
        self.bench.presenter.studio.ask(
            SLOT, partial(typeset, page, self._trace, ink, ratio), self._written
        )

    def _written(self, parts: list[Part] | Exception) -> None:
        if self.on and self.page is not None:
            shown = [sentence_of(parts)] if isinstance(parts, Exception) else parts
            self.page.show_parts(shown)


def typeset(page: Page, trace: Trace | None, ink: str, ratio: float) -> list[Part]:
    """The page's paragraphs with its numbers in them, and its formulas as images.

    Imports torch and Matplotlib: for a worker thread.
    """
    return [
        formula_image(block.text, LETTERS, ink, ratio) if block.formula else block.text
        for block in page.filled(Values(page.method, trace))
    ]
