"""Training of Fast R-CNN, Faster R-CNN and FPN: one network, all layers at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from explorer.methods import fast_rcnn, faster_rcnn, fpn
from explorer.methods.configurations import build
from explorer.methods.modules import Settings
from explorer.nets.names import SMALL
from explorer.training.data import CLASSES, Photo, proposals_path, read_sets
from explorer.training.detectors import (
    Sampling,
    fast_rcnn_losses,
    faster_rcnn_losses,
    fpn_losses,
)
from explorer.training.engine import Engine, share, start
from explorer.training.loop import CNN_RATE, Budget, Clock, optimiser_for, resume, train
from explorer.training.options import Options, describe
from explorer.training.precision import Precision
from explorer.training.starts import begin, freeze_early, freeze_statistics
from explorer.training.views import Batch, Plan, Views, ahead, make_batch, scaled

# Small canvases are cheap; the last part is seen as large as at test time.
EARLY = Views(short=192, long=256, zoom=(0.7, 1.4))
LATE = Views(short=288, long=384, zoom=(0.8, 1.3))
LATE_FROM = 0.75  # fraction of the budget

SAMPLINGS = {
    "fast_rcnn": Sampling(rois=32, low=0.1),
    "faster_rcnn": Sampling(rois=32, low=0.0, pre_nms=600, post_nms=200),
    "fpn": Sampling(rois=32, low=0.0, pre_nms=400, post_nms=200),
}
# Over other CNNs than the small ones: 64 RoIs a photo (Fast R-CNN, section 2.3), about 2,000
# proposals (Faster R-CNN, section 3.3), 512 RoIs of 2,000 for FPN (section 5.2).
PAPERS = {
    "fast_rcnn": Sampling(rois=64, low=0.1),
    "faster_rcnn": Sampling(rois=64, low=0.0, pre_nms=12_000, post_nms=2000),
    "fpn": Sampling(rois=512, low=0.0, pre_nms=2000, post_nms=2000),
}

FINEST_EVERY = 3  # steps; the others leave out the small FPN's P2

Losses = Callable[[Batch, int], dict[str, Tensor]]


def network(method: str, name: str = "compact") -> nn.Module:
    """A new network of the method for VOC's classes over the CNN of that name."""
    return build(method, len(CLASSES), name)


def sampling_of(method: str, options: Options) -> Sampling:
    """How the method draws its regions over that CNN."""
    return (SAMPLINGS if options.network in SMALL else PAPERS)[method]


def losses_of(
    net: nn.Module, settings: Settings, sampling: Sampling, precision: Precision,
    forward: nn.Module, finest_every: int = FINEST_EVERY,
) -> Losses:  # fmt: skip
    """(batch, step number) -> the losses of the method that `net` is of."""
    if isinstance(net, fpn.Net):
        assert isinstance(settings, fpn.Settings)
        return lambda batch, step: fpn_losses(
            net, settings, batch, sampling, precision, forward, step % finest_every == 0
        )
    if isinstance(net, faster_rcnn.Net):
        assert isinstance(settings, faster_rcnn.Settings)
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


@dataclass(frozen=True, eq=False)
class Stage:
    """What is trained together: layers with their peak rates, by losses, for a budget.

    regions: cached regions, where the losses need them. folder: where the stage is kept.
    """

    name: str
    net: nn.Module
    layers: list[tuple[nn.Module, float]]
    losses: Losses
    budget: Budget
    folder: Path
    regions: Path | None


def run_stage(
    stage: Stage, photos: list[Photo], settings: Settings, options: Options, engine: Engine
) -> list[float]:
    """Take the stage's steps, from where its folder says it was; see `loop.train`."""
    optimiser = optimiser_for(stage.layers, options.optimiser)
    clock, scaler = Clock(), options.precision.scaler()
    resume(stage.net, optimiser, stage.folder, clock, scaler)
    plan = Plan(photos, options.batch * engine.world_size, options.seed)
    assert isinstance(settings, fast_rcnn.Settings | faster_rcnn.Settings | fpn.Settings)
    read = (settings.short, settings.long)

    def make(step: int) -> Batch:
        done = stage.budget.done(step, clock.seconds)
        rows, first = share(engine, plan.rows(step))
        chosen = [photos[row] for row in rows]
        views = scaled(EARLY if done < LATE_FROM else LATE, read)
        return make_batch(chosen, views, (options.seed, step), stage.regions, first)

    with closing(ahead(make, clock.step)) as batches:

        def step_losses(step: int) -> dict[str, Tensor]:
            return stage.losses(next(batches).to(engine.device), step)

        return train(
            stage.net, optimiser, step_losses, stage.budget, stage.folder, clock, stage.name,
            scaler, engine=engine,
        )  # fmt: skip


def new_network(method: str, options: Options, engine: Engine) -> nn.Module:
    """The network before its first step, on its device: begun with what `options` name, and with
    the layers fixed that training leaves alone."""
    net = network(method, options.network)
    backbone = net.backbone
    assert isinstance(backbone, nn.Module)
    if begin(net, options):
        freeze_early(backbone)
    freeze_statistics(net)
    backbone.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return net.to(engine.device)


def train_detector(method: str, options: Options) -> list[float]:
    """Train until the budget is spent; the state is in `options.work`/train.pt.

    Returns the total loss of every step of this call.
    """
    if method == "fast_rcnn" and options.proposals is None:
        raise ValueError("Fast R-CNN trains on cached regions: give --proposals")
    settings = options.settings(method)
    photos = usable(read_sets(options.data, list(options.sets)), options)
    engine = start(options.precision.device)
    torch.manual_seed(options.seed)
    net = new_network(method, options, engine)
    backbone = net.backbone
    assert isinstance(backbone, nn.Module)
    if engine.is_global_zero:
        describe(options, method, len(photos), engine.world_size)
    forward: nn.Module = torch.compile(backbone) if options.compiled else backbone  # type: ignore[assignment]
    losses = losses_of(
        net, settings, sampling_of(method, options), options.precision, forward,
        FINEST_EVERY if options.network in SMALL else 1,
    )  # fmt: skip
    others = [module for name, module in net.named_children() if name != "backbone"]
    layers = [(backbone, CNN_RATE * options.rate)] + [(module, options.rate) for module in others]
    stage = Stage(
        method, net, layers, losses, options.budget, options.work, options.proposals
    )
    return run_stage(stage, photos, settings, options, engine)
