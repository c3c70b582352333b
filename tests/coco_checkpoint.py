"""A file of weights as torchvision's users have them: made from a seed, but it finds things."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torchvision.models.detection import fasterrcnn_mobilenet_v3_large_fpn

COCO = 90  # torchvision's numbers of COCO's 80 classes, gaps included


def coco_checkpoint(path: Path, seed: int = 1) -> Path:
    """Write a MobileNet detector of COCO's classes to `path`.

    Its normalisation is fitted to one smooth picture, so that maps are neither zero nor huge, and
    its last layers to the features that reach them, so that some classes win clearly.
    """
    torch.manual_seed(seed)
    model = fasterrcnn_mobilenet_v3_large_fpn(
        weights=None, weights_backbone=None, num_classes=COCO + 1, min_size=240, max_size=320,
        rpn_post_nms_top_n_test=50,
    )
    picture = nn.functional.interpolate(torch.rand(1, 3, 9, 12), size=(240, 320), mode="bicubic")
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0  # the statistics of this picture alone
    with torch.no_grad():
        model.backbone.train()
        model.backbone((picture - 0.45) / 0.225)
        model.eval()
        nn.init.normal_(model.rpn.head.cls_logits.weight, std=0.3)
        nn.init.normal_(model.rpn.head.bbox_pred.weight, std=0.02)
        predictor = model.roi_heads.box_predictor
        seen: list[Tensor] = []
        hook = predictor.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
        model([picture[0]])
        hook.remove()
        spread = seen[0].std(dim=0).norm().clamp(min=1e-6)
        for layer, wanted in ((predictor.cls_score, 6.0), (predictor.bbox_pred, 1.0)):
            nn.init.normal_(layer.weight, std=float(wanted / spread))
            layer.bias.copy_(-layer.weight @ seen[0].mean(dim=0))
    torch.save(model.state_dict(), path)
    return path
