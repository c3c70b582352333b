"""Where a method's training differs from its paper, for its model card.

Numbers are taken from the code that trains, so that a card cannot say others.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from explorer.methods.checkpoints import tuples
from explorer.methods.configurations import settings_for
from explorer.methods.modules import module_of
from explorer.nets.heads import STDS
from explorer.nets.lite import REDUCED
from explorer.nets.names import SMALL
from explorer.training import svm, train_rcnn, train_sppnet
from explorer.training.examples import PASSES
from explorer.training.loop import CLIP, CNN_RATE, DECAYS, WARM_UP
from explorer.training.losses import RPN_TURN
from explorer.training.made import TITLES, Made
from explorer.training.networks import WITH_SVMS
from explorer.training.pretrain import PretrainSettings
from explorer.training.train_detector import (
    EARLY,
    FINEST_EVERY,
    LATE,
    LATE_FROM,
    PAPERS,
    SAMPLINGS,
)
from explorer.training.views import SEEN, Views, scaled

WHOLE = ("fast_rcnn", "faster_rcnn", "fpn")  # trained whole, on views of photos
RPN_METHODS = ("faster_rcnn", "fpn")
DROPPING = ("rcnn", "sppnet", "fast_rcnn", "faster_rcnn")  # their papers' CNNs have dropout
PLAIN = ("alexnet", "vgg16")  # without batch normalisation
DILATED = "A compact residual CNN with a dilated last stage instead of"
COMPACT = {
    "rcnn": "A compact residual CNN instead of AlexNet; pool5 is 3 x 3 x 256 (6 x 6 x 256); fc6 "
            "and fc7 of 512 (4096).",
    "sppnet": f"{DILATED} ZF-5; fc6 and fc7 of 512 (4096).",
    "fast_rcnn": f"{DILATED} VGG16; fc6 and fc7 of 512 (4096).",
    "faster_rcnn": f"{DILATED} VGG16; fc6 and fc7 of 512 (4096).",
    "fpn": "A compact residual CNN instead of ResNet-50/101; d = 128 (256); fc6 and fc7 of 512 "
           "(1024).",
}  # fmt: skip
NARROWED = f"a 1 x 1 convolution to {REDUCED} channels behind"
SPREAD = f"EfficientNet-Lite0 with dilated last blocks and {NARROWED} them instead of"
LITE = {
    "rcnn": f"EfficientNet-Lite0 with {NARROWED} it instead of AlexNet; pool5 is 3 x 3 x {REDUCED} "
            "(6 x 6 x 256); fc6 and fc7 of 512 (4096).",
    "sppnet": f"{SPREAD} ZF-5; fc6 and fc7 of 512 (4096).",
    "fast_rcnn": f"{SPREAD} VGG16; fc6 and fc7 of 512 (4096).",
    "faster_rcnn": f"{SPREAD} VGG16; fc6 and fc7 of 512 (4096).",
    "fpn": "EfficientNet-Lite0 instead of ResNet-50/101; d = 128 (256); fc6 and fc7 of 512 (1024).",
}  # fmt: skip
FIXED = {
    "rcnn": " (the paper fine-tunes all layers)",
    "fast_rcnn": " (the paper: VGG16's conv1 and conv2)",
    "faster_rcnn": " (the paper: VGG16's conv1 and conv2)",
    "fpn": " (as in the published code)",
}


def differences(method: str, made: Made, settings: Mapping[str, Any]) -> str:
    """What differs from the paper, Markdown. settings: the network's own."""
    sentences = [
        *beginning(method, made), *steps(method, made), *regions(method, made),
        *(views(settings, method, made.network) if method in WHOLE else ()),
        *(linear(method, made) if method in WITH_SVMS else ()),
        *made.notes,
    ]  # fmt: skip
    points = [
        textwrap.fill(text, 100, initial_indent="- ", subsequent_indent="  ",
                      break_on_hyphens=False) for text in sentences
    ]
    if made.network in SMALL:
        scaled_ones = [f"- {line}" for line in paper_values(method, settings)] or ["- none"]
        points += ["", "Settings scaled to the smaller network:", "", *scaled_ones]
    return "\n".join(points)


def beginning(method: str, made: Made) -> Iterator[str]:
    """The network, and what it knew before."""
    if made.network not in SMALL:
        yield f"torchvision's {made.network}" + ("." if made.imagenet else ", not pre-trained.")
    else:
        yield (COMPACT if made.network == "compact" else LITE)[method]
        if made.teacher:
            yield (
                f"Its convolutions began as those of our {TITLES[made.teacher]}, not as a "
                "classifier's: that spares steps."
            )
        if made.begun and made.network == "lite0":
            yield (
                "Pre-training is Google's, on ImageNet's 1,000 classes at 224 pixels, as the "
                "papers' CNNs had it: its published weights were taken."
            )
        elif made.begun:
            small = PretrainSettings()
            yield (
                f"Pre-training on the 200 classes of tiny-imagenet, crops of {small.small} and at "
                f"the end {small.large} pixels, labels smoothed by {small.smoothing:g} (ImageNet's "
                "1,000 classes at 224 pixels)."
            )
    if method == "fpn":
        yield "RoIAlign instead of RoI pooling."
    if method in DROPPING and (made.network in SMALL or method == "sppnet"):
        yield "No dropout behind fc6 and fc7 (0.5)."


def steps(method: str, made: Made) -> Iterator[str]:
    """Optimiser, schedule, and the layers that take part."""
    options = made.options
    if options["optimiser"] == "adamw":
        yield (
            f"AdamW instead of SGD with momentum; a weight decay of {DECAYS['adamw']:g} "
            f"({DECAYS['sgd']:g})."
        )
    cnn = "" if method == "sppnet" else f"; the CNN learns at {CNN_RATE:g} of the others' rate"
    yield (
        f"A cosine schedule after at most {WARM_UP} steps of warm-up, instead of a rate that falls "
        f"by steps{cnn}; gradients are cut to a norm of {CLIP:g}."
    )
    if method == "sppnet":
        yield "The convolutions are fixed, as in the paper."
    else:
        if made.begun:
            first = "The layers up to C2" if made.network in SMALL else "The first layers"
            yield f"{first} are fixed{FIXED[method]}."
        if made.network == "lite0":
            yield (
                "Batch normalisation is folded into the convolutions: its statistics stay, its "
                "scale and shift are learnt as part of their weights."
            )
        elif made.network not in PLAIN:
            paper = "the published code fixes both" if method == "fpn" else "the paper has none"
            kept = (
                f"has its statistics from {train_rcnn.ADAPTING} batches of crops, and keeps them"
                if method == "rcnn" and made.begun else "keeps its statistics"
            )
            yield f"Batch normalisation {kept}, not its scale and shift ({paper})."
    if method == "faster_rcnn" and options["schedule"] == "joint":
        yield (
            "Approximate joint training instead of the paper's four alternating steps: no gradient "
            "through the coordinates of the proposals."
        )
    if method == "fpn" and made.network in SMALL:
        yield (
            f"{FINEST_EVERY - 1} of {FINEST_EVERY} training steps leave out P2, the level that "
            "costs the most; its regions are then read from P3."
        )


def regions(method: str, made: Made) -> Iterator[str]:
    """The regions of a step, their targets, and the RPN."""
    photos = int(made.options["batch"])
    yield "The ground-truth boxes are among the regions that are drawn, as in the published code."
    if method == "rcnn":
        each = max(1, train_rcnn.CROPS // photos)
        yield (
            f"{each} regions of each of {photos} photos a step, a quarter of them positive (32 "
            "positive and 96 negative ones of all photos); crops are mirrored and change in "
            f"contrast by up to {100 * train_rcnn.CONTRAST:.0f}%."
        )
    if method == "sppnet":
        yield f"{train_sppnet.WINDOWS} windows of each of {photos} photos a step, unmirrored."
    if method in WHOLE:
        sampling = (SAMPLINGS if made.network in SMALL else PAPERS)[method]
        paper = "512 of 2 on each GPU" if method == "fpn" else "64 of 2"
        yield f"{sampling.rois} RoIs of each of {photos} photos a step ({paper})."
        numbers = ", ".join(f"{number:g}" for number in STDS)
        yield (
            f"Box targets are divided by {numbers} and not shifted, as in later published code "
            "(the paper: zero mean and unit variance over the training set)."
        )
    alternating = method == "faster_rcnn" and made.options["schedule"] == "alternating"
    if method in ("sppnet", "fast_rcnn") or alternating:
        yield (
            "Where a photo has too few background regions of IoU 0.1 to 0.5, some of a lower one "
            "take their place."
        )
    elif method in RPN_METHODS:
        yield "Background RoIs have any IoU below 0.5 (0.1 to 0.5)."
    if method in RPN_METHODS:
        yield (
            f"One objectness logit per anchor instead of two; the RPN's smooth L1 turns at "
            f"{RPN_TURN:.2f}, as in the published code (1); {SAMPLINGS[method].anchors} anchors of "
            f"each of {photos} photos a step" + (" (of one)." if method == "faster_rcnn" else ".")
        )
        if made.network in SMALL:
            drawn = SAMPLINGS[method]
            level = " of each level" if method == "fpn" else ""
            yield (
                f"In training, {drawn.post_nms} proposals of a photo are kept (2,000), of the best "
                f"{drawn.pre_nms}{level} before NMS."
            )


def views(settings: Mapping[str, Any], method: str, network: str) -> Iterator[str]:
    """How photos are seen in training."""
    usual: Any = settings_for(method, network)
    read = (settings.get("short", usual.short), settings.get("long", usual.long))

    def of(chosen: Views) -> str:
        seen = scaled(chosen, read)
        low, high = seen.zoom
        return f"{seen.short} x {seen.long} pixels, photos zoomed by {low:g} to {high:g}"

    yield (
        f"Photos are cropped to views of {of(EARLY)}, in the last {100 * (1 - LATE_FROM):.0f}% of "
        f"the training {of(LATE)}; brightness, contrast and colour vary; boxes of which less than "
        f"{100 * SEEN:.0f}% is seen play no part. The paper mirrors photos, no more."
    )


def mined_text(mined: Mapping[str, Any]) -> str:
    """How far the mining came: see `Mined`."""
    added = ", ".join(f"{count:,}" for count in mined["added"])
    end = "so it converged" if mined["converged"] else "then its time was over"
    return (
        f"The mining passed {len(mined['added'])} times over all regions of {mined['photos']:,} "
        f"photos and added {added} negatives for all classes together, {end}."
    )


def linear(method: str, made: Made) -> Iterator[str]:
    """The SVMs and the box regressors."""
    drawing = train_rcnn.DRAWING if method == "rcnn" else train_sppnet.DRAWING
    sample = f"{drawing.near} near its objects and {drawing.far} others"
    if made.options["mining"] == "sample":
        yield (
            "SVMs and regressors are fitted on a sample of the regions of each photo, at most "
            f"{sample}, with hard negatives mined from that sample."
        )
    else:
        yield (
            "The SVMs' hard negatives are mined from all regions, as in the paper, in at most "
            f"{PASSES.limit} passes, {PASSES.most:,} of a class at a time; the regressors are "
            f"fitted on a sample, at most {sample} of a photo."
        )
        if made.mined:
            yield mined_text(made.mined)
    if made.svm and made.svm != svm.PUBLISHED:
        yield f"The SVMs have {made.svm} (R-CNN's published code: {svm.PUBLISHED})."
    yield (
        f"Features are scaled to a mean norm of {svm.MEAN_NORM:g} and positives count "
        f"{svm.POSITIVE_WEIGHT:g} times, as in R-CNN's published code; the regressors' targets are "
        f"divided by their standard deviation, on at most {svm.MOST:,} examples of a class."
    )
    if method == "sppnet" and made.options["scales"] == "single":
        yield "One scale; the paper's best result has five."


def paper_values(method: str, settings: Mapping[str, Any]) -> list[str]:
    """"name: ours (paper's)" of every setting that was scaled. settings: the network's own."""
    ours = tuples(dict(settings))
    return [
        f"{one.name}: {ours.get(one.name, one.default)} (paper: {one.metadata['paper']})"
        for one in fields(module_of(method).Settings)
        if one.metadata.get("paper") not in (None, one.default) and "kept" not in one.metadata
    ]
