"""Training of R-CNN (Girshick et al., CVPR 2014, section 2.3 and appendix C).

Fine-tuning of all layers by softmax on warped regions, then linear SVMs on fc7 and ridge
regression on pool5. The budget is shared: TUNING of it for the fine-tuning, COLLECTING for the
features of the examples.
"""

from __future__ import annotations

import time
from contextlib import closing

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from explorer.methods.rcnn import Net, Settings, normalised
from explorer.methods.warp import Warper, context_boxes
from explorer.ops.images import load_photo
from explorer.training.data import CLASSES, Photo, cached_proposals, read_sets
from explorer.training.examples import Drawing, collect, fit
from explorer.training.loop import Budget, Clock, optimiser_for, resume, save, state, train
from explorer.training.options import (
    Options,
    describe,
    freeze_early,
    freeze_statistics,
    load_backbone,
)
from explorer.training.samplers import sample_rois
from explorer.training.train_detector import usable
from explorer.training.views import Batch, Plan, ahead

TUNING, COLLECTING = 0.55, 0.3
DRAWING = Drawing(near=8, far=32, near_from=0.6)
CROPS = 128  # a batch: 32 of objects, 96 of background
CHUNK = 64  # crops in one forward pass; more fall out of the cache


def warped(photo: Photo, boxes: Tensor, settings: Settings) -> Tensor:
    """Regions (R, 4) of a photo as normalised crops (R, 3, 96, 96)."""
    context = context_boxes(boxes.numpy(), settings.crop, settings.padding)
    crops = Warper(load_photo(photo.path)).crops(context, settings.crop)
    return normalised(crops, torch.device("cpu"))


def tuning_batch(
    photos: list[Photo], seed: tuple[int, int], options: Options, settings: Settings
) -> Batch:
    """128 crops of a few photos, a quarter with IoU >= 0.5 to an object, and their labels."""
    assert options.proposals is not None
    random = np.random.default_rng(seed)
    generator = torch.Generator().manual_seed(int(random.integers(2**31)))
    crops, labels = [], []
    for photo in photos:
        sure = ~photo.difficult
        rois = sample_rois(
            torch.from_numpy(cached_proposals(options.proposals, photo)),
            torch.from_numpy(photo.boxes[sure]), torch.from_numpy(photo.labels[sure]),
            CROPS // len(photos), foreground=0.25, low=0.0, generator=generator,
        )  # fmt: skip
        crops.append(warped(photo, rois.boxes, settings))
        labels.append(rois.labels)
    images = torch.cat(crops)
    mirrored = torch.from_numpy(random.random(len(images)) < 0.5)
    images[mirrored] = images[mirrored].flip(-1)
    images *= torch.from_numpy(random.uniform(0.8, 1.2, (len(images), 1, 1, 1))).float()
    return Batch(images.contiguous(memory_format=torch.channels_last), [], labels, [])


def train_rcnn(options: Options) -> list[float]:
    """Fine-tune, fit, and keep the whole network in `options.work`/train.pt.

    Returns the losses of the fine-tuning steps of this call.
    """
    if options.proposals is None:
        raise ValueError("R-CNN trains on cached regions: give --proposals")
    proposals, settings = options.proposals, Settings()
    began = time.perf_counter()
    torch.manual_seed(options.seed)
    photos = usable(read_sets(options.data, list(options.sets)), options)
    net = Net(len(CLASSES))
    load_backbone(net.backbone, options.backbone)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if options.backbone:
        freeze_early(net.backbone)
    freeze_statistics(net)
    net.to(options.precision.device)
    optimiser = optimiser_for([(net.backbone, 0.4 * options.rate), (net.head, options.rate)])
    clock, device, scaler = Clock(), options.precision.device, options.precision.scaler()
    minutes = options.budget.minutes
    budget = Budget(options.budget.steps, minutes and TUNING * minutes)
    resume(net, optimiser, options.work, clock)
    describe(options, "rcnn", len(photos))
    plan = Plan(photos, options.batch, options.seed)

    def make(step: int) -> Batch:
        chosen = [photos[row] for row in plan.rows(step)]
        return tuning_batch(chosen, (options.seed, step), options, settings)

    with closing(ahead(make, clock.step)) as batches:

        def losses(_: int) -> dict[str, Tensor]:
            batch = next(batches).to(device)
            with options.precision.autocast():
                logits = net.head(net.pool5(batch.images))
            return {"cls": F.cross_entropy(logits.float(), torch.cat(batch.labels))}

        history = train(net, optimiser, losses, budget, options.work, clock, "R-CNN", scaler)

    net.eval()

    def features(photo: Photo, boxes: Tensor) -> tuple[Tensor, Tensor]:
        crops = warped(photo, boxes, settings).contiguous(memory_format=torch.channels_last)
        pool5 = torch.cat([net.pool5(part.to(device)) for part in crops.split(CHUNK)])
        return pool5.cpu(), net.head.features(pool5).cpu()

    order = torch.randperm(len(photos)).tolist()
    examples = collect(
        [photos[row] for row in order],
        lambda photo: torch.from_numpy(cached_proposals(proposals, photo)),
        features, DRAWING, COLLECTING * minutes * 60 if minutes else float("inf"),
    )  # fmt: skip
    fit(net.svm, net.ridge, examples)
    hours = (time.perf_counter() - began) / 3600
    save(options.work / "train.pt", state(net, optimiser, clock) | {"hours": hours})
    return history
