"""The five methods' networks and settings by name, and their weights from files."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from explorer.methods.modules import module_of
from explorer.training.data import CLASSES

SEARCHING = ("rcnn", "sppnet", "fast_rcnn")  # their regions come from selective search


def weights_file(method: str, given: Path) -> Path:
    """The file itself, or the method's file in a folder: trained (`<method>/train.pt`, `train.pt`)
    or packed (`<method>.safetensors`). Raises FileNotFoundError where there is none.
    """
    if given.is_file():
        return given
    for name in (f"{method}.safetensors", f"{method}/train.pt", "train.pt"):
        if (given / name).is_file():
            return given / name
    raise FileNotFoundError(f"{given}: no weights of {method} in it")


def state_of(path: Path) -> dict[str, Tensor]:
    """Weights by name, single precision, from a training checkpoint or a safetensors file."""
    if path.suffix == ".safetensors":
        held = load_file(path)
    else:
        held = torch.load(path, weights_only=True, map_location="cpu")["net"]
    return {name: v.float() if v.is_floating_point() else v for name, v in held.items()}


def load_net(method: str, given: Path) -> nn.Module:
    """The method's network with its weights, in evaluation mode."""
    net: nn.Module = module_of(method).Net(len(CLASSES))
    net.load_state_dict(state_of(weights_file(method, given)))
    return net.eval()
