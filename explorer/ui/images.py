"""NumPy pictures as QImages, converted once and kept while their array lives."""

from __future__ import annotations

import threading
import weakref
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

STRIP = 4_000_000  # pixels laid over white at once
_lock = threading.Lock()
# id of the array -> (the array, while it lives; image halved 0, 1, 2 ... times)
_kept: dict[int, tuple[weakref.ref[NDArray[Any]], dict[int, QImage]]] = {}


def _drop(key: int, reference: weakref.ref[NDArray[Any]]) -> None:
    held = _kept.get(key)
    if held is not None and held[0] is reference:
        del _kept[key]


def forget_images() -> None:
    """Drop all kept images: what is still drawn makes them anew."""
    with _lock:
        _kept.clear()


def to_image(pixels: NDArray[np.uint8]) -> QImage:
    """A QImage of its own from uint8 RGB (h, w, 3) or RGBA (h, w, 4)."""
    pixels = np.ascontiguousarray(pixels)
    height, width, channels = pixels.shape
    format_ = QImage.Format.Format_RGB888 if channels == 3 else QImage.Format.Format_RGBA8888
    view = QImage(pixels.data, width, height, channels * width, format_)
    target = (
        QImage.Format.Format_RGB32 if channels == 3 else QImage.Format.Format_ARGB32_Premultiplied
    )
    # Converting copies, so the image does not depend on the array's memory.
    return view.convertToFormat(target)


def from_argb(pixels: NDArray[np.uint32]) -> QImage:
    """A QImage of its own from premultiplied ARGB (h, w)."""
    height, width = pixels.shape
    format_ = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(np.ascontiguousarray(pixels).data, width, height, 4 * width, format_).copy()


def from_image(image: QImage) -> NDArray[np.uint8]:
    """uint8 RGB (h, w, 3) from any QImage; what is transparent becomes white."""
    if image.hasAlphaChannel():
        rgba = image.convertToFormat(QImage.Format.Format_RGBA8888)
        return _over_white(_rows(rgba, 4))
    flat = image.convertToFormat(QImage.Format.Format_RGB888)
    return _rows(flat, 3).copy()


def _over_white(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Some rows at a time: in floats, 100 megapixels at once would take several gigabytes."""
    height, width = rgba.shape[:2]
    pixels = np.empty((height, width, 3), np.uint8)
    count = max(1, STRIP // max(1, width))
    for top in range(0, height, count):
        values = rgba[top : top + count].astype(np.float32)
        alpha = values[..., 3:] / 255
        pixels[top : top + count] = (values[..., :3] * alpha + 255 * (1 - alpha)).round()
    return pixels


def _rows(image: QImage, channels: int) -> NDArray[np.uint8]:
    height, width = image.height(), image.width()
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    return raw[:, : width * channels].reshape(height, width, channels)


def image_of(pixels: NDArray[np.uint8], scale: float = 1.0) -> QImage:
    """The kept image of an array, halved as often as leaves it at least `scale` times its size.

    Halving beforehand keeps a large photo in a small canvas free of aliasing, and cheap.
    """
    halvings = 0
    while scale <= 0.5 and min(pixels.shape[:2]) >> halvings > 64:
        scale *= 2
        halvings += 1
    with _lock:
        entry = _kept.get(id(pixels))
        images = entry[1] if entry is not None and entry[0]() is pixels else None
        if images is None:
            images = {}
            _kept[id(pixels)] = (weakref.ref(pixels, partial(_drop, id(pixels))), images)
        image = images.get(halvings)
    if image is None:
        image = images[halvings] = _halved(pixels, halvings)
    return image


def _halved(pixels: NDArray[np.uint8], halvings: int) -> QImage:
    """Of a much larger photo every 2nd, 4th ... pixel is taken first: the full image of 100
    megapixels would take half a gigabyte."""
    step = 1 << max(0, halvings - 2)
    image = to_image(pixels[::step, ::step])
    if not halvings:
        return image
    size = QSize(max(1, pixels.shape[1] >> halvings), max(1, pixels.shape[0] >> halvings))
    return image.scaled(
        size,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
