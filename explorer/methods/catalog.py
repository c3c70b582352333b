"""Running any of the five methods by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from explorer.methods.checkpoints import Loaded
from explorer.methods.counting import Counter
from explorer.methods.modules import module_of
from explorer.trace.base import Progress, Stage
from explorer.trace.stages import RegionsStage, Trace


def start(method: str, loaded: Loaded) -> Trace:
    """The trace before its first stage: what will run, with which weights, where."""
    return Trace(
        method=method,
        weights=loaded.weights_id,
        device=loaded.device.name,
        classes=loaded.classes,
        settings=dataclasses.asdict(loaded.settings),
    )


def stages(
    photo: NDArray[np.uint8], method: str, loaded: Loaded, regions: RegionsStage | None = None
) -> Iterator[Progress | Stage]:
    """Progress and finished stages of one photo (H, W, 3), in the order in which they run.

    regions: use these instead of the method's own. Stop asking for steps to cancel.
    """
    counter = Counter(method, loaded.net, own=regions is None)
    steps: Iterator[Progress | Stage] = module_of(method).run(
        photo, loaded.net, loaded.settings, loaded.device, loaded.classes, regions
    )
    for step in steps:
        yield counter.counted(step) if isinstance(step, Stage) else step


def trace_photo(
    photo: NDArray[np.uint8], method: str, loaded: Loaded, regions: RegionsStage | None = None
) -> Trace:
    """The whole trace of one photo; see `stages`."""
    done = tuple(
        step for step in stages(photo, method, loaded, regions) if isinstance(step, Stage)
    )
    return dataclasses.replace(start(method, loaded), stages=done)
