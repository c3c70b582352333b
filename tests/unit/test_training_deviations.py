"""Every card names where its method's training differs from the paper, by the code's numbers."""

from __future__ import annotations

import dataclasses
import re

import pytest
from torch import nn

from explorer.methods.configurations import build
from explorer.training import loop, losses, svm, train_detector, train_rcnn, train_sppnet
from explorer.training.card import card
from explorer.training.loop import optimiser_for
from explorer.training.made import TITLES, USUAL, Made
from explorer.training.options import Options
from explorer.training.starts import freeze_early, freeze_statistics

MADE = Made("2007:train", 9, "--minutes 30", 300, 0.5, "a CPU", "abc1234")
RESULTS = {
    "metric": "VOC AP", "ap": {"cat": 0.5}, "map": 0.5, "map_11point": 0.51, "photos": 5,
    "photos_in_split": 5, "year": "2007", "split": "val", "seconds_per_photo": 1.0,
    "device": "cpu", "cached_regions": False,
}  # fmt: skip
# What each method's card has to say, whatever the numbers.
NAMED = {
    "rcnn": ("instead of AlexNet", "No dropout", "up to C2 are fixed",
             "statistics from 20 batches of crops", "hard negatives mined from that sample",
             "standard deviation", "contrast", "squared hinge"),
    "sppnet": ("instead of ZF-5", "No dropout", "standard deviation", "One scale",
               "hard negatives mined from that sample", "too few background regions",
               "convolutions are fixed"),
    "fast_rcnn": ("instead of VGG16", "No dropout", "up to C2 are fixed", "keeps its statistics",
                  "zero mean and unit variance", "too few background regions", "mirrors photos"),
    "faster_rcnn": ("instead of VGG16", "No dropout", "Approximate joint", "One objectness logit",
                    "any IoU below 0.5", "proposals of a photo are kept", "mirrors photos"),
    "fpn": ("instead of ResNet-50/101", "RoIAlign", "leave out P2", "One objectness logit",
            "d = 128", "any IoU below 0.5", "mirrors photos"),
}  # fmt: skip
ALL = ("AdamW instead of SGD", "cosine", "tiny-imagenet", "ground-truth boxes are among")


def told(method: str, **changed: object) -> str:
    """The points of a card, each on one line."""
    fitted = svm.FITTED if method in ("rcnn", "sppnet") else None
    made = dataclasses.replace(MADE, **{"svm": fitted, **changed})  # type: ignore[arg-type]
    text = card(method, made, RESULTS, "0" * 64, 10**6)
    found = text.partition("## Where it differs")[2].partition("## Terms")[0]
    assert all(len(line) <= 100 for line in found.partition("Settings scaled")[0].splitlines())
    return re.sub(r"\n  ", " ", found)


@pytest.mark.parametrize("method", TITLES)
def test_a_card_names_its_deviations(method: str) -> None:
    text = told(method)
    for sentence in (*ALL, *NAMED[method]):
        assert sentence in text, sentence
    assert "{" not in text and "None" not in text


@pytest.mark.parametrize("method", TITLES)
def test_their_numbers_are_those_that_train(method: str) -> None:
    text = told(method, chosen=(("batch", "4"),))
    optimiser = optimiser_for([(nn.Linear(2, 2), 0.1)])
    assert f"weight decay of {optimiser.param_groups[0]['weight_decay']:g}" in text
    assert f"at most {loop.WARM_UP} steps" in text and f"norm of {loop.CLIP:g}" in text
    if method in ("rcnn", "sppnet"):
        module = train_rcnn if method == "rcnn" else train_sppnet
        assert f"{module.DRAWING.near} near" in text and f"{module.DRAWING.far} others" in text
        assert f"C = {svm.C:g}" in text and f"most {svm.MOST:,} examples" in text
        each = train_rcnn.CROPS // 4 if method == "rcnn" else train_sppnet.WINDOWS
        assert f"- {each} " in text and "of each of 4 photos" in text
        return
    sampling, head = train_detector.SAMPLINGS[method], build(method, 20).head
    assert f"{sampling.rois} RoIs of each of 4 photos" in text
    assert ", ".join(f"{number:g}" for number in head.std.tolist()) in text  # type: ignore[union-attr, operator]
    low, high = train_detector.EARLY.zoom
    assert f"192 x 256 pixels, photos zoomed by {low:g} to {high:g}" in text
    if method != "fast_rcnn":
        assert f"{losses.RPN_TURN:.2f}" in text and f"{sampling.post_nms} proposals" in text


def test_what_is_fixed_or_left_out_is_so_in_the_network() -> None:
    net = build("fast_rcnn", 20)
    assert net.head.dropout.p == 0  # type: ignore[union-attr]
    freeze_early(net.backbone)  # type: ignore[arg-type]
    freeze_statistics(net)
    trained = {name.split(".")[1] for name, p in net.named_parameters()
               if p.requires_grad and name.startswith("backbone")}  # fmt: skip
    assert trained == {"stage3", "stage4", "stage5"}
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
    assert norms and not any(module.training for module in norms)
    assert any(module.weight.requires_grad for module in norms)


def test_options_and_networks_change_what_is_said() -> None:
    assert "AdamW" not in told("fpn", chosen=(("optimiser", "sgd"),))
    alternating = told("faster_rcnn", chosen=(("schedule", "alternating"),))
    assert "Approximate joint" not in alternating and "too few background" in alternating
    mined = told("rcnn", chosen=(("mining", "all"),))
    assert "mined from all regions" in mined and "that sample" not in mined
    kept = {"added": [1234, 5], "converged": False, "photos": 90}
    mined = told("rcnn", chosen=(("mining", "all"),), mined=kept)
    assert "passed 2 times over all regions of 90 photos and added 1,234, 5 negatives" in mined
    assert "then its time was over" in mined and "converged" not in mined
    assert "One scale" not in told("sppnet", chosen=(("scales", "several"),))
    begun = told("sppnet", backbone="faster_rcnn")
    assert "began as those of our Faster R-CNN" in begun
    assert begun == told("sppnet", backbone="faster_rcnn.safetensors")
    vgg = told("fast_rcnn", network="vgg16", imagenet=True)
    for absent in ("compact", "No dropout", "Batch normalisation", "scaled to", "tiny-imagenet"):
        assert absent not in vgg
    assert "64 RoIs of each of 8 photos" in vgg and "384 x 544 pixels" in vgg
    assert "No dropout" in told("sppnet", network="alexnet")  # its head is tuned without
    assert "hinge" not in told("rcnn", svm=svm.PUBLISHED)
    assert "\n- Objects were seen larger." in told("fpn", notes=("Objects were seen larger.",))
    for method in TITLES:
        lite = told(method, network="lite0", imagenet=True, backbone=None)
        assert "EfficientNet-Lite0" in lite and "ImageNet's 1,000 classes" in lite
        assert "tiny-imagenet" not in lite and "Settings scaled to the smaller network" in lite
    assert "Batch normalisation is folded" in lite and "leave out P2" in lite
    after = dataclasses.replace(MADE, network="lite0", backbone="faster_rcnn", svm=None)
    text = card("fast_rcnn", after, RESULTS, "0" * 64, 10**6)
    assert "--backbone WORK/faster_rcnn/train.pt" in text and "Apache License 2.0" in text
    first = dataclasses.replace(after, backbone=None, imagenet=True)
    assert "--backbone lite0 --imagenet FILE" in card("fpn", first, RESULTS, "0" * 64, 10**6)
    fresh = told("fpn", backbone=None)
    assert "are fixed" not in fresh and "tiny-imagenet" not in fresh


def test_a_card_tells_the_time_that_was_computed() -> None:
    both = RESULTS | {"seconds_per_photo": 2.5, "cpu_seconds_per_photo": 0.638}
    text = card("fpn", MADE, both, "0" * 64, 10**6)
    assert "0.64 s of CPU time a photo, with" in text and "2.5" not in text
    assert "2.5 s a photo on cuda" in card("fpn", MADE, both | {"device": "cuda"}, "0" * 64, 10**6)


def test_the_usual_options_are_the_commands_own() -> None:
    usual = {one.name: one.default for one in dataclasses.fields(Options)}
    assert {name: str(usual[name]) for name in USUAL} == USUAL
