"""The photos one can leaf through: what was opened, or the folder around a single photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

# Endings that Pillow reads; what a file really holds is found out when it is opened.
SUFFIXES = frozenset(
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp",
        ".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".jp2",
    }
)


@dataclass(frozen=True)
class Album:
    """photos in order; at: the one on screen; bad: those that could not be read.

    aside: a picture without a file is on screen instead, a pasted one.
    """

    photos: tuple[Path, ...] = ()
    at: int = 0
    bad: frozenset[Path] = frozenset()
    aside: bool = False

    @property
    def current(self) -> Path | None:
        return self.photos[self.at] if self.photos else None

    @property
    def place(self) -> str:
        """ "2 of 8" of those that can be read, as far as is known; "" where there is one."""
        at_good = [at for at, path in enumerate(self.photos) if path not in self.bad]
        if self.aside or len(at_good) < 2 or self.at not in at_good:
            return ""
        return f"{at_good.index(self.at) + 1:,} of {len(at_good):,}"

    def turned(self, step: int) -> Album:
        """`step` photos on, past bad ones, stopping at the last good one; from a picture without
        a file back to the photo that was there before it."""
        if self.aside and self.photos:
            back = replace(self, aside=False)
            return back if self.current not in self.bad else back.turned(step)
        ahead = range(self.at + 1, len(self.photos)) if step > 0 else range(self.at - 1, -1, -1)
        good = [at for at in ahead if self.photos[at] not in self.bad][: abs(step)]
        return replace(self, at=good[-1]) if good else self

    def without(self, path: Path | None) -> Album:
        """The same place, and `path` is not opened again."""
        return self if path is None else replace(self, bad=self.bad | {path})

    def next_good(self) -> Album | None:
        """The first after this one that is not bad, else the first of all; None: all are bad."""
        order = [*range(self.at, len(self.photos)), *range(self.at)]
        good = [at for at in order if self.photos[at] not in self.bad]
        return replace(self, at=good[0]) if good else None


NOTHING = Album()


def photos_in(folder: Path) -> tuple[Path, ...]:
    """The folder's photos by name, without its subfolders. Raises OSError where it is unreadable.
    """
    found = (path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    return tuple(sorted((path for path in found if path.is_file()), key=_natural))


def _natural(path: Path) -> tuple[str, ...]:
    """Sorts "photo 9" before "photo 10"."""
    parts: list[str] = [""]
    for letter in path.name.lower():
        if parts[-1] and letter.isdigit() != parts[-1][-1].isdigit():
            parts.append("")
        parts[-1] += letter
    return tuple(part.zfill(12) if part.isdigit() else part for part in parts)


def album_of(paths: Sequence[Path], here: Album = NOTHING) -> Album:
    """What to leaf through after opening `paths`, files and folders. here: what it was before.

    One file: the photos that it is among already, else its folder, standing at it. Several: these
    files and the folders' photos.
    Raises FileNotFoundError, with a sentence, where there is nothing to open.
    """
    if len(paths) == 1 and not paths[0].is_dir():
        path = paths[0]
        known = [
            at for at, one in enumerate(here.photos)
            if one.name == path.name and one.absolute() == path.absolute()
        ]
        if known and len(here.photos) > 1:
            return replace(here, at=known[0], bad=here.bad - {path})
        try:
            beside = photos_in(path.parent)
        except OSError:
            beside = ()
        if path in beside:
            return Album(beside, beside.index(path))
        return Album((path,))
    photos: list[Path] = []
    for path in paths:
        photos += photos_in(path) if path.is_dir() else [path]
    if not photos:
        where = paths[0].name if paths else "it"
        raise FileNotFoundError(f"There are no photos in {where}.")
    return Album(tuple(dict.fromkeys(photos)))
