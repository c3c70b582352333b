"""Training of R-CNN (Girshick et al., CVPR 2014, section 2.3 and appendix C).

Fine-tuning of all layers by softmax on warped regions, then linear SVMs on fc7 and ridge
regression on pool5. The budget is shared: TUNING of it for the fine-tuning, COLLECTING for the
features of the examples. With `--mining all` the SVMs then pass over all regions of all photos
until hardly any is hard (see `mining`), in MINING of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from explorer.methods.configurations import build
from explorer.methods.rcnn import Net, Settings, normalised
from explorer.methods.warp import Warper, context_boxes
from explorer.ops.images import load_photo
from explorer.training.data import CLASSES, Photo, cached_proposals, read_sets
from explorer.training.engine import share, start
from explorer.training.examples import Drawing, collect, fit, mine_all
from explorer.training.loop import (
    CNN_RATE,
    Budget,
    Clock,
    optimiser_for,
    resume,
    save,
    state,
    train,
)
from explorer.training.options import Options, describe
from explorer.training.samplers import sample_rois
from explorer.training.starts import adapt_statistics, begin, freeze_early, freeze_statistics
from explorer.training.train_detector import usable
from explorer.training.views import Batch, Plan, ahead, photo_randoms

TUNING, COLLECTING, MINING = 0.55, 0.3, 0.4
DRAWING = Drawing(near=8, far=32, near_from=0.6)
CROPS = 128  # a batch: 32 of objects, 96 of background
ADAPTING = 20  # batches that a CNN of whole photos gets to know crops by
CONTRAST = 0.2  # of a crop, up or down at random
CHUNK = 64  # crops in one forward pass; more fall out of the cache


def warped(photo: Photo, boxes: Tensor, settings: Settings) -> Iterator[Tensor]:
    """Regions (R, 4) of a photo as normalised crops (r, 3, 96, 96), CHUNK at a time."""
    warper = Warper(load_photo(photo.path))
    for part in boxes.split(CHUNK):
        context = context_boxes(part.numpy(), settings.crop, settings.padding)
        crops = normalised(warper.crops(context, settings.crop), torch.device("cpu"))
        yield crops.contiguous(memory_format=torch.channels_last)


def tuning_batch(
    photos: list[Photo], seed: tuple[int, int], options: Options, settings: Settings,
    each: int, first: int = 0,
) -> Batch:  # fmt: skip
    """`each` crops of each of a few photos, a quarter with IoU >= 0.5 to an object, and their
    labels. seed, first: see `photo_randoms`."""
    assert options.proposals is not None
    images, labels = [], []
    for photo, random in zip(photos, photo_randoms(seed, first, len(photos)), strict=True):
        sure = ~photo.difficult
        rois = sample_rois(
            torch.from_numpy(cached_proposals(options.proposals, photo)),
            torch.from_numpy(photo.boxes[sure]), torch.from_numpy(photo.labels[sure]),
            each, foreground=0.25, low=0.0,
            generator=torch.Generator().manual_seed(int(random.integers(2**62))),
        )  # fmt: skip
        crops = torch.cat(list(warped(photo, rois.boxes, settings)))
        mirrored = torch.from_numpy(random.random(len(crops)) < 0.5)
        crops[mirrored] = crops[mirrored].flip(-1)
        contrast = random.uniform(1 - CONTRAST, 1 + CONTRAST, (len(crops), 1, 1, 1))
        crops *= torch.from_numpy(contrast).float()
        images.append(crops)
        labels.append(rois.labels)
    together = torch.cat(images).contiguous(memory_format=torch.channels_last)
    return Batch(together, [], labels, [])


def train_rcnn(options: Options) -> list[float]:
    """Fine-tune, fit, and keep the whole network in `options.work`/train.pt.

    Returns the losses of the fine-tuning steps of this call.
    """
    if options.proposals is None:
        raise ValueError("R-CNN trains on cached regions: give --proposals")
    proposals, settings = options.proposals, options.settings("rcnn")
    assert isinstance(settings, Settings)
    photos = usable(read_sets(options.data, list(options.sets)), options)
    engine = start(options.precision.device)
    torch.manual_seed(options.seed)
    net = build("rcnn", len(CLASSES), options.network)
    assert isinstance(net, Net)
    begun = begin(net, options)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if begun:
        freeze_early(net.backbone)
    net.to(engine.device)
    optimiser = optimiser_for(
        [(net.backbone, CNN_RATE * options.rate), (net.head, options.rate)], options.optimiser
    )
    clock, device, scaler = Clock(), engine.device, options.precision.scaler()
    minutes = options.budget.minutes
    budget = Budget(options.budget.steps, minutes and TUNING * minutes)
    resume(net, optimiser, options.work, clock, scaler)
    if engine.is_global_zero:
        describe(options, "rcnn", len(photos), engine.world_size)
    plan = Plan(photos, options.batch * engine.world_size, options.seed)
    each = max(1, CROPS // plan.size)

    def batch_of(step: int, rows: NDArray[np.int64], first: int = 0) -> Batch:
        chosen = [photos[row] for row in rows]
        return tuning_batch(chosen, (options.seed, step), options, settings, each, first)

    def make(step: int) -> Batch:
        return batch_of(step, *share(engine, plan.rows(step)))

    if begun and not options.start and not clock.step:  # the same on every process
        seen = (batch_of(step, plan.rows(step)) for step in range(ADAPTING))
        adapt_statistics(net.backbone, (batch.to(device).images for batch in seen))
    freeze_statistics(net)
    with closing(ahead(make, clock.step)) as batches:

        def losses(_: int) -> dict[str, Tensor]:
            batch = next(batches).to(device)
            with options.precision.autocast():
                logits = net.head(net.pool5(batch.images))
            return {"cls": F.cross_entropy(logits.float(), torch.cat(batch.labels))}

        history = train(
            net, optimiser, losses, budget, options.work, clock, "R-CNN", scaler, engine=engine
        )
    if not engine.is_global_zero:
        return history  # one process fits the SVMs

    tuned = time.perf_counter()
    net.eval()

    def regions(photo: Photo) -> Tensor:
        return torch.from_numpy(cached_proposals(proposals, photo))

    def features(photo: Photo, boxes: Tensor) -> tuple[Tensor, Tensor]:
        with options.precision.autocast():
            parts = [net.pool5(part.to(device)) for part in warped(photo, boxes, settings)]
            pool5 = torch.cat(parts)
            return pool5.float().cpu(), net.head.features(pool5).float().cpu()

    photos = [photos[row] for row in torch.randperm(len(photos)).tolist()]

    def left(fraction: float) -> float:
        return fraction * minutes * 60 if minutes else float("inf")

    examples = collect(photos, regions, features, DRAWING, left(COLLECTING))
    fit(net.svm, net.ridge, examples)

    def keep(**more: object) -> None:
        hours = (clock.seconds + time.perf_counter() - tuned) / 3600  # of all calls
        save(options.work / "train.pt", state(net, optimiser, clock) | {"hours": hours} | more)

    keep()
    if options.mining == "all":
        mined = mine_all(
            net.svm, examples, photos, regions, features, DRAWING, seconds=left(MINING)
        )
        keep(mined=mined.told)
    return history
