"""Our traced FPN pipeline over a torchvision detector gives that detector's own detections."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torchvision.models.detection import (
    FasterRCNN,
    fasterrcnn_mobilenet_v3_large_fpn,
    fasterrcnn_resnet50_fpn,
    fasterrcnn_resnet50_fpn_v2,
)

from explorer.methods import fpn
from explorer.methods.devices import choose
from explorer.methods.torchvision_fpn import TorchvisionNet
from explorer.nets.fpn import Parts
from explorer.trace.stages import DetectionsStage
from tests.torchvision_twin import as_tensor, twin
from tests.unit.small_nets import small_net, small_settings

BUILDERS = {
    "mobilenet": fasterrcnn_mobilenet_v3_large_fpn,
    "resnet50": fasterrcnn_resnet50_fpn,
    "resnet50_v2": fasterrcnn_resnet50_fpn_v2,
}
SIZES = ((120, 160), (161, 97), (75, 300))  # height, width
CLASSES = 6


def seeded_model(builder: str, seed: int) -> FasterRCNN:
    """Random weights whose activations stay in range and whose heads find things."""
    torch.manual_seed(seed)
    model: FasterRCNN = BUILDERS[builder](
        weights=None, weights_backbone=None, num_classes=CLASSES + 1, min_size=96, max_size=192,
        rpn_pre_nms_top_n_test=120, rpn_post_nms_top_n_test=50,
    )
    for module in model.modules():  # without training, residual branches would add up to infinity
        if isinstance(module, nn.BatchNorm2d):
            module.weight.data.mul_(0.5)
    model.eval()
    predictor = model.roi_heads.box_predictor
    nn.init.normal_(model.rpn.head.cls_logits.weight, std=0.3)
    nn.init.normal_(model.rpn.head.bbox_pred.weight, std=0.02)
    with torch.no_grad():  # scale the last layers to the features that reach them
        seen: list[Tensor] = []
        hook = predictor.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
        model([as_tensor(random_photo(120, 160, seed))])
        hook.remove()
        spread = seen[0].std(dim=0).norm().clamp(min=1e-6)
        for layer, wanted in ((predictor.cls_score, 2.0), (predictor.bbox_pred, 1.0)):
            nn.init.normal_(layer.weight, std=float(wanted / spread))
            layer.bias.copy_(-layer.weight @ seen[0].mean(dim=0))
    return model


def random_photo(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    """Smooth blobs and noise."""
    random = np.random.default_rng((height, width, seed))
    coarse = torch.from_numpy(random.random((1, 3, 6, 6), np.float32))
    smooth = nn.functional.interpolate(coarse, size=(height, width), mode="bicubic")[0]
    noisy = smooth.permute(1, 2, 0).numpy() + random.normal(0, 0.05, (height, width, 3))
    return (255 * noisy.clip(0, 1)).astype(np.uint8)


@pytest.mark.parametrize("builder", BUILDERS)
def test_same_detections(builder: str) -> None:
    model = seeded_model(builder, seed=1)
    net = TorchvisionNet(model)
    settings = net.settings(detection_threshold=model.roi_heads.score_thresh)
    for height, width in SIZES:
        same_detections(model, net, settings, random_photo(height, width, seed=2))


def test_our_own_modules_inside_torchvisions_detector() -> None:
    """Photos of sizes where P6's stride, which torchvision rounds down, is 64 for both."""
    net = small_net("fpn")
    assert isinstance(net, fpn.Net)
    settings = small_settings("fpn", short=128, long=192, antialias=False, detection_threshold=0.05)
    assert isinstance(settings, fpn.Settings)
    for seed, (height, width) in enumerate(((100, 150), (300, 200), (64, 64))):
        photo = random_photo(height, width, seed)
        same_detections(twin(net, settings), net, settings, photo)


def same_detections(
    model: FasterRCNN, net: Parts, settings: fpn.Settings, photo: NDArray[np.uint8]
) -> None:
    """To within 1e-3 pixels and score; some of every photo's at least."""
    with torch.inference_mode():
        expected = {name: value.numpy() for name, value in model([as_tensor(photo)])[0].items()}
    names = [str(i) for i in range(CLASSES)]
    *_, last = fpn.run(photo, net, settings, choose("cpu", mixed=False), names)
    assert isinstance(last, DetectionsStage)
    least = between(expected["scores"])
    theirs, ours = expected["scores"] > least, last.scores > least
    assert ours.sum() == theirs.sum() >= 10
    np.testing.assert_array_equal(last.labels[ours], expected["labels"][theirs] - 1)
    np.testing.assert_allclose(last.scores[ours], expected["scores"][theirs], rtol=0, atol=1e-3)
    np.testing.assert_allclose(last.boxes[ours], expected["boxes"][theirs], rtol=0, atol=1e-3)


def between(scores: NDArray[np.float32]) -> float:
    """A threshold in the widest gap of the ten lowest scores. Whether a score that equals the
    detectors' own threshold in seven digits is above it depends on how a processor rounds."""
    lowest = np.sort(scores)[:10].astype(np.float64)
    at = int(np.diff(lowest).argmax())
    return float(lowest[at : at + 2].mean())
