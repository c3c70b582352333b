"""Faster R-CNN's four-step alternating training (Ren et al., NIPS 2015, section 3.2).

    1. the RPN, from the pre-trained CNN
    2. Fast R-CNN, from the pre-trained CNN again, on (1)'s proposals: nothing is shared yet
    3. the RPN anew, on (2)'s convolutions, which stay as they are
    4. Fast R-CNN's own layers, on (3)'s proposals, the shared convolutions as they are

Each step has a quarter of the budget and a folder of its own, step1 .. step4, so a stopped run
goes on in the step where it was.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from explorer.methods.faster_rcnn import STRIDE, Net, Settings
from explorer.methods.inputs import network_input
from explorer.nets.rpn import flatten
from explorer.ops.anchors import anchors_at, grid
from explorer.ops.images import load_photo
from explorer.training.curves import NOT_LOSSES, read_losses
from explorer.training.data import Photo, proposals_path, read_sets
from explorer.training.detectors import (
    Sampling,
    fast_rcnn_losses,
    propose,
    rpn_alone_losses,
)
from explorer.training.engine import Engine, start
from explorer.training.loop import CNN_RATE, Budget, save
from explorer.training.options import Options, describe
from explorer.training.starts import freeze_statistics
from explorer.training.train_detector import (
    Losses,
    Stage,
    new_network,
    run_stage,
    sampling_of,
    usable,
)

STEPS = 4


@torch.inference_mode()
def rpn_regions(
    net: Net, photo: Photo, settings: Settings, device: torch.device, most: int = 2000
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """A photo's proposals (n, 4) by the RPN, best first, in photo pixels."""
    image = network_input(load_photo(photo.path), settings.short, settings.long, device)
    shared = net.shared_map(image.images).float()
    base = anchors_at(settings.anchor_sizes, settings.anchor_ratios).to(device)
    anchors = grid(base, shared.shape[-2], shared.shape[-1], STRIDE, STRIDE)
    found = propose(
        *flatten(*net.rpn([shared])), [anchors], image.size,
        Sampling(pre_nms=settings.pre_nms_top, post_nms=most),
        settings.rpn_nms_threshold, settings.min_proposal,
    )[0]  # fmt: skip
    boxes: np.ndarray[tuple[int, int], np.dtype[np.float32]] = image.to_photo(found).cpu().numpy()
    return boxes


def propose_all(
    net: Net, photos: list[Photo], settings: Settings, folder: Path, engine: Engine
) -> Path:
    """Write every photo's proposals to `folder`, as `propose` writes those of selective search;
    those that are there stay. The processes share the photos."""
    net.eval()
    mine = photos[engine.global_rank :: engine.world_size]
    for photo in tqdm(mine, desc=folder.name, mininterval=10, disable=not engine.is_global_zero):
        target = proposals_path(folder, photo)
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        boxes = rpn_regions(net, photo, settings, engine.device)
        partial = target.with_suffix(".part")
        with partial.open("wb") as file:
            np.save(file, np.rint(boxes).astype(np.int16))
        partial.replace(target)
    freeze_statistics(net)
    engine.barrier()
    return folder


def train_alternating(options: Options) -> list[float]:
    """Train Faster R-CNN by the four steps; the network is in `options.work`/train.pt.

    Returns the total loss of every step of this call, of all four one after the other.
    """
    settings = options.settings("faster_rcnn")
    assert isinstance(settings, Settings)
    photos = usable(read_sets(options.data, list(options.sets)), options)
    engine = start(options.precision.device)
    torch.manual_seed(options.seed)
    if engine.is_global_zero:
        describe(options, "faster_rcnn", len(photos), engine.world_size)
    budget = Budget(
        options.budget.steps and max(1, options.budget.steps // STEPS),
        options.budget.minutes and options.budget.minutes / STEPS,
    )
    sampling = sampling_of("faster_rcnn", options)
    fast = sampling_of("fast_rcnn", options)
    history: list[float] = []

    def forward_of(net: Net) -> nn.Module:
        compiled: nn.Module = torch.compile(net.backbone) if options.compiled else net.backbone  # type: ignore[assignment]
        return compiled

    def rpn(net: Net, forward: nn.Module) -> Losses:
        return lambda batch, _: rpn_alone_losses(
            net, settings, batch, sampling, options.precision, forward
        )

    def detector(net: Net, forward: nn.Module) -> Losses:
        return lambda batch, _: fast_rcnn_losses(net, batch, fast, options.precision, forward)

    def step(
        number: int, net: Net, layers: list[nn.Module], losses: Losses, regions: Path | None
    ) -> None:
        rates = [(x, options.rate * (CNN_RATE if x is net.backbone else 1.0)) for x in layers]
        folder = options.work / f"step{number}"
        name = f"step {number} of {STEPS}"
        stage = Stage(name, net, rates, losses, budget, folder, regions)
        history.extend(run_stage(stage, photos, settings, options, engine))

    first, shared = (new_network("faster_rcnn", options, engine) for _ in range(2))
    assert isinstance(first, Net) and isinstance(shared, Net)
    step(1, first, [first.backbone, first.rpn], rpn(first, forward_of(first)), None)
    regions = propose_all(first, photos, settings, options.work / "regions1", engine)
    forward = forward_of(shared)
    step(2, shared, [shared.backbone, shared.head], detector(shared, forward), regions)
    shared.backbone.requires_grad_(False)
    step(3, shared, [shared.rpn], rpn(shared, forward), None)
    regions = propose_all(shared, photos, settings, options.work / "regions3", engine)
    step(4, shared, [shared.head], detector(shared, forward), regions)
    if engine.is_global_zero:
        gather(shared, options.work)
    engine.barrier()
    return history


def gather(net: Net, work: Path) -> None:
    """The four steps' folders -> `work`/train.pt and losses.jsonl of the whole run."""
    steps, seconds = 0, 0.0
    rows: list[str] = []
    for number in range(1, STEPS + 1):
        folder = work / f"step{number}"
        held = torch.load(folder / "train.pt", weights_only=True, map_location="cpu")
        for row in read_losses(folder):
            losses = {name: value for name, value in row.items() if name not in NOT_LOSSES}
            rows.append(json.dumps(losses | {
                "step": steps + row["step"], "seconds": round(seconds + row["seconds"], 1),
                "norm": row["norm"],
            }))  # fmt: skip
        steps, seconds = steps + held["step"], seconds + held["seconds"]
    (work / "losses.jsonl").write_text("\n".join(rows) + "\n")
    save(work / "train.pt", {"net": net.state_dict(), "step": steps, "seconds": seconds})
