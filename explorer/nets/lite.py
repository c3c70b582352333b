"""EfficientNet-Lite0, the CNN that the bundled detectors share.

EfficientNet-B0 (Tan and Le, ICML 2019, arXiv 1905.11946) as Google simplified it for phones in
2020: no squeeze-and-excitation, ReLU6 instead of swish. It is a chain of inverted residual blocks
(MobileNetV2: Sandler et al., CVPR 2018, arXiv 1801.04381). Stage outputs follow FPN's names:

    C2  stride  4   24 channels
    C3  stride  8   40 channels
    C4  stride 16  112 channels
    C5  stride 32  320 channels

SPPNet, Fast R-CNN and Faster R-CNN read one map of stride 16, like the conv5 of ZF-5 and VGG16.
`dilated=True` gives it to them: the last blocks keep C4's resolution and their filters are spread
apart by 2 ("a trous"), so every filter sees just what it saw in pre-training. `reduced=True` ends
in a 1x1 convolution and a ReLU, so that C5 is positive and narrow, as those papers' conv5 is;
FPN's lateral connections do without.

Batch normalisation with fixed statistics is a factor and a shift for each channel; here they are
folded into the convolution before it (`folded`), which therefore has a bias.

Shapes: N images, H x W pixels, images are normalised RGB float tensors (N, 3, H, W).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from explorer.nets.backbone import STRIDES, Backbone
from explorer.nets.depthwise import Depthwise
from explorer.ops.images import MEAN, STD

STEM = 32  # filters of the first convolution
REDUCED = 160  # channels of C5 where it is one map for all regions


@dataclass(frozen=True)
class Stage:
    """`blocks` blocks with filters of kernel x kernel; the first has the stride; the inner width is
    `expansion` times that of what enters a block (table 1 of the EfficientNet paper)."""

    expansion: int
    kernel: int
    stride: int
    channels: int
    blocks: int


STAGES = (
    Stage(1, 3, 1, 16, 1),
    Stage(6, 3, 2, 24, 2),
    Stage(6, 5, 2, 40, 2),
    Stage(6, 3, 2, 80, 3),
    Stage(6, 5, 1, 112, 3),
    Stage(6, 5, 2, 192, 4),
    Stage(6, 3, 1, 320, 1),
)
ENDS = (1, 2, 4, 6)  # the stages that end in C2, C3, C4, C5


class InvertedResidual(nn.Module):
    """Widen by 1x1, filter each channel alone (k x k), narrow by 1x1; beside it a shortcut where
    input and output have the same shape: y = narrow(filter(widen(x))) + x."""

    def __init__(
        self, inputs: int, outputs: int, expansion: int, kernel: int, stride: int, dilation: int
    ) -> None:
        super().__init__()
        inner = inputs * expansion
        self.expand = nn.Conv2d(inputs, inner, 1) if expansion > 1 else None
        self.depthwise = Depthwise(inner, kernel, stride, dilation)
        self.project = nn.Conv2d(inner, outputs, 1)
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.expand is None else F.relu6(self.expand(x), inplace=True)
        y = self.project(F.relu6(self.depthwise(y), inplace=True))
        return x + y if self.shortcut else y


class LiteCNN(Backbone):
    """Image (N, 3, H, W) -> the maps C2, C3, C4, C5 by name.

    dilated: C5 has stride 16 instead of 32; reduced: C5 has REDUCED channels, none of them
    negative (see the top of this file).
    """

    optional = ("reduce",)

    def __init__(self, dilated: bool = False, reduced: bool = False) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, STEM, 3, 2, 1)
        inputs, self.stages = STEM, nn.ModuleList()
        for number, stage in enumerate(STAGES):
            spread = dilated and number > ENDS[2]
            blocks = []
            for place in range(stage.blocks):
                first = place == 0
                stride = stage.stride if first and not spread else 1
                # The first block of C5 still reads C4 as it was read in pre-training.
                entering = number == ENDS[2] + 1 and first
                blocks.append(InvertedResidual(
                    inputs, stage.channels, stage.expansion, stage.kernel, stride,
                    2 if spread and not entering else 1,
                ))  # fmt: skip
                inputs = stage.channels
            self.stages.append(nn.Sequential(*blocks))
        self.reduce = nn.Conv2d(inputs, REDUCED, 1) if reduced else None
        self.strides = (*STRIDES[:3], 16 if dilated else 32)
        self.out_channels = REDUCED if reduced else inputs
        self.widths = (*(STAGES[end].channels for end in ENDS[:3]), self.out_channels)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]

    def early(self) -> tuple[nn.Module, ...]:
        """The layers up to C2."""
        return self.stem, *self.stages[: ENDS[0] + 1]

    def forward(self, images: Tensor) -> OrderedDict[str, Tensor]:
        x = F.relu6(self.stem(images), inplace=True)
        maps = []
        for number, stage in enumerate(self.stages):
            x = stage(x)
            if number in ENDS:
                maps.append(x)
        if self.reduce is not None:
            maps[-1] = torch.relu(self.reduce(maps[-1]))
        return OrderedDict((f"C{level}", values) for level, values in enumerate(maps, 2))


# The published weights: Google's, converted to PyTorch (see README, "Training").
EPSILON = 1e-3  # of their batch normalisation
CENTRE, SPREAD = 127.0, 128.0  # their input is (pixel - 127) / 128


def folded(held: Mapping[str, Tensor], conv: str, norm: str) -> tuple[Tensor, Tensor]:
    """A convolution with the batch normalisation behind it as one: weight and bias.

    norm(w x) = (w x - mean) scale / sqrt(variance + epsilon) + shift.
    Raises KeyError where one of them is absent.
    """
    factor = held[f"{norm}.weight"] / torch.sqrt(held[f"{norm}.running_var"] + EPSILON)
    weight = held[f"{conv}.weight"] * factor[:, None, None, None]
    return weight, held[f"{norm}.bias"] - held[f"{norm}.running_mean"] * factor


def published_names() -> Iterator[tuple[str, str, str]]:
    """(our layer, its convolution, its normalisation) of every layer of the published weights."""
    yield "stem", "_conv_stem", "_bn0"
    number = 0
    for place, stage in enumerate(STAGES):
        for block in range(stage.blocks):
            ours, theirs = f"stages.{place}.{block}", f"_blocks.{number}"
            if stage.expansion > 1:
                yield f"{ours}.expand", f"{theirs}._expand_conv", f"{theirs}._bn0"
            yield f"{ours}.depthwise", f"{theirs}._depthwise_conv", f"{theirs}._bn1"
            yield f"{ours}.project", f"{theirs}._project_conv", f"{theirs}._bn2"
            number += 1


def published_state(held: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The published ImageNet weights as the state of a `LiteCNN`, all but `reduce`.

    Theirs pads below and to the right where a filter has stride 2, ours all around: the same maps,
    moved by some pixels. Raises ValueError where the weights are of another network.
    """
    state = {}
    for ours, conv, norm in published_names():
        try:
            state[f"{ours}.weight"], state[f"{ours}.bias"] = folded(held, conv, norm)
        except KeyError as error:
            raise ValueError(f"these weights are not of EfficientNet-Lite0: no {error}") from error
    # Our images are (pixel / 255 - mean) / std.
    weight, mean, std = state["stem.weight"], torch.tensor(MEAN), torch.tensor(STD)
    state["stem.bias"] = state["stem.bias"] + (
        weight * ((255 * mean - CENTRE) / SPREAD)[:, None, None]
    ).sum((1, 2, 3))
    state["stem.weight"] = weight * (255 * std / SPREAD)[:, None, None]
    return state

