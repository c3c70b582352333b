"""Pre-training: the compact CNN learns to classify images, as AlexNet, ZF-5 and VGG16 did before.

Only image-level labels are used (R-CNN, section 2.3). The crops grow from 64 to 96 pixels for
the last quarter: small crops are cheap, and the last epochs make up the difference.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

from explorer.nets.backbone import Classifier
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


def pretrain(source: Path, work: Path, settings: PretrainSettings) -> Path:
    """Train on `source`, keep `work/pretrain.pt` after every epoch, return the weights' path.

    A run that was stopped goes on after its last whole epoch.
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
        groups,
        lr=settings.rate, momentum=settings.momentum, nesterov=True,
    )
    steps = len(train.labels) // settings.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.rate, total_steps=steps * settings.epochs, pct_start=0.2
    )
    state_file, history = work / "pretrain.pt", []
    first = 0
    if state_file.exists():
        state = torch.load(state_file, weights_only=True, map_location="cpu")
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])
        first, history = state["epoch"], json.loads(state["history"])
    forward = torch.compile(net) if settings.compiled else net
    loss_of = nn.CrossEntropyLoss(label_smoothing=settings.smoothing)
    for epoch in range(first, settings.epochs):
        size = settings.small if epoch < settings.large_from * settings.epochs else settings.large
        net.train()
        random = torch.Generator().manual_seed(settings.seed * 1000 + epoch)
        order = torch.randperm(len(train.labels), generator=random)
        began, total = time.perf_counter(), 0.0
        for step in tqdm(range(steps), desc=f"epoch {epoch + 1}/{settings.epochs}", mininterval=30):
            rows = order[step * settings.batch : (step + 1) * settings.batch]
            photos: Tensor = augment(normalise(train.photos[rows]), size, random)
            photos = photos.contiguous(memory_format=torch.channels_last).to(chosen.device)
            with chosen.autocast():
                logits = forward(photos)
            loss = loss_of(logits.float(), train.labels[rows].to(chosen.device))
            optimiser.zero_grad(set_to_none=True)
            scaler.scale(loss).backward()
            scaler.step(optimiser)
            scaler.update()
            schedule.step()
            total += float(loss.detach())
        history.append({
            "epoch": epoch + 1, "size": size, "loss": total / steps,
            "top1": top1(net, val, settings.large), "seconds": time.perf_counter() - began,
        })
        print(json.dumps(history[-1]), flush=True)
        torch.save({
            "net": net.state_dict(), "optimiser": optimiser.state_dict(),
            "schedule": schedule.state_dict(), "epoch": epoch + 1,
            "history": json.dumps(history), "settings": json.dumps(asdict(settings)),
        }, state_file.with_suffix(".tmp"))
        state_file.with_suffix(".tmp").replace(state_file)
    return state_file
