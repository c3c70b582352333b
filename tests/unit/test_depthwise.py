"""The quick gradients of a depthwise convolution are those of PyTorch's own."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from explorer.nets.depthwise import Depthwise


def gradients(layer: nn.Module, x: Tensor, dy: Tensor, mixed: bool = False) -> list[Tensor]:
    """Output and the gradients of input, filters and bias."""
    x = x.clone().requires_grad_()
    with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
        y = layer(x)
    y.backward(dy.to(y.dtype))
    assert x.grad is not None
    return [y.float(), x.grad, *(p.grad for p in layer.parameters() if p.grad is not None)]


def pair(kernel: int, stride: int, dilation: int) -> tuple[Depthwise, nn.Conv2d]:
    ours = Depthwise(6, kernel, stride, dilation)
    plain = nn.Conv2d(6, 6, kernel, stride, kernel // 2 * dilation, dilation, groups=6)
    plain.load_state_dict(ours.state_dict())
    return ours, plain


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (1, 2), (2, 2), (3, 1)])
@pytest.mark.parametrize("size", [(8, 11), (9, 6), (3, 3)])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_as_pytorch(
    kernel: int, stride: int, dilation: int, size: tuple[int, int], layout: torch.memory_format
) -> None:
    torch.manual_seed(0)
    ours, plain = pair(kernel, stride, dilation)
    x = torch.randn(4, 6, *size).contiguous(memory_format=layout)
    dy = torch.randn_like(plain(x))
    found, expected = gradients(ours, x, dy), gradients(plain, x, dy)
    assert len(found) == len(expected) == 4
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_half_precision_stays_near() -> None:
    torch.manual_seed(0)
    ours, plain = pair(5, 2, 1)
    x, dy = torch.randn(8, 6, 12, 12), torch.randn(8, 6, 6, 6)
    exact = gradients(plain, x, dy)
    for one, other in zip(gradients(ours, x, dy, mixed=True), exact, strict=True):
        assert one.dtype == torch.float32
        assert (one - other).abs().max() < 0.02 * other.abs().max()


def test_what_is_fixed_gets_no_gradient() -> None:
    ours, _ = pair(3, 1, 1)
    ours.weight.requires_grad_(False)
    x = torch.randn(1, 6, 5, 5)
    ours(x).sum().backward()
    assert ours.weight.grad is None
    assert ours.bias is not None and ours.bias.grad is not None
    assert torch.equal(ours.bias.grad, torch.full((6,), 25.0))
