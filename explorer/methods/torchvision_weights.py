"""Weights of torchvision's three FPN detectors: a file that the user has, or a download.

Never needed: the bundled weights do without. Files are read as numbers alone (safetensors, or
torch's format with `weights_only=True`), so they cannot run code.
"""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor, nn
from torchvision.models import WeightsEnum
from torchvision.models.detection import (
    FasterRCNN,
    FasterRCNN_MobileNet_V3_Large_FPN_Weights,
    FasterRCNN_ResNet50_FPN_V2_Weights,
    FasterRCNN_ResNet50_FPN_Weights,
    fasterrcnn_mobilenet_v3_large_fpn,
    fasterrcnn_resnet50_fpn,
    fasterrcnn_resnet50_fpn_v2,
)

from explorer.methods.checkpoints import MOST_BYTES, Loaded, WeightsError, fill
from explorer.methods.devices import Device
from explorer.methods.torchvision_fpn import TorchvisionNet
from explorer.methods.torchvision_names import cache_dir

CLS = "roi_heads.box_predictor.cls_score.weight"
CHUNK = 1 << 20


@dataclass(frozen=True)
class Variant:
    """One of torchvision's detectors. mark: a parameter that only it has."""

    name: str
    mark: str
    build: Callable[..., FasterRCNN]
    trained: WeightsEnum


# In this order: v2 has everything that marks the first version too.
VARIANTS = (
    Variant(
        "fasterrcnn_mobilenet_v3_large_fpn", "backbone.body.0.0.weight",
        fasterrcnn_mobilenet_v3_large_fpn, FasterRCNN_MobileNet_V3_Large_FPN_Weights.COCO_V1,
    ),
    Variant(
        "fasterrcnn_resnet50_fpn_v2", "roi_heads.box_head.0.0.weight",
        fasterrcnn_resnet50_fpn_v2, FasterRCNN_ResNet50_FPN_V2_Weights.COCO_V1,
    ),
    Variant(
        "fasterrcnn_resnet50_fpn", "backbone.body.layer1.0.conv1.weight",
        fasterrcnn_resnet50_fpn, FasterRCNN_ResNet50_FPN_Weights.COCO_V1,
    ),
)
# torchvision's published ResNet-50 weights were trained with normalisation without epsilon; it
# sets that when it loads them, and so must we.
WITHOUT_EPSILON = "258fb6c6"


def load_file(path: Path, device: Device) -> Loaded:
    """A detector from a file of its state dict (.safetensors, .pth, .pt), for the method "fpn".

    Raises WeightsError where the file cannot be read or is of none of the three.
    """
    state = _state(path)
    variant = next((one for one in VARIANTS if one.mark in state), None)
    if variant is None or CLS not in state or state[CLS].ndim != 2:
        raise WeightsError(
            f"{path} is of none of torchvision's detectors "
            f"{', '.join(one.name for one in VARIANTS)}."
        )
    outputs = state[CLS].shape[0]
    if not 2 <= outputs <= 10_000:
        raise WeightsError(f"{path} has {outputs} outputs: a background and classes are needed.")
    model = variant.build(weights=None, weights_backbone=None, num_classes=outputs)
    digest = _digest(path)
    if digest.startswith(WITHOUT_EPSILON):
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eps = 0.0
    fill(model, _renamed(state, model), path)
    net = TorchvisionNet(model.to(device.torch))
    categories = tuple(variant.trained.meta["categories"][1:])
    known = len(categories) == outputs - 1
    classes = categories if known else tuple(f"class {i}" for i in range(1, outputs))
    return Loaded("fpn", net, net.settings(), classes, f"{path.name} · {digest[:8]}", device)


def download(
    name: str, folder: Path | None = None, progress: Callable[[int, int], None] | None = None
) -> Path:
    """torchvision's own weights of a variant, into `folder` (default: torch's cache), once.

    progress: called with bytes done and bytes in all (0: unknown); what it raises ends the
    download and leaves nothing behind. Raises WeightsError where the file cannot be had whole.
    """
    variant = next((one for one in VARIANTS if one.name == name), None)
    if variant is None:
        raise WeightsError(f"There are no torchvision weights called '{name}'.")
    url = str(variant.trained.url)
    folder = folder or cache_dir()
    target = folder / url.rsplit("/", 1)[-1]
    wanted = target.stem.rsplit("-", 1)[-1]  # torchvision's names end in their sha256's beginning
    if target.is_file() and _digest(target).startswith(wanted):
        return target
    # A name of its own: another program, or a download that was cancelled, may still write.
    part = folder / f"{target.stem}-{uuid.uuid4().hex}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = _fetch(url, part, progress)
        if not found.startswith(wanted):
            raise WeightsError(f"{url} did not come through whole: try again.")
        part.replace(target)
    except (OSError, http.client.HTTPException) as error:
        raise WeightsError(f"{url} could not be downloaded: {_reason(error)}.") from error
    finally:
        part.unlink(missing_ok=True)
    return target


def _reason(error: BaseException) -> str:
    """'Connection refused' rather than '<urlopen error [Errno 111] Connection refused>'."""
    wrapped = getattr(error, "reason", None)
    if isinstance(wrapped, BaseException):
        return _reason(wrapped)
    text = error.strerror if isinstance(error, OSError) else None
    return (text or str(error) or type(error).__name__).rstrip(".")


def _fetch(url: str, part: Path, progress: Callable[[int, int], None] | None) -> str:
    """Write what `url` gives to `part`; its sha256."""
    digest = hashlib.sha256()
    with urllib.request.urlopen(url, timeout=30) as answer, part.open("wb") as out:
        total, done = int(answer.headers.get("Content-Length") or 0), 0
        while chunk := answer.read(CHUNK):
            out.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if done > MOST_BYTES:
                raise OSError("it is larger than any known file of weights")
            if progress is not None:
                progress(done, total)
    return digest.hexdigest()


def _state(path: Path) -> dict[str, Tensor]:
    """The tensors of a file, by name; of a training checkpoint those under "model"."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise WeightsError(f"{path} is larger than any file of weights that is known.")
        if path.suffix == ".safetensors":
            state = safetensors.torch.load_file(path)
        else:
            state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise WeightsError(f"{path} cannot be read: {error.strerror or error}.") from error
    except WeightsError:
        raise
    except Exception as error:  # reading a damaged pickle ends in almost any of them
        raise WeightsError(f"{path} is not a file of weights, or is damaged.") from error
    if isinstance(state, dict) and isinstance(state.get("model"), dict):
        state = state["model"]
    if not isinstance(state, dict) or not all(isinstance(v, Tensor) for v in state.values()):
        raise WeightsError(f"{path} holds something else than the weights of a network.")
    return state


def _renamed(state: dict[str, Tensor], model: nn.Module) -> dict[str, Tensor]:
    """The state under the names of today's torchvision, as its own loading does it.

    Older files have "fpn.inner_blocks.0.weight" for "fpn.inner_blocks.0.0.weight" and
    "rpn.head.conv.weight" for "rpn.head.conv.0.0.weight"; files with fixed normalisation lack the
    counters, which play no part here.
    """
    result: dict[str, Tensor] = {}
    known = model.state_dict()
    for name, values in state.items():
        stem, _, last = name.rpartition(".")
        longer = next((f"{stem}{more}.{last}" for more in (".0", ".0.0")
                       if f"{stem}{more}.{last}" in known), name)
        result[name if name in known else longer] = values
    for name, values in known.items():
        if name.endswith("num_batches_tracked"):
            result.setdefault(name, values)
    return result


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
