"""EfficientNet-Lite0: its shapes, its dilated form, and the published weights folded into it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from explorer.methods.configurations import build
from explorer.nets import lite
from explorer.nets.backbone import CompactCNN
from explorer.nets.lite import EPSILON, REDUCED, STAGES, LiteCNN, published_state
from explorer.training.starts import load_backbone, read_imagenet


@pytest.fixture(autouse=True)
def repeatable() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)


def published() -> dict[str, Tensor]:
    """Made-up numbers under the names and in the shapes of the published file."""
    held: dict[str, Tensor] = {}

    def layer(conv: str, norm: str, outputs: int, inputs: int, kernel: int) -> None:
        spread = (inputs * kernel * kernel) ** -0.5
        held[f"{conv}.weight"] = torch.randn(outputs, inputs, kernel, kernel) * spread
        held[f"{norm}.weight"] = torch.rand(outputs) + 0.5
        held[f"{norm}.bias"] = torch.randn(outputs) * 0.1
        held[f"{norm}.running_mean"] = torch.randn(outputs) * 0.1
        held[f"{norm}.running_var"] = torch.rand(outputs) + 0.5

    layer("_conv_stem", "_bn0", 32, 3, 3)
    number, inputs = 0, 32
    for stage in STAGES:
        for _ in range(stage.blocks):
            name, inner = f"_blocks.{number}", inputs * stage.expansion
            if stage.expansion > 1:
                layer(f"{name}._expand_conv", f"{name}._bn0", inner, inputs, 1)
            layer(f"{name}._depthwise_conv", f"{name}._bn1", inner, 1, stage.kernel)
            layer(f"{name}._project_conv", f"{name}._bn2", stage.channels, inner, 1)
            number, inputs = number + 1, stage.channels
    return held


def normed(x: Tensor, held: Mapping[str, Tensor], conv: str, norm: str, **how: int) -> Tensor:
    """A convolution and its batch normalisation, one after the other."""
    x = F.conv2d(x, held[f"{conv}.weight"], None, **how)  # type: ignore[arg-type]
    parts = [held[f"{norm}.{one}"] for one in ("running_mean", "running_var", "weight", "bias")]
    return F.batch_norm(x, *parts, eps=EPSILON)


def by_the_book(images: Tensor, held: Mapping[str, Tensor]) -> Tensor:
    """C5 of EfficientNet-Lite0, written down layer by layer from the published weights."""
    x = F.relu6(normed(images, held, "_conv_stem", "_bn0", stride=2, padding=1))
    number = 0
    for stage in STAGES:
        for block in range(stage.blocks):
            name, y = f"_blocks.{number}", x
            if stage.expansion > 1:
                y = F.relu6(normed(y, held, f"{name}._expand_conv", f"{name}._bn0"))
            stride = stage.stride if block == 0 else 1
            y = F.relu6(normed(
                y, held, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride,
                padding=stage.kernel // 2, groups=y.shape[1],
            ))  # fmt: skip
            y = normed(y, held, f"{name}._project_conv", f"{name}._bn2")
            x = x + y if stride == 1 and x.shape == y.shape else y
            number += 1
    return x


def test_published_weights_compute_the_published_network(monkeypatch: pytest.MonkeyPatch) -> None:
    # With their own normalisation of pixels borders agree too: both pad with a pixel of 127.
    monkeypatch.setattr(lite, "MEAN", (127 / 255,) * 3)
    monkeypatch.setattr(lite, "STD", (128 / 255,) * 3)
    held, net = published(), LiteCNN().eval()
    net.load_state_dict(published_state(held))
    images = torch.randn(2, 3, 64, 96)
    with torch.inference_mode():
        torch.testing.assert_close(net(images)["C5"], by_the_book(images, held))


def test_pixels_are_normalised_our_way_and_read_theirs() -> None:
    held = published()
    state = published_state(held)
    pixels = torch.randint(0, 256, (1, 3, 16, 16)).float()
    mean, std = torch.tensor(lite.MEAN)[:, None, None], torch.tensor(lite.STD)[:, None, None]
    ours = F.conv2d((pixels / 255 - mean) / std, state["stem.weight"], state["stem.bias"])
    theirs = normed((pixels - 127) / 128, held, "_conv_stem", "_bn0")
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)


def test_other_weights_are_refused() -> None:
    held = published()
    del held["_blocks.7._project_conv.weight"]
    with pytest.raises(ValueError, match=r"not of EfficientNet-Lite0: no .*7\._project_conv"):
        published_state(held)
    with pytest.raises(ValueError, match="come in a Python package"):
        read_imagenet("lite0", "download")


@pytest.mark.parametrize("reduced", [False, True])
def test_maps_have_the_names_strides_and_channels_of_a_pyramid(reduced: bool) -> None:
    net = LiteCNN(reduced=reduced).eval()
    with torch.inference_mode():
        maps = net(torch.randn(1, 3, 64, 96))
    assert [tuple(x.shape[-2:]) for x in maps.values()] == [(16, 24), (8, 12), (4, 6), (2, 3)]
    assert list(maps) == ["C2", "C3", "C4", "C5"]
    assert tuple(x.shape[1] for x in maps.values()) == net.widths
    assert net.widths == (24, 40, 112, REDUCED if reduced else 320)
    assert bool((maps["C5"] >= 0).all()) == reduced


def test_a_dilated_net_sees_every_cell_as_the_plain_one_sees_every_second() -> None:
    plain, dilated = LiteCNN().eval(), LiteCNN(dilated=True).eval()
    dilated.load_state_dict(plain.state_dict())
    images = torch.randn(1, 3, 64, 96)
    with torch.inference_mode():
        few, many = plain(images)["C5"], dilated(images)["C5"]
    assert many.shape[-2:] == (4, 6)
    torch.testing.assert_close(many[..., ::2, ::2], few)


def test_early_layers_are_those_up_to_c2() -> None:
    net = LiteCNN()
    for module in net.early():
        module.requires_grad_(False)
    images = torch.randn(1, 3, 64, 64)
    assert not net(images)["C2"].requires_grad
    assert net(images)["C3"].requires_grad


def test_methods_give_each_other_their_convolutions(tmp_path: Path) -> None:
    fpn, fast = build("fpn", 2, "lite0"), build("fast_rcnn", 2, "lite0")
    torch.save({"net": fpn.state_dict()}, tmp_path / "fpn.pt")
    torch.save({"net": fast.state_dict()}, tmp_path / "fast.pt")
    before = fast.backbone.reduce.weight.clone()  # type: ignore[union-attr]
    load_backbone(fast.backbone, tmp_path / "fpn.pt")  # type: ignore[arg-type]
    assert torch.equal(fast.backbone.stem.weight, fpn.backbone.stem.weight)  # type: ignore[union-attr, arg-type]
    assert torch.equal(fast.backbone.reduce.weight, before)  # type: ignore[union-attr]
    other = build("fpn", 2, "lite0")
    load_backbone(other.backbone, tmp_path / "fast.pt")  # type: ignore[arg-type]
    held = torch.load(tmp_path / "fast.pt", weights_only=True)["net"]
    assert torch.equal(other.backbone.stem.weight, held["backbone.stem.weight"])  # type: ignore[union-attr, arg-type]
    with pytest.raises(RuntimeError, match="Missing key"):
        load_backbone(CompactCNN(), tmp_path / "fpn.pt")


def test_the_first_block_of_c5_reads_c4_undilated() -> None:
    """It is the one whose stride was taken away."""
    spread = [
        block.depthwise.dilation[0] for stage in LiteCNN(dilated=True).stages for block in stage  # type: ignore[union-attr]
    ]
    assert spread == [1] * 12 + [2] * 4
