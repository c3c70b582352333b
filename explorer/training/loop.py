"""The training loop: schedule, checkpoints, progress. What is trained is handed in."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from explorer.training.engine import Engine, average_gradients, start

WARM_UP = 100  # steps, but at most this part of the budget:
WARM_UP_PART = 0.1
RECORD_EVERY = 20
KEEP_EVERY = 120.0  # seconds between checkpoints
DECAYS = {"adamw": 1e-2, "sgd": 5e-4}  # of weights, by optimiser
OPTIMISERS = tuple(DECAYS)
CNN_RATE = 0.4  # of the rate of new layers
CLIP = 10.0  # norm that gradients are cut to


@dataclass(frozen=True)
class Budget:
    """Where training ends: after `steps` steps or `minutes` minutes, whichever is given.

    Minutes count over all runs of one training, so a resumed one gets what was left.
    """

    steps: int | None = None
    minutes: float | None = None

    def done(self, step: int, seconds: float) -> float:
        """The fraction that is behind us, 0..1."""
        by_step = step / self.steps if self.steps else 0.0
        by_time = seconds / (60 * self.minutes) if self.minutes else 0.0
        return min(1.0, max(by_step, by_time))


@dataclass
class Clock:
    """Where a run stands; shared with the thread that makes batches."""

    step: int = 0
    seconds: float = 0.0


def rate_at(done: float, step: int) -> float:
    """Cosine from 1 to 0.01 with a linear warm-up of WARM_UP steps, fewer in short runs."""
    cosine = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done))
    return cosine * min(1.0, max((step + 1) / WARM_UP, done / WARM_UP_PART))


def optimiser_for(
    modules: list[tuple[nn.Module, float]], kind: str = "adamw"
) -> torch.optim.Optimizer:
    """The optimiser of the trainable parameters, one (module, peak rate) after the other.

    kind: "adamw", or the papers' "sgd" with momentum 0.9 and weight decay 0.0005 (Fast R-CNN,
    section 2.3). Biases and normalisation have no decay. Raises ValueError for another kind.
    """
    if kind not in OPTIMISERS:
        raise ValueError(f"no optimiser '{kind}': choose {', '.join(OPTIMISERS)}")
    decay = DECAYS[kind]
    groups: list[dict[str, Any]] = []
    for module, rate in modules:
        held = [p for p in module.parameters() if p.requires_grad]
        groups.append(
            {"params": [p for p in held if p.ndim > 1], "lr": rate, "weight_decay": decay}
        )
        groups.append({"params": [p for p in held if p.ndim <= 1], "lr": rate, "weight_decay": 0.0})
    groups = [group for group in groups if group["params"]]
    optimiser: torch.optim.Optimizer
    if kind == "adamw":
        optimiser = torch.optim.AdamW(groups, fused=True)
    else:
        optimiser = torch.optim.SGD(groups, momentum=0.9)
    for group in optimiser.param_groups:
        group["peak"] = group["lr"]
    return optimiser


def save(path: Path, state: dict[str, object]) -> None:
    """Write a checkpoint so that a crash leaves the old or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".tmp")
    torch.save(state, partial)
    partial.replace(path)


def train(
    net: nn.Module,
    optimiser: torch.optim.Optimizer,
    losses: Callable[[int], dict[str, Tensor]],
    budget: Budget,
    folder: Path,
    clock: Clock,
    name: str = "train",
    scaler: torch.amp.GradScaler | None = None,
    clip: float = CLIP,
    engine: Engine | None = None,
) -> list[float]:
    """Take steps until the budget is spent, from where `clock` stands (see `resume`).

    losses: step number -> named losses, whose sum is minimised; with several processes, each
    one's on its own photos. Every KEEP_EVERY seconds, and at the end, the first process writes the
    whole state to train.pt; losses go to losses.jsonl. Returns the total losses of the steps taken
    by this call.
    """
    scaler = scaler or torch.amp.GradScaler(enabled=False)
    engine = engine or start(next(net.parameters()).device)
    first = engine.is_global_zero
    folder.mkdir(parents=True, exist_ok=True)
    state_file = folder / "train.pt"
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    began, before = time.perf_counter(), clock.seconds
    kept, history = began, list[float]()
    bar = tqdm(total=1000, desc=name, mininterval=10, disable=not first, bar_format=(
        "{desc}: {percentage:3.0f}% |{bar:20}| {elapsed} < {remaining} {postfix}"
    ))
    with (folder / "losses.jsonl").open("a") as record:
        while (done := budget.done(clock.step, clock.seconds)) < 1:
            for group in optimiser.param_groups:
                group["lr"] = group["peak"] * rate_at(done, clock.step)
            parts = losses(clock.step)
            total = torch.stack(list(parts.values())).sum()
            optimiser.zero_grad(set_to_none=True)
            scaler.scale(total).backward()
            average_gradients(engine, parameters)
            scaler.unscale_(optimiser)
            norm = nn.utils.clip_grad_norm_(parameters, clip)
            if torch.isfinite(norm):  # one bad batch must not end a long run
                scaler.step(optimiser)
            scaler.update()
            clock.step += 1
            history.append(float(total.detach()))
            now = time.perf_counter()
            # All processes go by the first one's clock: they must end at the same step.
            clock.seconds = engine.broadcast(before + now - began)
            if first and (clock.step % RECORD_EVERY == 0 or clock.step == 1):
                row = {name: round(float(value.detach()), 4) for name, value in parts.items()}
                row |= {"step": clock.step, "seconds": round(clock.seconds, 1),
                        "norm": round(float(norm), 2)}
                record.write(json.dumps(row) + "\n")
                record.flush()
                recent = history[-50:]
                bar.set_postfix_str(f"step {clock.step} loss {sum(recent) / len(recent):.3f}")
            bar.n = int(1000 * budget.done(clock.step, clock.seconds))
            bar.update(0)
            if first and now - kept > KEEP_EVERY:
                save(state_file, state(net, optimiser, clock, scaler))
                kept = now
    bar.close()
    if first:
        save(state_file, state(net, optimiser, clock, scaler))
    engine.barrier()
    return history


def state(
    net: nn.Module, optimiser: torch.optim.Optimizer, clock: Clock,
    scaler: torch.amp.GradScaler | None = None,
) -> dict[str, object]:  # fmt: skip
    """All that a run needs to go on where it stopped."""
    return {
        "net": net.state_dict(), "optimiser": optimiser.state_dict(),
        "step": clock.step, "seconds": clock.seconds, "random": torch.get_rng_state(),
        "scaler": scaler.state_dict() if scaler else {},
    }


def resume(
    net: nn.Module, optimiser: torch.optim.Optimizer, folder: Path, clock: Clock,
    scaler: torch.amp.GradScaler | None = None,
) -> bool:  # fmt: skip
    """Go back to `folder`/train.pt; False where there is none."""
    path = folder / "train.pt"
    if not path.exists():
        return False
    held = torch.load(path, weights_only=True, map_location="cpu")
    net.load_state_dict(held["net"])
    optimiser.load_state_dict(held["optimiser"])
    torch.set_rng_state(held["random"])
    if scaler and held.get("scaler"):
        scaler.load_state_dict(held["scaler"])
    clock.step, clock.seconds = held["step"], held["seconds"]
    return True
