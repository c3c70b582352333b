"""Image-classification data for pre-training: a folder or a zip in `{train,val}/<class>/<photo>`.

Small sets fit into memory: every photo is decoded once into one uint8 array (N, 3, S, S), kept
beside the source as `.npz`, and augmented a batch at a time as tensors.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F
from tqdm import tqdm

from explorer.nets.backbone import MEAN, STD

SUFFIXES = {".webp", ".jpg", ".jpeg", ".png"}


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Photos (N, 3, S, S) uint8 and their class numbers (N,); classes[i] is the folder's name."""

    photos: Tensor
    labels: Tensor
    classes: tuple[str, ...]


def load_image_set(source: Path, split: str, size: int, cache: Path | None = None) -> ImageSet:
    """Read `split` ("train" or "val") of a folder or zip, each photo scaled to `size` x `size`.

    Raises FileNotFoundError where `source` has no photo of that split.
    """
    stored = cache / f"{source.stem}-{split}-{size}.npz" if cache else None
    if stored and stored.exists():
        with np.load(stored) as held:
            return _image_set(held["photos"], held["labels"], held["classes"].tolist())
    archive = zipfile.ZipFile(source) if source.is_file() else None
    names = archive.namelist() if archive else [
        path.relative_to(source).as_posix() for path in sorted(source.rglob("*"))
    ]
    wanted = [
        name for name in sorted(names)
        if PurePosixPath(name).suffix.lower() in SUFFIXES and split in PurePosixPath(name).parts
    ]
    if not wanted:
        raise FileNotFoundError(f"{source}: no photos of the split '{split}' in it")
    classes = sorted({PurePosixPath(name).parent.name for name in wanted})
    number = {name: i for i, name in enumerate(classes)}
    photos = np.empty((len(wanted), 3, size, size), np.uint8)
    labels = np.empty(len(wanted), np.int64)
    for row, name in enumerate(tqdm(wanted, desc=f"reading {split}", unit="photo")):
        data = archive.read(name) if archive else (source / name).read_bytes()
        with Image.open(io.BytesIO(data)) as photo:
            pixels = np.asarray(photo.convert("RGB").resize((size, size)))
        photos[row] = pixels.transpose(2, 0, 1)
        labels[row] = number[PurePosixPath(name).parent.name]
    if stored:
        stored.parent.mkdir(parents=True, exist_ok=True)
        np.savez(stored, photos=photos, labels=labels, classes=np.array(classes))
    return _image_set(photos, labels, classes)


def _image_set(
    photos: NDArray[np.uint8], labels: NDArray[np.int64], classes: list[str]
) -> ImageSet:
    return ImageSet(torch.from_numpy(photos), torch.from_numpy(labels), tuple(classes))


def normalise(photos: Tensor) -> Tensor:
    """uint8 RGB (N, 3, H, W) -> float, zero mean and unit variance over ImageNet."""
    mean = torch.tensor(MEAN, device=photos.device).view(1, 3, 1, 1)
    std = torch.tensor(STD, device=photos.device).view(1, 3, 1, 1)
    return (photos.float() / 255 - mean) / std


def augment(photos: Tensor, size: int, random: torch.Generator) -> Tensor:
    """Random crop (35-100% of the area), zoom to `size`, mirror, brightness and contrast.

    photos: normalised float (N, 3, S, S). One affine warp a photo does crop, zoom and mirror.
    """
    n = len(photos)

    def uniform(low: float, high: float) -> Tensor:
        return torch.empty(n).uniform_(low, high, generator=random)

    area, log_ratio = uniform(0.35, 1.0), uniform(-0.29, 0.29)
    width = (area * log_ratio.exp()).sqrt().clamp(max=1)
    height = (area / log_ratio.exp()).sqrt().clamp(max=1)
    mirror = torch.where(uniform(0, 1) < 0.5, -1.0, 1.0)
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0] = width * mirror
    theta[:, 1, 1] = height
    theta[:, 0, 2] = uniform(-1, 1) * (1 - width)
    theta[:, 1, 2] = uniform(-1, 1) * (1 - height)
    grid = F.affine_grid(theta, [n, 3, size, size], align_corners=False)
    warped = F.grid_sample(photos, grid, padding_mode="reflection", align_corners=False)
    contrast, brightness = uniform(0.7, 1.3), uniform(-0.3, 0.3)
    return warped * contrast.view(n, 1, 1, 1) + brightness.view(n, 1, 1, 1)
