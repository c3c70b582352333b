"""torchvision's FPN detectors by name, without torch: what the menu and the command line offer."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = (".pth", ".pt", ".safetensors")


@dataclass(frozen=True)
class Published:
    """Weights that torchvision offers, trained on COCO. megabytes: of 1,000,000 bytes."""

    name: str
    title: str
    file: str
    megabytes: int


PUBLISHED = (
    Published(
        "fasterrcnn_mobilenet_v3_large_fpn", "MobileNet v3",
        "fasterrcnn_mobilenet_v3_large_fpn-fb6a3cc7.pth", 78,
    ),
    Published(
        "fasterrcnn_resnet50_fpn", "ResNet-50", "fasterrcnn_resnet50_fpn_coco-258fb6c6.pth", 168
    ),
    Published(
        "fasterrcnn_resnet50_fpn_v2", "ResNet-50 v2",
        "fasterrcnn_resnet50_fpn_v2_coco-dd69338a.pth", 175,
    ),
)


def published(name: str) -> Published | None:
    """The detector of that name, None where torchvision has none."""
    return next((one for one in PUBLISHED if one.name == name), None)


def cache_dir() -> Path:
    """Where torch keeps what it downloaded, and other programs look for it too."""
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("TORCH_HOME", os.path.join(cache, "torch"))
    return Path(os.path.expanduser(home)) / "hub" / "checkpoints"


def cached(one: Published) -> Path | None:
    """The file of a detector that was downloaded before."""
    path = cache_dir() / one.file
    return path if path.is_file() else None


def problem_of(text: str) -> str:
    """What is wrong with `text` as the name of a detector or of a file; "" where nothing is."""
    if published(text) is not None or Path(text).is_file():
        return ""
    names = ", ".join(one.name for one in PUBLISHED)
    return f"{text}: there is no such file, and torchvision's detectors are called {names}."


def title_of(weights_id: str) -> str:
    """Of the weights that FPN's trace names: "ResNet-50", "mine.pth"; "" of the bundled."""
    name = weights_id.partition(" · ")[0]
    known = next((one.title for one in PUBLISHED if one.file == name), None)
    own = Path(name).suffix in SUFFIXES and name != "fpn.safetensors"
    return known or (name if own else "")
