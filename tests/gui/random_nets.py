"""Seeded random networks with few proposals: real pipelines, quickly, without weights."""

from __future__ import annotations

import dataclasses
from typing import Any

import torch

from explorer.methods.checkpoints import Loaded
from explorer.methods.devices import Device
from explorer.methods.modules import module_of

CLASSES = ("aeroplane", "bottle", "cat", "person")


def random_net(method: str, device: Device, proposals: int = 40) -> Loaded:
    """A loader for `TorchEngine`. Low thresholds: random scores are all alike."""
    torch.manual_seed(3)
    module: Any = module_of(method)
    net = module.Net(len(CLASSES)).to(device.torch).eval()
    settings = module.Settings()
    changes: dict[str, Any] = {"proposals": proposals}
    if settings.score_threshold < 0:
        changes |= {"score_threshold": -10.0, "detection_threshold": -5.0}
    else:
        changes |= {"score_threshold": 0.01, "detection_threshold": 0.1}
    settings = dataclasses.replace(settings, **changes)
    return Loaded(method, net, settings, CLASSES, f"{method}-random", device)
