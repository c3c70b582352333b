"""How much arithmetic a stage's layers do: the real networks at the real sizes of a trace, counted.

The networks run on torch's meta device, where tensors have shapes and no numbers: every operation
passes by torch's own counter and nothing is computed. Convolutions and fully connected layers are
counted; what they are surrounded by (normalisation, ReLU, pooling, NMS) is not.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from explorer.methods.fpn import MULTIPLE
from explorer.nets.fpn import build
from explorer.trace.base import NetworkInput, Stage
from explorer.trace.stages import (
    FeaturesStage,
    ImageStage,
    PoolingStage,
    RefinementStage,
    RpnStage,
    ScoresStage,
)

META = torch.device("meta")


class Counter:
    """Counts one run of a method, stage after stage in the order in which they come.

    own: whether the method finds its regions itself; another's cost its network nothing.
    """

    def __init__(self, method: str, net: nn.Module, own: bool = True) -> None:
        self._method, self._own = method, own
        self._net: Any = _without_numbers(net)
        self._inputs: Sequence[NetworkInput] = ()
        self._maps: list[Tensor] = []
        self._pooled = torch.empty(0, device=META)

    def counted(self, stage: Stage) -> Stage:
        """The stage with its `multiply_adds`; the very same where there are none."""
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            times = self._pass(stage)
        # The counter counts a multiplication and its addition as two.
        done = times * int(counter.get_total_flops()) // 2
        if isinstance(stage, ScoresStage):  # cut by SVD, a layer does t (u + v) a region, not u v
            done -= len(stage.source) * sum(one.full - one.weights for one in stage.layers)
        return dataclasses.replace(stage, multiply_adds=done) if done else stage

    def _pass(self, stage: Stage) -> int:
        """Send what the stage computed through its layers; how many times the method did so."""
        net = self._net
        if isinstance(stage, ImageStage):
            self._inputs = stage.inputs
        elif isinstance(stage, FeaturesStage):
            return self._features(stage)
        elif isinstance(stage, RpnStage) and self._own:
            if self._method == "fpn":
                net.rpn_outputs(self._maps)
            else:
                net.rpn(self._maps)
        elif isinstance(stage, PoolingStage):
            one_grid = len(stage.bins) == 1
            bins = stage.bins * 2 if one_grid else (sum(side**2 for side in stage.bins),)
            self._pooled = torch.empty(len(stage.source), stage.channels, *bins, device=META)
        elif isinstance(stage, ScoresStage):
            if self._method == "fpn":
                net.head_outputs(self._pooled)
            elif stage.kind == "svm":
                net.svm(net.head.features(self._pooled))
            else:
                net.head.siblings(self._pooled)
        elif isinstance(stage, RefinementStage) and hasattr(net, "ridge"):
            net.ridge(self._pooled.flatten(1))
        return 1

    def _features(self, stage: FeaturesStage) -> int:
        if self._method == "rcnn":
            self._net.pool5(_image(self._inputs[0]))
            return stage.passes
        for each in self._inputs:
            if self._method == "fpn":
                maps = self._net.bottom_up(_image(each, MULTIPLE))
                self._maps = list(build(maps, *self._net.convolutions()).maps.values())
            else:
                self._maps = [self._net.shared_map(_image(each))]
        return 1


def _image(size: NetworkInput, multiple: int = 1) -> Tensor:
    """An image (1, 3, H, W) of that size, its sides padded to a multiple of `multiple`."""
    height, width = size.height + -size.height % multiple, size.width + -size.width % multiple
    return torch.empty(1, 3, height, width, device=META)


def _without_numbers(net: nn.Module) -> nn.Module:
    """A copy of the network whose weights have shapes alone, and that no hook listens to."""
    held: dict[int, Any] = {
        id(each): nn.Parameter(torch.empty_like(each, device=META), requires_grad=False)
        for each in net.parameters()
    }
    held |= {id(each): torch.empty_like(each, device=META) for each in net.buffers()}
    copied = copy.deepcopy(net, held)
    for module in copied.modules():
        module._forward_hooks.clear()
        module._forward_pre_hooks.clear()
    return copied
