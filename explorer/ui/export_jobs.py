"""What the export dialog writes: the present view, or everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.session.scene import Picture, ViewState
from explorer.session.scenes import picture
from explorer.session.state import Desk
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.trace.stages import Trace
from explorer.ui.comparison_page import comparison_page
from explorer.ui.exporting import Style, page_count, save, write_pages
from explorer.ui.page import Look, stage_page


@dataclass(frozen=True)
class ExportJob:
    """count: how many files `write` will write."""

    count: int
    write: Callable[[], Iterator[Path]]


@dataclass(frozen=True, eq=False)
class Showing:
    """All that is on screen, so that a picture of it can be made in any thread."""

    photo_name: str
    desk: Desk
    traces: Mapping[str, Trace]
    views: Mapping[str, ViewState]
    look: Look | None

    def enabled(self) -> Sequence[Trace]:
        return [self.traces[name] for name in self.desk.enabled if name in self.traces]


def free_path(folder: Path, stem: str) -> Path:
    """`stem`.png in the folder, or `stem`-2.png and so on where that exists."""
    path, number = folder / f"{stem}.png", 2
    while path.exists():
        path, number = folder / f"{stem}-{number}.png", number + 1
    return path


def everything(showing: Showing, folder: Path, style: Style) -> ExportJob:
    """All stages of the enabled methods, and the comparison, in a folder named after the photo."""
    traces = showing.enabled()
    place = folder / Path(showing.photo_name).stem

    def write() -> Iterator[Path]:
        return write_pages(
            traces, place, showing.photo_name, style,
            view_of=lambda name: showing.views.get(name, ViewState()),
        )

    return ExportJob(page_count(traces, STAGE_NAMES), write)


def present_view(showing: Showing, folder: Path, style: Style) -> ExportJob:
    """One page with what the window shows: same layers, same camera, same selection."""
    desk = showing.desk
    stem = Path(showing.photo_name).stem
    number = STAGE_NAMES.index(desk.stage) + 1

    def write() -> Iterator[Path]:
        shown = [name for name in desk.shown() if name in showing.traces]
        made = {
            name: picture(showing.traces[name], desk.stage, showing.views.get(name, ViewState()))
            for name in shown if showing.traces[name].stage(desk.stage) is not None
        }
        if not made:
            raise LookupError("There is nothing on screen to save yet.")
        if desk.method is not None:
            name = f"{stem}-{desk.method}-{number:02d}-{desk.stage}"
            image = stage_page(
                made[desk.method], showing.traces[desk.method], desk.stage, showing.photo_name,
                style.palette, style.scale, layers_off(made, desk, desk.stage), showing.look,
            )
        else:
            name = f"{stem}-{number:02d}-{desk.stage}"
            image = comparison_page(
                made, showing.enabled(), desk.stage, showing.photo_name, style.palette,
                style.scale, layers_off(made, desk, desk.stage), showing.look,
            )
        yield save(image, free_path(folder, name))

    return ExportJob(1, write)


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
