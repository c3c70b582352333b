"""Selective search as the first step of R-CNN, SPPNet and Fast R-CNN."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from explorer.ops.selective_search import search_steps
from explorer.trace.base import Progress
from explorer.trace.stages import RegionsStage


def searched(
    photo: NDArray[np.uint8],
    strategy: str,
    spaces: tuple[str, ...],
    top: int,
    found: RegionsStage | None,
) -> Generator[Progress, None, RegionsStage]:
    """The best `top` regions of a photo (H, W, 3), or those that were `found` before.

    strategy, spaces: see `explorer.ops.selective_search.search`.
    Yields the progress of the search and returns its stage: `regions = yield from searched(...)`.
    """
    if found is not None:
        return found
    for step in search_steps(photo, strategy, top, spaces=spaces):
        if isinstance(step, Progress):
            yield step
        else:
            found = step
    assert found is not None  # the search's last step is its result
    return found
