"""A method run on many photos, by this process or by several.

On a CPU several processes of one thread each do more than one process of several threads: most of a
detector's operators are too small to be shared.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from explorer.methods.devices import choose
from explorer.methods.modules import Settings
from explorer.training.data import Photo
from explorer.training.detecting import detect
from explorer.training.networks import load_net
from explorer.training.recall import coverage
from explorer.training.voc_ap import Detection


@dataclass(frozen=True, eq=False)
class Work:
    """What is done with every photo. weights: a file or folder, see `networks.weights_file`."""

    method: str
    weights: Path
    settings: Settings
    device: str
    proposals: Path | None


@dataclass(frozen=True, eq=False)
class Done:
    """One photo's detections, the IoU by which its regions cover each object (see `coverage`), and
    the seconds that the process computed for it."""

    detections: list[Detection]
    covered: NDArray[np.float32]
    seconds: float


def results(work: Work, photos: Sequence[Photo], jobs: int = 1) -> Iterator[Done]:
    """What `work` makes of the photos, in their order, by `jobs` processes.

    Raises ValueError for fewer than one.
    """
    if jobs < 1:
        raise ValueError(f"--jobs {jobs}: at least one process has to do the work")
    if jobs == 1:
        net = _net(work)
        yield from (_done(work, net, photo) for photo in photos)
        return
    # Not forked: a child would inherit locks of this process' threads.
    with ProcessPoolExecutor(
        jobs, multiprocessing.get_context("spawn"), _begin, (work,)
    ) as pool:  # fmt: skip
        yield from pool.map(_next, photos)


def _net(work: Work) -> nn.Module:
    return load_net(work.method, work.weights).to(choose(work.device).torch)


def _done(work: Work, net: nn.Module, photo: Photo) -> Done:
    began = time.process_time()
    found, regions = detect(
        work.method, net, photo, work.settings, work.device, work.proposals
    )
    return Done(found, coverage(regions, photo), time.process_time() - began)


_mine: tuple[Work, nn.Module] | None = None  # of a process of the pool


def _begin(work: Work) -> None:
    global _mine
    torch.set_num_threads(1)
    _mine = work, _net(work)


def _next(photo: Photo) -> Done:
    assert _mine is not None
    return _done(*_mine, photo)
