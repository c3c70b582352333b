"""The real pipelines over small networks, as the engine of jobs; it counts what runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from torch import nn

from explorer.methods.checkpoints import Loaded
from explorer.methods.devices import Device
from explorer.ops.selective_search import search_steps
from explorer.session.engine import TorchEngine
from explorer.session.job import Photo
from explorer.trace.base import Progress, Stage
from explorer.trace.stages import RegionsStage, SearchStage
from tests.unit.small_nets import small_loaded, small_photo


class SmallEngine(TorchEngine):
    """One photo, few regions. passes: how often each method's backbone was called."""

    def __init__(self) -> None:
        super().__init__("cpu", self._small)
        self.photo = small_photo()
        self.passes: dict[str, int] = {}
        self.searches = 0
        self.broken: set[str] = set()

    def _small(self, method: str, device: Device) -> Loaded:
        loaded = small_loaded(method)

        def count(*_: object) -> None:
            self.passes[method] = self.passes.get(method, 0) + 1

        backbone: nn.Module = loaded.net.backbone  # type: ignore[assignment]
        backbone.register_forward_hook(count)
        return loaded

    def _warm_up(self, method: str, loaded: Loaded) -> None:
        """Small networks need none."""

    def read(self, path: Path) -> Photo:
        return self.photo

    def search(
        self, photo: Photo, strategy: str = "single", spaces: tuple[str, ...] = ()
    ) -> Iterator[Progress | SearchStage]:
        self.searches += 1
        yield from search_steps(photo, strategy, 30, spaces=spaces)

    def stages(
        self, photo: Photo, method: str, loaded: Any, regions: RegionsStage | None
    ) -> Iterator[Progress | Stage]:
        if method in self.broken:
            raise RuntimeError("the small network is broken")
        yield from super().stages(photo, method, loaded, regions)
