"""Small, seeded networks of the five methods that find something, and traces of a small photo."""

from __future__ import annotations

import dataclasses
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from explorer.methods.catalog import trace_photo
from explorer.methods.checkpoints import Loaded
from explorer.methods.devices import choose
from explorer.methods.modules import Settings, module_of
from explorer.trace.freeze import freeze
from explorer.trace.stages import RegionsStage, SearchStage, Trace

CLASSES = ("cat", "dog", "bottle")
SEARCHING = ("rcnn", "sppnet", "fast_rcnn")
WIDTH = 24  # of fc6 and fc7
SMALLER: dict[str, dict[str, object]] = {
    "rcnn": {"crop": 64, "padding": 4, "batch": 16},
    "sppnet": {"scales": (80, 112), "long": 200},
    "fast_rcnn": {"short": 96, "long": 160},
    "faster_rcnn": {"short": 96, "long": 160, "anchor_sizes": (16.0, 32.0, 64.0),
                    "pre_nms_top": 200, "proposals": 40},
    "fpn": {"short": 90, "long": 160, "pre_nms_top": 60, "proposals": 40},
}
SHAPES = {"rcnn": {"cells": 2}}  # pool5 of a crop of 64 pixels
# The last layers, and how far their outputs should spread.
SPREADS = {"cls": 2.5, "svm": 1.0, "box": 0.7, "ridge": 0.1, "objectness": 2.0, "deltas": 0.15}


def small_photo(height: int = 72, width: int = 104, seed: int = 0) -> NDArray[np.uint8]:
    """Coloured blobs with some noise."""
    random = np.random.default_rng((height, width, seed))
    coarse = torch.from_numpy(random.random((1, 3, 5, 6), np.float32))
    smooth = nn.functional.interpolate(coarse, size=(height, width), mode="bilinear")[0]
    noisy = smooth.permute(1, 2, 0).numpy() + random.normal(0, 0.04, (height, width, 3))
    return freeze((255 * noisy.clip(0, 1)).astype(np.uint8))


def small_regions(photo: NDArray[np.uint8], count: int = 30, seed: int = 0) -> SearchStage:
    """`count` random boxes inside a photo, as selective search would have given them."""
    random = np.random.default_rng(seed)
    size = np.array([photo.shape[1], photo.shape[0]])
    ends = np.sort(random.integers(0, size + 1, (count, 2, 2)), axis=1)
    ends[:, 1] = np.minimum(np.maximum(ends[:, 1], ends[:, 0] + 1), size)
    ends[:, 0] = np.minimum(ends[:, 0], ends[:, 1] - 1)
    return SearchStage(
        name="regions", ms=1.0, device="cpu", boxes=freeze(ends.reshape(-1, 4), np.float32),
        scores=freeze(np.arange(count), np.float32), grouping=freeze(np.zeros(count, np.int64)),
        region=freeze(np.arange(count)), groupings=(), strategy="fast",
    )  # fmt: skip


def small_settings(method: str, **changed: object) -> Settings:
    """The method's settings, for a small photo, with `changed` on top."""
    defaults: Settings = module_of(method).Settings()
    return dataclasses.replace(defaults, **(SMALLER[method] | changed))  # type: ignore[arg-type]


@lru_cache(maxsize=8)
def small_net(method: str, seed: int = 0) -> nn.Module:
    """A seeded network in evaluation mode. Its last layers are scaled to what reaches them on
    `small_photo()`, so that scores spread over their range."""
    torch.manual_seed(seed)
    net: nn.Module = module_of(method).Net(len(CLASSES), width=WIDTH, **SHAPES.get(method, {}))
    net.eval()
    layers = {
        name.rpartition(".")[2]: layer for name, layer in net.named_modules()
        if name.rpartition(".")[2] in SPREADS and isinstance(layer, nn.Linear | nn.Conv2d)
    }  # fmt: skip
    # The RPN's first: they decide what reaches the head's.
    for wanted in (("objectness", "deltas"), ("cls", "svm", "box", "ridge")):
        chosen = {name: layer for name, layer in layers.items() if name in wanted}
        if chosen:
            _scale(net, method, chosen)
    return net


def _scale(net: nn.Module, method: str, layers: dict[str, nn.Linear | nn.Conv2d]) -> None:
    seen: dict[str, list[Tensor]] = {name: [] for name in layers}
    hooks = []
    for name, layer in layers.items():
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]

        def see(_: nn.Module, inputs: tuple[Tensor], name: str = name) -> None:
            seen[name].append(inputs[0])

        hooks.append(layer.register_forward_pre_hook(see))
    small_trace(method, net=net)
    for hook in hooks:
        hook.remove()
    for name, layer in layers.items():
        if seen[name]:  # the SVM methods do not use `cls`
            rows = torch.cat([
                x.movedim(1, -1).flatten(0, -2) if x.ndim == 4 else x for x in seen[name]
            ])
            weight = torch.randn(layer.weight.flatten(1).shape)
            outputs = rows @ weight.T
            scale = SPREADS[name] / outputs.std(dim=0).clamp(min=1e-9)
            layer.weight.data = (weight * scale[:, None]).view_as(layer.weight)
            layer.bias.data = -outputs.mean(dim=0) * scale  # type: ignore[union-attr]


def small_loaded(
    method: str, net: nn.Module | None = None, settings: Settings | None = None
) -> Loaded:
    """A small network as `checkpoints.load` would give it."""
    return Loaded(
        method, net or small_net(method), settings or small_settings(method), CLASSES, "small",
        choose("cpu", mixed=False),
    )  # fmt: skip


def small_trace(
    method: str,
    photo: NDArray[np.uint8] | None = None,
    net: nn.Module | None = None,
    settings: Settings | None = None,
    regions: RegionsStage | None = None,
) -> Trace:
    """A whole trace of a small photo; methods that search get `small_regions`."""
    photo = small_photo() if photo is None else photo
    if regions is None and method in SEARCHING:
        regions = small_regions(photo)
    return trace_photo(photo, method, small_loaded(method, net, settings), regions)
