"""What lies on the bench, put aside for a while and put back as it was."""

from __future__ import annotations

from PySide6.QtCore import QObject

from explorer.session.job import Job, search_of
from explorer.ui.coming import Coming
from explorer.ui.status import complete
from explorer.ui.workbench import Workbench


class KeptBench(QObject):
    """Photo, results, the desk with its undo steps, and the camera, as they are now."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench
        self._photo, self._name, self._path = bench.photo, bench.name, bench.path
        self._album = bench.album
        self._traces = dict(bench.traces)
        self._history = bench.steps.history
        self._looked_at = bench.camera.centre, bench.camera.zoom

    def put_back(self) -> None:
        """Another photo that came since goes; where there was none, the one that came stays."""
        bench, desk = self._bench, self._history.present
        same = self._photo is bench.photo and (self._name, self._path) == (bench.name, bench.path)
        if self._photo is None or same:
            bench.move_to(desk)
            self._settle()
            return
        bench.move_to(desk.selecting(None))  # its row is one of the photo that is on its way
        job = Job(
            name=self._name, methods=bench.desk.enabled, path=self._path, photo=self._photo,
            done=complete(self._traces), search=search_of(self._traces),
        )
        bench.photo_shown.connect(self._arrived)
        bench.start(Coming(job, self._album, goes_on=False))

    def _arrived(self) -> None:
        self._bench.photo_shown.disconnect(self._arrived)
        self._settle()
        self._bench.presenter.redraw_thumbnails()

    def _settle(self) -> None:
        self._bench.steps.history = self._history
        self._bench.camera.look_at(*self._looked_at)
        self.deleteLater()
