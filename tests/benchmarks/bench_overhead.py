"""What the trace costs: our pipelines beside bare ones, in turn, in one run.

    uv run pytest tests/benchmarks/bench_overhead.py -s

The figure is the ratio of the fastest rounds, in wall time; beside it the ratio of processor time,
which other programs disturb least. Set OMP_NUM_THREADS for another number of threads.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torchvision.models.detection import fasterrcnn_mobilenet_v3_large_fpn, fasterrcnn_resnet50_fpn

from explorer.methods import fpn, rcnn
from explorer.methods.checkpoints import load
from explorer.methods.devices import choose
from explorer.methods.torchvision_fpn import TorchvisionNet
from explorer.methods.warp import Warper, context_boxes
from explorer.ops.images import load_photo
from explorer.ops.selective_search import search
from explorer.paths import samples
from tests.torchvision_twin import as_tensor, twin

FPN_LIMIT = 1.25
RCNN_LIMIT = 1.3
CLASSES = tuple(str(i) for i in range(20))
CPU = choose("cpu", mixed=False)


def compare(
    benchmark: Any, ours: Callable[[], object], bare: Callable[[], object], rounds: int
) -> float:
    """Ratio of the fastest rounds; who goes first alternates. Prints and records both clocks."""
    times: dict[str, list[tuple[float, float]]] = {"ours": [], "bare": []}

    def once(name: str) -> None:
        wall, processor = time.perf_counter(), time.process_time()
        {"ours": ours, "bare": bare}[name]()
        times[name].append((time.perf_counter() - wall, time.process_time() - processor))

    def both() -> None:
        order = ("ours", "bare") if len(times["ours"]) % 2 else ("bare", "ours")
        for name in order:
            once(name)

    benchmark.pedantic(both, rounds=rounds, warmup_rounds=1)
    fastest = {name: np.min(held[1:], axis=0) for name, held in times.items()}
    wall, processor = fastest["ours"] / fastest["bare"]
    benchmark.extra_info.update(wall_ratio=round(wall, 3), processor_ratio=round(processor, 3))
    print(
        f"\n{benchmark.name}: ours {fastest['ours'][0]:.3f} s, bare {fastest['bare'][0]:.3f} s, "
        f"ratio {wall:.3f} (processor time {processor:.3f}), {torch.get_num_threads()} threads"
    )
    return float(wall)


def photo() -> NDArray[np.uint8]:
    return load_photo(samples()[0])


def test_compact_fpn_with_full_trace(benchmark: Any) -> None:
    """Against torchvision's FasterRCNN with the same modules, photo and settings."""
    loaded = load("fpn", CPU)
    net = loaded.net
    assert isinstance(net, fpn.Net)
    assert isinstance(loaded.settings, fpn.Settings)
    settings = replace(loaded.settings, antialias=False)
    model, pixels = twin(net, settings), photo()

    def bare() -> object:
        with torch.inference_mode():
            return model([as_tensor(pixels)])

    def ours() -> object:
        return list(fpn.run(pixels, net, settings, CPU, CLASSES))

    assert compare(benchmark, ours, bare, rounds=7) <= FPN_LIMIT


@pytest.mark.parametrize(
    "build", (fasterrcnn_mobilenet_v3_large_fpn, fasterrcnn_resnet50_fpn), ids=lambda b: b.__name__
)
def test_torchvisions_detectors_with_full_trace(benchmark: Any, build: Any) -> None:
    """Against the detector itself, at its own sizes."""
    torch.manual_seed(0)
    model = build(weights=None, weights_backbone=None, num_classes=21).eval()
    net = TorchvisionNet(model)
    settings, pixels = net.settings(), photo()

    def bare() -> object:
        with torch.inference_mode():
            return model([as_tensor(pixels)])

    def ours() -> object:
        return list(fpn.run(pixels, net, settings, CPU, CLASSES))

    assert compare(benchmark, ours, bare, rounds=3) <= FPN_LIMIT


def test_rcnn_of_2000_regions(benchmark: Any) -> None:
    """Against the bare forward passes of the same crops in equal batches."""
    loaded = load("rcnn", CPU)
    net, settings = loaded.net, loaded.settings
    assert isinstance(net, rcnn.Net)
    assert isinstance(settings, rcnn.Settings)
    pixels = photo()
    regions = search(pixels, settings.strategy, settings.proposals)
    assert len(regions.boxes) == 2000
    context = context_boxes(regions.boxes, settings.crop, settings.padding)
    crops = Warper(pixels).crops(context, settings.crop)
    batches = rcnn.normalised(crops, CPU.torch).split(settings.batch)

    def bare() -> object:
        with torch.inference_mode():
            return [net.svm(net.head.features(net.pool5(batch))) for batch in batches]

    def ours() -> object:
        return list(rcnn.run(pixels, net, settings, CPU, CLASSES, regions))

    assert compare(benchmark, ours, bare, rounds=2) <= RCNN_LIMIT
