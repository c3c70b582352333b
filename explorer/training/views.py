"""Random views of training photos: crop, zoom, mirror and colour, with the boxes carried along.

All photos of a batch are seen through one canvas of fixed size, so nothing is padded and the
network always meets the same few shapes. A view is an affine map of the photo: x' = s x + t.
"""

from __future__ import annotations

import dataclasses
import math
import queue
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.ops.images import load_photo
from explorer.training.data import Photo, cached_proposals
from explorer.training.images import normalise

SEEN = 0.4  # a box of which less is inside the canvas is not a training example


@dataclass(frozen=True)
class Views:
    """How photos are seen. short, long: sides of the canvas in pixels; zoom: range, drawn
    log-uniformly, of the size of the photo relative to that at test time, where its sides are at
    most `read` (short, long) pixels."""

    short: int = 192
    long: int = 256
    zoom: tuple[float, float] = (0.7, 1.4)
    read: tuple[int, int] = (288, 384)
    colour: float = 0.25
    mirror: bool = True

    def pixels(self, photo: Photo) -> tuple[float, float]:
        """The range of network pixels per photo pixel."""
        short, long = sorted((photo.width, photo.height))
        usual = min(self.read[0] / short, self.read[1] / long)
        return usual * self.zoom[0], usual * self.zoom[1]


@dataclass(frozen=True, eq=False)
class Batch:
    """images (N, 3, H, W) normalised; per photo: boxes (n, 4), labels (n,), regions (m, 4) or none.

    Boxes are in canvas pixels. seeds: for what is drawn at random of each photo afterwards; none:
    torch's own random numbers.
    """

    images: Tensor
    boxes: list[Tensor]
    labels: list[Tensor]
    regions: list[Tensor]
    seeds: tuple[int, ...] = ()

    def generators(self) -> list[torch.Generator | None]:
        """A source of random numbers for each photo."""
        if not self.seeds:
            return [None] * len(self.boxes)
        return [torch.Generator().manual_seed(seed) for seed in self.seeds]

    def to(self, device: torch.device) -> Batch:
        """The same batch there."""
        if device.type == "cpu":
            return self
        return Batch(
            self.images.to(device, non_blocking=True),
            [boxes.to(device) for boxes in self.boxes],
            [labels.to(device) for labels in self.labels],
            [regions.to(device) for regions in self.regions],
            self.seeds,
        )


@dataclass(frozen=True, eq=False)
class View:
    """One photo through the canvas: pixels (H, W, 3) uint8, boxes, labels and regions in it."""

    pixels: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    regions: NDArray[np.float32]


def view(
    photo: Photo,
    pixels: NDArray[np.uint8],
    regions: NDArray[np.float32],
    size: tuple[int, int],
    views: Views,
    random: np.random.Generator,
) -> View:
    """A random view of one photo on a canvas of `size` = (height, width).

    Difficult boxes are left out, as the papers' training did.
    """
    height, width = size
    low, high = views.pixels(photo)
    zoom = math.exp(random.uniform(math.log(low), math.log(high)))
    mirror = views.mirror and random.random() < 0.5
    # What is larger than the canvas is cropped anywhere, what is smaller is placed anywhere.
    left = _offset(photo.width * zoom, width, random)
    top = _offset(photo.height * zoom, height, random)
    warp = np.array([[zoom, 0, left], [0, zoom, top]], np.float32)
    if mirror:
        warp[0] = [-zoom, 0, width - left]
    # OpenCV's pixel centres lie on integers, ours on halves.
    centred = warp.copy()
    centred[:, 2] += warp[:, :2].sum(1) / 2 - 0.5
    if zoom < 0.7:  # bilinear sampling would skip pixels
        pixels = cv2.blur(pixels, (2, 2)).astype(np.uint8)
    seen = cv2.warpAffine(
        pixels, centred, (width, height), flags=cv2.INTER_LINEAR, borderValue=(124, 116, 104)
    )
    kept = ~photo.difficult
    boxes, inside = _through(photo.boxes[kept], warp, mirror, width, height)
    found, useful = _through(regions, warp, mirror, width, height)
    labels = photo.labels[kept]
    return View(seen.astype(np.uint8), boxes[inside], labels[inside], found[useful])


def _offset(length: float, canvas: int, random: np.random.Generator) -> float:
    return random.uniform(min(0.0, canvas - length), max(0.0, canvas - length))


def _through(
    boxes: NDArray[np.float32], warp: NDArray[np.float32], mirror: bool, width: int, height: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Boxes (n, 4) through the affine map, clipped to the canvas; (n,) whether enough is left."""
    x = boxes[:, [0, 2]] * warp[0, 0] + warp[0, 2]
    y = boxes[:, [1, 3]] * warp[1, 1] + warp[1, 2]
    if mirror:
        x = x[:, ::-1]
    area = (x[:, 1] - x[:, 0]) * (y[:, 1] - y[:, 0])
    x, y = x.clip(0, width), y.clip(0, height)
    sides = x[:, 1] - x[:, 0], y[:, 1] - y[:, 0]
    inside = (sides[0] * sides[1] >= SEEN * area) & (sides[0] >= 4) & (sides[1] >= 4)
    return np.stack([x[:, 0], y[:, 0], x[:, 1], y[:, 1]], 1).astype(np.float32), inside


def colour(images: Tensor, strength: float, randoms: list[np.random.Generator]) -> Tensor:
    """Brightness, contrast and colour cast of normalised images (N, 3, H, W), in place; randoms:
    one for each."""
    scale = torch.tensor([random.uniform(1 - strength, 1 + strength) for random in randoms])
    shift = torch.from_numpy(np.stack([
        random.uniform(-strength, strength) + random.uniform(-strength / 2, strength / 2, 3)
        for random in randoms
    ]))  # fmt: skip
    return images.mul_(scale.float()[:, None, None, None]).add_(shift.float()[:, :, None, None])


class Plan:
    """Which photos make up batch number t: every photo once an epoch, landscapes and portraits
    apart. A function of (seed, t) alone, so a resumed run goes on with the same batches."""

    def __init__(self, photos: list[Photo], size: int, seed: int) -> None:
        self.size, self.seed = size, seed
        wide = np.array([photo.width >= photo.height for photo in photos])
        self.groups = [rows for rows in (np.flatnonzero(wide), np.flatnonzero(~wide)) if len(rows)]
        self.per_epoch = sum(-(-len(rows) // size) for rows in self.groups)
        self._epoch, self._batches = -1, list[NDArray[np.int64]]()

    def rows(self, number: int) -> NDArray[np.int64]:
        """Rows of the photos in batch `number`; a group's last batch is filled from its start."""
        epoch, index = divmod(number, self.per_epoch)
        if epoch != self._epoch:
            random = np.random.default_rng((self.seed, epoch))
            batches = []
            for rows in self.groups:
                order = random.permutation(rows)
                order = np.resize(order, -(-len(order) // self.size) * self.size)
                batches += list(order.reshape(-1, self.size))
            self._batches = [batches[i] for i in random.permutation(len(batches))]
            self._epoch = epoch
        return self._batches[index]


def scaled(views: Views, read: tuple[int, int]) -> Views:
    """The same views for a method that reads photos at other sides, `read`: the canvas grows in
    proportion, in whole cells of 32 pixels."""
    factor = read[0] / views.read[0]
    short, long = (max(32, 32 * round(side * factor / 32)) for side in (views.short, views.long))
    return dataclasses.replace(views, short=short, long=long, read=read)


def photo_randoms(seed: tuple[int, int], first: int, count: int) -> list[np.random.Generator]:
    """Random numbers for each of `count` photos of a batch. seed: (run, batch number).

    first: the place of the first photo in the whole step's batch, so that a photo is seen in the
    same way however many processes share the batch.
    """
    return [np.random.default_rng((*seed, first + place)) for place in range(count)]


def make_batch(
    photos: list[Photo], views: Views, seed: tuple[int, int], proposals: Path | None,
    first: int = 0,
) -> Batch:  # fmt: skip
    """Load, view and stack photos of one orientation. seed, first: see `photo_randoms`."""
    randoms = photo_randoms(seed, first, len(photos))
    wide = photos[0].width >= photos[0].height
    size = (views.short, views.long) if wide else (views.long, views.short)
    seen = []
    for photo, random in zip(photos, randoms, strict=True):
        regions = (
            cached_proposals(proposals, photo) if proposals else np.zeros((0, 4), np.float32)
        )
        seen.append(view(photo, load_photo(photo.path), regions, size, views, random))
    pixels = torch.from_numpy(np.stack([one.pixels for one in seen])).permute(0, 3, 1, 2)
    return Batch(
        colour(normalise(pixels), views.colour, randoms),
        [torch.from_numpy(one.boxes) for one in seen],
        [torch.from_numpy(one.labels) for one in seen],
        [torch.from_numpy(one.regions) for one in seen],
        tuple(int(random.integers(2**62)) for random in randoms),
    )


def ahead(make: Callable[[int], Batch], first: int, held: int = 3) -> Generator[Batch]:
    """make(first), make(first + 1) ... for ever, computed by one thread up to `held` ahead.

    Close the generator to end the thread. An error in the thread is raised here.
    """
    ready: queue.Queue[Batch | BaseException] = queue.Queue(held)
    over = threading.Event()

    def put(item: Batch | BaseException) -> None:
        while not over.is_set():
            try:
                return ready.put(item, timeout=0.2)
            except queue.Full:
                continue

    def work() -> None:
        number = first
        try:
            while not over.is_set():
                put(make(number))
                number += 1
        except BaseException as error:  # handed to the consumer
            put(error)

    thread = threading.Thread(target=work, name="training-data", daemon=True)
    thread.start()
    try:
        while True:
            item = ready.get()
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        over.set()
        thread.join()
