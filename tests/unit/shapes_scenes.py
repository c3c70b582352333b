"""A made-up data set that is worth detecting in: shapes on rough ground, in VOC's layout.

Each class is a shape with a family of colours; grey distractors belong to none. Regions are windows
slid over the photo: they know nothing of where the objects are.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.unit.shapes_data import OBJECT

WIDTH, HEIGHT = 160, 128
HUES = {"bird": 0, "boat": 45, "car": 110, "cat": 150}  # OpenCV's hues, 0..179
SIDES = (24, 36, 52, 76, 104)  # of the windows, pixels
RATIOS = (0.6, 1.0, 1.6)
STEP = 0.25  # distance of neighbouring windows, in sides

Pixels = NDArray[np.uint8]
Box = tuple[int, int, int, int]


def ground(random: np.random.Generator) -> Pixels:
    """Grey ground, bright and dark in patches, with grain."""
    patches = cv2.resize(
        random.uniform(70, 170, (5, 6)).astype(np.float32), (WIDTH, HEIGHT),
        interpolation=cv2.INTER_CUBIC,
    )  # fmt: skip
    grain = random.normal(0, 8, (HEIGHT, WIDTH, 3))
    return (patches[..., None] + grain).clip(0, 255).astype(np.uint8)


def colour(title: str, random: np.random.Generator) -> tuple[int, int, int]:
    """A colour of the class, RGB; grey for none."""
    hue = HUES.get(title, 0) + int(random.integers(-8, 9))
    saturation = int(random.integers(150, 256)) if title in HUES else 0
    pixel = np.array([[[hue % 180, saturation, int(random.integers(120, 256))]]], np.uint8)
    red, green, blue = cv2.cvtColor(pixel, cv2.COLOR_HSV2RGB)[0, 0].tolist()
    return red, green, blue


def draw(pixels: Pixels, title: str, box: Box, random: np.random.Generator) -> None:
    """One shape that just fills its box: a disc, a triangle, a rectangle or a ring."""
    x1, y1, x2, y2 = box
    paint = colour(title, random)
    middle = ((x1 + x2 - 1) // 2, (y1 + y2 - 1) // 2)
    axes = ((x2 - x1 - 1) // 2, (y2 - y1 - 1) // 2)
    if title in ("bird", "cat"):
        cv2.ellipse(pixels, middle, axes, 0, 0, 360, paint, -1)
    if title == "cat":
        inner = (axes[0] // 2, axes[1] // 2)
        cv2.ellipse(pixels, middle, inner, 0, 0, 360, (128, 128, 128), -1)
    if title == "boat":
        corners = [(middle[0], y1), (x1, y2 - 1), (x2 - 1, y2 - 1)]
        cv2.fillPoly(pixels, [np.array(corners, np.int32)], paint)
    if title in ("car", ""):
        cv2.rectangle(pixels, (x1, y1), (x2 - 1, y2 - 1), paint, -1)


def place(random: np.random.Generator, taken: list[Box]) -> Box | None:
    """A box that hardly overlaps those taken, or none after some tries."""
    for _ in range(20):
        width, height = (int(side) for side in random.integers(22, 72, 2))
        x1, y1 = int(random.integers(0, WIDTH - width)), int(random.integers(0, HEIGHT - height))
        box = (x1, y1, x1 + width, y1 + height)
        wide = [min(box[2], other[2]) - max(x1, other[0]) for other in taken]
        high = [min(box[3], other[3]) - max(y1, other[1]) for other in taken]
        if all(w < 6 or h < 6 for w, h in zip(wide, high, strict=True)):
            return box
    return None


def windows() -> NDArray[np.int16]:
    """Windows of several sizes and ratios slid over the photo, (n, 4)."""
    boxes = []
    for side in SIDES:
        for ratio in RATIOS:
            width, height = side / np.sqrt(ratio), side * np.sqrt(ratio)
            if width > WIDTH or height > HEIGHT:
                continue
            for y in np.arange(0, HEIGHT - height + 1, STEP * side):
                for x in np.arange(0, WIDTH - width + 1, STEP * side):
                    boxes.append((x, y, x + width, y + height))
    return np.rint(np.array(boxes)).astype(np.int16)


def make_scenes(
    root: Path, count: int, split: str = "train", seed: int = 0, year: str = "2007"
) -> Path:
    """Write `count` photos of a split under `root`, and their regions under root/proposals.

    Splits of one year must have seeds of their own: photos are named after theirs.
    """
    random = np.random.default_rng(seed)
    folder, proposals = root / f"VOC{year}", root / "proposals" / year
    for path in (
        folder / "ImageSets/Main", folder / "Annotations", folder / "JPEGImages", proposals
    ):
        path.mkdir(parents=True, exist_ok=True)
    slid = windows()
    names = [f"{seed:02d}{number:04d}" for number in range(count)]
    for name in names:
        pixels, taken, objects = ground(random), list[Box](), []
        for title in random.choice([*HUES, ""], int(random.integers(1, 5))).tolist():
            box = place(random, taken)
            if box is None:
                continue
            draw(pixels, title, box, random)
            taken.append(box)
            if title:
                x1, y1, x2, y2 = box  # VOC counts pixels from 1, both corners inside
                objects.append(OBJECT.format(x1 + 1, y1 + 1, x2, y2, name=title, difficult=0))
        Image.fromarray(pixels).save(folder / "JPEGImages" / f"{name}.jpg", quality=92)
        (folder / "Annotations" / f"{name}.xml").write_text(
            f"<annotation><size><width>{WIDTH}</width><height>{HEIGHT}</height></size>"
            + "".join(objects) + "</annotation>"
        )
        np.save(proposals / f"{name}.npy", random.permutation(slid))
    (folder / "ImageSets" / "Main" / f"{split}.txt").write_text("\n".join(names) + "\n")
    return root
