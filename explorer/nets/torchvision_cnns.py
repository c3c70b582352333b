"""The papers' CNNs as torchvision builds them, cut to what lies under a detector.

    alexnet    R-CNN                     C5 stride 16, 256 channels
    vgg16      Fast R-CNN, Faster R-CNN  C5 stride 16, 512 channels
    resnet18, resnet50   FPN             C2..C5, strides 4..32; C5 at stride 16 if dilated

Parameters keep torchvision's names, so its ImageNet weights fit. AlexNet here is torchvision's
"one weird trick" version (Krizhevsky, 2014, arXiv 1404.5997): 64 filters in conv1, not 96.

Shapes: images are normalised RGB float tensors (N, 3, H, W), as for the compact CNN.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

import torchvision
from torch import Tensor, nn

from explorer.nets.backbone import Backbone
from explorer.nets.names import TORCHVISION


class ConvolutionChain(Backbone):
    """AlexNet's or VGG16's convolutions, one after the other.

    dilated: C5 is conv5 at stride 16, as SPPNet, Fast and Faster R-CNN read it; else it is pool5,
    at stride 32, as R-CNN does.
    """

    def __init__(self, features: nn.Sequential, width: int, early: int, dilated: bool) -> None:
        super().__init__()
        # The last module is pool5.
        self.features = features[:-1] if dilated else features
        self.widths, self.out_channels, self._early = (width,), width, early

    def early(self) -> tuple[nn.Module, ...]:
        """VGG16: conv1 and conv2, as in Fast R-CNN (section 4.5); AlexNet: conv1."""
        return tuple(self.features[: self._early])

    def forward(self, images: Tensor) -> OrderedDict[str, Tensor]:
        return OrderedDict(C5=self.features(images))


class ResNet(Backbone):
    """A residual network's four stages: C2, C3, C4, C5.

    dilated: the last stage keeps stride 16, its 3x3 filters spread apart by 2 instead.
    """

    def __init__(self, net: torchvision.models.ResNet, dilated: bool) -> None:
        super().__init__()
        self.conv1, self.bn1, self.relu, self.maxpool = net.conv1, net.bn1, net.relu, net.maxpool
        self.layer1, self.layer2 = net.layer1, net.layer2
        self.layer3, self.layer4 = net.layer3, net.layer4
        if dilated:
            for module in self.layer4.modules():
                if isinstance(module, nn.Conv2d):
                    module.stride = (1, 1)
                    if module.kernel_size == (3, 3):
                        module.dilation = module.padding = (2, 2)
        last = net.fc.in_features
        self.widths, self.out_channels = (last // 8, last // 4, last // 2, last), last

    def early(self) -> tuple[nn.Module, ...]:
        """The layers up to C2, as in FPN's published code."""
        return self.conv1, self.bn1, self.layer1

    def forward(self, images: Tensor) -> OrderedDict[str, Tensor]:
        c2 = self.layer1(self.maxpool(self.relu(self.bn1(self.conv1(images)))))
        c3 = self.layer2(c2)
        c4 = self.layer3(c3)
        return OrderedDict(C2=c2, C3=c3, C4=c4, C5=self.layer4(c4))


def torchvision_cnn(name: str, dilated: bool = False) -> Backbone:
    """A CNN of `TORCHVISION` with random weights. Raises ValueError for another name."""
    if name == "alexnet":
        return ConvolutionChain(torchvision.models.AlexNet().features, 256, 3, dilated)
    if name == "vgg16":
        return ConvolutionChain(_vgg16_features(), 512, 10, dilated)
    if name in ("resnet18", "resnet50"):
        return ResNet(getattr(torchvision.models, name)(weights=None), dilated)
    raise ValueError(f"no CNN '{name}': choose {', '.join(TORCHVISION)}")


def _vgg16_features() -> nn.Sequential:
    """VGG16's convolutions without the 120 million weights of its classifier."""
    features: nn.Sequential = torchvision.models.vgg.make_layers(
        torchvision.models.vgg.cfgs["D"], batch_norm=False
    )
    for module in features.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return features


# torchvision's layers that became fc6 and fc7 when R-CNN and Fast R-CNN took over the classifier.
FULLY_CONNECTED = {
    "alexnet": ("classifier.1", "classifier.4"),
    "vgg16": ("classifier.0", "classifier.3"),
}


def imagenet_state(
    name: str, net: nn.Module, held: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """What a detector `net` over the CNN `name` takes from torchvision's ImageNet weights `held`:
    all of `backbone`, and fc6 and fc7 of `head` where they have the same shapes.

    Raises ValueError where the weights are of another network.
    """
    wanted, taken = net.state_dict(), {}
    for key, values in wanted.items():
        place, _, inner = key.partition(".")
        if place == "backbone":
            if inner.endswith("num_batches_tracked") and inner not in held:
                continue
            if inner not in held or held[inner].shape != values.shape:
                raise ValueError(f"these weights are not of {name}: '{inner}' is absent or differs")
            taken[key] = held[inner]
    for layer, source in zip(("fc6", "fc7"), FULLY_CONNECTED.get(name, ()), strict=False):
        for kind in ("weight", "bias"):
            key, given = f"head.{layer}.{kind}", held.get(f"{source}.{kind}")
            if given is not None and key in wanted and given.shape == wanted[key].shape:
                taken[key] = given
    return taken
