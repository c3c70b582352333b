"""The five methods on one photo at 600 pixels: milliseconds of each stage, memory, agreement.

    uv run python tests/benchmarks/bench_methods.py [PHOTO] [--device cuda] [--networks papers]
    uv run pytest tests/benchmarks/bench_methods.py -s

On a GPU as on a CPU, where fewer regions and pixels are quicker: `--regions 200 --short 300`.
Prints, first of all, which device it ran on:

- the milliseconds of every stage, medians of some rounds after one that does not count; selective
  search runs once for all and does not count;
- the most memory: of the GPU's during the method, else of the whole process until then;
- R-CNN's bare forward passes, of the same crops in equal batches, as a fraction of all its time;
- where it did not run on the CPU: whether the CPU finds the same, both in float32.
"""

from __future__ import annotations

import argparse
import dataclasses
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from explorer.methods import rcnn
from explorer.methods.catalog import trace_photo
from explorer.methods.checkpoints import Loaded, load
from explorer.methods.configurations import build, settings_for
from explorer.methods.devices import DEVICE_NAMES, Device, choose
from explorer.methods.names import METHODS as NAMED
from explorer.methods.warp import Warper, context_boxes
from explorer.ops.bins import overlap
from explorer.ops.images import load_photo
from explorer.ops.selective_search import search
from explorer.paths import samples
from explorer.trace.base import STAGE_NAMES
from explorer.trace.stages import DetectionsStage, RegionsStage, Trace
from explorer.training.networks import SEARCHING
from explorer.training.options import at_scale

METHODS = tuple(one.name for one in NAMED)
PAPERS = {"rcnn": "alexnet", "sppnet": "alexnet", "fast_rcnn": "vgg16", "faster_rcnn": "vgg16",
          "fpn": "resnet50"}  # fmt: skip
MEGABYTE = 2**20
FRACTION = 0.8  # of R-CNN's time that its forward passes should be, on a GPU
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Timing:
    """One method on one photo. stages: milliseconds by name; total: their sum; memory: megabytes;
    found: detections."""

    method: str
    stages: dict[str, float]
    total: float
    memory: float
    found: int


@dataclass(frozen=True)
class Agreement:
    """What two devices found. missing: detections of either that the other has not (no box of the
    same class with IoU >= 0.9); score, pixels: the most that the others differ by."""

    found: int
    missing: int
    score: float
    pixels: float


def network(method: str, device: Device, networks: str, short: int, regions: int) -> Loaded:
    """A method that reads photos with that short side: the bundled one, or the paper's
    configuration with random weights."""
    if networks == "papers":
        torch.manual_seed(0)
        net = build(method, 20, PAPERS[method]).to(device.torch).eval()
        settings = settings_for(method, PAPERS[method])
        loaded = Loaded(method, net, settings, tuple(map(str, range(20))), PAPERS[method], device)
    else:
        loaded = load(method, device)
    settings = loaded.settings
    usual = getattr(settings, "short", None) or getattr(settings, "scales", (None,))[0]
    if usual:  # R-CNN reads crops alone
        settings = dataclasses.replace(settings, **at_scale(settings, short / usual))  # type: ignore[arg-type]
    if method in SEARCHING:
        settings = dataclasses.replace(settings, proposals=regions)
    return dataclasses.replace(loaded, settings=settings)


def timed(
    loaded: Loaded, photo: Pixels, regions: RegionsStage | None, rounds: int
) -> tuple[Timing, Trace]:
    """The medians of `rounds` runs after one that does not count, and the last run's trace."""
    on_gpu = loaded.device.torch.type == "cuda"
    if on_gpu:
        torch.cuda.reset_peak_memory_stats()
    traces = [trace_photo(photo, loaded.method, loaded, regions) for _ in range(rounds + 1)]
    stages = {
        name: statistics.median(each.stage(name).ms for each in traces[1:])  # type: ignore[union-attr]
        for name in STAGE_NAMES
        if name != "regions" or loaded.method not in SEARCHING
    }
    memory = torch.cuda.max_memory_allocated() if on_gpu else process_bytes()
    found = detections(traces[-1])
    return Timing(
        loaded.method, stages, sum(stages.values()), memory / MEGABYTE, len(found.boxes)
    ), traces[-1]


def process_bytes() -> int:
    """The most memory that this process has had."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


def detections(trace: Trace) -> DetectionsStage:
    """The last stage of a whole trace."""
    found = trace.stage("detections")
    assert isinstance(found, DetectionsStage)
    return found


def bare_passes(loaded: Loaded, photo: Pixels, regions: RegionsStage, rounds: int) -> float:
    """Milliseconds of R-CNN's network alone on the crops of these regions, ready on the device."""
    net, settings, device = loaded.net, loaded.settings, loaded.device
    assert isinstance(net, rcnn.Net) and isinstance(settings, rcnn.Settings)
    context = context_boxes(regions.boxes, settings.crop, settings.padding)
    crops = Warper(photo).crops(context, settings.crop)
    batches = rcnn.normalised(crops, device.torch).split(settings.batch)
    times = []
    for _ in range(rounds + 1):
        device.synchronise()
        began = time.perf_counter()
        with torch.inference_mode(), device.precision():
            for batch in batches:
                net.svm(net.head.features(net.pool5(batch)))
        device.synchronise()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times[1:])


def agreement(one: Trace, other: Trace) -> Agreement:
    """Whether two traces of one photo end with the same detections."""
    ours, theirs = detections(one), detections(other)
    share = overlap(ours.boxes, theirs.boxes).reshape(len(ours.boxes), len(theirs.boxes))
    same = np.where(ours.labels[:, None] == theirs.labels[None], share, 0.0)
    left, right = (np.argwhere(same >= 0.9)[:, axis] for axis in (0, 1))
    # Of several boxes that are nearly one, each goes with the closest.
    pairs = [(i, j) for i, j in zip(left, right, strict=True) if j == same[i].argmax()]
    rows, columns = {i for i, _ in pairs}, {j for _, j in pairs}
    missing = len(ours.boxes) - len(rows) + len(theirs.boxes) - len(columns)
    score = max((abs(float(ours.scores[i] - theirs.scores[j])) for i, j in pairs), default=0.0)
    pixels = max(
        (float(np.abs(ours.boxes[i] - theirs.boxes[j]).max()) for i, j in pairs), default=0.0
    )
    return Agreement(len(theirs.boxes), missing, score, pixels)


def table(timings: Sequence[Timing], measure: str) -> str:
    """A row for each stage, a column for each method."""
    rows = [["ms", *(one.method for one in timings)]]
    for name in STAGE_NAMES:
        cells = [f"{one.stages[name]:.1f}" if name in one.stages else "-" for one in timings]
        rows.append([name, *cells])
    rows.append(["all", *(f"{one.total:.1f}" for one in timings)])
    rows.append(["detections", *(str(one.found) for one in timings)])
    rows.append([measure, *(f"{one.memory:.0f}" for one in timings)])
    return "\n".join("".join([row[0].ljust(18), *(x.rjust(13) for x in row[1:])]) for row in rows)


def compared(given: argparse.Namespace, photo: Pixels, regions: RegionsStage) -> list[str]:
    """A line for each method: what it finds on this device and on the CPU, both in float32."""
    torch.backends.cudnn.allow_tf32 = False
    lines = []
    for method in METHODS:
        own = regions if method in SEARCHING else None
        ours, theirs = (
            trace_photo(photo, method, network(
                method, choose(name, mixed=False), given.networks, given.short, given.regions
            ), own)
            for name in (given.device, "cpu")
        )  # fmt: skip
        held = agreement(ours, theirs)
        lines.append(
            f"{method.ljust(12)} {held.found} on the CPU, {held.missing} not on both; the others "
            f"differ by at most {held.score:.4f} in score and {held.pixels:.2f} pixels"
        )
    return lines


def report(given: argparse.Namespace) -> float:
    """Print all of it; the fraction of R-CNN's time that its forward passes are."""
    device = choose(given.device)
    photo = load_photo(given.photo or samples()[0])
    height, width = photo.shape[:2]
    where = torch.cuda.get_device_name() if device.torch.type == "cuda" else (
        f"{torch.get_num_threads()} threads"
    )
    print(f"\n{device.name}, {where}; torch {torch.__version__}; {given.networks} networks")
    regions = search(photo, "fast", given.regions)
    print(
        f"photo {width} x {height}, read at a short side of {given.short}; "
        f"{len(regions.boxes)} regions of selective search; {given.rounds} rounds\n"
    )
    timings, fraction = [], 0.0
    for method in METHODS:
        loaded = network(method, device, given.networks, given.short, given.regions)
        own = regions if method in SEARCHING else None
        timing, _ = timed(loaded, photo, own, given.rounds)
        timings.append(timing)
        if method == "rcnn":
            bare = bare_passes(loaded, photo, regions, given.rounds)
            fraction = bare / timing.total
    print(table(timings, "peak MB of GPU" if device.torch.type == "cuda" else "MB of process"))
    print(
        f"\nR-CNN: its {len(regions.boxes)} bare forward passes take {bare:.1f} ms, "
        f"{fraction:.2f} of the whole method"
    )
    if device.torch.type != "cpu":
        print(*compared(given, photo, regions), sep="\n")
    return fraction


def parser() -> argparse.ArgumentParser:
    """What can be chosen."""
    top = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    top.add_argument("photo", type=Path, nargs="?", help="default: the first sample")
    top.add_argument("--device", choices=DEVICE_NAMES, default="auto")
    top.add_argument("--networks", choices=("compact", "papers"), default="compact")
    top.add_argument("--short", type=int, default=600, help="short side of the photo, pixels")
    top.add_argument("--regions", type=int, default=2000)
    top.add_argument("--rounds", type=int, default=3)
    return top


@pytest.mark.parametrize("networks", ["compact", "papers"])
def test_five_methods(networks: str) -> None:
    """On a GPU, at full size, R-CNN's time is that of its network."""
    gpu = torch.cuda.is_available()
    small = [] if gpu else ["--regions", "50", "--short", "200", "--rounds", "1"]
    fraction = report(parser().parse_args(["--networks", networks, *small]))
    assert fraction >= FRACTION or not gpu


if __name__ == "__main__":
    report(parser().parse_args())
