"""Fully connected layers compressed by truncated SVD (Girshick, ICCV 2015, section 3.1).

A layer of weights W (u x v) does u v multiplications a region. With W ~ U S_t V^T, its t largest
singular values, it becomes two layers: S_t V^T (t x v) without a bias, then U (u x t) with W's
bias; t (u + v) multiplications, and as many parameters.
"""

from __future__ import annotations

import copy
from weakref import WeakKeyDictionary

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explorer.nets.heads import SiblingHead
from explorer.trace.layers import LayerSize

Factors = tuple[Tensor, Tensor, Tensor]  # U (u, r), the singular values (r,), V^T (r, v)
# Of each layer that was asked for: the version of its weights, and their factors.
_known: WeakKeyDictionary[nn.Linear, tuple[int, Factors]] = WeakKeyDictionary()


class TruncatedLinear(nn.Module):
    """Two linear layers in the place of one. t: singular values kept."""

    def __init__(self, layer: nn.Linear, t: int) -> None:
        super().__init__()
        u, values, v = _factors(layer)
        if not 1 <= t <= len(values):
            raise ValueError(f"t must lie between 1 and {len(values)}, it is {t}")
        self.t = t
        self.register_buffer("first", values[:t, None] * v[:t], persistent=False)
        self.register_buffer("second", u[:, :t].contiguous(), persistent=False)
        self.bias = layer.bias

    def forward(self, x: Tensor) -> Tensor:
        """(R, v) -> (R, u), through t numbers."""
        first, second = self.get_buffer("first"), self.get_buffer("second")
        return F.linear(F.linear(x, first), second, self.bias)


def compressed(head: SiblingHead, fc6: int, fc7: int) -> SiblingHead:
    """The head with fc6 and fc7 cut to so many singular values each; 0: the layer as it is.

    All other layers are the head's own, and where both are 0 the head itself is returned. Raises
    ValueError where a layer has not so many.
    """
    cut = {name: t for name, t in (("fc6", fc6), ("fc7", fc7)) if t}
    if not cut:
        return head
    smaller = copy.copy(head)
    smaller._modules = dict(head._modules)
    for name, t in cut.items():
        smaller._modules[name] = TruncatedLinear(getattr(head, name), t)
    return smaller


def layer_sizes(head: SiblingHead) -> tuple[LayerSize, ...]:
    """fc6 and fc7, as they are or cut."""
    sizes = []
    for name in ("fc6", "fc7"):
        layer = head.get_submodule(name)
        if isinstance(layer, TruncatedLinear):
            inputs, outputs = layer.get_buffer("first"), layer.get_buffer("second")
            sizes.append(LayerSize(name, inputs.shape[1], outputs.shape[0], layer.t))
        elif isinstance(layer, nn.Linear):
            sizes.append(LayerSize(name, layer.in_features, layer.out_features))
    return tuple(sizes)


def _factors(layer: nn.Linear) -> Factors:
    """The layer's singular values and vectors, worked out once: it takes longer than a photo."""
    weight = layer.weight.detach()
    version = layer.weight._version
    held = _known.get(layer)
    if held is None or held[0] != version or held[1][0].device != weight.device:
        u, values, v = torch.linalg.svd(weight.float(), full_matrices=False)
        held = _known[layer] = (version, (u, values, v))
    return held[1]
