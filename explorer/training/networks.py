"""The five methods' networks and settings by name, and their weights from files."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from explorer.methods.checkpoints import tuples
from explorer.methods.configurations import build, settings_for
from explorer.methods.modules import Settings
from explorer.training.data import CLASSES

SEARCHING = ("rcnn", "sppnet", "fast_rcnn")  # their regions come from selective search
WITH_SVMS = ("rcnn", "sppnet")
PACKED = ".safetensors"


def weights_file(method: str, given: Path) -> Path:
    """The file itself, or the method's file in a folder: trained (`<method>/train.pt`, `train.pt`)
    or packed (`<method>.safetensors`). Raises FileNotFoundError where there is none.
    """
    if given.is_file():
        return given
    if not given.exists():
        raise FileNotFoundError(f"{given}: no such file or folder")
    for name in (f"{method}{PACKED}", f"{method}/train.pt", "train.pt"):
        if (given / name).is_file():
            return given / name
    raise FileNotFoundError(f"{given}: no weights of {method} in it")


def state_of(path: Path) -> dict[str, Tensor]:
    """Weights by name, single precision, from a training checkpoint or a safetensors file."""
    if path.suffix == PACKED:
        held = load_file(path)
    else:
        held = torch.load(path, weights_only=True, map_location="cpu")["net"]
    return {name: v.float() if v.is_floating_point() else v for name, v in held.items()}


@dataclass(frozen=True)
class Configuration:
    """What a file of weights is of: its CNN (see `methods.configurations`) and what it changes in
    the settings that go with it."""

    network: str = "compact"
    changed: Mapping[str, Any] = field(default_factory=dict)


def configuration_of(path: Path) -> Configuration:
    """What a packed file says of itself, or the options.json beside a checkpoint; compact where
    neither says anything."""
    said: dict[str, Any] = {}
    if path.suffix == PACKED:
        with safe_open(path, "pt") as file:
            said = dict(file.metadata() or {})
        said["settings"] = json.loads(said.get("settings", "{}"))
    elif (path.parent / "options.json").is_file():
        said = json.loads((path.parent / "options.json").read_text())
    return Configuration(said.get("network", "compact"), tuples(said.get("settings", {})))


def load_settings(method: str, given: Path) -> Settings:
    """The settings that the method's weights in `given` go with."""
    held = configuration_of(weights_file(method, given))
    return dataclasses.replace(settings_for(method, held.network), **held.changed)


def load_net(method: str, given: Path) -> nn.Module:
    """The method's network with its weights, in evaluation mode."""
    path = weights_file(method, given)
    net = build(method, len(CLASSES), configuration_of(path).network)
    net.load_state_dict(state_of(path))
    return net.eval()
