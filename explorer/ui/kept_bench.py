"""What lies on the bench, put aside for a while and put back as it was, on this bench or on that of
the next window."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject

from explorer.session.album import Album
from explorer.session.history import History
from explorer.session.job import Job, Photo, search_of
from explorer.session.state import Desk
from explorer.trace.stages import Trace
from explorer.ui.coming import Coming
from explorer.ui.decisions import Decided
from explorer.ui.status import Status, complete
from explorer.ui.workbench import Workbench


@dataclass(frozen=True, eq=False)
class Kept:
    """Photo, results, the desk with its undo steps, and the camera, as they were."""

    photo: Photo | None
    name: str
    path: Path | None
    album: Album
    traces: dict[str, Trace]
    given_up: dict[str, Status]
    history: History[Desk]
    decided: Decided
    looked_at: tuple[tuple[float, float], float]


def kept_of(bench: Workbench) -> Kept:
    return Kept(
        bench.photo, bench.name, bench.path, bench.album, dict(bench.traces),
        {name: status for name, status in bench.status.items() if status.given_up},
        bench.steps.history, bench.steps.decisions.kept(),
        (bench.camera.centre, bench.camera.zoom),
    )


class PuttingBack(QObject):
    """Another photo that came since goes; where there was none, the one that came stays."""

    def __init__(self, bench: Workbench, kept: Kept) -> None:
        super().__init__(bench)
        self._bench, self._kept = bench, kept
        desk = kept.history.present
        same = kept.photo is bench.photo and (kept.name, kept.path) == (bench.name, bench.path)
        if kept.photo is None or same:
            bench.move_to(desk)
            self._settle()
            return
        bench.move_to(desk.selecting(None))  # its row is one of the photo that is on its way
        job = Job(
            name=kept.name,
            methods=tuple(name for name in desk.enabled if name not in kept.given_up),
            path=kept.path, photo=kept.photo, done=complete(kept.traces),
            search=search_of(kept.traces),
        )
        bench.photo_shown.connect(self._arrived)
        bench.start(Coming(job, kept.album, goes_on=False))

    def _arrived(self) -> None:
        self._bench.photo_shown.disconnect(self._arrived)
        self._bench.status.update(self._kept.given_up)
        self._bench.steps.decisions.take(self._kept.decided)
        self._settle()
        self._bench.presenter.redraw_thumbnails()
        for name in self._kept.given_up:
            self._bench.presenter.show_cells(name)

    def _settle(self) -> None:
        self._bench.steps.history = self._kept.history
        self._bench.camera.look_at(*self._kept.looked_at)
        self.deleteLater()
