"""All boxes of one stage as columns of numbers, for a list that can be sorted and searched.

NumPy columns only, so that 268,569 anchors cost no more than a few arrays.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.session.class_names import on_screen
from explorer.session.fate_codes import Fates, fates_of
from explorer.session.related import related
from explorer.session.rows import COUNTED, row_text
from explorer.session.rpn_listing import Anchored, anchored
from explorer.session.scene import Key, Rect
from explorer.session.scenes.common import probability, setting, short_apart, size_text
from explorer.session.scenes.pairs import found_above
from explorer.session.scenes.papers import papers_sides, sides
from explorer.trace.base import Floats, Ints, Stage, StageName
from explorer.trace.stages import (
    DetectionsStage,
    NmsStage,
    RefinementStage,
    RpnStage,
    ScoresStage,
    SearchStage,
    Trace,
)

Column = Literal["number", "kind", "score", "fate", "size"]
COLUMNS: tuple[Column, ...] = ("number", "kind", "score", "fate", "size")
RESULT_TIP = "What NMS and the thresholds made of it: kept, suppressed (supp.) by another, below " \
    "a threshold, or left out. A line's own tip says it all."
ANCHOR_NOTE = "c: candidate of NMS, a: other anchor"  # no proposals
ANCHOR_TIPS = (
    "A number alone: a proposal. c: another candidate of NMS. a: an anchor that NMS never read.",
    "Pyramid level, or side of the square of the same area; height : width.",
    "Objectness: the RPN's probability that there is an object.", RESULT_TIP, "",
)
# A number, of anything or with its noun: '26,682', 'a26682', 'anchor 26,682', 'pair 12'.
NUMBERED = re.compile(r"(a|c|anchor|candidate|region|pair|detection)? *(\d[\d,]*)")


@dataclass(frozen=True, eq=False, kw_only=True)
class Listing:
    """n boxes of one stage. rows (n,): of their keys in `stage`. boxes (n, 4), photo pixels.

    names: what `kinds` (n,) counts, classes or kinds of anchor; -1 where a box has none.
    scores (n,): NaN where there is none. heads: what the columns are called;
    tips: what that means, where it has to be said; note: what the letters of numbers mean. anchors
    (n,): those that the boxes of an RPN come from. least: the score from which on a box is a
    detection; NaN for objectness, which is a probability of something else.
    """

    method: str
    stage: StageName
    rows: Ints
    boxes: Floats
    kinds: Ints
    names: tuple[str, ...]
    scores: Floats
    fates: Fates
    heads: tuple[str, str, str, str, str]
    tips: tuple[str, str, str, str, str] = ("", "", "", "", "")
    note: str = ""
    anchors: Ints | None = None
    least: float = np.nan

    def __len__(self) -> int:
        return len(self.rows)

    def key(self, at: int) -> Key:
        return Key(self.method, self.stage, int(self.rows[at]))

    def box(self, at: int) -> Rect:
        x1, y1, x2, y2 = (float(value) for value in self.boxes[at])
        return x1, y1, x2, y2

    def text(self, at: int, column: Column, brief: int = 0) -> str:
        """What a cell says. brief: how short a fate has to be (see `Fates.short`)."""
        if column == "number":
            row = int(self.rows[at])
            if row >= 0:
                return f"{row:,}"
            noun, count = row_text(self.key(at)).split(" ")
            return f"{noun[0]}{count}"  # "c2,006" for a candidate, "a31,007" for an anchor
        if column == "kind":
            kind = int(self.kinds[at])
            return on_screen(self.names[kind]) if kind >= 0 else "–"
        if column == "score":
            return self._score(at) or "–"
        if column == "fate":
            return self.fates.short(at, self.fates.stage == self.stage, brief)
        x1, y1, x2, y2 = self.boxes[at]
        return f"{x2 - x1:.0f}×{y2 - y1:.0f}"

    def _score(self, at: int) -> str:
        """'0.310', '<0.500' where it is just no detection; '' where there is none."""
        score = float(self.scores[at])
        if np.isnan(score):
            return ""
        return probability(score) if np.isnan(self.least) else short_apart(score, self.least)

    def sentence(self, at: int) -> str:
        """'region 412 · person 0.310 · below 0.50 · 87 × 120 px', as a hint says it."""
        parts = [row_text(self.key(at))]
        kind = int(self.kinds[at])
        if kind >= 0:
            parts.append(f"{on_screen(self.names[kind])} {self._score(at)}".rstrip())
        parts += [self.fates.text(at), f"{size_text(self.boxes[at])} px"]
        return " · ".join(parts)

    def place_of(self, row: int) -> int | None:
        """Where a row of the stage stands in this list."""
        found = np.flatnonzero(self.rows == row)
        return int(found[0]) if len(found) else None

    def found(self, text: str, fates: Collection[int] = ()) -> Ints:
        """Places whose class (or number) has `text`, with one of `fates` (none: any), in order.

        '412' is also candidate 412 and what anchor 412 became; 'c412' and 'anchor 412' are one.
        """
        wanted = np.ones(len(self), bool)
        text = text.strip().lower()
        if numbered := NUMBERED.fullmatch(text):
            wanted &= self._numbered((numbered[1] or "")[:1], int(numbered[2].replace(",", "")))
        elif text:
            kinds = [
                at for at, name in enumerate(self.names)
                if any(text in one.lower() for one in (name, on_screen(name)))
            ]
            wanted &= np.isin(self.kinds, kinds)
        if fates:
            wanted &= (self.fates.codes & np.bitwise_or.reduce(list(fates))) != 0
        places: Ints = np.flatnonzero(wanted)
        return places

    def _numbered(self, noun: str, count: int) -> NDArray[np.bool_]:
        """(n,) what has that number; noun: the first letter of what it counts, '' for any."""
        nothing = np.zeros(len(self), bool)
        own = nothing if noun and noun in "ac" else self.rows == count
        candidate = self.rows == -1 - count if noun in ("", "c") else nothing
        anchor = self.anchors == count if noun in ("", "a") and self.anchors is not None \
            else nothing
        return own | candidate | anchor

    def sorted(self, places: Ints, column: Column, falling: bool = False) -> Ints:
        """The places in the order of a column; equal ones stay in theirs. NaN goes last."""
        values = self._values(column)[places]
        order = np.argsort(-values if falling else values, kind="stable")
        result: Ints = places[order]
        return result

    def _values(self, column: Column) -> NDArray[np.float64]:
        if column == "kind":
            rank = np.empty(len(self.names) + 1)
            names = np.array([on_screen(name).casefold() for name in self.names], dtype=str)
            rank[np.argsort(names, kind="stable")] = np.arange(len(self.names))
            rank[-1] = len(self.names)  # none: last
            result: NDArray[np.float64] = rank[self.kinds]
        elif column == "score":
            result = self.scores.astype(np.float64)
        elif column == "fate":
            result = self.fates.codes.astype(np.float64)
        elif column == "size":
            result = np.prod(self.boxes[:, 2:] - self.boxes[:, :2], axis=1, dtype=np.float64)
        else:
            result = np.arange(len(self), dtype=np.float64)
        return result


def listing(trace: Trace, stage_name: StageName) -> Listing | None:
    """The boxes of a stage; of maps, the regions that are read from them. None without boxes."""
    if stage_name == "image":
        return None
    wanted: StageName = "regions" if stage_name == "features" else stage_name
    stage = trace.stage(wanted)
    if stage is None:
        return None
    if isinstance(stage, RpnStage):
        return _of_anchors(trace, anchored(stage), stage)
    fates = fates_of(trace, wanted)
    if isinstance(stage, NmsStage | RefinementStage | DetectionsStage):
        boxes = stage.after if isinstance(stage, RefinementStage) else stage.boxes
        return _listing(trace, wanted, boxes, np.asarray(stage.labels), stage.scores, fates)
    boxes = _regions_of(trace, stage)
    kinds, scores = _best_classes(trace, wanted, len(boxes))
    return _listing(trace, wanted, boxes, kinds, scores, fates)


def rows_at(listed: Listing, trace: Trace, key: Key) -> tuple[int, ...]:
    """Places in the list of what belongs to a selected row of its trace."""
    try:
        found = related(trace, key).get(listed.stage, [])
    except IndexError:
        return ()
    places = (listed.place_of(row) for row in found)
    return tuple(place for place in places if place is not None)


def _listing(
    trace: Trace, stage: StageName, boxes: Floats, kinds: Ints, scores: Floats, fates: Fates
) -> Listing:
    score = "margin" if _svm(trace) else "score"
    return Listing(
        method=trace.method, stage=stage, rows=np.arange(len(boxes)), boxes=boxes, kinds=kinds,
        names=trace.classes, scores=np.asarray(scores), fates=fates,
        heads=("no.", "class", score, "result", "w × h"),
        tips=(COUNTED, "", "", RESULT_TIP, ""), least=found_above(trace),
    )


def _of_anchors(trace: Trace, found: Anchored, stage: RpnStage) -> Listing:
    top = int(setting(trace, "pre_nms_top", len(stage.top)))
    each = " of a level" if len(stage.levels) > 1 else ""
    fates = Fates(
        found.codes, found.by, "regions", f"not in the top {top:,}{each}", found.overlap,
        f"beyond the {len(stage.boxes):,} best", above=float(stage.nms.threshold),
    )
    return Listing(
        method=trace.method, stage="regions", rows=found.rows, boxes=found.boxes,
        kinds=found.kinds, names=found.names, scores=found.scores, fates=fates,
        heads=("no.", "anchor", "objectness", "result", "w × h"), tips=(
            ANCHOR_TIPS[0], f"{ANCHOR_TIPS[1]} Paper: {sides(papers_sides(stage))}.",
            *ANCHOR_TIPS[2:],
        ), note=ANCHOR_NOTE, anchors=found.anchors,
    )


def _svm(trace: Trace) -> bool:
    scores = trace.stage("scores")
    return isinstance(scores, ScoresStage) and scores.kind == "svm"


def _regions_of(trace: Trace, stage: Stage) -> Floats:
    """The region (n, 4) of every row of a stage before refinement."""
    rows: Ints | None = None
    while not isinstance(stage, SearchStage | RpnStage):
        rows = stage.source if rows is None else np.asarray(stage.source)[rows]
        above = trace.stage(stage.source_stage or "regions")
        assert above is not None
        stage = above
    boxes: Floats = stage.boxes if rows is None else stage.boxes[rows]
    return boxes


def _best_classes(trace: Trace, stage: StageName, n: int) -> tuple[Ints, Floats]:
    """(n,) best class and (n,) its score of every row of a stage before refinement; -1 and NaN
    where it is not scored."""
    kinds, best = np.full(n, -1), np.full(n, np.nan, np.float32)
    scores = trace.stage("scores")
    if isinstance(scores, ScoresStage) and len(scores.values):
        rows: Ints = np.arange(len(scores.values))
        at: Stage = scores
        while at.name != stage and at.source_stage is not None:
            rows = np.asarray(at.source)[rows]
            above = trace.stage(at.source_stage)
            assert above is not None
            at = above
        objects = np.asarray(scores.values)[:, scores.first :]
        kinds[rows], best[rows] = objects.argmax(axis=1), objects.max(axis=1)
    return kinds, best
