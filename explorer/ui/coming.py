"""A photo on its way to the bench, and the results of those that were there before."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from explorer.session.album import Album
from explorer.session.job import Job, search_of
from explorer.trace.stages import ImageStage, Trace
from explorer.trace.store import Store


@dataclass(frozen=True, eq=False)
class Coming:
    """job: reads it. album: standing at it. goes_on: if it is bad, the album's next is opened."""

    job: Job
    album: Album
    goes_on: bool

    def following(self) -> Coming | None:
        """What to open instead of this one, which cannot be read."""
        album = self.album.without(self.job.path).next_good() if self.goes_on else None
        return None if album is None else coming_of(album, self.job.methods, goes_on=True)

    def past(self, here: Album) -> Coming | None:
        """Where this one is bad: the photo behind it, on the way that leads to it from where the
        album stands; None where there is none."""
        step = self.album.at - here.at
        onward = self.album.without(self.job.path).turned(1 if step > 0 else -1)
        if not step or onward.at == self.album.at or onward.photos != here.photos:
            return None
        return coming_of(onward, self.job.methods, goes_on=False)


def coming_of(album: Album, methods: tuple[str, ...], goes_on: bool) -> Coming:
    """The photo that the album, which has one, stands at."""
    path = album.photos[album.at]
    return Coming(Job(name=path.name, methods=methods, path=path), album, goes_on)


def aside_of(album: Album, job: Job) -> Coming:
    """A picture without a file, from which one can go back to the album."""
    return Coming(job, replace(album, aside=True), goes_on=False)


class Shelf:
    """The traces of photos that were on the bench, by file; see `Store`."""

    def __init__(self) -> None:
        self.store = Store()

    def keep(self, path: Path | None, traces: Mapping[str, Trace]) -> None:
        """Hold the complete traces of a photo that has a file."""
        key = _key(path)
        if key is not None:
            self.store.put(key, traces)

    def filled(self, coming: Coming) -> Coming:
        """With what is held of its photo, so that nothing has to be read or to run again."""
        job, key = coming.job, _key(coming.job.path)
        held = self.store.get(key) if key is not None and job.photo is None else {}
        image = next(iter(held.values())).stage("image") if held else None
        if not isinstance(image, ImageStage):
            return coming
        return replace(
            coming, job=replace(job, photo=image.pixels, done=held, search=search_of(held))
        )


def _key(path: Path | None) -> Hashable:
    """A file as it is now: where it was changed since, it is another photo."""
    try:
        status = path.stat() if path is not None else None
    except OSError:
        return None
    return (path, status.st_mtime_ns, status.st_size) if status is not None else None
