"""Selective search on a whole data set, once: R-CNN, SPPNet and Fast R-CNN train on its regions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tqdm import tqdm

from explorer.ops.images import load_photo
from explorer.ops.selective_search import search
from explorer.training.data import Photo, proposals_path


def propose(photos: list[Photo], folder: Path, strategy: str = "fast") -> int:
    """Write the regions of every photo that has none yet, best first, as int16 (n, 4) .npy.

    Returns how many were written. A run that was stopped goes on where it was.
    """
    missing = [photo for photo in photos if not proposals_path(folder, photo).exists()]
    for photo in tqdm(missing, desc="selective search", unit="photo", mininterval=10):
        target = proposals_path(folder, photo)
        target.parent.mkdir(parents=True, exist_ok=True)
        boxes = search(load_photo(photo.path), strategy).boxes
        partial = target.with_suffix(".part")
        with partial.open("wb") as file:
            np.save(file, np.rint(boxes).astype(np.int16))
        partial.replace(target)
    return len(missing)
