"""Writes a session file; a photo that has no file yet is written beside it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.session.document import ENDING, Document, Fields, Looked, document_text
from explorer.session.files import write_whole
from explorer.session.photo_file import photo_file


@dataclass(frozen=True, eq=False)
class PhotoSource:
    """path: the photo's file, None where it was pasted; pixels: uint8 RGB (h, w, 3)."""

    path: Path | None
    pixels: NDArray[np.uint8]


def save_session(
    path: Path,
    source: PhotoSource,
    desk: Fields,
    looked: Looked,
    weights: tuple[tuple[str, str], ...],
) -> Path:
    """Write the session of a photo to `path`, and a pasted photo beside it as PNG. Returns `path`.

    Raises OSError with a sentence where a file cannot be read or written.
    """
    photo = source.path or write_whole(_beside(path), _png(source.pixels))
    try:
        known = photo_file(photo)
    except OSError as error:
        raise OSError(f"Cannot read the photo {photo} any more: {error.strerror}.") from error
    text = document_text(Document(known, desk, looked, weights))
    return write_whole(path, text.encode())


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name.removesuffix(ENDING)}.png")


def _png(pixels: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
