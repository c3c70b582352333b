"""Frames as an animated GIF (Pillow) or as MP4 (OpenCV)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtGui import QImage

from explorer.session.files import whole_file
from explorer.ui.exporting import Stopped
from explorer.ui.images import from_image

KINDS = ("gif", "mp4")
LAST = 10  # the last frame stands as long as so many, but no longer than LAST_MS
LAST_MS = 2_000
QUICKEST = 150  # milliseconds a frame stands at least
SHORT, SLOWEST = 6_000, 800  # a replay takes at least so long, a frame at most; milliseconds
COLOURS = 255  # of a GIF's 256; Pillow needs one for what does not change
# VP9 plays in browsers; MPEG-4 Part 2 is what every build of OpenCV can write.
CODECS = ("vp09", "mp4v")
Frame = NDArray[np.uint8]


class _StopError(Exception):
    """Ends a file that nobody wants any more."""


def frame_ms(count: int) -> int:
    """How long each of so many frames stands: longer where they are few."""
    return min(SLOWEST, max(QUICKEST, SHORT // max(count, 1))) // 10 * 10


def write_movie(
    frames: Iterable[QImage], count: int, path: Path, stopped: Stopped = lambda: False
) -> Iterator[Path | None]:
    """Write `count` frames as GIF or MP4, by the path's ending.

    Yields None for each, then the path.

    Nothing is left where `stopped()` turns true. Raises OSError with a sentence where the file
    cannot be written, or this OpenCV cannot encode MP4.
    """
    write = _gif if path.suffix == ".gif" else _mp4
    try:
        with whole_file(path) as part:
            for _ in write(_arrays(frames, stopped), part, frame_ms(count)):
                yield None
    except _StopError:
        return
    yield path


def _arrays(frames: Iterable[QImage], stopped: Stopped) -> Iterator[Frame]:
    """Frames (h, w, 3), all of the first one's size, its sides even as codecs want them."""
    size: tuple[int, int] | None = None
    for frame in frames:
        if stopped():
            raise _StopError
        if size is None:
            size = frame.width() // 2 * 2, frame.height() // 2 * 2
        yield from_image(frame.copy(0, 0, *size))
    if stopped():
        raise _StopError


def _gif(frames: Iterator[Frame], path: Path, each: int) -> Iterator[None]:
    """One palette for all frames, and no dithering: what does not change takes no room."""
    images = []
    for frame in frames:
        images.append(Image.fromarray(frame))
        yield
    some = [images[0], images[len(images) // 2], images[-1]]
    width, height = some[0].size
    sheet = Image.new("RGB", (width, height * len(some)))
    for at, image in enumerate(some):
        sheet.paste(image, (0, at * height))
    palette = sheet.quantize(COLOURS, Image.Quantize.MEDIANCUT)
    indexed = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
    indexed[0].save(
        path, "GIF", save_all=True, append_images=indexed[1:], loop=0,
        duration=[each] * (len(indexed) - 1) + [_last(each)],
    )


def _mp4(frames: Iterator[Frame], path: Path, each: int) -> Iterator[None]:
    import cv2

    writer: Any = None
    last: Frame | None = None
    try:
        for frame in frames:
            writer = writer or _writer(path, frame.shape[1], frame.shape[0], 1000 / each)
            last = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
            writer.write(last)
            yield
        for _ in range(_last(each) // each - 1):
            writer.write(last)
    finally:
        if writer is not None:
            writer.release()
    if not path.exists() or not path.stat().st_size:
        raise OSError("OpenCV could not write it; is the disk full?")


def _last(each: int) -> int:
    return max(each, min(each * LAST, LAST_MS))


def _writer(path: Path, width: int, height: int, fps: float) -> Any:
    import cv2

    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # a codec that lacks is tried
    try:
        for codec in CODECS:
            writer = cv2.VideoWriter(
                str(path), cv2.VideoWriter.fourcc(*codec), fps, (width, height)
            )
            if writer.isOpened():
                return writer
    finally:
        cv2.utils.logging.setLogLevel(level)
    raise OSError("this OpenCV cannot encode MP4; choose GIF")
