"""Photos from files: decoded by Pillow, upright, 8 bits a channel, RGB; or refused in a sentence.

No torch here: the window opens photos before it is loaded. `explorer.ops.resize` goes on.
"""

from __future__ import annotations

import functools
import io
import logging
import os
import stat
import threading
import warnings
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

# The largest photo that is read: as large as any camera's (12,000 x 9,000 is 108 million).
# Decoding one takes up to four times its 3 bytes a pixel of memory for a moment.
MAX_PIXELS = 120_000_000

# Statistics of ImageNet's RGB values in [0, 1]; also the colour that fills what lies outside.
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)

# Only formats of photos: Pillow's others include some that start programs (EPS).
FORMATS = ("JPEG", "MPO", "PNG", "GIF", "WEBP", "TIFF", "BMP", "DIB", "PPM", "JPEG2000", "AVIF")
STRIP = 16_000_000  # pixels converted at once

# What the EXIF tag `orientation` asks for (TIFF 6.0, tag 274).
ORIENTATION = 274
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# `_open` compares sizes with MAX_PIXELS itself; Pillow would warn below it, process-wide.
Image.MAX_IMAGE_PIXELS = None
# What Pillow mutters about odd metadata helps nobody who looks at the photo. Said once here
# because `warnings.catch_warnings` is not safe with threads.
warnings.filterwarnings("ignore", module=r"PIL\.")
logging.getLogger("PIL").addHandler(logging.NullHandler())

Photo = NDArray[np.uint8]


class PhotoError(Exception):
    """A photo that cannot be shown. `str()` is one sentence: which file, what is wrong with it,
    what to do. path: the file (or the name given for bytes); problem: the sentence's second half.
    """

    def __init__(self, path: str | os.PathLike[str], problem: str) -> None:
        self.path = path
        self.problem = problem
        # One line whatever the name: it may hold line breaks, or bytes that are no text.
        name = "".join(c if c.isprintable() else "?" for c in os.fspath(path))
        super().__init__(f"{name}: {problem}")


def load_photo(path: str | os.PathLike[str]) -> Photo:
    """Read a photo: uint8 RGB (H, W, 3), turned as its EXIF orientation says, read-only.

    The first picture of an animation; transparency over white; 16 bits a channel scaled to 8.
    Raises PhotoError. Safe to call from several threads.
    """
    try:
        about = os.stat(path)
        if stat.S_ISDIR(about.st_mode):
            raise PhotoError(path, "this is a folder; choose the photos in it.")
        if not stat.S_ISREG(about.st_mode):  # reading a pipe or a device might never end
            raise PhotoError(path, "this is not a file; choose a photo.")
        if about.st_size == 0:
            raise PhotoError(path, "the file is empty; copy or download it again.")
        with Path(path).open("rb") as file:
            return _decode(file, path)
    except (FileNotFoundError, NotADirectoryError):
        raise PhotoError(path, "there is no such file; check its name and folder.") from None
    except PermissionError:
        raise PhotoError(path, "reading it is not permitted; change its permissions.") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PhotoError(path, f"it cannot be opened ({reason}); try a copy of it.") from error
    except ValueError:  # a null character in the name
        raise PhotoError(path, "this cannot be the name of a file; check it.") from None


def decode_photo(data: bytes, name: str) -> Photo:
    """`load_photo` for the bytes of a file, e.g. from the clipboard; `name` stands in errors."""
    if not data:
        raise PhotoError(name, "it is empty; copy the picture again.")
    return _decode(io.BytesIO(data), name)


def check_size(width: int, height: int, path: str | os.PathLike[str]) -> None:
    """Raises PhotoError where so many pixels are more than a photo may have."""
    if width * height > MAX_PIXELS:
        raise PhotoError(
            path,
            f"{width:,} × {height:,} pixels are more than the {MAX_PIXELS // 10**6} million"
            " that can be shown; save a smaller copy.",
        )


@functools.cache
def _formats() -> tuple[str, ...]:
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


_FIRST_USE = threading.Lock()


def _decode(file: BinaryIO, path: str | os.PathLike[str]) -> Photo:
    damaged = "the file is damaged or incomplete; copy or download it again."
    with _FIRST_USE:
        formats = list(_formats())
    try:
        with Image.open(file, formats=formats) as image:
            check_size(*image.size, path)
            image.load()
            return _upright_rgb(image)
    except PhotoError:
        raise
    except UnidentifiedImageError:
        raise PhotoError(
            path, "this is not a photo that can be read; save it as JPEG, PNG, WebP or TIFF."
        ) from None
    except MemoryError:
        raise PhotoError(
            path, "there is not enough memory to read it; save a smaller copy."
        ) from None
    except Exception as error:  # Pillow's decoders raise almost anything on damaged files
        raise PhotoError(path, damaged) from error


def _upright_rgb(image: Image.Image) -> Photo:
    """A decoded image as an array that owns its memory, made in strips to spare memory."""
    try:
        turn = UPRIGHT.get(cast(int, image.getexif().get(ORIENTATION)))
    except Exception:  # unreadable metadata: a photo that lies on its side beats none
        turn = None
    if turn is not None:
        image = image.transpose(turn)
    levels = _levels(image)
    width, height = image.size
    pixels = np.empty((height, width, 3), np.uint8)
    rows = max(1, STRIP // max(1, width))
    for top in range(0, height, rows):
        bottom = min(height, top + rows)
        whole = bottom - top == height
        strip = image if whole else image.crop((0, top, width, bottom))
        pixels[top:bottom] = _rgb(strip, levels)
    pixels.setflags(write=False)
    return pixels


def _levels(image: Image.Image) -> tuple[float, float] | None:
    """The values that become black and white in modes of more than 8 bits; None in the others.

    Integers that fit 16 bits: 0 and 65,535. Floats in [0, 1]: 0 and 1. Others have no natural
    white: their least and greatest.
    """
    if image.mode.startswith("I;16"):
        return 0.0, 65535.0
    if image.mode not in ("I", "F"):
        return None
    values = np.asarray(image)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    natural = 65535.0 if image.mode == "I" else 1.0
    return (0.0, natural) if low >= 0 and high <= natural else (low, high)


def _rgb(image: Image.Image, levels: tuple[float, float] | None) -> Photo:
    if levels is not None:
        low, high = levels
        values = np.nan_to_num(np.asarray(image).astype(np.float32), nan=low)
        grey = (values.clip(low, high) - low) * (255 / max(high - low, 1e-30))
        return np.repeat(np.rint(grey).astype(np.uint8)[..., None], 3, axis=-1)
    if image.mode in ("La", "RGBa"):  # colours already multiplied by their opacity
        image = image.convert("LA" if image.mode == "La" else "RGBA")
    if image.has_transparency_data:
        shown = image.convert("RGBA")
        image = Image.new("RGB", shown.size, "white")
        image.paste(shown, mask=shown.getchannel("A"))
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
