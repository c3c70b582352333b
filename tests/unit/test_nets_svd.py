"""Truncated SVD of fully connected layers, against matrices whose factors are known."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from explorer.nets.heads import SiblingHead
from explorer.nets.svd import TruncatedLinear, compressed, layer_sizes


def layer_of(weight: torch.Tensor, bias: torch.Tensor) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    return layer


def test_the_largest_singular_values_are_kept() -> None:
    """A diagonal W: t = 2 keeps 5 and 3 and drops the 1; the bias stays."""
    weight = torch.diag(torch.tensor([1.0, 5.0, 3.0]))[:, :3]
    layer = layer_of(torch.cat((weight, torch.zeros(3, 2)), 1), torch.tensor([10.0, 20.0, 30.0]))
    cut = TruncatedLinear(layer, 2)
    result = cut(torch.ones(1, 5))
    torch.testing.assert_close(result, torch.tensor([[10.0, 25.0, 33.0]]))


def test_all_singular_values_are_the_layer_itself() -> None:
    torch.manual_seed(0)
    layer = nn.Linear(20, 8)
    x = torch.randn(5, 20)
    torch.testing.assert_close(TruncatedLinear(layer, 8)(x), layer(x), atol=1e-5, rtol=1e-5)


def test_the_error_is_the_first_singular_value_left_out() -> None:
    """Eckart and Young: the spectral norm of W - U S_t V^T is the value t + 1."""
    torch.manual_seed(1)
    layer = nn.Linear(12, 9, bias=False)
    values = torch.linalg.svdvals(layer.weight)
    for t in (1, 4, 8):
        cut = TruncatedLinear(layer, t)
        left = layer.weight - cut(torch.eye(12)).T
        assert torch.linalg.matrix_norm(left, 2).item() == pytest.approx(values[t].item(), rel=1e-4)


def test_weights_before_and_after() -> None:
    """Fast R-CNN's own numbers, section 3.1: t (u + v) instead of u v."""
    head = SiblingHead(32, 3, width=16)
    full, cut = layer_sizes(head), layer_sizes(compressed(head, 4, 2))
    assert [(one.name, one.inputs, one.outputs, one.t) for one in full] == [
        ("fc6", 32, 16, 0), ("fc7", 16, 16, 0)]
    assert [one.weights for one in full] == [512, 256]
    assert [one.weights for one in cut] == [4 * 48, 2 * 32]
    assert [one.full for one in cut] == [512, 256]


def test_a_compressed_head_leaves_the_head_as_it_is() -> None:
    torch.manual_seed(2)
    head = SiblingHead(32, 3, width=16).eval()
    x = torch.randn(4, 32)
    before = head(x)
    smaller = compressed(head, 3, 0)
    assert not torch.allclose(smaller(x), before, atol=1e-3)
    torch.testing.assert_close(head(x), before, rtol=0, atol=0)
    assert smaller.cls is head.cls and smaller.fc7 is head.fc7
    assert compressed(head, 0, 0) is head


def test_other_weights_are_factored_again() -> None:
    torch.manual_seed(3)
    layer, x = nn.Linear(6, 6), torch.randn(2, 6)
    TruncatedLinear(layer, 6)
    with torch.no_grad():
        layer.weight.mul_(2)
    torch.testing.assert_close(TruncatedLinear(layer, 6)(x), layer(x), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("t", (17, -1))
def test_as_many_singular_values_as_there_are(t: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 16"):
        compressed(SiblingHead(32, 3, width=16), t, 0)
