"""Where all rows of a stage come from; `Trace.lineage` says it of one, stage by stage."""

from __future__ import annotations

import numpy as np

from explorer.trace.base import Ints, Stage, StageName
from explorer.trace.stages import Trace, rows


def rows_above(trace: Trace, stage: Stage, name: StageName) -> Ints:
    """(m,) for each row of `stage` its row in the earlier stage `name`."""
    at: Ints = np.arange(rows(stage))
    while stage.name != name:
        at = np.asarray(stage.source)[at]
        above = trace.stage(stage.source_stage or name)
        assert above is not None
        stage = above
    return at
