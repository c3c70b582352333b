"""What lies on the bench: the photo, its traces, the desk; and the jobs that fill them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal

from explorer.methods.names import NAMES
from explorer.ops.images import PhotoError
from explorer.session.album import Album, album_of
from explorer.session.job import (
    DeviceKnown,
    Event,
    Failed,
    Job,
    PhotoRead,
    TraceGrew,
    Weights,
    WeightsRefused,
    WeightsTaken,
    Working,
    search_of,
)
from explorer.session.job import Photo as Photo
from explorer.session.state import Desk
from explorer.session.varying import VariantFailed, VariantMade
from explorer.trace.base import STAGE_NAMES
from explorer.trace.stages import Trace
from explorer.ui.camera import Camera
from explorer.ui.coming import Coming, Shelf, aside_of, coming_of
from explorer.ui.desk_steps import DeskSteps
from explorer.ui.opening import NoPicture, image_in, opening_sentence
from explorer.ui.presenter import Presenter
from explorer.ui.results import Results
from explorer.ui.runner import Runner
from explorer.ui.status import CANCELLED, WAITING, Status, complete


class Workbench(QObject):
    """Until a new photo could be read, everything of the old one stays."""

    failed = Signal(str)
    working = Signal(str, int, int)
    idle = Signal(str)
    photo_shown = Signal(str, object, int, int)  # name, path or None, width, height
    traces_changed = Signal()
    device_known = Signal(str)
    weights_taken = Signal(object)  # Weights
    weights_refused = Signal(str)
    switched = Signal()  # the switches, or what they changed

    def __init__(
        self, runner: Runner, presenter: Presenter, camera: Camera, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.runner, self.presenter, self.camera = runner, presenter, camera
        self.shelf = Shelf()
        self.steps = DeskSteps(presenter.studio, self.shelf.store, self)
        self.results = Results()
        self.album = Album()
        self.photo: Photo | None = None
        self.name = ""
        self.path: Path | None = None
        self.coming: Coming | None = None  # a photo that is being read
        self.weights_wanted: Weights | None = None  # not yet answered
        runner.happened.connect(self._take)
        runner.finished.connect(self._finished)
        self.steps.stepped.connect(self._stepped)
        self.steps.decided.connect(self._decided)
        self.steps.failed.connect(self.failed)

    @property
    def desk(self) -> Desk:
        """What is looked at now."""
        return self.steps.desk

    @property
    def traces(self) -> dict[str, Trace]:
        """What was run, as it was run."""
        return self.results.traces

    @property
    def status(self) -> dict[str, Status]:
        return self.results.status

    @property
    def shown(self) -> Mapping[str, Trace]:
        """The traces as the switches have them."""
        return self.steps.decisions.traces

    # -- opening ---------------------------------------------------------------------------

    def open_paths(self, paths: list[Path], awaited: tuple[str, ...] = ()) -> None:
        """awaited: the methods that will be looked at."""
        self.steps.awaited = awaited
        try:
            album = album_of(paths, self.album)
        except OSError as error:
            return self.failed.emit(opening_sentence(error))
        goes_on = len(paths) != 1 or paths[0].is_dir() or self.photo is None
        self.start(coming_of(album, self.desk.enabled, goes_on))

    def open_data(self, data: QMimeData, name: str) -> None:
        """The picture of a drop or of the clipboard."""
        try:
            photo = image_in(data, name)
        except (NoPicture, PhotoError) as error:
            return self.failed.emit(str(error))
        self.start(aside_of(self.album, Job(name, self.desk.enabled, photo=photo)))

    def turn(self, step: int) -> None:
        """The next or previous photo of the album."""
        coming = self.coming
        here = coming.album if coming else self.album
        album = here.turned(step)
        if album is not here and album == self.album:
            self._resume()  # back to the bench, before the other photo could be read
        elif album is not here:
            self.start(coming_of(album, self.desk.enabled, bool(coming and coming.goes_on)))

    def start(self, coming: Coming) -> None:
        self.coming = coming = self.shelf.filled(coming)
        job = coming.job
        if self.photo is None:
            self._set_status(dict.fromkeys(NAMES, Status("waiting", f"Reading {job.name}")))
            self._show()
        self.working.emit(f"Reading {job.name}", 0, 0)
        variants = self.steps.to_run(job.done)
        self.runner.start(replace(
            job, weights=self.weights_wanted, variants=variants, looked_at=self.steps.looked_at,
            wanted=self.steps.wants,
        ))

    # -- events of the worker --------------------------------------------------------------

    def _take(self, event: Event | VariantMade | VariantFailed) -> None:
        if isinstance(event, PhotoRead):
            self._photo_read(event.photo)
        elif isinstance(event, DeviceKnown):
            self.device_known.emit(event.name)
        elif isinstance(event, Working):
            self.working.emit(event.text, event.done, event.total)
            if event.method:
                self._set_status(self.results.running(event, self.desk.enabled))
                self.presenter.show_messages()
        elif isinstance(event, TraceGrew):
            self._grew(event)
        elif isinstance(event, WeightsTaken):
            self.weights_wanted = None
            self.weights_taken.emit(event.weights)
        elif isinstance(event, WeightsRefused):
            self.weights_wanted = None
            self.weights_refused.emit(event.sentence)
        elif isinstance(event, VariantMade | VariantFailed):
            self.steps.variants.take(event)
            self._show()
        else:
            self._failed(event)

    def _photo_read(self, photo: Photo) -> None:
        if self.coming is None:  # methods were added to the photo on the bench
            return
        job, self.album, self.coming = self.coming.job, self.coming.album, None
        self.photo, self.name, self.path = photo, job.name, job.path
        self.results.begin(self.desk.enabled, job.done)
        self.presenter.new_photo(photo)
        self.steps.begin()
        self.camera.look_at_photo(*photo.shape[1::-1])
        self._show_cells(NAMES)
        self.show_name()
        self._show()
        self._run_again(set(), set())

    def show_name(self) -> None:
        if self.photo is not None:
            self.photo_shown.emit(self.name, self.path, *self.photo.shape[1::-1])

    def _grew(self, event: TraceGrew) -> None:
        trace = event.trace
        if self.results.grew(trace, event.complete):  # what is selected of it is gone
            selected = self.desk.view.selected
            if selected is not None and selected.method == trace.method:
                self.steps.put(self.desk.selecting(None))
        self._show_cells((trace.method,))
        # Only now is it known which detection is the best, which many thumbnails show.
        fresh = STAGE_NAMES if event.complete else (trace.stages[-1].name,)
        self.presenter.show_cells(trace.method, fresh)
        self.traces_changed.emit()
        if event.complete or trace.stages[-1].name == self.desk.stage:
            self._show()
        if event.complete:  # a part may have been exchanged, by undo, since the job began
            self._run_again(set(), set())

    def _failed(self, event: Failed) -> None:
        if event.method:
            self.failed.emit(event.sentence)
            return self._end((event.method,), Status("failed", event.sentence))
        coming = self.coming if event.unread else None
        self.coming = following = coming.following() if coming is not None else None
        self.failed.emit(event.sentence)  # where nothing follows, something may be opened upon it
        if following is not None:
            return self.start(following)
        if self.coming is not None:
            return
        if coming is not None and self.photo is not None:
            self.album = self.album.without(coming.job.path)
            self.show_name()  # and its place among fewer
            onward = coming.past(self.album)
            return self._resume() if onward is None else self.start(onward)
        ended = NAMES if self.photo is None else self.results.pending(self.desk.enabled)
        self._end(ended, Status("failed", event.sentence))

    def _resume(self) -> None:
        """Go on with the photo on the bench: its methods stopped while another was read."""
        self.coming = None
        stopped = self.results.pending(self.desk.enabled)
        if not stopped and self.weights_wanted is None:
            return self.runner.cancel()
        self._set_status(dict.fromkeys(stopped, WAITING))
        wanted = tuple(each for each in self.desk.enabled if not self.status[each].given_up)
        self._run(wanted, without=stopped)
        self._show()

    def _end(self, methods: Iterable[str], status: Status) -> None:
        """These come to no new result: what they had before stands again."""
        ended = tuple(methods)
        back = [self.results.end(name, status) for name in ended]
        self._show_cells(ended)
        if any(back):
            self.presenter.redraw_thumbnails()
            self.traces_changed.emit()
        self._show()

    def _finished(self) -> None:
        self.coming = None
        self.steps.variants.end()
        self._end(self.results.pending(self.status), CANCELLED)
        done = [name for name in self.desk.enabled if name in self.traces]
        self.idle.emit(f"{len(done)} of {len(NAMES)} methods done" if done else "")

    # -- the desk --------------------------------------------------------------------------

    def switch_layers(self, desk: Desk) -> None:
        """Layers are only shown or hidden: no picture is made again."""
        self.steps.keep(desk)
        self.presenter.apply_layers(desk)

    def move_to(self, desk: Desk, gesture: str = "") -> None:
        """The next desk; see `DeskSteps.step`."""
        self.steps.step(desk, gesture)

    def _stepped(self, before: Desk) -> None:
        added = set(self.desk.enabled) - set(before.enabled)
        removed = set(before.enabled) - set(self.desk.enabled)
        self.results.switched(added, removed)
        self._show_cells(added | removed)
        self._run_again(added, removed)
        if before.varied != self.desk.varied:
            self._rest()
        self._show()

    def _run_again(self, added: set[str], removed: set[str]) -> None:
        """Start the methods that came on, or go on without those that went off."""
        if self.photo is None or self.coming is not None:
            return
        done = complete(self.traces)
        new, gone = added - done.keys(), removed - done.keys()
        if new or (self.runner.busy and gone) or self.steps.is_missing(done):
            self._run(self.desk.enabled)

    def _rest(self) -> None:
        """Nothing goes on that nobody wants any more, such as a part that was undone."""
        waits = self.results.pending(self.desk.enabled) or self.steps.variants.run
        if self.runner.busy and not (waits or self.coming or self.weights_wanted):
            self.runner.cancel()

    def _run(self, methods: tuple[str, ...], without: tuple[str, ...] = ()) -> None:
        """Run what is missing of the photo on the bench. without: what runs once more."""
        done = {name: one for name, one in complete(self.traces).items() if name not in without}
        self.runner.start(
            Job(name=self.name, methods=methods, photo=self.photo, path=self.path, done=done,
                search=search_of(self.traces), weights=self.weights_wanted,
                variants=self.steps.to_run(done), searched=self.steps.variants.searched(done),
                looked_at=self.steps.looked_at, wanted=self.steps.wants)
        )

    def use_weights(self, weights: Weights) -> None:
        """Run FPN with other weights, now and from now on. The other methods keep their results."""
        self.weights_wanted = weights
        if self.coming is not None:
            self.start(self.coming)
        elif self.photo is not None:
            if "fpn" not in self.desk.enabled:
                self.steps.put(self.desk.toggled("fpn"))
            self._run(self.desk.enabled)
            self._show()

    def _set_status(self, status: Mapping[str, Status]) -> None:
        self.results.status |= status
        self._show_cells(status)

    def _show_cells(self, methods: Iterable[str]) -> None:
        self.presenter.traces, self.presenter.status = self.steps.decide(self.traces), self.status
        for name in methods:
            self.presenter.show_cells(name)

    def _show(self) -> None:
        traces = self.steps.decide(self.traces)
        self.presenter.before = self.steps.decisions.before()
        self.presenter.again = self.steps.variants.running(self.desk.varied)
        self.presenter.show(self.desk, traces, self.status)
        self.switched.emit()

    def _decided(self, method: str) -> None:
        self._show()  # the canvas first, then the map's small pictures
        self.presenter.show_cells(method, STAGE_NAMES)
