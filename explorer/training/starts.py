"""What a network begins with, and which of its layers stay as they were."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torchvision.models import get_model_weights

from explorer.nets.backbone import Backbone
from explorer.nets.lite import LiteCNN, published_state
from explorer.nets.torchvision_cnns import imagenet_state
from explorer.training.networks import PACKED, state_of
from explorer.training.options import Options

DOWNLOAD = "download"


def begin(net: nn.Module, options: Options) -> bool:
    """Fill a new network before its first step; False where it stays random.

    Raises FileNotFoundError where a checkpoint is missing, ValueError for one of another network.
    """
    if options.start:
        packed = options.start.suffix == PACKED
        net.load_state_dict(state_of(options.start if packed else options.start / "train.pt"))
    elif options.imagenet:
        state = read_imagenet(options.network, options.imagenet)
        if options.network == "lite0":
            assert isinstance(net.backbone, LiteCNN)
            net.backbone.load_state_dict(published_state(state), strict=False)
        else:
            net.load_state_dict(imagenet_state(options.network, net, state), strict=False)
    elif options.backbone:
        backbone = net.backbone
        assert isinstance(backbone, Backbone)
        load_backbone(backbone, options.backbone)
    return bool(options.start or options.imagenet or options.backbone)


def load_backbone(backbone: Backbone, checkpoint: Path) -> None:
    """Start from the CNN of a checkpoint of `pretrain`, of another method's training, or of a
    method's published weights.

    A part that only some methods' CNNs have (`Backbone.optional`) begins at random where it is new,
    and is left out where it is not wanted. Raises FileNotFoundError where the file is missing, and
    RuntimeError where it is of another CNN.
    """
    prefix = "backbone."
    held = {
        name.removeprefix(prefix): v for name, v in state_of(checkpoint).items()
        if name.startswith(prefix)
    }
    own = backbone.state_dict()
    optional = {n for n in own.keys() | held.keys() if n.partition(".")[0] in backbone.optional}
    held |= {name: own[name] for name in optional & own.keys() - held.keys()}
    backbone.load_state_dict({n: v for n, v in held.items() if n in own or n not in optional})


def read_imagenet(network: str, given: str) -> dict[str, Tensor]:
    """ImageNet weights of a CNN: from a file, or torchvision's from its own site ("download"; kept
    in torch's cache).

    Files are read as numbers alone. Raises FileNotFoundError where there is no such file, and
    ValueError where what is asked for cannot be downloaded or is no file of weights.
    """
    held: Any
    if given == DOWNLOAD and network == "lite0":
        raise ValueError(
            "the weights of lite0 come in a Python package: see README, Training; give their file"
        )
    if given == DOWNLOAD:
        weights = get_model_weights(network)["IMAGENET1K_V1"]
        try:
            held = torch.hub.load_state_dict_from_url(
                weights.url, map_location="cpu", check_hash=True, weights_only=True
            )
        except OSError as error:
            raise ValueError(f"{weights.url} could not be downloaded: {error}") from error
        return dict(held)
    path = Path(given)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file of weights; or say --imagenet {DOWNLOAD}")
    if path.suffix == ".safetensors":
        return load_file(path)
    held = torch.load(path, weights_only=True, map_location="cpu")
    if not isinstance(held, dict) or not all(isinstance(v, Tensor) for v in held.values()):
        raise ValueError(f"{path} is not the state of a network")
    return held


def freeze_early(backbone: nn.Module) -> None:
    """Fix the first layers (the small CNNs' up to C2): edges and colours need no detection data,
    and their large maps make up most of the backward pass (Fast R-CNN, section 4.5, fixes conv1
    and conv2 as well)."""
    for module in backbone.early():  # type: ignore[operator]
        module.requires_grad_(False)


@torch.no_grad()
def adapt_statistics(net: nn.Module, batches: Iterable[Tensor]) -> None:
    """Batch normalisation's statistics anew: their means over `batches`, (n, 3, H, W) each.

    Crops of 96 pixels are mostly border to the later layers, which whole photos are not: with a
    detector's statistics R-CNN's CNN would begin with features that are off by a scale and a shift.
    """
    layers = [each for each in net.modules() if isinstance(each, nn.BatchNorm2d)]
    if not layers:
        return
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.train()
        layer.reset_running_stats()
        layer.momentum = None  # the plain mean of all batches
    for images in batches:
        net(images)
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum


def freeze_statistics(net: nn.Module) -> None:
    """Training mode, but batch normalisation keeps the statistics of pre-training.

    Its scale and shift are still learnt. A batch of a few photos of one scene each says less about
    the mean of a channel than a million crops.
    """
    net.train()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
