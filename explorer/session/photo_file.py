"""A session's photo on disk: known by its bytes, found again where it is now."""

from __future__ import annotations

import hashlib
from pathlib import Path

from explorer.session.album import SUFFIXES
from explorer.session.document import PhotoFile, SessionError


class PhotoMissingError(SessionError):
    """The photo of a session is not where it could be; the user may know where it is."""


def photo_file(path: Path) -> PhotoFile:
    """The photo as a session remembers it. Raises OSError where it cannot be read."""
    return PhotoFile(str(path.resolve()), path.name, path.stat().st_size, sha256_of(path))


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_photo(path: Path, photo: PhotoFile) -> bool:
    """Whether a file has the bytes of the session's photo; False where it cannot be read."""
    try:
        return path.is_file() and path.stat().st_size == photo.size and \
            sha256_of(path) == photo.sha256
    except OSError:
        return False


def find_photo(photo: PhotoFile, session: Path) -> Path:
    """Where the photo of a session file is now: at its path, or beside the file, under its name or
    another. Raises PhotoMissingError with a sentence that asks for it."""
    there, beside = Path(photo.path), session.parent / photo.name
    for path in (there, beside):
        if is_photo(path, photo):
            return path
    try:
        others = sorted(session.parent.iterdir())
    except OSError:
        others = []
    for path in others:
        if path.suffix.lower() in SUFFIXES and is_photo(path, photo):
            return path
    for path in (there, beside):
        if path.is_file():
            raise PhotoMissingError(
                f"{path} is not the photo of this session any more: its contents are others. Open "
                "the photo as it was, and the view is restored."
            )
    raise PhotoMissingError(
        f"The photo of this session, {photo.name}, is neither at {there.parent} nor beside "
        f"{session.name}. Open it from where it is now, and the view is restored."
    )
