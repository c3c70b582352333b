"""Weights as a safetensors file, byte for byte the same from the same contents."""

from __future__ import annotations

import json

import safetensors.torch
from torch import Tensor


def serialised(tensors: dict[str, Tensor], metadata: dict[str, str]) -> bytes:
    """A safetensors file whose bytes depend on its contents alone.

    The library writes the metadata in an order that differs from run to run. The header is JSON
    behind its length, 8 bytes; offsets count from its end, and spaces may follow it.
    """
    data = safetensors.torch.save(tensors, metadata)
    length = int.from_bytes(data[:8], "little")
    header = json.dumps(json.loads(data[8 : 8 + length]), sort_keys=True, separators=(",", ":"))
    written = header.encode()
    written += b" " * (-len(written) % 8)  # numbers stay aligned
    return len(written).to_bytes(8, "little") + written + data[8 + length :]
