"""The methods over their CNNs: a training step and a whole traced inference each."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models import resnet18

from explorer.methods import rcnn
from explorer.methods.catalog import trace_photo
from explorer.methods.checkpoints import Loaded, load
from explorer.methods.configurations import build, settings_for
from explorer.methods.devices import choose
from explorer.methods.modules import Settings
from explorer.nets.torchvision_cnns import ResNet, imagenet_state, torchvision_cnn
from explorer.trace.stages import DetectionsStage, FeaturesStage, PoolingStage
from explorer.training import train_detector, train_rcnn
from explorer.training.__main__ import main
from explorer.training.data import read_split
from explorer.training.loop import Budget, optimiser_for
from explorer.training.networks import Configuration, configuration_of
from explorer.training.options import Options
from explorer.training.precision import Precision
from explorer.training.serialise import serialised
from explorer.training.starts import (
    adapt_statistics,
    freeze_early,
    freeze_statistics,
    read_imagenet,
)
from explorer.training.views import Views, make_batch
from tests.unit.shapes_data import make_shapes
from tests.unit.small_nets import CLASSES, SEARCHING, small_photo, small_regions

SMALLER: dict[str, dict[str, object]] = {
    "fast_rcnn": {"short": 96, "long": 160},
    "faster_rcnn": {"short": 96, "long": 160, "pre_nms_top": 100, "proposals": 20,
                    "anchor_sizes": (16.0, 32.0, 64.0)},  # of the small photo
    "fpn": {"short": 96, "long": 160, "pre_nms_top": 40, "proposals": 20},
}
POOLED = {
    ("rcnn", "alexnet"): (256, 6), ("fast_rcnn", "vgg16"): (512, 7),
    ("faster_rcnn", "vgg16"): (512, 7), ("fpn", "resnet50"): (256, 7),
    ("rcnn", "lite0"): (160, 3), ("fast_rcnn", "lite0"): (160, 7),
    ("faster_rcnn", "lite0"): (160, 7), ("fpn", "lite0"): (128, 7),
}  # fmt: skip


def step(net: nn.Module, method: str, settings: Settings, root: Path, network: str) -> None:
    """One step of training on made-up shapes, by the parts that training is made of."""
    photos = read_split(root, "2007", "train")[:1]
    options = Options(
        root, ("2007:train",), root, Budget(steps=1), proposals=root / "proposals",
        network=network, optimiser="sgd",
    )  # fmt: skip
    freeze_early(net.backbone)  # type: ignore[arg-type]
    freeze_statistics(net)
    optimiser = optimiser_for([(net, 0.01)], options.optimiser)
    if isinstance(net, rcnn.Net):
        assert isinstance(settings, rcnn.Settings)
        batch = train_rcnn.tuning_batch(photos, (0, 0), options, settings, each=4)
        total = F.cross_entropy(net.head(net.pool5(batch.images)), torch.cat(batch.labels))
    else:
        sampling = dataclasses.replace(train_detector.sampling_of(method, options), rois=8)
        losses = train_detector.losses_of(
            net, settings, sampling, Precision(), net.backbone, 1  # type: ignore[arg-type]
        )
        views = Views(96, 128, (0.9, 1.0), read=(96, 128))
        batch = make_batch(photos, views, (0, 0), options.proposals)
        total = torch.stack(list(losses(batch, 0).values())).sum()
    total.backward()
    optimiser.step()
    assert torch.isfinite(total)


@pytest.mark.parametrize(("method", "network"), POOLED)
def test_a_configuration_learns_and_detects(
    tmp_path: Path, method: str, network: str
) -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    net = build(method, 20, network)
    settings = dataclasses.replace(
        settings_for(method, network), **SMALLER.get(method, {})  # type: ignore[arg-type]
    )
    watched = ["backbone", "head.fc7", "head.cls"]
    watched += ["rpn.conv"] * (method in ("faster_rcnn", "fpn"))
    before = {
        name: next(net.get_submodule(name).parameters()).detach().clone() for name in watched
    }
    step(net, method, settings, make_shapes(tmp_path, 1), network)
    moved = {
        name: not torch.equal(next(net.get_submodule(name).parameters()), values)
        for name, values in before.items()
    }
    assert moved == {name: name != "backbone" for name in watched}  # conv1 is fixed

    device = choose("cpu", mixed=False)
    loaded = Loaded(method, net.eval(), settings, tuple(map(str, range(20))), network, device)
    photo = small_photo()
    regions = small_regions(photo, 6) if method in SEARCHING else None
    with torch.inference_mode():
        trace = trace_photo(photo, method, loaded, regions)
    assert isinstance(trace.stages[-1], DetectionsStage)
    pooling = trace.stage("pooling")
    assert isinstance(pooling, PoolingStage) and len(pooling.source)
    assert (pooling.channels, pooling.bins[0]) == POOLED[method, network]


def test_settings_are_the_papers() -> None:
    faster, ours = settings_for("faster_rcnn", "vgg16"), settings_for("faster_rcnn")
    assert (faster.short, faster.long, faster.anchor_sizes) == (600, 1000, (128.0, 256.0, 512.0))
    assert (ours.short, ours.nms_threshold) == (288, faster.nms_threshold)
    assert settings_for("sppnet", "alexnet").scales == (688,)
    for method, papers in (("faster_rcnn", 300), ("fpn", 1_000)):  # known, and not built with
        over = settings_for(method, "resnet18")
        value = next(one for one in dataclasses.fields(over) if one.name == "proposals")
        assert (over.proposals, value.metadata["paper"]) == (2_000, papers)
    assert [settings_for("rcnn", name).crop for name in ("alexnet", "vgg16")] == [227, 224]


def test_what_does_not_go_together_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="FPN needs the four stages"):
        build("fpn", 3, "vgg16")
    with pytest.raises(ValueError, match="no network 'lenet': choose lite0, compact, alexnet"):
        build("rcnn", 3, "lenet")
    given = ["--data", "d", "--work", "w", "--steps", "1"]
    for more, sentence in (
        (["train", "fpn", *given, "--schedule", "alternating"], "--schedule goes with faster_rcnn"),
        (["train", "fpn", *given, "--mining", "all"], "--mining goes with rcnn, sppnet, not with"),
        (["train", "rcnn", *given, "--scales", "several"], "--scales goes with sppnet"),
        (["train", "rcnn", *given, "--imagenet", "download"], "--imagenet goes with --backbone"),
    ):
        assert main(more) == 1
        assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_a_dilated_residual_network_keeps_stride_16(name: str) -> None:
    cnn = torchvision_cnn(name, dilated=True).eval()
    with torch.inference_mode():
        maps = cnn(torch.zeros(1, 3, 64, 96))
    assert [tuple(x.shape[-2:]) for x in maps.values()] == [(16, 24), (8, 12), (4, 6), (4, 6)]
    assert tuple(x.shape[1] for x in maps.values()) == cnn.widths


def test_imagenet_weights_fill_the_cnn_and_leave_the_rest(tmp_path: Path) -> None:
    whole = resnet18(weights=None)
    torch.save(whole.state_dict(), tmp_path / "resnet18.pth")
    held = read_imagenet("resnet18", str(tmp_path / "resnet18.pth"))
    net = nn.Module()
    net.backbone = torchvision_cnn("resnet18")
    net.head = nn.Linear(2, 2)
    taken = imagenet_state("resnet18", net, held)
    net.load_state_dict(taken, strict=False)
    images = torch.rand(1, 3, 64, 64)
    assert isinstance(net.backbone, ResNet)
    with torch.inference_mode():
        ours = net.backbone.eval()(images)["C5"].mean((2, 3))
        torch.testing.assert_close(whole.fc(ours), whole.eval()(images))
    assert not any(name.startswith("head") for name in taken)
    with pytest.raises(ValueError, match="not of resnet18"):
        imagenet_state("resnet18", net, {"features.0.weight": torch.zeros(1)})
    with pytest.raises(FileNotFoundError, match="no such file of weights"):
        read_imagenet("resnet18", str(tmp_path / "none.pth"))


def test_the_classifiers_layers_become_fc6_and_fc7() -> None:
    net = nn.Module()
    net.backbone, net.head = nn.Module(), nn.Module()
    net.head.fc6, net.head.fc7 = nn.Linear(6, 4), nn.Linear(4, 4)
    held = {
        "classifier.0.weight": torch.rand(4, 6), "classifier.0.bias": torch.rand(4),
        "classifier.3.weight": torch.rand(5, 4), "classifier.3.bias": torch.rand(4),
    }  # fmt: skip
    taken = imagenet_state("vgg16", net, held)
    assert taken.keys() == {"head.fc6.weight", "head.fc6.bias", "head.fc7.bias"}
    assert taken["head.fc6.weight"] is held["classifier.0.weight"]


def test_packed_weights_say_their_network(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = build("fpn", len(CLASSES), "resnet18")
    state = {k: v.half() if v.is_floating_point() else v for k, v in net.state_dict().items()}
    metadata = {
        "method": "fpn", "classes": json.dumps(CLASSES), "network": "resnet18",
        "settings": '{"proposals": 50}',
    }  # fmt: skip
    data = serialised(state, metadata)
    path = tmp_path / "fpn.safetensors"
    path.write_bytes(data)
    entry = {"name": path.name, "method": "fpn", "bytes": len(data),
             "sha256": hashlib.sha256(data).hexdigest()}  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps({"files": [entry]}))
    loaded = load("fpn", choose("cpu", mixed=False), tmp_path)
    assert loaded.settings == dataclasses.replace(settings_for("fpn", "resnet18"), proposals=50)
    held = configuration_of(path)
    assert (held.network, dict(held.changed)) == ("resnet18", {"proposals": 50})
    small = dataclasses.replace(loaded, settings=dataclasses.replace(
        loaded.settings, **SMALLER["fpn"]
    ))  # fmt: skip
    features = trace_photo(small_photo(), "fpn", small).stage("features")
    assert isinstance(features, FeaturesStage)
    assert [x.values.shape[0] for x in features.maps[:4]] == [64, 128, 256, 512]
    assert np.isfinite(features.maps[0].values).all()


def test_a_run_says_its_network_beside_the_checkpoint(tmp_path: Path) -> None:
    assert configuration_of(tmp_path / "train.pt") == Configuration()
    (tmp_path / "options.json").write_text('{"method": "fpn"}')  # of before there was a choice
    assert configuration_of(tmp_path / "train.pt") == Configuration("compact", {})
    (tmp_path / "options.json").write_text('{"network": "vgg16", "settings": {"scales": [1, 2]}}')
    assert configuration_of(tmp_path / "train.pt") == Configuration("vgg16", {"scales": (1, 2)})


def test_statistics_of_crops_are_the_mean_over_their_batches() -> None:
    layer = nn.BatchNorm2d(1, momentum=0.1)
    layer.running_mean, layer.running_var = torch.tensor([9.0]), torch.tensor([9.0])
    # Each batch of four numbers: means 2 and 6; variances of the sample 4/3 and 16/3.
    batches = [torch.tensor([1.0, 1, 3, 3]), torch.tensor([4.0, 4, 8, 8])]
    adapt_statistics(nn.Sequential(layer), (each.view(4, 1, 1, 1) for each in batches))
    assert layer.running_mean is not None and layer.running_var is not None
    assert layer.running_mean.tolist() == [4.0]
    assert layer.running_var.tolist() == pytest.approx([10 / 3])
    assert layer.momentum == 0.1
    net = nn.Conv2d(1, 1, 1)
    adapt_statistics(net, iter(()))  # AlexNet and VGG16 have no such layer
