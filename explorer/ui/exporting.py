"""Writes pages to files: what the export dialog and the command line have in common."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QImage

from explorer.session.job import sentence_of
from explorer.session.scene import Picture, ViewState
from explorer.session.scenes import picture
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.trace.stages import Trace
from explorer.ui.comparison_page import comparison_page
from explorer.ui.page import stage_page
from explorer.ui.theme import Palette

ViewOf = Callable[[str], ViewState]


@dataclass(frozen=True)
class Style:
    """How pages look. scale: 1, 2 or 4 device pixels per logical one."""

    palette: Palette
    scale: float = 1.0


def stage_file(method: str, stage: StageName) -> Path:
    """"fpn/02-regions.png"."""
    return Path(method) / f"{STAGE_NAMES.index(stage) + 1:02d}-{stage}.png"


def page_count(traces: Sequence[Trace], stages: Collection[str]) -> int:
    """How many files `write_pages` will write."""
    each = sum(
        1 for trace in traces for stage in STAGE_NAMES
        if stage in stages and trace.stage(stage) is not None
    )
    return each + (1 if traces else 0)


def write_pages(
    traces: Sequence[Trace],
    folder: Path,
    photo_name: str,
    style: Style,
    stages: Collection[str] = STAGE_NAMES,
    view_of: ViewOf = lambda method: ViewState(),
    failed: Callable[[str], object] | None = None,
) -> Iterator[Path]:
    """Write every stage of every method, then `comparison.png`; yields each file's path.

    Raises OSError, naming the file, where one cannot be written. A picture that cannot be made
    raises too, unless `failed` is given: it is told why, and the others are still written.
    """
    for trace in traces:
        for stage in STAGE_NAMES:
            if stage not in stages or trace.stage(stage) is None:
                continue
            try:
                made = picture(trace, stage, view_of(trace.method))
                image = stage_page(made, trace, stage, photo_name, style.palette, style.scale)
            except Exception as error:  # one picture less is better than none
                if failed is None:
                    raise
                failed(f"{stage_file(trace.method, stage)}: {sentence_of(error)}")
                continue
            yield save(image, folder / stage_file(trace.method, stage))
    if traces:
        yield save(
            compare(traces, "detections", photo_name, style, view_of), folder / "comparison.png"
        )


def compare(
    traces: Sequence[Trace],
    stage: StageName,
    photo_name: str,
    style: Style,
    view_of: ViewOf = lambda method: ViewState(),
) -> QImage:
    """The page with one stage of all methods side by side."""
    pictures: dict[str, Picture] = {
        trace.method: picture(trace, stage, view_of(trace.method))
        for trace in traces if trace.stage(stage) is not None
    }
    return comparison_page(pictures, traces, stage, photo_name, style.palette, style.scale)


def save(image: QImage, path: Path) -> Path:
    """Write a PNG, making its folders. Raises OSError naming the file where that fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not image.save(str(path)):
        raise OSError(f"Cannot write {path}: is the disk full, or the folder read-only?")
    return path
