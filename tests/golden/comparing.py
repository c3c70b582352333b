"""Comparing a drawn picture with the stored one, block by block."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from explorer.ui.images import from_image

PICTURES = Path(__file__).parent / "pictures"
BLOCK = 4
# Smoothing of edges may differ by a few levels between machines. A line one pixel wide through a
# block changes its mean by a quarter of its contrast: far more than this.
TOLERANCE = 9.0


def block_means(image: QImage) -> NDArray[np.float64]:
    """(h / 4, w / 4, 3) mean colours of the blocks; what is left over at the edges is cut off."""
    pixels = from_image(image).astype(np.float64)
    height, width = (side // BLOCK * BLOCK for side in pixels.shape[:2])
    blocks = pixels[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, 3)
    means: NDArray[np.float64] = blocks.mean(axis=(1, 3))
    return means


def difference(image: QImage, other: QImage) -> float:
    """The largest difference of two block means, in levels of 0 to 255; 255 for other sizes."""
    if image.size() != other.size():
        return 255.0
    return float(np.abs(block_means(image) - block_means(other)).max())


def check(image: QImage, name: str) -> None:
    """Fail unless `image` looks like the stored picture. UPDATE_GOLDEN=1 stores it anew."""
    path = PICTURES / f"{name}.png"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        assert image.save(str(path))
    stored = QImage(str(path))
    assert not stored.isNull(), f"{path} is missing: run with UPDATE_GOLDEN=1 and look at it"
    found = difference(image, stored)
    if found > TOLERANCE:
        image.save(str(path.with_suffix(".new.png")))
    assert found <= TOLERANCE, f"{path.name}: a block differs by {found:.1f} levels"
