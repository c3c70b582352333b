"""What a CNN under a detector gives, and a compact one that can be trained from nothing.

A residual network in the shape of ResNet-18 (He et al., CVPR 2016, arXiv 1512.03385) at half its
width, with two 3x3 convolutions of stride 2 as its stem. Stage outputs follow FPN's names:

    C2  stride  4   32 channels
    C3  stride  8   64 channels
    C4  stride 16  128 channels
    C5  stride 32  256 channels   (256 = the filters of conv5 in the SPPNet paper's ZF-5)

SPPNet, Fast R-CNN and Faster R-CNN read one map of stride 16, like the conv5 of ZF-5 and VGG16.
`dilated=True` gives it to them: the last stage keeps C4's resolution and its 3x3 filters are spread
apart by 2 ("a trous"), so every filter sees just what it saw in pre-training.

Shapes: N images, H x W pixels, images are normalised RGB float tensors (N, 3, H, W).
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn

from explorer.ops.images import MEAN, STD

__all__ = [
    "MEAN", "STD", "STRIDES", "WIDTHS", "Backbone", "Classifier", "CompactCNN", "ResidualBlock",
]  # fmt: skip

WIDTHS = (32, 64, 128, 256)
BLOCKS_PER_STAGE = 2
STRIDES = (4, 8, 16, 32)


class Backbone(nn.Module):
    """A CNN under a detector: images (N, 3, H, W) -> maps by name, of which C5 is the last.

    widths: channels of each map; out_channels: those of C5; optional: names of its parts that the
    same CNN lacks under some methods.
    """

    widths: tuple[int, ...]
    out_channels: int
    optional: tuple[str, ...] = ()

    def early(self) -> tuple[nn.Module, ...]:
        """The first layers, edges and colours, that detection data need not change."""
        raise AttributeError(f"{type(self).__name__} does not name its first layers")


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut: y = relu(F(x) + x)."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, dilation, dilation, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, dilation, dilation, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


def _stage(inputs: int, outputs: int, stride: int, dilation: int = 1) -> nn.Sequential:
    blocks = [ResidualBlock(inputs, outputs, stride, dilation)]
    blocks += [
        ResidualBlock(outputs, outputs, 1, dilation) for _ in range(BLOCKS_PER_STAGE - 1)
    ]
    return nn.Sequential(*blocks)


class CompactCNN(Backbone):
    """Image (N, 3, H, W) -> the maps C2, C3, C4, C5 by name.

    dilated: C5 has stride 16 instead of 32 (see the top of this file).
    """

    def __init__(self, dilated: bool = False) -> None:
        super().__init__()
        stem = WIDTHS[0]
        self.stem = nn.Sequential(
            nn.Conv2d(3, stem, 3, 2, 1, bias=False),
            nn.BatchNorm2d(stem),
            nn.ReLU(),
            nn.Conv2d(stem, stem, 3, 2, 1, bias=False),
            nn.BatchNorm2d(stem),
            nn.ReLU(),
        )
        self.stage2 = _stage(stem, WIDTHS[0], 1)
        self.stage3 = _stage(WIDTHS[0], WIDTHS[1], 2)
        self.stage4 = _stage(WIDTHS[1], WIDTHS[2], 2)
        self.stage5 = _stage(WIDTHS[2], WIDTHS[3], 1 if dilated else 2, 2 if dilated else 1)
        self.strides = (*STRIDES[:3], 16 if dilated else 32)
        self.widths, self.out_channels = WIDTHS, WIDTHS[3]
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def early(self) -> tuple[nn.Module, ...]:
        """The layers up to C2."""
        return self.stem, self.stage2

    def forward(self, images: Tensor) -> OrderedDict[str, Tensor]:
        c2 = self.stage2(self.stem(images))
        c3 = self.stage3(c2)
        c4 = self.stage4(c3)
        c5 = self.stage5(c4)
        return OrderedDict(C2=c2, C3=c3, C4=c4, C5=c5)


class Classifier(nn.Module):
    """The compact CNN with a linear classifier on its mean-pooled C5; for pre-training only."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.backbone = CompactCNN()
        self.classifier = nn.Linear(self.backbone.out_channels, classes)

    def forward(self, images: Tensor) -> Tensor:
        """(N, 3, H, W) -> (N, classes) logits."""
        logits: Tensor = self.classifier(self.backbone(images)["C5"].mean(dim=(2, 3)))
        return logits
