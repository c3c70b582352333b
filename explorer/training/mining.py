"""Hard negative mining over all regions of all photos (R-CNN, section 2.3; Felzenszwalb et al.,
"Object detection with discriminatively trained part based models", PAMI 2010, section 4.4).

The SVMs look at photo after photo; negatives that are wrong or inside the margin join their
class's examples, and the SVM is fitted again whenever enough have come together. A pass that finds
hardly any is the last. The first pass computes the features of all regions, which takes nearly all
of the time: the later ones go over the same photos, from `Memory`. What is kept is bounded: easy
negatives leave again, and a class keeps at most `Passes.most`.

Shapes: R regions of a photo, D features of fc7, K classes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from explorer.training.data import Photo
from explorer.training.samplers import svm_labels, thin
from explorer.training.svm import HARD, Floats, Linear, fit_one, scale_of

Bools = NDArray[np.bool_]
# photo -> boxes (R, 4) of all its regions, and fc7's output (R, D) for them
AllFeatures = Callable[[Photo], tuple[Floats, Floats]]


@dataclass(frozen=True)
class Passes:
    """most: negatives a class keeps; fresh: new ones after which its SVM is fitted again, easy:
    the margin below which one leaves (both as in R-CNN's published code); growth: it is fitted
    again only when so large a part of its negatives is new; done: mining has converged when a pass
    adds less than this fraction of the examples; limit: passes at most; reading: the part of the
    time that the first pass may take; memory: bytes of features kept for the later ones.
    """

    most: int = 60_000
    fresh: int = 2000
    growth: float = 0.2
    easy: float = -1.2
    done: float = 0.01
    limit: int = 12
    reading: float = 0.7
    memory: int = 6 * 2**30


@dataclass(frozen=True, eq=False)
class Mined:
    """SVMs (K, D) and (K,), and the negatives that each pass added.

    photos: how many it passed over.
    """

    weights: Floats
    biases: Floats
    added: tuple[int, ...]
    converged: bool
    photos: int = 0

    @property
    def told(self) -> dict[str, Any]:
        """What a run keeps of it beside its weights, for the card."""
        return {"added": list(self.added), "converged": self.converged, "photos": self.photos}


class Memory:
    """The features of photos, kept in half precision as long as they fit into `most` bytes."""

    def __init__(self, features: AllFeatures, most: int) -> None:
        self._features = features
        self._left = most
        self._held: dict[Path, tuple[Floats, NDArray[np.float16]]] = {}

    def __call__(self, photo: Photo) -> tuple[Floats, Floats]:
        if photo.path in self._held:
            boxes, half = self._held[photo.path]
            return boxes, half.astype(np.float32)
        boxes, deep = self._features(photo)
        half = deep.astype(np.float16)
        if (size := boxes.nbytes + half.nbytes) <= self._left:
            self._left -= size
            self._held[photo.path] = boxes, half
        return boxes, deep


class Negatives:
    """The negatives of one class: features (n, D) in half precision, and where each is from."""

    def __init__(self, width: int) -> None:
        self._parts = [np.zeros((0, width), np.float16)]
        self.keys: set[tuple[int, int]] = set()
        self._order: list[tuple[int, int]] = []
        self.fresh = 0

    def __len__(self) -> int:
        return len(self._order)

    @property
    def features(self) -> NDArray[np.float16]:
        """(n, D)"""
        if len(self._parts) > 1:  # not at each addition: that would copy all of them every time
            self._parts = [np.concatenate(self._parts)]
        return self._parts[0]

    def add(self, features: Floats, keys: Sequence[tuple[int, int]]) -> int:
        """Add those whose key (photo, region) is new; how many were."""
        rows = [row for row, key in enumerate(keys) if key not in self.keys]
        self._parts.append(features[rows].astype(np.float16))
        self._order += [keys[row] for row in rows]
        self.keys.update(keys[row] for row in rows)
        self.fresh += len(rows)
        return len(rows)

    def drop(self, weights: Floats, bias: float, passes: Passes) -> None:
        """Let the easy ones go, and the easiest of those that are too many."""
        margin = self.features.astype(np.float32) @ weights + bias
        kept = np.argsort(-margin, kind="stable")[: passes.most]
        kept = np.sort(kept[margin[kept] >= passes.easy])
        self._parts = [self.features[kept]]
        self._order = [self._order[row] for row in kept]
        self.keys = set(self._order)


def hard_negatives(margins: Floats, negative: Bools) -> Bools:
    """(R, K): the negatives of each class that its SVM has wrong or inside its margin."""
    return negative & (margins > HARD)


def negatives_of(boxes: Floats, photo: Photo, classes: int, thinned: float = 1.0) -> Bools:
    """(R, K): which regions of a photo are negatives of each class's SVM.

    R-CNN: IoU <= 0.3 with every box of the class. thinned: SPPNet (section 4.1) also removes one
    that overlaps another negative by more than this (0.7); 1 keeps all.
    """
    regions = torch.from_numpy(np.ascontiguousarray(boxes, np.float32))
    negative = svm_labels(
        regions, torch.from_numpy(photo.boxes), torch.from_numpy(photo.labels), classes
    )
    if thinned < 1:
        # Classes of which the photo has no box share their negatives.
        for label in np.unique(photo.labels).tolist():
            negative[:, label] &= _thinned(regions, negative[:, label], thinned)
        absent = torch.ones(classes, dtype=torch.bool)
        absent[torch.from_numpy(np.unique(photo.labels))] = False
        negative[:, absent] = _thinned(regions, torch.ones(len(regions)).bool(), thinned)[:, None]
    result: Bools = negative.numpy()
    return result


def _thinned(regions: torch.Tensor, chosen: torch.Tensor, overlap: float) -> torch.Tensor:
    rows = chosen.nonzero()[:, 0]
    kept = torch.zeros_like(chosen)
    kept[rows[thin(regions[rows], overlap)]] = True
    return kept


def mine(
    photos: Sequence[Photo], features: AllFeatures, positives: Floats, labels: NDArray[np.int64],
    begun: Linear, sample: tuple[Floats, Bools], passes: Passes,
    thinned: float = 1.0, seconds: float = float("inf"),
) -> Mined:  # fmt: skip
    """Pass over the photos until a pass adds hardly anything, or `seconds` are over.

    Photos that the first pass does not reach in its part of `seconds` are left out of all passes.
    positives (p, D), labels (p,): the ground-truth boxes. begun: SVMs fitted on a `sample` of
    regions (n, D) that are negatives of some classes (n, K); what is not easy of it is kept. A
    class that they do not know (all weights 0) stays unknown.
    """
    weights, biases = (np.array(part, np.float32) for part in begun)
    known = np.flatnonzero(weights.any(axis=1))
    scale = scale_of(positives)
    own = {label: positives[labels == label] for label in known.tolist()}
    held = {label: Negatives(weights.shape[1]) for label in known.tolist()}
    pool, allowed = sample
    margins = pool @ weights.T + biases
    for label, negatives in held.items():
        rows = np.flatnonzero(allowed[:, label] & (margins[:, label] >= passes.easy))
        negatives.add(pool[rows], [(-1, row) for row in rows.tolist()])
        negatives.fresh = 0
    began = time.perf_counter()
    remembered = Memory(features, passes.memory)

    def fit(label: int) -> None:
        negatives = held[label]
        if len(negatives):
            weights[label], biases[label] = fit_one(
                own[label], negatives.features.astype(np.float32), scale
            )
            negatives.drop(weights[label], float(biases[label]), passes)
        negatives.fresh = 0

    added: list[int] = []
    converged = False
    while not converged and len(added) < passes.limit and time.perf_counter() - began < seconds:
        until = began + seconds * (1 if added else passes.reading)
        added.append(0)
        bar = tqdm(photos, desc=f"hard negatives, pass {len(added)}", mininterval=10)
        for number, photo in enumerate(bar):
            if time.perf_counter() > until:
                if len(added) == 1:
                    photos = photos[:number]
                break
            boxes, deep = remembered(photo)
            negative = negatives_of(boxes, photo, len(weights), thinned)
            hard = hard_negatives(deep @ weights.T + biases, negative)
            for label in known.tolist():
                rows = np.flatnonzero(hard[:, label])
                keys = [(number, row) for row in rows.tolist()]
                added[-1] += held[label].add(deep[rows], keys)
                enough = max(passes.fresh, passes.growth * len(held[label]))
                if held[label].fresh >= enough:
                    fit(label)
            bar.set_postfix_str(f"{added[-1]} added")
        else:
            kept = sum(len(one) for one in held.values())
            converged = added[-1] <= passes.done * max(1, kept)
        for label in known.tolist():
            if held[label].fresh:
                fit(label)
    return Mined(weights, biases, tuple(added), converged, len(photos) if added else 0)
