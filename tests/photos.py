"""Files that a user may drop on the window: odd photos that must be read, bad files to be refused.

`write_photos(folder)` writes one file of each kind and says what is true of it, so that a test can
go through all of them:

    for photo in write_photos(tmp_path):
        if photo.pixels is None: ...  # must be refused with a sentence
        else: ...                     # must be read as exactly (or nearly) these pixels

The expected pixels are computed here with NumPy, not by decoding the file.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

HUGE = (12_000, 9_000)  # width, height
Rgb = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class PhotoFile:
    """kind: a name for the test's id. pixels (H, W, 3) uint8 RGB, EXIF applied, or None where the
    file must be refused. tolerance: largest allowed difference of a value (lossy formats).
    """

    kind: str
    path: Path
    pixels: Rgb | None
    tolerance: int = 0


def scene(width: int = 48, height: int = 32) -> Rgb:
    """A photo stand-in (height, width, 3) whose four corners differ, so that turns show."""
    y, x = np.mgrid[:height, :width]
    red = 255 * x // max(1, width - 1)
    green = 255 * y // max(1, height - 1)
    blue = np.where((x < width // 2) & (y < height // 2), 200, 40)
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


def _grey(pixels: Rgb) -> NDArray[np.uint8]:
    return pixels[..., 0].copy()


def _repeat(grey: NDArray[np.uint8]) -> Rgb:
    return np.repeat(grey[..., None], 3, axis=-1)


def rgb(folder: Path) -> PhotoFile:
    pixels = scene()
    Image.fromarray(pixels).save(folder / "rgb.png")
    return PhotoFile("rgb", folder / "rgb.png", pixels)


def jpeg(folder: Path) -> PhotoFile:
    pixels = scene()
    Image.fromarray(pixels).save(folder / "jpeg.jpg", quality=98, subsampling=0)
    return PhotoFile("jpeg", folder / "jpeg.jpg", pixels, 12)


def grey(folder: Path) -> PhotoFile:
    values = _grey(scene())
    Image.fromarray(values).save(folder / "grey.png")
    return PhotoFile("grey", folder / "grey.png", _repeat(values))


def sixteen_bit(folder: Path) -> PhotoFile:
    """16-bit grey: the high byte is what an 8-bit screen shows; clipping would give white."""
    values = _grey(scene())
    Image.fromarray(values.astype(np.uint16) * 257).save(folder / "sixteen_bit.png")
    return PhotoFile("sixteen_bit", folder / "sixteen_bit.png", _repeat(values), 1)


def sixteen_bit_tiff(folder: Path) -> PhotoFile:
    values = _grey(scene())
    Image.fromarray(values.astype(np.uint16) * 257).save(folder / "sixteen_bit.tif")
    return PhotoFile("sixteen_bit_tiff", folder / "sixteen_bit.tif", _repeat(values), 1)


def sixteen_bit_rgb(folder: Path) -> PhotoFile:
    """A PNG of 16 bits a channel, which Pillow cannot write, so its chunks are written here."""
    pixels = scene()
    height, width, _ = pixels.shape
    wide = (pixels.astype(">u2") * 257).astype(">u2").reshape(height, -1)
    raw = b"".join(b"\0" + row.tobytes() for row in wide)
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    path = folder / "sixteen_bit_rgb.png"
    path.write_bytes(_png(header, zlib.compress(raw)))
    return PhotoFile("sixteen_bit_rgb", path, pixels, 1)


def rgba(folder: Path) -> PhotoFile:
    """The left half is opaque, the right half transparent: it must show white, not black."""
    pixels = scene()
    alpha = np.zeros(pixels.shape[:2], np.uint8)
    alpha[:, : pixels.shape[1] // 2] = 255
    Image.fromarray(np.dstack([pixels, alpha])).save(folder / "rgba.png")
    shown = pixels.copy()
    shown[alpha == 0] = 255
    return PhotoFile("rgba", folder / "rgba.png", shown)


def cmyk(folder: Path) -> PhotoFile:
    """Cyan left, white right, as a CMYK JPEG, without a colour profile."""
    ink = np.zeros((32, 48, 4), np.uint8)
    ink[:, :24, 0] = 255
    image = Image.frombytes("CMYK", (48, 32), ink.tobytes())
    image.save(folder / "cmyk.jpg", quality=98, subsampling=0)
    shown = np.full((32, 48, 3), 255, np.uint8)
    shown[:, :24, 0] = 0
    return PhotoFile("cmyk", folder / "cmyk.jpg", shown, 12)


def palette(folder: Path) -> PhotoFile:
    indices = np.zeros((32, 48), np.uint8)
    indices[:, 16:32], indices[:, 32:] = 1, 2
    colours = np.array([[250, 10, 20], [30, 240, 50], [60, 70, 230]], np.uint8)
    image = Image.fromarray(indices)
    image.putpalette(colours.ravel().tolist())
    image.save(folder / "palette.gif")
    return PhotoFile("palette", folder / "palette.gif", colours[indices])


def palette_transparent(folder: Path) -> PhotoFile:
    indices = np.zeros((32, 48), np.uint8)
    indices[:, 24:] = 1
    colours = np.array([[250, 10, 20], [0, 0, 0]], np.uint8)
    image = Image.fromarray(indices)
    image.putpalette(colours.ravel().tolist())
    image.save(folder / "palette_transparent.png", transparency=1)
    shown = colours[indices]
    shown[:, 24:] = 255
    return PhotoFile("palette_transparent", folder / "palette_transparent.png", shown)


def bilevel(folder: Path) -> PhotoFile:
    values = np.zeros((32, 48), bool)
    values[:, 20:] = True
    Image.fromarray(values).save(folder / "bilevel.png")
    return PhotoFile("bilevel", folder / "bilevel.png", _repeat(values.astype(np.uint8) * 255))


def exif_rotated(folder: Path, orientation: int = 6) -> PhotoFile:
    """Stored lying on its side, with the EXIF tag that says how to turn it upright."""
    upright = scene()
    # The inverse of what a reader must do for each value of the tag (TIFF 6.0, tag 274).
    stored = {
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[274] = orientation
    path = folder / f"exif_rotated_{orientation}.png"
    Image.fromarray(np.ascontiguousarray(stored)).save(path, exif=exif)
    return PhotoFile(f"exif_rotated_{orientation}", path, upright)


def one_pixel(folder: Path) -> PhotoFile:
    """1 x 1: may be read as it is; a reader that sets a least size may refuse it instead."""
    pixels = np.array([[[12, 200, 99]]], np.uint8)
    Image.fromarray(pixels).save(folder / "one_pixel.png")
    return PhotoFile("one_pixel", folder / "one_pixel.png", pixels)


def thin(folder: Path) -> PhotoFile:
    """2,000 x 1 pixels: a legal photo without any room for a box."""
    pixels = scene(2_000, 1)
    Image.fromarray(pixels).save(folder / "thin.png")
    return PhotoFile("thin", folder / "thin.png", pixels)


def empty(folder: Path) -> PhotoFile:
    (folder / "empty.jpg").write_bytes(b"")
    return PhotoFile("empty", folder / "empty.jpg", None)


def not_a_photo(folder: Path) -> PhotoFile:
    (folder / "not_a_photo.jpg").write_text("Dear diary, today I was named .jpg.\n" * 50)
    return PhotoFile("not_a_photo", folder / "not_a_photo.jpg", None)


def corrupt(folder: Path) -> PhotoFile:
    """A PNG whose header is right and whose compressed data are noise."""
    header = struct.pack(">IIBBBBB", 48, 32, 8, 2, 0, 0, 0)
    noise = np.random.default_rng(7).integers(0, 256, 4_000, np.uint8).tobytes()
    (folder / "corrupt.png").write_bytes(_png(header, noise))
    return PhotoFile("corrupt", folder / "corrupt.png", None)


def truncated(folder: Path) -> PhotoFile:
    """The first half of a JPEG, as a broken download leaves it."""
    path = folder / "truncated.jpg"
    noise = np.random.default_rng(8).integers(0, 256, (200, 300, 3), np.uint8)
    Image.fromarray(noise).save(path, quality=90)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return PhotoFile("truncated", path, None)


def header_only(folder: Path) -> PhotoFile:
    """A PNG that claims 100,000 x 100,000 pixels in 60 bytes (a decompression bomb)."""
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    (folder / "bomb.png").write_bytes(_png(header, zlib.compress(b"\0" * 10)))
    return PhotoFile("header_only", folder / "bomb.png", None)


def missing(folder: Path) -> PhotoFile:
    return PhotoFile("missing", folder / "no_such_photo.jpg", None)


def a_folder(folder: Path) -> PhotoFile:
    (folder / "folder.jpg").mkdir()
    return PhotoFile("a_folder", folder / "folder.jpg", None)


def huge(folder: Path) -> Path:
    """12,000 x 9,000 pixels, blue with a red left half; about 1.5 MB on disk, 324 MB in memory.

    Not in `write_photos`, for its size: a reader may read it or refuse it in a sentence. It is
    compressed row by row, so that writing it takes a second and little memory.
    """
    width, height = HUGE
    row = b"\0" + b"\xff\0\0" * (width // 2) + b"\0\0\xff" * (width - width // 2)
    packer = zlib.compressobj(1)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    path = folder / "huge.png"
    path.write_bytes(_png(struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), data))
    return path


def _png(header: bytes, data: bytes) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + check

    parts = chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


READABLE: tuple[Callable[[Path], PhotoFile], ...] = (
    rgb, jpeg, grey, sixteen_bit, sixteen_bit_tiff, sixteen_bit_rgb, rgba, cmyk, palette,
    palette_transparent, bilevel, exif_rotated, one_pixel, thin,
)  # fmt: skip
BAD: tuple[Callable[[Path], PhotoFile], ...] = (
    empty, not_a_photo, corrupt, truncated, header_only, missing, a_folder,
)  # fmt: skip


def write_photos(folder: Path) -> tuple[PhotoFile, ...]:
    """One file of every kind in `folder`: the readable ones first, then those to be refused."""
    return tuple(make(folder) for make in READABLE + BAD)
