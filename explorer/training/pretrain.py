"""Pre-training: the compact CNN learns to classify images, as AlexNet, ZF-5 and VGG16 did before.

Only image-level labels are used (R-CNN, section 2.3). The crops grow from 64 to 96 pixels for
the last quarter: small crops are cheap, and the last epochs make up the difference.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import trange

from explorer.nets.backbone import Classifier
from explorer.training import loop
from explorer.training.images import ImageSet, augment, load_image_set, normalise
from explorer.training.precision import precision


@dataclass(frozen=True)
class PretrainSettings:
    epochs: int = 12
    batch: int = 128
    rate: float = 0.2  # peak of the one-cycle schedule
    momentum: float = 0.9
    decay: float = 1e-4
    smoothing: float = 0.1
    small: int = 64
    large: int = 96
    large_from: float = 0.75  # fraction of the epochs before crops grow
    compiled: bool = False
    device: str = "cpu"
    precision: str = "auto"  # see `explorer.training.precision`
    seed: int = 0


@torch.inference_mode()
def top1(net: nn.Module, data: ImageSet, size: int) -> float:
    """Fraction of `data` whose highest logit is the true class."""
    net.eval()
    device = next(net.parameters()).device
    right = 0
    for start in range(0, len(data.labels), 256):
        photos = normalise(data.photos[start : start + 256].to(device))
        photos = nn.functional.interpolate(photos, size=(size, size), mode="bilinear")
        guess = net(photos.contiguous(memory_format=torch.channels_last)).argmax(1).cpu()
        right += int((guess == data.labels[start : start + 256]).sum())
    return right / len(data.labels)


@dataclass
class Standing:
    """Where a run stands: steps taken, and the losses and seconds of the epoch it is in."""

    step: int = 0
    total: float = 0.0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)


def pretrain(source: Path, work: Path, settings: PretrainSettings) -> Path:
    """Train on `source`, keep `work`/pretrain.pt, return its path.

    The whole state is written every two minutes and after every epoch; a run that was stopped
    goes on from there, on the same schedule and with the same batches.
    """
    work.mkdir(parents=True, exist_ok=True)
    train = load_image_set(source, "train", settings.small, work)
    val = load_image_set(source, "val", settings.small, work)
    torch.manual_seed(settings.seed)
    chosen = precision(settings.device, settings.precision)
    net = Classifier(len(train.classes)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    net.to(chosen.device)
    scaler = chosen.scaler()
    decayed = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim <= 1]
    groups: list[dict[str, object]] = [
        {"params": decayed, "weight_decay": settings.decay}, {"params": others}
    ]
    optimiser = torch.optim.SGD(
        groups, lr=settings.rate, momentum=settings.momentum, nesterov=True
    )
    per_epoch = max(1, len(train.labels) // settings.batch)
    steps = per_epoch * settings.epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.rate, total_steps=steps, pct_start=0.2
    )
    path, standing = work / "pretrain.pt", Standing()
    held = {"net": net, "optimiser": optimiser, "schedule": schedule, "scaler": scaler}
    if path.exists():
        state = torch.load(path, weights_only=True, map_location="cpu")
        for name, part in held.items():
            if state[name]:  # the scaler's is empty where it does nothing
                part.load_state_dict(state[name])  # type: ignore[attr-defined]
        standing = Standing(**json.loads(state["standing"]))

    def keep() -> None:
        loop.save(path, {name: part.state_dict() for name, part in held.items()} | {  # type: ignore[attr-defined]
            "standing": json.dumps(asdict(standing)), "settings": json.dumps(asdict(settings)),
        })  # fmt: skip

    forward = torch.compile(net) if settings.compiled else net
    loss_of = nn.CrossEntropyLoss(label_smoothing=settings.smoothing)
    kept, began = time.perf_counter(), time.perf_counter() - standing.seconds
    for step in trange(standing.step, steps, initial=standing.step, total=steps, mininterval=30):
        epoch, place = divmod(step, per_epoch)
        size = settings.small if epoch < settings.large_from * settings.epochs else settings.large
        net.train()
        photos, labels = batch_of(train, settings, epoch, place, size)
        photos = photos.contiguous(memory_format=torch.channels_last).to(chosen.device)
        with chosen.autocast():
            logits = forward(photos)
        loss = loss_of(logits.float(), labels.to(chosen.device))
        optimiser.zero_grad(set_to_none=True)
        scaler.scale(loss).backward()
        scaler.step(optimiser)
        scaler.update()
        schedule.step()
        now = time.perf_counter()
        standing.step, standing.seconds = step + 1, now - began
        standing.total += float(loss.detach())
        if place == per_epoch - 1:
            standing.history.append({
                "epoch": epoch + 1, "size": size, "loss": standing.total / per_epoch,
                "top1": top1(net, val, settings.large), "seconds": standing.seconds,
            })  # fmt: skip
            print(json.dumps(standing.history[-1]), flush=True)
            began, standing.total, standing.seconds = time.perf_counter(), 0.0, 0.0
        if place == per_epoch - 1 or now - kept > loop.KEEP_EVERY:
            keep()
            kept = now
    return path


def batch_of(
    data: ImageSet, settings: PretrainSettings, epoch: int, place: int, size: int
) -> tuple[Tensor, Tensor]:
    """Augmented photos (n, 3, size, size) and labels (n,) of one step: a function of its number
    alone, so that a resumed run goes on with the same ones."""
    order = torch.randperm(
        len(data.labels), generator=torch.Generator().manual_seed(settings.seed * 1000 + epoch)
    )
    rows = order[place * settings.batch : (place + 1) * settings.batch]
    seed = np.random.default_rng((settings.seed, epoch, place)).integers(2**62)
    random = torch.Generator().manual_seed(int(seed))
    return augment(normalise(data.photos[rows]), size, random), data.labels[rows]
