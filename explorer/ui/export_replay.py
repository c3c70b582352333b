"""Animated exports: what the window plays, or the steps of a method's stage, frame by frame."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtGui import QImage

from explorer.session.overhang import NONE, Margin, overhang, widest
from explorer.session.replay import playable, playing_view, steps_of, with_control
from explorer.session.scene import Control, Picture, ViewState
from explorer.session.scenes import picture
from explorer.trace.base import StageName
from explorer.trace.stages import Trace
from explorer.ui.export_jobs import (
    ExportJob,
    Showing,
    free_path,
    layers_off,
    present_name,
    present_sheet,
)
from explorer.ui.exporting import Stopped, Style, stage_file
from explorer.ui.movies import write_movie
from explorer.ui.page import layers_off as off_at_first
from explorer.ui.page import page_height, stage_sheet
from explorer.ui.theme import Palette

HIGHEST = 1040.0  # of a frame, pixels: a video is wider than high


def playing(pictures: Mapping[str, Picture]) -> list[Control]:
    """What plays in the pictures on screen: those that have the steps of the first that plays."""
    found = [control for made in pictures.values() if (control := playable(made)) is not None]
    return [control for control in found if control.key == found[0].key]


def present_replay(
    showing: Showing, controls: Sequence[Control], folder: Path, style: Style, kind: str
) -> ExportJob:
    """What is on screen, played from its first step to its last. kind: "gif" or "mp4"."""
    steps = steps_of(controls)

    def write(stopped: Stopped) -> Iterator[Path | None]:
        path = free_path(folder, present_name(showing), kind)

        def frames() -> Iterator[QImage]:
            room = _present_room(showing, controls[0].key, steps, stopped)
            for step in steps:
                now = _at(showing, controls[0].key, step)
                yield present_sheet(now, style.palette, *room).pixels()

        yield from write_movie(frames(), len(steps), path, stopped)

    return ExportJob(len(steps) + 1, write)


def write_replay(
    trace: Trace, stage: StageName, folder: Path, photo_name: str, palette: Palette, kind: str,
    view: ViewState | None = None,
) -> Iterator[Path | None]:
    """Write `METHOD/NN-stage.gif`. view: other than at first. Yields None for each frame, then the
    path; nothing where the stage has no steps. Raises OSError naming the file that could not be
    written."""
    found = playing_view(trace, stage, view or ViewState())
    if found is None:
        return
    view, control = found
    steps = steps_of([control])

    def at(step: int) -> Picture:
        return picture(trace, stage, with_control(view, stage, control.key, step))

    def frames() -> Iterator[QImage]:
        made = (at(step) for step in steps)
        height, margin = frame_room((one, off_at_first(one)) for one in made)
        for step in steps:
            yield stage_sheet(
                at(step), trace, stage, photo_name, palette, height=height, margin=margin
            ).pixels()

    path = folder / stage_file(trace.method, stage, kind)
    yield from write_movie(frames(), len(steps), path)


def frame_room(pictures: Iterable[tuple[Picture, Collection[str]]]) -> tuple[float, Margin]:
    """One height for all frames and one margin around their photos, so that nothing moves from one
    to the next but what the steps change. A panel that is longer still is drawn smaller. pictures:
    each with the layers that are off."""
    height, margin = 0.0, NONE
    for made, off in pictures:
        height = max(height, page_height(made))
        margin = widest((margin, overhang(made.main, off)))
    return min(height, HIGHEST), margin


def _present_room(
    showing: Showing, key: str, steps: Sequence[int], stopped: Stopped
) -> tuple[float, Margin]:
    """See `frame_room`."""
    desk, stage = showing.desk, showing.desk.stage

    def pictures() -> Iterator[tuple[Picture, Collection[str]]]:
        for step in steps:
            views = _at(showing, key, step).views
            made = {
                name: picture(showing.traces[name], stage, views[name]) for name in desk.shown()
                if name in showing.traces and showing.traces[name].stage(stage) is not None
            }
            off = layers_off(made, desk, stage)
            yield from ((one, off) for one in made.values())
            if stopped():
                return

    return frame_room(pictures())


def _at(showing: Showing, key: str, step: int) -> Showing:
    stage = showing.desk.stage
    views = {
        name: with_control(view, stage, key, step) for name, view in showing.views.items()
    }
    return replace(showing, views=views)
