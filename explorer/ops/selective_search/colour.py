"""The colour spaces of selective search (Uijlings et al., IJCV 2013, section 3.2)."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def colour_space(photo: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    """The RGB photo (H, W, 3) in a colour space: uint8 (H, W, C), every channel over 0..255.

    "HSV", "Lab", "rgI" (r = R / (R+G+B), g = G / (R+G+B), intensity; black has r = g = 1/3),
    and with one channel "H" and "I" (intensity).
    Raises ValueError for any other name.
    """
    if name == "HSV":
        return _planes(cv2.cvtColor(photo, cv2.COLOR_RGB2HSV_FULL))
    if name == "Lab":
        return _planes(cv2.cvtColor(photo, cv2.COLOR_RGB2Lab))
    if name == "H":
        return _planes(cv2.cvtColor(photo, cv2.COLOR_RGB2HSV_FULL)[..., 0])
    if name == "I":
        return _planes(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY))
    if name == "rgI":
        total = photo.sum(axis=2, dtype=np.float32)
        safe = np.maximum(total, 1)[..., None]
        shares = np.where(total[..., None] > 0, photo[..., :2] / safe, np.float32(1 / 3))
        intensity = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
        return _planes(np.dstack([np.rint(255 * shares), intensity]))
    raise ValueError(f"no colour space '{name}'; there are HSV, Lab, rgI, H and I")


def _planes(values: NDArray[Any]) -> NDArray[np.uint8]:
    planes = values[..., None] if values.ndim == 2 else values
    return np.ascontiguousarray(planes, dtype=np.uint8)
