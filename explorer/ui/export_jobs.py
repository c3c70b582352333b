"""What the export dialog writes: the present view, or everything, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.session.files import write_whole
from explorer.session.numbers import write_numbers
from explorer.session.overhang import Margin
from explorer.session.scene import Picture, ViewState
from explorer.session.scenes import picture
from explorer.session.state import Desk
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.trace.stages import Trace
from explorer.ui.comparison_page import comparison_sheet
from explorer.ui.exporting import Stopped, Style, page_count, write_pages
from explorer.ui.page import Look, stage_sheet
from explorer.ui.sheet import Sheet
from explorer.ui.theme import Palette


@dataclass(frozen=True)
class ExportJob:
    """write: yields each file, or None for a part of one; it ends soon after its argument says so.

    count: how often it yields.
    """

    count: int
    write: Callable[[Stopped], Iterator[Path | None]]


@dataclass(frozen=True, eq=False)
class Showing:
    """All that is on screen, so that a picture of it can be made in any thread."""

    photo_name: str
    path: Path | None
    desk: Desk
    traces: Mapping[str, Trace]
    views: Mapping[str, ViewState]
    look: Look | None

    def enabled(self) -> Sequence[Trace]:
        return [self.traces[name] for name in self.desk.enabled if name in self.traces]

    def on_screen(self) -> Sequence[Trace]:
        return [self.traces[name] for name in self.desk.shown() if name in self.traces]

    def place_in(self, folder: Path) -> Path:
        """The folder in `folder` that is named after the photo."""
        return folder / Path(self.photo_name).stem


def free_path(folder: Path, stem: str, ending: str) -> Path:
    """`stem`.png in the folder, or `stem`-2.png and so on where that exists."""
    path, number = folder / f"{stem}.{ending}", 2
    while path.exists():
        path, number = folder / f"{stem}-{number}.{ending}", number + 1
    return path


def everything(showing: Showing, folder: Path, style: Style) -> ExportJob:
    """All stages of the enabled methods, and the comparison, in a folder named after the photo."""
    traces = showing.enabled()
    place = showing.place_in(folder)

    def write(stopped: Stopped) -> Iterator[Path]:
        return write_pages(
            traces, place, showing.photo_name, style,
            view_of=lambda name: showing.views.get(name, ViewState()), stopped=stopped,
        )

    return ExportJob(page_count(traces, STAGE_NAMES), write)


def numbers(
    showing: Showing, traces: Sequence[Trace], folder: Path, kinds: Collection[str]
) -> ExportJob:
    """The numbers behind the pictures. kinds: of `explorer.session.numbers.FILES`."""
    place = showing.place_in(folder)

    def write(stopped: Stopped) -> Iterator[Path]:
        photo, truth = showing.path or showing.photo_name, showing.desk.view.truth
        for path in write_numbers(traces, place, photo, kinds, truth):
            yield path
            if stopped():
                return

    return ExportJob(len(traces) * len(kinds), write)


def together(*jobs: ExportJob) -> ExportJob:
    """One job after the other, until it is stopped."""

    def write(stopped: Stopped) -> Iterator[Path | None]:
        for job in jobs:
            if not stopped():
                yield from job.write(stopped)

    return ExportJob(sum(job.count for job in jobs), write)


def present_view(showing: Showing, folder: Path, style: Style) -> ExportJob:
    """One page with what the window shows: same layers, same camera, same selection."""

    def write(stopped: Stopped) -> Iterator[Path]:
        data = style.encoded(present_sheet(showing, style.palette))
        if not stopped():
            yield write_whole(free_path(folder, present_name(showing), style.format), data)

    return ExportJob(1, write)


def present_name(showing: Showing) -> str:
    """"cat-fpn-08-nms", or "cat-08-nms" for all methods."""
    desk = showing.desk
    parts = [Path(showing.photo_name).stem, desk.method or ""]
    place = f"{STAGE_NAMES.index(desk.stage) + 1:02d}-{desk.stage}"
    return "-".join(filter(None, (*parts, place)))


def present_sheet(
    showing: Showing, palette: Palette, height: float | None = None, margin: Margin | None = None
) -> Sheet:
    """What the window shows, as a page. Raises LookupError before there is anything.

    height: of the page of one method; margin: around the photo; see `stage_sheet`.
    """
    desk = showing.desk
    made = {
        name: picture(showing.traces[name], desk.stage, showing.views.get(name, ViewState()))
        for name in desk.shown()
        if name in showing.traces and showing.traces[name].stage(desk.stage) is not None
    }
    if not made:
        raise LookupError("There is nothing on screen to save yet.")
    off = layers_off(made, desk, desk.stage)
    if desk.method is not None:
        return stage_sheet(
            made[desk.method], showing.traces[desk.method], desk.stage, showing.photo_name,
            palette, off, showing.look, height, margin,
        )
    return comparison_sheet(
        made, showing.enabled(), desk.stage, showing.photo_name, palette, off, showing.look,
        desk.view.truth, margin,
    )


def layers_off(
    made: Mapping[str, Picture], desk: Desk, stage: StageName
) -> frozenset[str]:
    """The layers of all these pictures that are switched off on the desk."""
    layers = [
        (layer.name, layer.on)
        for one in made.values() for scene in (one.main, one.panel) if scene is not None
        for layer in scene.layers
    ]
    return desk.hidden(layers, stage)
