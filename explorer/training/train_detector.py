"""Training of Fast R-CNN, Faster R-CNN and FPN: one network, all layers at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import torch
from torch import Tensor, nn

from explorer.methods import fast_rcnn, faster_rcnn, fpn
from explorer.training.data import CLASSES, Photo, proposals_path, read_sets
from explorer.training.detectors import (
    Sampling,
    fast_rcnn_losses,
    faster_rcnn_losses,
    fpn_losses,
)
from explorer.training.loop import Clock, optimiser_for, resume, train
from explorer.training.options import (
    Options,
    begin,
    describe,
    freeze_early,
    freeze_statistics,
)
from explorer.training.precision import Precision
from explorer.training.views import Batch, Plan, Views, ahead, make_batch

# Small canvases are cheap; the last part is seen as large as at test time.
EARLY = Views(short=192, long=256, zoom=(0.55, 1.1))
LATE = Views(short=288, long=384, zoom=(0.8, 1.25))
LATE_FROM = 0.75  # fraction of the budget

SAMPLINGS = {
    "fast_rcnn": Sampling(rois=32, low=0.1),
    "faster_rcnn": Sampling(rois=32, low=0.0, pre_nms=600, post_nms=200),
    "fpn": Sampling(rois=32, low=0.0, pre_nms=400, post_nms=200),
}

FINEST_EVERY = 3  # steps; the others leave out FPN's P2

Losses = Callable[[Batch, int], dict[str, Tensor]]


def network(method: str) -> nn.Module:
    """A new network of the method for VOC's classes. Raises KeyError for another name."""
    nets = {"fast_rcnn": fast_rcnn.Net, "faster_rcnn": faster_rcnn.Net, "fpn": fpn.Net}
    return nets[method](len(CLASSES))


def losses_of(
    method: str, net: nn.Module, precision: Precision, forward: nn.Module
) -> Losses:
    """(batch, step number) -> the method's losses."""
    sampling = SAMPLINGS[method]
    if isinstance(net, fpn.Net):
        return lambda batch, step: fpn_losses(
            net, fpn.Settings(), batch, sampling, precision, forward,
            step % FINEST_EVERY == 0,
        )
    if isinstance(net, faster_rcnn.Net):
        settings = faster_rcnn.Settings()
        return lambda batch, _: faster_rcnn_losses(
            net, settings, batch, sampling, precision, forward
        )
    assert isinstance(net, fast_rcnn.Net)
    return lambda batch, _: fast_rcnn_losses(net, batch, sampling, precision, forward)


def usable(photos: list[Photo], options: Options) -> list[Photo]:
    """Photos that have something to learn from, and proposals where they are needed."""
    photos = [photo for photo in photos if not photo.difficult.all()]
    if options.proposals:
        photos = [p for p in photos if proposals_path(options.proposals, p).exists()]
    if options.limit:
        photos = photos[: options.limit]
    if not photos:
        raise FileNotFoundError(
            f"no usable photos in {', '.join(options.sets)}: check --data and --proposals"
        )
    return photos


def train_detector(method: str, options: Options) -> list[float]:
    """Train until the budget is spent; the state is in `options.work`/train.pt.

    Returns the total loss of every step of this call.
    """
    if method == "fast_rcnn" and options.proposals is None:
        raise ValueError("Fast R-CNN trains on cached regions: give --proposals")
    torch.manual_seed(options.seed)
    photos = usable(read_sets(options.data, list(options.sets)), options)
    net = network(method)
    backbone: nn.Module = net.backbone  # type: ignore[assignment]
    if begin(net, backbone, options):  # type: ignore[arg-type]
        freeze_early(backbone)  # type: ignore[arg-type]
    freeze_statistics(net)
    backbone.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    net.to(options.precision.device)
    others = [module for name, module in net.named_children() if name != "backbone"]
    optimiser = optimiser_for(
        [(backbone, 0.4 * options.rate)] + [(module, options.rate) for module in others]
    )
    clock = Clock()
    resume(net, optimiser, options.work, clock)
    describe(options, method, len(photos))
    forward: nn.Module = torch.compile(backbone) if options.compiled else backbone  # type: ignore[assignment]
    losses = losses_of(method, net, options.precision, forward)
    plan = Plan(photos, options.batch, options.seed)

    def make(step: int) -> Batch:
        done = options.budget.done(step, clock.seconds)
        views = EARLY if done < LATE_FROM else LATE
        chosen = [photos[row] for row in plan.rows(step)]
        return make_batch(chosen, views, (options.seed, step), options.proposals)

    with closing(ahead(make, clock.step)) as batches:

        def step_losses(step: int) -> dict[str, Tensor]:
            return losses(next(batches).to(options.precision.device), step)

        return train(
            net, optimiser, step_losses, options.budget, options.work, clock, method,
            options.precision.scaler(),
        )  # fmt: skip
