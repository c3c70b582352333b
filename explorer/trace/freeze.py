"""Read-only copies: what a trace holds can never change after it was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

if TYPE_CHECKING:
    from torch import Tensor


def freeze(
    values: Tensor | NDArray[Any] | list[Any], dtype: DTypeLike | None = None
) -> NDArray[Any]:
    """A contiguous, read-only NumPy copy of a tensor (any device) or array, as `dtype` if given.

    A frozen array that already has the dtype and owns its memory is returned as it is.
    bfloat16 tensors, which NumPy lacks, become float32.
    """
    if isinstance(values, np.ndarray):
        owned = not values.flags.writeable and values.base is None
        if owned and (dtype is None or values.dtype == dtype):
            return values
        array = np.array(values, dtype=dtype, order="C")
    elif isinstance(values, list):
        array = np.array(values, dtype=dtype)
    else:
        array = _copied(values, dtype)
    array.setflags(write=False)
    return array


def _copied(values: Tensor, dtype: DTypeLike | None) -> NDArray[Any]:
    """One pass: torch converts while it copies, several times faster than NumPy to half."""
    import torch  # not at the top: the window is built before torch is there

    held = values.detach()
    if dtype is None:
        dtype = str(held.dtype).removeprefix("torch.").replace("bfloat16", "float32")
    array = np.empty(tuple(held.shape), dtype)
    torch.from_numpy(array).copy_(held)
    return array
