"""What the records of all stages are made of: names, arrays, progress, NMS, rows that point back.

NumPy alone; see `explorer.trace.stages` for the conventions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

StageName = Literal[
    "image", "regions", "features", "assignment", "pooling", "scores", "refinement", "nms",
    "detections",
]
# The rows of the stage map, top to bottom. R-CNN and SPPNet run "nms" before "refinement",
# and R-CNN "assignment" before "features"; `Trace.stages` holds the order in which they ran.
STAGE_NAMES: tuple[StageName, ...] = (
    "image", "regions", "features", "assignment", "pooling", "scores", "refinement", "nms",
    "detections",
)

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]
NO_ROWS: Ints = np.zeros(0, np.int64)
NO_ROWS.setflags(write=False)


@dataclass(frozen=True)
class Progress:
    """Yielded by a method between stages: `done` of `total` steps of `stage`."""

    stage: StageName
    done: int
    total: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Stage:
    """What all records share. ms: wall time of this stage alone, in milliseconds.

    multiply_adds: multiplications, each with its addition, of the stage's convolutions and fully
    connected layers (`explorer.methods.counting`); 0 where it has none.
    """

    name: StageName
    ms: float
    device: str
    multiply_adds: int = 0
    source: Ints = field(default_factory=lambda: NO_ROWS)
    source_stage: StageName | None = None

    @property
    def count(self) -> int:
        """How many things this stage has to show (boxes, maps ...); the stage map prints it."""
        return len(self.source)


@dataclass(frozen=True, eq=False, kw_only=True)
class NmsRecord:
    """Greedy non-maximum suppression over m candidates, with who removed whom.

    kept: candidate rows that survive, by falling score.
    suppressed_by (m,): the kept candidate that removed this one, or -1 where it was kept.
    overlap (m,): its IoU with that suppressor, 0 where kept.
    step (m,): how many keepers had been chosen when the row's fate was decided (0, 1, ...);
        a keeper's own step is its index in `kept`, a suppressed row's that of its suppressor.
    """

    kept: Ints
    suppressed_by: Ints
    overlap: Floats
    step: Ints
    threshold: float


@dataclass(frozen=True)
class NetworkInput:
    """One size at which the photo enters a network: photo pixels x scale = network pixels."""

    width: int
    height: int
    scale_x: float
    scale_y: float
