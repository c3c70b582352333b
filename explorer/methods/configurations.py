"""The methods over their CNNs by name: ours, and the papers' own configurations.

"lite0" is what the program's weights are made with; "compact" is a smaller CNN that can be trained
from nothing. Both have our settings. The others are torchvision's CNNs, with the papers' sizes of
photos, anchors and layers (the values beside the fields of each method's Settings; a field that is
"kept" stays as it is: FPN is trained with RoIAlign, and RPNs propose 2,000 regions).
"""

from __future__ import annotations

import dataclasses
from typing import Any

from torch import nn

from explorer.methods.modules import Settings, module_of
from explorer.nets.lite import LiteCNN
from explorer.nets.names import NETWORKS, SMALL
from explorer.nets.torchvision_cnns import torchvision_cnn

# R-CNN's crop in pixels and the side of its pool5 in cells.
CROPS = {"alexnet": (227, 6), "vgg16": (224, 7), "resnet18": (224, 7), "resnet50": (224, 7)}
UNLIMITED = 100_000  # pixels: of a limit that a paper has not


def settings_for(method: str, network: str = "compact") -> Settings:
    """The settings that a method has over that CNN: ours for a small one, else the paper's.

    Raises ValueError for another name.
    """
    check(method, network)
    ours: Settings = module_of(method).Settings()
    if network in SMALL:
        return ours
    changed: dict[str, Any] = {
        field.name: UNLIMITED if field.metadata["paper"] is None else field.metadata["paper"]
        for field in dataclasses.fields(ours)
        if "paper" in field.metadata and "kept" not in field.metadata
    }
    if method == "rcnn":
        changed["crop"] = CROPS[network][0]
    return dataclasses.replace(ours, **changed)


def build(method: str, classes: int, network: str = "compact") -> nn.Module:
    """A method's network for K = `classes` classes over that CNN, with random weights.

    Raises ValueError for a CNN that does not go with the method.
    """
    check(method, network)
    module = module_of(method)
    compact: nn.Module
    if network == "compact":
        compact = module.Net(classes)
        return compact
    # R-CNN reads pool5 and FPN all stages; the others one map of stride 16.
    dilated = method not in ("rcnn", "fpn")
    if network == "lite0":
        lite: nn.Module = module.Net(
            classes, backbone=LiteCNN(dilated=dilated, reduced=method != "fpn")
        )
        return lite
    backbone = torchvision_cnn(network, dilated=dilated)
    more: dict[str, Any] = {"width": 4096}
    if method == "rcnn":
        more["cells"] = CROPS[network][1]
    elif method == "fpn":
        more = {"channels": 256, "width": 1024}
    net: nn.Module = module.Net(classes, backbone=backbone, **more)
    if network in ("alexnet", "vgg16"):
        net.head.dropout.p = 0.5  # type: ignore[union-attr]  # of fc6 and fc7, in their papers
    return net


def check(method: str, network: str) -> None:
    """Raises ValueError, one sentence, where there is no such CNN or it does not go with the
    method."""
    if network not in NETWORKS:
        raise ValueError(f"no network '{network}': choose {', '.join(NETWORKS)}")
    if method == "fpn" and network in ("alexnet", "vgg16"):
        raise ValueError(f"FPN needs the four stages of a residual network, not {network}")
