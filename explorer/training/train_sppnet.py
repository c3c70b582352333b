"""Training of SPPNet's detector (He et al., ECCV 2014, section 4.1).

The convolutions are fixed: each photo's map is computed once and kept. The fully connected layers
are fine-tuned on pooled windows, then come linear SVMs on fc7 and ridge regression on the pooled
pyramid. The budget is shared: MAPPING of it for the maps, TUNING for the fine-tuning, COLLECTING
for the features of the examples.
"""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from tqdm import tqdm

from explorer.methods.inputs import network_input
from explorer.methods.sppnet import STRIDE, Net, Settings
from explorer.ops.images import load_photo
from explorer.ops.pooling import pyramid_pool, window_of
from explorer.training.data import CLASSES, Photo, cached_proposals, read_sets
from explorer.training.examples import Drawing, collect, fit
from explorer.training.loop import Budget, Clock, optimiser_for, resume, save, state, train
from explorer.training.options import Options, describe, load_backbone
from explorer.training.samplers import sample_rois
from explorer.training.train_detector import usable
from explorer.training.views import Batch, Plan, ahead

MAPPING, TUNING, COLLECTING = 0.3, 0.3, 0.2
DRAWING = Drawing(near=8, far=60, near_from=0.5, thinned=0.7)
WINDOWS = 32  # a photo and step: 8 of objects, 24 of background


@dataclass(frozen=True, eq=False)
class SharedMap:
    """C5 (C, h, w) of one photo, half precision, and network pixels per photo pixel."""

    values: Tensor
    scale_x: float
    scale_y: float

    def pooled(self, boxes: Tensor) -> Tensor:
        """The pyramids (R, C, 50) of regions (R, 4) in photo pixels."""
        values = self.values.float()[None]
        network = boxes * boxes.new_tensor([self.scale_x, self.scale_y] * 2)
        return pyramid_pool(values, window_of(network, STRIDE, *values.shape[-2:]))


@torch.inference_mode()
def shared_map(net: Net, photo: Photo, settings: Settings) -> SharedMap:
    """The convolutions on one photo, at the single scale."""
    device = next(net.parameters()).device
    image = network_input(load_photo(photo.path), settings.scales[0], settings.long, device)
    images = image.images.contiguous(memory_format=torch.channels_last)
    values = net.shared_map(images)[0].contiguous().half().cpu()
    return SharedMap(values, image.scale_x, image.scale_y)


def tuning_batch(
    photos: list[Photo], maps: list[SharedMap], seed: tuple[int, int], options: Options
) -> Batch:
    """Pooled windows of a few photos: positive IoU >= 0.5, negative [0.1, 0.5), 25% positive."""
    assert options.proposals is not None
    generator = torch.Generator().manual_seed(int(np.random.default_rng(seed).integers(2**31)))
    pooled, labels = [], []
    for photo, shared in zip(photos, maps, strict=True):
        sure = ~photo.difficult
        rois = sample_rois(
            torch.from_numpy(cached_proposals(options.proposals, photo)),
            torch.from_numpy(photo.boxes[sure]), torch.from_numpy(photo.labels[sure]),
            WINDOWS, foreground=0.25, low=0.1, generator=generator,
        )  # fmt: skip
        pooled.append(shared.pooled(rois.boxes).flatten(1))
        labels.append(rois.labels)
    return Batch(torch.cat(pooled), [], labels, [])


def train_sppnet(options: Options) -> list[float]:
    """Compute maps, fine-tune, fit, and keep the whole network in `options.work`/train.pt.

    Returns the losses of the fine-tuning steps of this call.
    """
    if options.proposals is None:
        raise ValueError("SPPNet trains on cached regions: give --proposals")
    proposals, settings = options.proposals, Settings()
    began = time.perf_counter()
    torch.manual_seed(options.seed)
    photos = usable(read_sets(options.data, list(options.sets)), options)
    net = Net(len(CLASSES))
    load_backbone(net.backbone, options.backbone)
    net.backbone.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    net.backbone.requires_grad_(False)
    net.to(options.precision.device).eval()  # no dropout; the convolutions' statistics stay
    optimiser = optimiser_for([(net.head, options.rate)])
    clock, device, scaler = Clock(), options.precision.device, options.precision.scaler()
    minutes = options.budget.minutes
    resume(net, optimiser, options.work, clock)
    describe(options, "sppnet", len(photos))

    photos = [photos[row] for row in np.random.default_rng(options.seed).permutation(len(photos))]
    maps: list[SharedMap] = []
    for photo in tqdm(photos, desc="maps", mininterval=10):
        if minutes and time.perf_counter() - began > MAPPING * minutes * 60:
            break
        maps.append(shared_map(net, photo, settings))
    photos = photos[: len(maps)]
    plan = Plan(photos, options.batch, options.seed)

    def make(step: int) -> Batch:
        rows = plan.rows(step)
        chosen = [photos[row] for row in rows]
        return tuning_batch(chosen, [maps[row] for row in rows], (options.seed, step), options)

    with closing(ahead(make, clock.step)) as batches:

        def losses(_: int) -> dict[str, Tensor]:
            batch = next(batches).to(device)
            with options.precision.autocast():
                logits = net.head(batch.images)
            return {"cls": F.cross_entropy(logits.float(), torch.cat(batch.labels))}

        budget = Budget(options.budget.steps, minutes and TUNING * minutes)
        history = train(net, optimiser, losses, budget, options.work, clock, "SPPNet", scaler)

    held = {photo.path: shared for photo, shared in zip(photos, maps, strict=True)}

    def features(photo: Photo, boxes: Tensor) -> tuple[Tensor, Tensor]:
        pooled = held[photo.path].pooled(boxes).flatten(1)
        return pooled, net.head.features(pooled.to(device)).cpu()

    examples = collect(
        photos, lambda photo: torch.from_numpy(cached_proposals(proposals, photo)), features,
        DRAWING, COLLECTING * minutes * 60 if minutes else float("inf"),
    )  # fmt: skip
    fit(net.svm, net.ridge, examples)
    hours = (time.perf_counter() - began) / 3600
    save(options.work / "train.pt", state(net, optimiser, clock) | {"hours": hours})
    return history
