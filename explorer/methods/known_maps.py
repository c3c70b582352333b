"""A network that knows its maps of the photo: to run a method again from a later stage on."""

from __future__ import annotations

import copy
from collections import OrderedDict
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


class KnownMaps:
    """The network, but what its backbone made of an input is kept and given again.

    It is for one photo at a time (`look_at`): R-CNN, whose inputs are crops, has nothing to keep.
    """

    def __init__(self, net: nn.Module) -> None:
        self._net = net
        self._photo: NDArray[np.uint8] | None = None
        self._known: list[tuple[Tensor, Any]] = []

    def is_of(self, net: nn.Module) -> bool:
        """Whether it stands for that network."""
        return self._net is net

    def look_at(self, photo: NDArray[np.uint8]) -> None:
        """Maps of another photo are forgotten."""
        if photo is not self._photo:
            self._photo, self._known = photo, []

    def shared_map(self, images: Tensor) -> Tensor:
        """As the network's own."""
        shared: Tensor = self._given("shared_map", images)
        return shared

    def bottom_up(self, images: Tensor) -> OrderedDict[str, Tensor]:
        """As the network's own."""
        maps: OrderedDict[str, Tensor] = self._given("bottom_up", images)
        return maps

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_net"], name)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        """A copy of the network: whoever copies it wants its layers."""
        return copy.deepcopy(self._net, memo)

    def _given(self, name: str, images: Tensor) -> Any:
        for seen, maps in self._known:
            if seen.shape == images.shape and torch.equal(seen, images):
                return maps
        maps = getattr(self._net, name)(images)
        self._known.append((images, maps))
        return maps
