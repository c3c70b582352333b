"""Our compact FPN's modules inside torchvision's own FasterRCNN: the same numbers, its pipeline."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.rpn import AnchorGenerator
from torchvision.ops import MultiScaleRoIAlign

from explorer.methods import fpn
from explorer.nets.heads import SiblingHead


class _Maps(nn.Module):
    """Images -> P2..P6, as a torchvision backbone gives them."""

    def __init__(self, net: fpn.Net) -> None:
        super().__init__()
        self.net = net
        self.out_channels = net.fpn.out_channels

    def forward(self, images: Tensor) -> OrderedDict[str, Tensor]:
        maps = self.net.fpn(self.net.backbone(images)).maps
        return OrderedDict((str(i), values) for i, values in enumerate(maps.values()))


class _Features(nn.Module):
    def __init__(self, head: SiblingHead) -> None:
        super().__init__()
        self.head = head

    def forward(self, pooled: Tensor) -> Tensor:
        return self.head.features(pooled)


class _Siblings(nn.Module):
    """Logits, and targets with a box for the background, which torchvision drops again."""

    def __init__(self, head: SiblingHead) -> None:
        super().__init__()
        self.head = head

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        boxes = self.head.box(features)
        return self.head.cls(features), torch.cat((boxes.new_zeros(len(boxes), 4), boxes), dim=1)


def twin(net: fpn.Net, settings: fpn.Settings) -> FasterRCNN:
    """torchvision's detector with the modules of `net` and our settings, in evaluation mode.

    The means of the targets must be 0: torchvision's box coder has none.
    """
    assert not net.head.mean.any()
    levels = range(settings.highest - settings.lowest + 1)
    model = FasterRCNN(
        _Maps(net),
        min_size=settings.short,
        max_size=settings.long,
        rpn_anchor_generator=AnchorGenerator(
            settings.anchor_sizes, (settings.anchor_ratios,) * len(settings.anchor_sizes)
        ),
        rpn_head=net.rpn,
        rpn_pre_nms_top_n_test=settings.pre_nms_top,
        rpn_post_nms_top_n_test=settings.proposals,
        rpn_nms_thresh=settings.rpn_nms_threshold,
        rpn_score_thresh=settings.objectness_threshold,
        box_roi_pool=MultiScaleRoIAlign(
            [str(i) for i in levels], settings.pool, settings.sampling,
            canonical_scale=settings.canonical, canonical_level=settings.k0,
        ),
        box_head=_Features(net.head),
        box_predictor=_Siblings(net.head),
        box_score_thresh=settings.score_threshold,
        box_nms_thresh=settings.nms_threshold,
        box_detections_per_img=settings.max_detections,
        bbox_reg_weights=tuple((1 / net.head.std).tolist()),
    )
    model.eval()
    return model


def as_tensor(photo: object) -> Tensor:
    """A photo uint8 (H, W, 3) as torchvision's detectors take it: (3, H, W) in [0, 1]."""
    return torch.tensor(photo).permute(2, 0, 1).float() / 255
