"""torchvision's Faster R-CNN detectors with an FPN, taken apart for `explorer.methods.fpn.run`.

The same modules and numbers, so the same detections; but every step can be seen.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.backbone_utils import BackboneWithFPN

from explorer.methods.fpn import Settings

SIZE = 320  # any multiple of 32: the strides of the maps are measured with it


class TorchvisionNet(nn.Module):
    """The parts of a torchvision FasterRCNN over a BackboneWithFPN, in evaluation mode.

    Levels are named after the stride of the finest: P2..P6 for ResNet-50. MobileNet's two maps
    both have stride 32: they are P5 and P6, P7 the subsampled one, and regions are read from P5.
    """

    def __init__(self, model: FasterRCNN) -> None:
        super().__init__()
        self.model = model
        self.eval()  # before the body is tried: batch statistics must not move
        self.body = cast(BackboneWithFPN, model.backbone).body
        self.fpn = cast(BackboneWithFPN, model.backbone).fpn
        self.rpn = model.rpn
        self.head = model.roi_heads
        self.classes = model.roi_heads.box_predictor.cls_score.out_features - 1
        device = next(model.parameters()).device
        with torch.inference_mode():
            maps = self.body(torch.zeros(1, 3, SIZE, SIZE, device=device)).values()
        self.strides = tuple(SIZE // values.shape[-1] for values in maps)
        self.lowest = int(math.log2(self.strides[0]))
        self.highest = int(math.log2(self.strides[-1]))
        weights = model.roi_heads.box_coder.weights
        self.register_buffer("weights", torch.tensor(weights, device=device), persistent=False)

    def settings(self, detection_threshold: float = 0.5) -> Settings:
        """The model's own settings, as ours."""
        resize, rpn, head = self.model.transform, self.model.rpn, self.model.roi_heads
        pool = head.box_roi_pool
        generator = rpn.anchor_generator
        return Settings(
            short=resize.min_size[-1],
            long=resize.max_size,
            antialias=False,
            anchor_sizes=tuple(tuple(float(s) for s in sizes) for sizes in generator.sizes),
            anchor_ratios=tuple(float(ratio) for ratio in generator.aspect_ratios[0]),
            min_proposal=rpn.min_size,
            objectness_threshold=rpn.score_thresh,
            pre_nms_top=rpn.pre_nms_top_n(),
            rpn_nms_threshold=rpn.nms_thresh,
            proposals=rpn.post_nms_top_n(),
            k0=pool.canonical_level,
            canonical=float(pool.canonical_scale),
            lowest=self.lowest,
            highest=self.highest,
            pool=pool.output_size[0],
            sampling=pool.sampling_ratio,
            score_threshold=head.score_thresh,
            nms_threshold=head.nms_thresh,
            detection_threshold=detection_threshold,
            max_detections=head.detections_per_img,
        )

    def bottom_up(self, images: Tensor) -> OrderedDict[str, Tensor]:
        """See `fpn.Parts`."""
        return OrderedDict(
            (f"C{self.lowest + i}", values) for i, values in enumerate(self.body(images).values())
        )

    def convolutions(self) -> tuple[list[nn.Module], list[nn.Module]]:
        """See `fpn.Parts`."""
        return list(self.fpn.inner_blocks), list(self.fpn.layer_blocks)

    def anchor_strides(self, images: Tensor, maps: Sequence[Tensor]) -> list[tuple[float, float]]:
        """Padded size / size of the map, rounded down: where P5 has an odd side, less than P6's 64
        pixels, although P6 is P5 at every second cell. This is torchvision's arithmetic."""
        height, width = images.shape[-2:]
        return [(float(width // x.shape[-1]), float(height // x.shape[-2])) for x in maps]

    def rpn_outputs(self, maps: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """See `fpn.Parts`."""
        outputs: tuple[list[Tensor], list[Tensor]] = self.rpn.head(list(maps))
        return outputs

    def head_outputs(self, pooled: Tensor) -> tuple[Tensor, Tensor]:
        """See `fpn.Parts`. torchvision's head has a box for the background too, left out here, and
        gives t_x .. t_h times the weights (10, 10, 5, 5) of its box coder."""
        logits, boxes = self.head.box_predictor(self.head.box_head(pooled))
        return logits, boxes.unflatten(1, (-1, 4))[:, 1:] / self.weights
