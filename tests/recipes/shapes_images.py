"""Photos of one shape each, in folders by class: what a classifier learns before a detector."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.unit.shapes_scenes import HUES, draw, ground

SIDE = 64  # pixels
CLASSES = (*HUES, "grey", "ground")  # also of what no class is: grey shapes, and nothing at all


def make_images(root: Path, each: int, split: str, seed: int) -> Path:
    """Write `each` photos of every class to root/split/CLASS."""
    random = np.random.default_rng(seed)
    for title in CLASSES:
        folder = root / split / title
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(each):
            pixels = np.ascontiguousarray(ground(random)[:SIDE, :SIDE])
            width, height = (int(side) for side in random.integers(22, 60, 2))
            x, y = int(random.integers(0, SIDE - width)), int(random.integers(0, SIDE - height))
            if title != "ground":
                shape = title if title in HUES else ""
                draw(pixels, shape, (x, y, x + width, y + height), random)
            Image.fromarray(pixels).save(folder / f"{number:04d}.png")
    return root
