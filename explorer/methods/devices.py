"""Where a network runs, and in which precision."""

from __future__ import annotations

import contextlib
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

import torch
from torch import device as TorchDevice
from torch import dtype as DType

DeviceName = Literal["auto", "cpu", "cuda", "mps"]
DEVICE_NAMES: tuple[DeviceName, ...] = ("auto", "cpu", "cuda", "mps")


class DeviceError(ValueError):
    """The device that was asked for is not there; the message is one sentence for the user."""


@dataclass(frozen=True)
class Device:
    """torch: where tensors live. mixed: the half precision of convolutions and matrix products,
    None where everything is float32.
    """

    torch: TorchDevice
    mixed: DType | None = None

    @property
    def name(self) -> str:
        """As it stands in a trace: "cpu · float32", "cuda · float16 mixed"."""
        if self.mixed is None:
            return f"{self.torch.type} · float32"
        return f"{self.torch.type} · {str(self.mixed).removeprefix('torch.')} mixed"

    def precision(self) -> AbstractContextManager[object]:
        """Automatic mixed precision for the networks called inside, where it helps."""
        if self.mixed is None:
            return contextlib.nullcontext()
        return torch.autocast(self.torch.type, self.mixed)

    def synchronise(self) -> None:
        """Wait until the device has done what it was given: clocks are read after this."""
        if self.torch.type == "cuda":
            torch.cuda.synchronize(self.torch)
        elif self.torch.type == "mps":
            torch.mps.synchronize()


def choose(name: str = "auto", mixed: bool = True) -> Device:
    """The device of that name; "auto": CUDA, else Apple's MPS, else the CPU.

    mixed=False: float32 throughout. Raises DeviceError for another name or a device that is absent.
    """
    if name not in DEVICE_NAMES:
        raise DeviceError(f"There is no device '{name}': choose {', '.join(DEVICE_NAMES)}.")
    has_cuda, has_mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if name == "auto":
        name = "cuda" if has_cuda else "mps" if has_mps else "cpu"
    if name == "cuda" and not has_cuda:
        raise DeviceError("PyTorch finds no CUDA device here: choose cpu or auto.")
    if name == "mps" and not has_mps:
        raise DeviceError("PyTorch finds no Apple GPU (MPS) here: choose cpu or auto.")
    return Device(torch.device(name), _half_precision(name) if mixed else None)


def _half_precision(name: str) -> DType | None:
    """bfloat16 on a CPU without instructions for it is ten times slower than float32."""
    if name == "cuda":
        return torch.float16
    if name == "cpu" and getattr(torch.cpu, "_is_avx512_bf16_supported", bool)():
        return torch.bfloat16
    return None
