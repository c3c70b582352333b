"""A photo on its way to the bench."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.session.album import Album
from explorer.session.job import Job


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


def coming_of(album: Album, methods: tuple[str, ...], goes_on: bool) -> Coming:
    """The photo that the album, which has one, stands at."""
    path = album.photos[album.at]
    return Coming(Job(name=path.name, methods=methods, path=path), album, goes_on)
