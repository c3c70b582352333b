"""What computes: the photo's reader, selective search and the five methods with their networks.

Torch, which takes seconds to import, is imported when the device is first asked for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.session.job import NEEDS_SEARCH, Photo
from explorer.trace.base import Progress, Stage
from explorer.trace.stages import RegionsStage, SearchStage, Trace

if TYPE_CHECKING:
    from explorer.methods.checkpoints import Loaded
    from explorer.methods.devices import Device


class TorchEngine:
    """device: "auto", "cpu", "cuda" or "mps".

    loader: (method, device) -> Loaded, in place of the bundled weights. Networks stay loaded.
    """

    def __init__(
        self, device: str = "auto", loader: Callable[[str, Device], Loaded] | None = None
    ) -> None:
        self._wanted = device
        self._device: Device | None = None
        self._loader = loader
        self._loaded: dict[str, Loaded] = {}
        self._known: dict[str, Any] = {}  # networks that know their maps of the photo
        self._searched = False
        self._weights: tuple[Path | None, int] = (None, 0)  # FPN's file and when it was changed

    @property
    def device(self) -> Device:
        """Chosen when first asked for. Raises DeviceError where it is not there."""
        if self._device is None:
            from explorer.methods import devices

            self._device = devices.choose(self._wanted)
        return self._device

    def device_name(self) -> str:
        return self.device.name

    def read(self, path: Path) -> Photo:
        from explorer.ops.images import load_photo

        return load_photo(path)

    def load(self, method: str) -> Loaded:
        if method not in self._loaded:
            from explorer.methods import checkpoints

            load = self._loader or checkpoints.load
            loaded = load(method, self.device)
            self._warm_up(method, loaded)
            self._loaded[method] = loaded
        return self._loaded[method]

    def vary(self, method: str, settings: Mapping[str, object], keep_maps: bool) -> Loaded:
        """The method with other settings. keep_maps: the backbone does not run twice on a photo."""
        from explorer.methods.known_maps import KnownMaps

        loaded = self.load(method)
        known = self._known.get(method)
        if known is None or not known.is_of(loaded.net):
            known = self._known[method] = KnownMaps(loaded.net)
        changed = dataclasses.replace(loaded.settings, **settings)  # type: ignore[arg-type]
        net: Any = known if keep_maps else loaded.net
        return dataclasses.replace(loaded, net=net, settings=changed)

    def _warm_up(self, method: str, loaded: Loaded) -> None:
        """Run a method on a tiny photo. Compiled loops and kernels take seconds when they are
        first called; the first photo's milliseconds would otherwise be those of loading."""
        tiny = np.zeros((24, 32, 3), np.uint8)
        tiny[6:18, 8:24] = 255
        search = None
        if method in NEEDS_SEARCH:
            search = next(step for step in self.search(tiny) if isinstance(step, SearchStage))
        for _ in self.stages(tiny, method, loaded, search):
            pass

    def use_weights(self, path: Path | None) -> None:
        """Run FPN with a torchvision detector's file from now on, or (None) with the bundled
        weights. Raises WeightsError for a file that is none; then FPN keeps the weights it has."""
        wanted = (path, path.stat().st_mtime_ns if path is not None and path.is_file() else 0)
        if wanted == self._weights:
            return
        if path is None:
            self._loaded.pop("fpn", None)
        else:
            from explorer.methods import torchvision_weights

            self._loaded["fpn"] = torchvision_weights.load_file(path, self.device)
        self._weights = wanted

    def search(
        self, photo: Photo, strategy: str = "fast", spaces: tuple[str, ...] = ()
    ) -> Iterator[Progress | SearchStage]:
        from explorer.ops.selective_search import search_steps

        if not self._searched:
            self._searched = True
            for _ in search_steps(np.zeros((24, 32, 3), np.uint8), "single"):
                pass  # as in `_warm_up`
        return search_steps(photo, strategy, spaces=spaces)

    def start(self, method: str, loaded: Any) -> Trace:
        from explorer.methods import catalog

        return catalog.start(method, loaded)

    def stages(
        self, photo: Photo, method: str, loaded: Any, regions: RegionsStage | None
    ) -> Iterator[Progress | Stage]:
        from explorer.methods import catalog

        for known in self._known.values():
            known.look_at(photo)  # the maps of another are of no use any more
        return catalog.stages(photo, method, loaded, regions)
