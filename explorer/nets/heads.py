"""The fully connected heads on pooled features.

Shapes: R regions, D pooled features a region, K classes without the background.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

WIDTH = 512  # of fc6 and fc7; 4096 in the papers (FPN: 1024)
STDS = (0.1, 0.1, 0.2, 0.2)  # what t_x, t_y, t_w, t_h are divided by in training


class FullyConnected(nn.Module):
    """fc6 and fc7, each with a ReLU, and the (K + 1)-way classifier on them.

    The head of R-CNN and SPPNet. `cls` serves their fine-tuning alone: on test images linear SVMs
    on fc7's output take its place.
    """

    def __init__(self, inputs: int, classes: int, width: int = WIDTH, dropout: float = 0.0) -> None:
        super().__init__()
        self.fc6 = nn.Linear(inputs, width)
        self.fc7 = nn.Linear(width, width)
        self.cls = nn.Linear(width, classes + 1)
        self.dropout = nn.Dropout(dropout)
        nn.init.normal_(self.cls.weight, std=0.01)
        nn.init.zeros_(self.cls.bias)

    def features(self, pooled: Tensor) -> Tensor:
        """(R, D) or (R, C, ...) pooled features -> (R, width) output of fc7."""
        x = self.dropout(torch.relu(self.fc6(pooled.flatten(1))))
        features: Tensor = self.dropout(torch.relu(self.fc7(x)))
        return features

    def forward(self, pooled: Tensor) -> Tensor:
        """Pooled features -> (R, K + 1) logits, column 0 the background."""
        logits: Tensor = self.cls(self.features(pooled))
        return logits


class SiblingHead(FullyConnected):
    """Fast R-CNN's head: fc6, fc7, then two siblings, `cls` and `box` (Girshick 2015, section 2.1).

    `box` gives 4K numbers, block 4c..4c+3 for class c, of targets normalised to zero mean and unit
    variance (section 2.3): `mean` and `std` (4,) turn them into t_x, t_y, t_w, t_h.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, inputs: int, classes: int, width: int = WIDTH, dropout: float = 0.0) -> None:
        super().__init__(inputs, classes, width, dropout)
        self.box = nn.Linear(width, 4 * classes)
        nn.init.normal_(self.box.weight, std=0.001)
        nn.init.zeros_(self.box.bias)
        self.register_buffer("mean", torch.zeros(4))
        self.register_buffer("std", torch.tensor(STDS))

    def siblings(self, pooled: Tensor) -> tuple[Tensor, Tensor]:
        """Pooled features -> logits (R, K + 1) and normalised targets (R, K, 4)."""
        x = self.features(pooled)
        return self.cls(x), self.box(x).unflatten(1, (-1, 4))

    def deltas(self, normalised: Tensor) -> Tensor:
        """Normalised targets (..., 4) -> t_x, t_y, t_w, t_h."""
        return normalised * self.std + self.mean
