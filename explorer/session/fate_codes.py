"""What became of every row of a stage at once: kept, suppressed by whom, below a threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.session.ancestors import rows_above
from explorer.session.rows import row_text
from explorer.session.scene import Key
from explorer.session.scenes.common import apart, number
from explorer.trace.base import Floats, Ints, StageName
from explorer.trace.stages import DetectionsStage, NmsStage, Trace, rows

KEPT, SUPPRESSED, BELOW = 1, 2, 4  # bits: a box that NMS kept can be below the threshold
NOBODY = np.iinfo(np.int64).min


@dataclass(frozen=True, eq=False)
class Fates:
    """codes (n,): bits of KEPT, SUPPRESSED, BELOW; 0 where nothing is decided yet.

    by (n,): the row of `stage` that suppressed it, or NOBODY; overlap (n,): at what IoU.
    below: what it is below of, "below 0.50"; beyond: the same of what was kept all the same.
    above: the IoU of NMS, from which each overlap is written apart.
    """

    codes: NDArray[np.uint8]
    by: Ints
    stage: StageName
    below: str
    overlap: Floats
    beyond: str = ""
    above: float = 0.0

    def text(self, at: int) -> str:
        """'kept', 'suppressed by pair 12 at IoU 0.71', 'below 0.50', 'kept, below 0.50', or
        'undecided'."""
        code = int(self.codes[at])
        if code & SUPPRESSED:
            who = row_text(Key("", self.stage, int(self.by[at])))
            return f"suppressed by {who} at IoU {apart(float(self.overlap[at]), self.above)}"
        below = self.beyond or self.below if code & KEPT else self.below
        parts = ["kept"] * bool(code & KEPT) + [below] * bool(code & BELOW)
        return ", ".join(parts) or "undecided"

    def short(self, at: int, own: bool, brief: int = 0) -> str:
        """As `text`, for a column: 'suppressed by pair 12', 'below 0.50'. own: in a list of the
        rows that suppress, 'suppressed by 12', or 'by c2,006' for a candidate.

        brief: 1 is 'supp. by pair 12' and 'beyond 2,000'; 2 is 'suppressed', whoever did it.
        """
        if self.codes[at] & SUPPRESSED:
            if brief > 1:
                return "suppressed"
            by = int(self.by[at])
            who = f"{by:,}" if own and by >= 0 else row_text(Key("", self.stage, by))
            who = who.replace("candidate ", "c")  # as the column of numbers has it
            return f"{'supp.' if brief else 'suppressed'} by {who}"
        text = self.text(at).removeprefix("kept, ")
        if text.startswith("not in"):
            return "left out"
        return text.replace("beyond the ", "beyond ").removesuffix(" best") if brief else text

    def count(self, code: int) -> int:
        return int(np.count_nonzero(self.codes & code))


def fates_of(trace: Trace, stage: StageName) -> Fates:
    """The fates of the rows of a stage that is no region proposal network: those of their best
    (region, class) pair in the final NMS. A row is kept where that pair, or any, is a detection.
    """
    record, nms, found = trace.stage(stage), trace.stage("nms"), trace.stage("detections")
    n = 0 if record is None else rows(record)
    codes, by = np.zeros(n, np.uint8), np.full(n, NOBODY, np.int64)
    overlap = np.zeros(n, np.float32)
    if not isinstance(nms, NmsStage) or not isinstance(found, DetectionsStage):
        return Fates(codes, by, "nms", "", overlap)
    detected = np.zeros(len(nms.boxes), bool)
    detected[rows_above(trace, found, "nms")] = True
    pair = _best_pair(trace, nms, stage, n, detected)
    gone = np.asarray(nms.nms.suppressed_by)
    there = pair >= 0
    own = pair[there]
    codes[~there] = BELOW
    codes[there] = np.where(gone[own] >= 0, SUPPRESSED, np.where(detected[own], KEPT, KEPT | BELOW))
    by[there] = np.where(gone[own] >= 0, gone[own], NOBODY)
    overlap[there] = np.asarray(nms.nms.overlap)[own]
    return Fates(
        codes, by, "nms", f"below {number(float(nms.score_threshold))}", overlap,
        beyond=f"below {number(float(found.threshold))}", above=float(nms.nms.threshold),
    )


def _best_pair(
    trace: Trace, nms: NmsStage, stage: StageName, n: int, detected: NDArray[np.bool_]
) -> Ints:
    """(n,) the pair of the final NMS that stands for each row of `stage`; -1 without any.

    A detection goes before all others, then the highest score.
    """
    order = [each.name for each in trace.stages]
    if order.index(stage) >= order.index("nms"):
        later = trace.stage(stage)
        assert later is not None
        return rows_above(trace, later, "nms")
    best = np.full(n, -1, np.int64)
    climb = np.lexsort((np.asarray(nms.scores), detected))  # the last that is written stays
    best[rows_above(trace, nms, stage)[climb]] = climb
    result: Ints = best
    return result
