"""On which device and in which precision a network is trained."""

from __future__ import annotations

import contextlib
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch

from explorer.methods.devices import choose

PRECISION_NAMES = ("auto", "float32", "bfloat16", "float16")


@dataclass(frozen=True)
class Precision:
    """device; mixed: the half precision of convolutions and matrix products, None for float32."""

    device: torch.device = torch.device("cpu")
    mixed: torch.dtype | None = None

    def autocast(self) -> AbstractContextManager[object]:
        """Automatic mixed precision for the networks called inside."""
        if self.mixed is None:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, self.mixed)

    def scaler(self) -> torch.amp.GradScaler:
        """Keeps small gradients from vanishing in float16; does nothing in other precisions."""
        return torch.amp.GradScaler(self.device.type, enabled=self.mixed == torch.float16)


def precision(device: str = "auto", name: str = "auto") -> Precision:
    """The device of that name ("auto", "cpu", "cuda", "mps") in that precision.

    "auto": bfloat16 where the hardware computes in it, float16 on other CUDA devices, float32 on
    other CPUs, where half precision is emulated and slow. Raises DeviceError for a device that is
    absent and ValueError for another name.
    """
    chosen = choose(device)
    if name == "auto":
        mixed = chosen.mixed
        if chosen.torch.type == "cuda" and torch.cuda.is_bf16_supported():
            mixed = torch.bfloat16
        return Precision(chosen.torch, mixed)
    kinds = {"float32": None, "bfloat16": torch.bfloat16, "float16": torch.float16}
    if name not in kinds:
        raise ValueError(f"no precision '{name}': choose {', '.join(PRECISION_NAMES)}")
    return Precision(chosen.torch, kinds[name])
