"""One process, or the many that torchrun starts, on CPUs or GPUs: by Lightning Fabric.

    torchrun --nproc-per-node 4 -m explorer.training train ...

Every process sees its own photos of each step and computes its own gradients; their mean moves all
networks alike. The losses call parts of a network, some of them at a few places only, so gradients
are averaged here and not by hooks on a whole network's forward pass.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from explorer.training.extra import extra

Engine = Any  # lightning_fabric.Fabric, which is imported only when something is trained


def start(device: torch.device) -> Engine:
    """The engine of this process: alone, or one of those that torchrun started.

    engine.device is this process's own; global_rank and world_size say which of how many it is.
    Raises ValueError where Fabric is not installed.
    """
    fabric = extra("lightning_fabric", "Training")
    world = int(os.environ.get("WORLD_SIZE", "1"))
    here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    engine = fabric.Fabric(
        accelerator=device.type, devices=here, num_nodes=max(1, world // here),
        strategy="ddp" if world > 1 else "auto",
    )  # fmt: skip
    engine.launch()
    return engine


def share(engine: Engine, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """This process's rows of a step's batch, and the place of the first of them in it."""
    each = len(rows) // engine.world_size
    first = engine.global_rank * each
    return rows[first : first + each], first


def average_gradients(engine: Engine, parameters: Sequence[nn.Parameter]) -> None:
    """Give each parameter the mean over the processes of its gradient.

    Losses are means over the photos of a process, so this is the gradient that one process would
    have found on all photos. Parameters without a gradient in this step stay without.
    """
    if engine.world_size == 1:
        return
    held = [p.grad for p in parameters if p.grad is not None]
    together = torch.cat([gradient.flatten() for gradient in held])
    together = engine.all_reduce(together, reduce_op="mean")
    parts = together.split([gradient.numel() for gradient in held])
    for gradient, mean in zip(held, parts, strict=True):
        gradient.copy_(mean.view_as(gradient))
