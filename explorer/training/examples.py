"""The regions that R-CNN's and SPPNet's SVMs and box regressors are fitted on, with features.

Shapes: R regions of a photo, D features of fc7, P pooled features, K classes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from explorer.ops.boxes import encode, iou
from explorer.training.data import CLASSES, Photo
from explorer.training.mining import Mined, Passes, mine
from explorer.training.samplers import choose, svm_labels, thin
from explorer.training.svm import Floats, Linear, fit_ridge, fit_svms

# boxes (R, 4) of a photo -> pooled features (R, P) and fc7's output (R, D)
Features = Callable[[Photo, Tensor], tuple[Tensor, Tensor]]
Regions = Callable[[Photo], Tensor]
PASSES = Passes()


@dataclass(frozen=True)
class Drawing:
    """near: regions a photo with IoU >= near_from to a ground truth, for the box regression;
    far: other regions a photo, for the SVMs; thinned: drop negatives that overlap another by more
    than this (SPPNet: 0.7; 1 keeps all)."""

    near: int = 12
    far: int = 48
    near_from: float = 0.6
    thinned: float = 1.0


@dataclass(frozen=True, eq=False)
class Examples:
    """positives (p, D), their labels (p,); pool (n, D) and negative (n, K) as in `fit_svms`;
    pooled (m, P) half, near_labels (m,), targets (m, 4) as in `fit_ridge`."""

    positives: Tensor
    labels: Tensor
    pool: Tensor
    negative: Tensor
    pooled: Tensor
    near_labels: Tensor
    targets: Tensor


@torch.inference_mode()
def collect(
    photos: list[Photo], regions: Regions, features: Features, drawing: Drawing,
    seconds: float = float("inf"),
) -> Examples:  # fmt: skip
    """Draw regions of photo after photo until `seconds` have passed; compute their features.

    Boxes marked difficult are neither positive nor negative.
    """
    kept: list[list[Tensor]] = [[] for _ in range(7)]
    began = time.perf_counter()
    for photo in tqdm(photos, desc="features", mininterval=10):
        if time.perf_counter() - began > seconds:
            break
        every = torch.from_numpy(photo.boxes)
        sure = torch.from_numpy(~photo.difficult)
        truths, labels = every[sure], torch.from_numpy(photo.labels)[sure]
        if not len(truths):
            continue
        found = regions(photo)
        best, match = iou(found, truths).max(1)
        near = choose((best >= drawing.near_from).nonzero()[:, 0], drawing.near)
        far = choose((best < drawing.near_from).nonzero()[:, 0], drawing.far)
        if drawing.thinned < 1:
            far = far[thin(found[far], drawing.thinned)]
        boxes = torch.cat([truths, found[near], found[far]])
        pooled, deep = features(photo, boxes)
        n, m = len(truths), len(near)
        pool = boxes[n:]
        parts = (
            deep[:n], labels, deep[n:],
            svm_labels(pool, every, torch.from_numpy(photo.labels), len(CLASSES)),
            pooled[: n + m].flatten(1).half(), torch.cat([labels, labels[match[near]]]),
            encode(boxes[: n + m], torch.cat([truths, truths[match[near]]])),
        )  # fmt: skip
        for held, part in zip(kept, parts, strict=True):
            held.append(part)
    return Examples(*(torch.cat(part) for part in kept))


def fit(svm: nn.Linear, ridge: nn.Linear, examples: Examples) -> None:
    """Fit the SVMs and the box regressors on the examples, into the two layers."""
    fitted = (
        fit_svms(
            examples.positives.float().numpy(), examples.labels.numpy(),
            examples.pool.float().numpy(), examples.negative.numpy(),
        ),
        fit_ridge(
            examples.pooled.numpy(), examples.near_labels.numpy(), examples.targets.numpy(),
            len(CLASSES),
        ),
    )  # fmt: skip
    for layer, linear in zip((svm, ridge), fitted, strict=True):
        put(layer, linear)


def mine_all(
    svm: nn.Linear, examples: Examples, photos: list[Photo], regions: Regions,
    features: Features, drawing: Drawing, passes: Passes = PASSES, seconds: float = float("inf"),
) -> Mined:  # fmt: skip
    """Go on from SVMs that were fitted on a sample: mine all regions of all photos, into `svm`."""

    def every(photo: Photo) -> tuple[Floats, Floats]:
        boxes = regions(photo)
        with torch.inference_mode():
            deep = features(photo, boxes)[1]
        return boxes.numpy(), deep.float().numpy()

    begun = (svm.weight.detach().cpu().numpy(), svm.bias.detach().cpu().numpy())
    mined = mine(
        photos, every, examples.positives.float().numpy(), examples.labels.numpy(), begun,
        (examples.pool.float().numpy(), examples.negative.numpy()), passes, drawing.thinned,
        seconds,
    )  # fmt: skip
    put(svm, (mined.weights, mined.biases))
    return mined


def put(layer: nn.Linear, linear: Linear) -> None:
    """Weights and biases into a layer."""
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(np.asarray(linear[0])))
        layer.bias.copy_(torch.from_numpy(np.asarray(linear[1])))
