"""The stopwatch of a method's stages."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict

import torch

from explorer.methods.devices import Device
from explorer.trace.base import StageName


class Timed(TypedDict):
    """What a stage record says of its making; see `explorer.trace.base.Stage`."""

    name: StageName
    ms: float
    device: str


class Clock:
    """Adds up the time spent in each stage's `with` blocks, without gradients.

    What lies between the blocks (recording, and whoever consumes the stages) does not count.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self._seconds: defaultdict[StageName, float] = defaultdict(float)

    @contextmanager
    def __call__(self, stage: StageName) -> Iterator[None]:
        """Count this block's wall time to `stage`. Never yield to a consumer from inside."""
        begun = time.perf_counter()
        with torch.inference_mode():
            yield
            self._device.synchronise()
        self._seconds[stage] += time.perf_counter() - begun

    def of(self, stage: StageName) -> Timed:
        """Name, milliseconds and device of a stage, as keyword arguments of its record."""
        return {"name": stage, "ms": 1000 * self._seconds[stage], "device": self._device.name}
