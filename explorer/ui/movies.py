"""Frames as an animated GIF (Pillow) or as MP4 (OpenCV)."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

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
FLAT, FAR = 48, 20  # of these, for lines and swatches; how far off, of 255, a colour is wrong
COLOURS = 255  # of a GIF's 256; Pillow needs one for what does not change
ENCODER = Path(__file__).with_name("mp4_encoder.py")
WAIT = 0.05  # seconds between two looks at the encoder
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
            for _ in write(_arrays(frames, stopped), part, frame_ms(count), stopped):
                yield None
    except _StopError:
        return
    yield path


def _arrays(frames: Iterable[QImage], stopped: Stopped) -> Iterator[Frame]:
    """Frames (h, w, 3), all of the first one's size, its sides even as codecs want them."""
    size: tuple[int, int] | None = None
    for frame in frames:
        _go_on(stopped)
        if size is None:
            size = frame.width() // 2 * 2, frame.height() // 2 * 2
        yield from_image(frame.copy(0, 0, *size))
    _go_on(stopped)


def _go_on(stopped: Stopped) -> None:
    if stopped():
        raise _StopError


def _gif(
    frames: Iterator[Frame], path: Path, each: int, stopped: Stopped
) -> Iterator[None]:
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
    palette = _palette(sheet)

    def indexed() -> Iterator[Image.Image]:
        for image in images:
            _go_on(stopped)  # also while Pillow writes
            yield image.quantize(palette=palette, dither=Image.Dither.NONE)

    following = indexed()
    next(following).save(
        path, "GIF", save_all=True, append_images=following, loop=0,
        duration=[each] * (len(images) - 1) + [_last(each)],
    )


def _palette(sheet: Image.Image) -> Image.Image:
    """The colours of all frames. Photos have most of them; those that are far from any of these and
    stand for much, as lines, swatches and labels do, come in as they are."""
    usual = sheet.quantize(COLOURS - FLAT, Image.Quantize.MEDIANCUT)
    pixels = np.asarray(sheet)
    off = np.abs(pixels.astype(np.int16) - np.asarray(usual.convert("RGB"))).max(2) > FAR
    flat, counts = np.unique(pixels[off], axis=0, return_counts=True)
    flat = flat[np.argsort(-counts, kind="stable")][:FLAT]
    most = (usual.getpalette() or [])[: 3 * (COLOURS - FLAT)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([*most, *flat.ravel().tolist()])
    return palette


def _mp4(
    frames: Iterator[Frame], path: Path, each: int, stopped: Stopped
) -> Iterator[None]:
    process: subprocess.Popen[bytes] | None = None
    last: bytes = b""
    try:
        for frame in frames:
            process = process or _encoder(path, frame.shape[1], frame.shape[0], 1000 / each)
            last = frame.tobytes()
            _send(process, last)
            yield
        assert process is not None and process.stdin is not None
        for _ in range(_last(each) // each - 1):
            _go_on(stopped)
            _send(process, last)
        with suppress(OSError):
            process.stdin.close()
        while process.poll() is None:  # it works on the last frames
            _go_on(stopped)
            time.sleep(WAIT)
    finally:
        if process is not None:
            process.kill()  # where it has not ended by itself, nobody wants the file
            process.wait()
            with suppress(OSError):
                process.stdin.close()  # type: ignore[union-attr]
    from explorer.ui.mp4_encoder import NO_CODEC  # OpenCV

    if process.returncode == NO_CODEC:
        raise OSError("this OpenCV cannot encode MP4; choose GIF")
    if process.returncode or not path.exists() or not path.stat().st_size:
        raise OSError("OpenCV could not write it; is the disk full?")


def _encoder(path: Path, width: int, height: int, fps: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", str(ENCODER), str(path), str(width), str(height), str(fps)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _send(process: subprocess.Popen[bytes], frame: bytes) -> None:
    """An encoder that has ended says why by its exit code."""
    assert process.stdin is not None
    with suppress(OSError):
        process.stdin.write(frame)


def _last(each: int) -> int:
    return max(each, min(each * LAST, LAST_MS))
