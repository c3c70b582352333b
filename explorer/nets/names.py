"""The CNNs by name, without torch: what a command line needs to know before it loads one."""

from __future__ import annotations

SMALL = ("lite0", "compact")  # with our settings
TORCHVISION = ("alexnet", "vgg16", "resnet18", "resnet50")  # with the papers' own
NETWORKS = (*SMALL, *TORCHVISION)
