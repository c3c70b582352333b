"""A made-up data set in VOC's layout: coloured rectangles on grey, and cached regions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 128, 96
COLOURS = {"bird": (220, 40, 40), "car": (40, 60, 220)}
OBJECT = """<object><name>{name}</name><difficult>{difficult}</difficult><bndbox>
<xmin>{0}</xmin><ymin>{1}</ymin><xmax>{2}</xmax><ymax>{3}</ymax></bndbox></object>"""


def make_shapes(root: Path, count: int = 8, split: str = "train", year: str = "2007") -> Path:
    """Write `count` photos with one rectangle of each class; proposals go to root/proposals."""
    random = np.random.default_rng(0)
    folder = root / f"VOC{year}"
    for part in ("ImageSets/Main", "Annotations", "JPEGImages"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    proposals = root / "proposals" / year
    proposals.mkdir(parents=True, exist_ok=True)
    names = [f"{number:06d}" for number in range(count)]
    for name in names:
        pixels = random.integers(100, 140, (HEIGHT, WIDTH, 3), np.uint8)
        objects, boxes = [], []
        for column, (title, colour) in enumerate(COLOURS.items()):
            x1, y1 = int(random.integers(0, 20)) + 64 * column, int(random.integers(0, 40))
            x2, y2 = x1 + int(random.integers(28, 44)), y1 + int(random.integers(28, 50))
            x2, y2 = min(x2, WIDTH), min(y2, HEIGHT)
            pixels[y1:y2, x1:x2] = colour
            boxes.append((x1, y1, x2, y2))
            # VOC counts pixels from 1, both corners inside.
            objects.append(OBJECT.format(x1 + 1, y1 + 1, x2, y2, name=title, difficult=0))
        Image.fromarray(pixels).save(folder / "JPEGImages" / f"{name}.jpg", quality=95)
        (folder / "Annotations" / f"{name}.xml").write_text(
            f"<annotation><size><width>{WIDTH}</width><height>{HEIGHT}</height></size>"
            + "".join(objects) + "</annotation>"
        )
        near = [np.array(box) + random.integers(-8, 8, (12, 4)) for box in boxes]
        corner = random.integers(0, 60, (30, 2))
        far = np.concatenate([corner, corner + random.integers(12, 36, (30, 2))], 1)
        regions = np.concatenate([*near, far]).clip(0, (WIDTH, HEIGHT, WIDTH, HEIGHT))
        np.save(proposals / f"{name}.npy", regions.astype(np.int16))
    (folder / "ImageSets" / "Main" / f"{split}.txt").write_text("\n".join(names) + "\n")
    return root
