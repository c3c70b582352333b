"""Depthwise convolution whose gradients are computed as quickly as its output.

On a CPU, PyTorch's own gradients of a depthwise convolution take 10 to 200 times as long as its
forward pass where the filter moves by 2 or is dilated, and in half precision. But both gradients
are depthwise convolutions themselves, and its forward passes are quick:

    y[n,c,u]     = sum_i  w[c,i] x[n,c, s u + d i - p]
    dx[n,c,v]    = sum_i  w[c,i] dy'[n,c, v + p - d i]      dy' is dy with s - 1 zeros between cells
    dw[c,i]      = sum_n  sum_u  dy[n,c,u] x[n,c, s u + d i - p]

dx is a convolution of dy' with the mirrored filters. In dw, x is filtered by dy: each of the N C
maps is a channel with a filter of its own, and stride s and dilation d have changed places.

Shapes: N images, C channels, H x W cells, filters of k x k with stride s, dilation d, padding p.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def input_gradient(
    dy: Tensor, weight: Tensor, size: tuple[int, int], s: int, p: int, d: int
) -> Tensor:
    """dx (N, C, *size) of dy (N, C, h, w) and filters (C, 1, k, k)."""
    (height, width), reach = size, d * (weight.shape[-1] - 1)
    spread = dy
    if s > 1:
        n, c, h, w = dy.shape
        spread = dy.new_zeros(n, c, (h - 1) * s + 1, (w - 1) * s + 1)
        spread = spread.contiguous(memory_format=torch.channels_last)
        spread[:, :, ::s, ::s] = dy
    # What the last step of the filter did not reach is filled with zeros.
    below, right = (
        whole + 2 * p - reach - part
        for whole, part in zip((height, width), spread.shape[2:], strict=True)
    )
    if below or right:
        spread = F.pad(spread, (0, right, 0, below))
    return F.conv2d(spread, weight.flip(-1, -2), padding=reach - p, dilation=d, groups=len(weight))


def weight_gradient(dy: Tensor, x: Tensor, k: int, s: int, p: int, d: int) -> Tensor:
    """dw (C, 1, k, k) in float32 of dy (N, C, h, w) and x (N, C, H, W)."""
    n, c, height, width = x.shape
    every = n * c
    # (1, N C, H, W), channels last, as it is computed fastest.
    maps = x.permute(2, 3, 0, 1).reshape(1, height, width, every).permute(0, 3, 1, 2)
    filters = dy.reshape(every, 1, *dy.shape[2:])
    each = F.conv2d(maps, filters, stride=d, padding=p, dilation=s, groups=every)
    return each[:, :, :k, :k].reshape(n, c, k, k).float().sum(0)[:, None]


class _Convolve(torch.autograd.Function):
    @staticmethod
    def forward(  # type: ignore[override]
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, s: int, p: int, d: int
    ) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.steps = s, p, d
        return F.conv2d(x, weight.to(x.dtype), bias.to(x.dtype), s, p, d, len(weight))

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor | None, ...]:  # type: ignore[override]
        x, weight = ctx.saved_tensors
        s, p, d = ctx.steps
        dy = dy.to(x.dtype)
        dx = dw = db = None
        if ctx.needs_input_grad[0]:
            dx = input_gradient(dy, weight.to(x.dtype), x.shape[2:], s, p, d)
        if ctx.needs_input_grad[1]:
            dw = weight_gradient(dy, x, weight.shape[-1], s, p, d).to(weight.dtype)
        if ctx.needs_input_grad[2]:
            db = dy.float().sum((0, 2, 3)).to(weight.dtype)
        return dx, dw, db, None, None, None


class Depthwise(nn.Conv2d):
    """Each of `channels` maps by its own k x k filter: (N, C, H, W) -> (N, C, h, w).

    The same numbers as nn.Conv2d(channels, channels, k, stride, padding, dilation, groups=channels)
    up to rounding; in training on a CPU, gradients as above.
    """

    def __init__(self, channels: int, kernel: int, stride: int, dilation: int = 1) -> None:
        padding = kernel // 2 * dilation
        super().__init__(channels, channels, kernel, stride, padding, dilation, groups=channels)

    def forward(self, input: Tensor) -> Tensor:
        if not (torch.is_grad_enabled() and input.device.type == "cpu"):
            return super().forward(input)
        if torch.is_autocast_enabled("cpu"):
            input = input.to(torch.get_autocast_dtype("cpu"))
        assert self.bias is not None
        steps = self.stride[0], int(self.padding[0]), self.dilation[0]
        result: Tensor = _Convolve.apply(input, self.weight, self.bias, *steps)  # type: ignore[no-untyped-call]
        return result
