"""Training of SPPNet's detector (He et al., ECCV 2014, section 4.1).

The convolutions are fixed: each photo's maps, one for each scale, are computed once and kept while
there is room. The fully connected layers are fine-tuned on pooled windows, each read at the scale
where it is closest to 224 x 224 pixels; then come linear SVMs on fc7 and ridge regression on the
pooled pyramid. The budget is shared: MAPPING of it for the maps, TUNING for the fine-tuning,
COLLECTING for the features of the examples. With `--mining all` the SVMs then pass over all
regions of all photos until hardly any is hard (see `mining`), in MINING of it.
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

from explorer.methods.configurations import build
from explorer.methods.inputs import Input, network_input
from explorer.methods.sppnet import Net, Settings, nearest_scale, pool, windows
from explorer.ops.images import load_photo
from explorer.training.data import CLASSES, Photo, cached_proposals, read_sets
from explorer.training.engine import share, start
from explorer.training.examples import Drawing, collect, fit, mine_all
from explorer.training.loop import Budget, Clock, optimiser_for, resume, save, state, train
from explorer.training.options import Options, describe
from explorer.training.samplers import sample_rois
from explorer.training.starts import begin
from explorer.training.train_detector import usable
from explorer.training.views import Batch, Plan, ahead, photo_randoms

MAPPING, TUNING, COLLECTING, MINING = 0.3, 0.3, 0.2, 0.3
DRAWING = Drawing(near=8, far=60, near_from=0.5, thinned=0.7)
WINDOWS = 32  # a photo and step: 8 of objects, 24 of background
ROOM = 6_000_000_000  # bytes of maps that are kept; the others are computed whenever needed


@dataclass(frozen=True, eq=False)
class SharedMaps:
    """C5 (1, C, h, w) of one photo at each scale, half precision; inputs: what each was read from,
    without its pixels. window, pyramid: as in the method's settings."""

    values: tuple[Tensor, ...]
    inputs: tuple[Input, ...]
    window: float
    pyramid: tuple[int, ...]

    @property
    def bytes(self) -> int:
        """Memory that the maps take."""
        return sum(each.nbytes for each in self.values)

    def pooled(self, boxes: Tensor) -> Tensor:
        """The pyramids (R, C, 50) of regions (R, 4) in photo pixels, by the method's own steps."""
        maps = [each.float() for each in self.values]
        scale = nearest_scale(boxes, self.inputs, self.window)
        return pool(maps, windows(boxes, scale, self.inputs, maps), scale, self.pyramid)


@torch.inference_mode()
def shared_maps(net: Net, photo: Photo, settings: Settings) -> SharedMaps:
    """The convolutions on one photo, at every scale."""
    device = next(net.parameters()).device
    pixels = load_photo(photo.path)
    values, inputs = [], []
    for scale in settings.scales:
        image = network_input(pixels, scale, settings.long, device)
        images = image.images.contiguous(memory_format=torch.channels_last)
        values.append(net.shared_map(images).contiguous().half().cpu())
        inputs.append(Input(torch.empty(0), image.size, image.scale_x, image.scale_y))
    return SharedMaps(tuple(values), tuple(inputs), settings.window, settings.pyramid)


class Maps:
    """The photos' maps, kept while they take less than `room` bytes."""

    def __init__(self, net: Net, settings: Settings, room: int | None = None) -> None:
        self.net, self.settings = net, settings
        self.left = ROOM if room is None else room
        self._held: dict[object, SharedMaps] = {}

    def of(self, photo: Photo) -> SharedMaps:
        """A photo's maps, from memory or computed."""
        maps = self._held.get(photo.path)
        if maps is None:
            maps = shared_maps(self.net, photo, self.settings)
            if maps.bytes <= self.left:
                self._held[photo.path] = maps
                self.left -= maps.bytes
        return maps


def tuning_batch(
    photos: list[Photo], maps: Maps, seed: tuple[int, int], options: Options, first: int = 0
) -> Batch:
    """Pooled windows of a few photos: positive IoU >= 0.5, negative [0.1, 0.5), 25% positive."""
    assert options.proposals is not None
    pooled, labels = [], []
    for photo, random in zip(photos, photo_randoms(seed, first, len(photos)), strict=True):
        sure = ~photo.difficult
        rois = sample_rois(
            torch.from_numpy(cached_proposals(options.proposals, photo)),
            torch.from_numpy(photo.boxes[sure]), torch.from_numpy(photo.labels[sure]),
            WINDOWS, foreground=0.25, low=0.1,
            generator=torch.Generator().manual_seed(int(random.integers(2**62))),
        )  # fmt: skip
        pooled.append(maps.of(photo).pooled(rois.boxes).flatten(1))
        labels.append(rois.labels)
    return Batch(torch.cat(pooled), [], labels, [])


def train_sppnet(options: Options) -> list[float]:
    """Compute maps, fine-tune, fit, and keep the whole network in `options.work`/train.pt.

    Returns the losses of the fine-tuning steps of this call.
    """
    if options.proposals is None:
        raise ValueError("SPPNet trains on cached regions: give --proposals")
    proposals, settings = options.proposals, options.settings("sppnet")
    assert isinstance(settings, Settings)
    began = time.perf_counter()
    photos = usable(read_sets(options.data, list(options.sets)), options)
    engine = start(options.precision.device)
    torch.manual_seed(options.seed)
    net = build("sppnet", len(CLASSES), options.network)
    assert isinstance(net, Net)
    begin(net, options)
    net.backbone.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    net.backbone.requires_grad_(False)
    net.to(engine.device).eval()  # no dropout; the convolutions' statistics stay
    optimiser = optimiser_for([(net.head, options.rate)], options.optimiser)
    clock, device, scaler = Clock(), engine.device, options.precision.scaler()
    minutes = options.budget.minutes
    resume(net, optimiser, options.work, clock, scaler)
    if engine.is_global_zero:
        describe(options, "sppnet", len(photos), engine.world_size)

    photos = [photos[row] for row in np.random.default_rng(options.seed).permutation(len(photos))]
    maps, seen = Maps(net, settings), 0
    for photo in tqdm(photos, desc="maps", mininterval=10, disable=not engine.is_global_zero):
        if minutes and time.perf_counter() - began > MAPPING * minutes * 60:
            break
        maps.of(photo)
        seen += 1
    photos = photos[: engine.broadcast(seen)]
    mapping = time.perf_counter() - began
    plan = Plan(photos, options.batch * engine.world_size, options.seed)

    def make(step: int) -> Batch:
        rows, first = share(engine, plan.rows(step))
        chosen = [photos[row] for row in rows]
        return tuning_batch(chosen, maps, (options.seed, step), options, first)

    with closing(ahead(make, clock.step)) as batches:

        def losses(_: int) -> dict[str, Tensor]:
            batch = next(batches).to(device)
            with options.precision.autocast():
                logits = net.head(batch.images)
            return {"cls": F.cross_entropy(logits.float(), torch.cat(batch.labels))}

        budget = Budget(options.budget.steps, minutes and TUNING * minutes)
        history = train(
            net, optimiser, losses, budget, options.work, clock, "SPPNet", scaler, engine=engine
        )
    if not engine.is_global_zero:
        return history  # one process fits the SVMs

    tuned = time.perf_counter()

    def regions(photo: Photo) -> Tensor:
        return torch.from_numpy(cached_proposals(proposals, photo))

    def features(photo: Photo, boxes: Tensor) -> tuple[Tensor, Tensor]:
        pooled = maps.of(photo).pooled(boxes).flatten(1)
        return pooled, net.head.features(pooled.to(device)).cpu()

    def left(fraction: float) -> float:
        return fraction * minutes * 60 if minutes else float("inf")

    examples = collect(photos, regions, features, DRAWING, left(COLLECTING))
    fit(net.svm, net.ridge, examples)
    more: dict[str, object] = {}
    if options.mining == "all":
        mined = mine_all(
            net.svm, examples, photos, regions, features, DRAWING, seconds=left(MINING)
        )
        more = {"mined": mined.told}
    # The tuning of all calls, the rest of this one: what it replaces was lost.
    hours = (clock.seconds + mapping + time.perf_counter() - tuned) / 3600
    save(options.work / "train.pt", state(net, optimiser, clock) | {"hours": hours} | more)
    return history
