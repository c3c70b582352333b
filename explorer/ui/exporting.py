"""Writes sheets to files: what the export dialog and the command line have in common."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage

from explorer.session.files import write_whole
from explorer.session.job import sentence_of
from explorer.session.scene import Picture, ViewState
from explorer.session.scenes import picture
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.trace.stages import Trace
from explorer.ui.comparison_page import comparison_sheet
from explorer.ui.page import stage_sheet
from explorer.ui.sheet import Sheet
from explorer.ui.theme import Palette
from explorer.ui.time_sheet import time_sheet
from explorer.ui.vectors import pdf_bytes, svg_bytes

ViewOf = Callable[[str], ViewState]
Stopped = Callable[[], bool]
FORMATS = ("png", "svg", "pdf")


@dataclass(frozen=True)
class Style:
    """How pages look. scale: of PNG, 1 to 4 device pixels per logical one."""

    palette: Palette
    scale: float = 1.0
    format: str = "png"

    def encoded(self, sheet: Sheet) -> bytes:
        """The sheet as the bytes of a file. Raises OSError for more pixels than Qt can hold."""
        if self.format == "svg":
            return svg_bytes(sheet)
        if self.format == "pdf":
            return pdf_bytes(sheet)
        return png_bytes(sheet.pixels(self.scale))

    def save(self, sheet: Sheet, path: Path) -> Path:
        """Write the sheet, making folders. Raises OSError naming the file where that fails."""
        return write_whole(path, self.encoded(sheet))


def png_bytes(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]  # the stubs want bytes
        raise OSError("The picture has too many pixels: choose a smaller size.")
    return bytes(buffer.data().data())


def stage_file(method: str, stage: StageName, ending: str = "png") -> Path:
    """"fpn/02-regions.png"."""
    return Path(method) / f"{STAGE_NAMES.index(stage) + 1:02d}-{stage}.{ending}"


def page_count(traces: Sequence[Trace], stages: Collection[str]) -> int:
    """How many files `write_pages` will write."""
    each = sum(
        1 for trace in traces for stage in STAGE_NAMES
        if stage in stages and trace.stage(stage) is not None
    )
    return each + (2 if traces else 0)


def write_pages(
    traces: Sequence[Trace],
    folder: Path,
    photo_name: str,
    style: Style,
    stages: Collection[str] = STAGE_NAMES,
    view_of: ViewOf = lambda method: ViewState(),
    failed: Callable[[str], object] | None = None,
    stopped: Stopped = lambda: False,
) -> Iterator[Path]:
    """Write every stage of every method, `comparison.png` and `time.png`; yields each file's path.

    Ends before the next file once `stopped()` is true.

    Raises OSError, naming the file, where one cannot be written. A picture that cannot be made
    raises too, unless `failed` is given: it is told why, and the others are still written.
    """
    for trace in traces:
        for stage in STAGE_NAMES:
            if stage not in stages or trace.stage(stage) is None:
                continue
            if stopped():
                return
            file = stage_file(trace.method, stage, style.format)
            try:
                made = picture(trace, stage, view_of(trace.method))
                data = style.encoded(stage_sheet(made, trace, stage, photo_name, style.palette))
            except Exception as error:  # one picture less is better than none
                if failed is None:
                    raise
                failed(f"{file}: {sentence_of(error)}")
                continue
            if not stopped():
                yield write_whole(folder / file, data)
    if traces and not stopped():
        sheet = compare(traces, "detections", photo_name, style.palette, view_of)
        yield style.save(sheet, folder / f"comparison.{style.format}")
    if traces and not stopped():
        sheet = time_sheet(traces, photo_name, style.palette)
        yield style.save(sheet, folder / f"time.{style.format}")


def compare(
    traces: Sequence[Trace],
    stage: StageName,
    photo_name: str,
    palette: Palette,
    view_of: ViewOf = lambda method: ViewState(),
) -> Sheet:
    """The page with one stage of all methods side by side."""
    pictures: dict[str, Picture] = {
        trace.method: picture(trace, stage, view_of(trace.method))
        for trace in traces if trace.stage(stage) is not None
    }
    truth = next((view_of(trace.method).truth for trace in traces), None)
    return comparison_sheet(pictures, traces, stage, photo_name, palette, truth=truth)
