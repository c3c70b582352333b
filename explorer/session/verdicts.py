"""How detections stand to the ground truth: true and false positives, duplicates, misses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from explorer.ops.bins import overlap
from explorer.session.class_names import on_screen
from explorer.session.ground_truth import GroundTruth, one_name
from explorer.trace.base import NO_ROWS, Floats, Ints
from explorer.trace.freeze import freeze
from explorer.trace.stages import DetectionsStage, Trace

MATCH = 0.5  # IoU of a true positive (VOC)
# VOC's rule; "ignored": on a difficult box; "duplicate": a better one has found the same object.
Kind = Literal["true", "false", "duplicate", "ignored"]


@dataclass(frozen=True, eq=False)
class Verdicts:
    """How m detections, by falling score, stand to n ground-truth boxes (VOC's rule).

    kind (m,): see `Kind`. match (m,): the ground truth of the same class that it overlaps most, -1
    where there is none; iou (m,). why (m,): half a sentence for those that are not true.
    missed: ground-truth rows that nothing found, difficult ones left out. unknown: those among the
    rest whose class the detector was not trained on.
    """

    kind: tuple[Kind, ...]
    match: Ints
    iou: Floats
    why: tuple[str, ...]
    missed: Ints
    unknown: Ints = field(default_factory=lambda: NO_ROWS)

    def rows(self, *kinds: Kind) -> Ints:
        """The detections of these kinds."""
        return np.array([i for i, kind in enumerate(self.kind) if kind in kinds], np.int64)

    @property
    def wrong(self) -> int:
        """False positives, duplicates among them, as VOC counts them."""
        return len(self.rows("false", "duplicate"))


def judge(
    boxes: Floats, names: Sequence[str], truth: GroundTruth, threshold: float = MATCH
) -> Verdicts:
    """True and false positives and misses. boxes (m, 4) and class names by falling score.

    A detection counts for the ground truth of its class that it overlaps most, if by `threshold`;
    a second one for the same ground truth is a duplicate; difficult boxes count neither way.
    """
    m, n = len(boxes), len(truth.boxes)
    iou = overlap(boxes, truth.boxes) if n else np.zeros((m, 0), np.float32)
    same = np.array([[a == b for b in truth.names] for a in names], bool).reshape(m, n)
    of_class = np.where(same, iou, -1.0)
    match = of_class.argmax(1) if n else np.zeros(m, np.int64)
    match = np.where(of_class.max(1, initial=-1.0) > 0, match, -1)
    kinds: list[Kind] = []
    why = []
    taken: set[int] = set()
    for row in range(m):
        at = int(match[row])
        best = float(iou[row, at]) if at >= 0 else 0.0
        if best >= threshold and truth.difficult[at]:
            kinds.append("ignored")
            why.append("it is marked difficult")
        elif best >= threshold and at not in taken:
            taken.add(at)
            kinds.append("true")
            why.append("")
        else:
            kinds.append("duplicate" if best >= threshold else "false")
            why.append(_reason(row, at, best, threshold, names, truth, iou))
    sure = np.flatnonzero(~truth.difficult)
    return Verdicts(
        tuple(kinds), freeze(match.astype(np.int64)),
        freeze(np.array([iou[i, at] if at >= 0 else 0.0 for i, at in enumerate(match)], "f4")),
        tuple(why), freeze(np.array([i for i in sure.tolist() if i not in taken], np.int64)),
    )


def _reason(
    row: int, at: int, best: float, threshold: float, names: Sequence[str], truth: GroundTruth,
    iou: Floats,
) -> str:
    if best >= threshold:
        return f"a better one has found this {on_screen(names[row])}"
    other = int(iou[row].argmax()) if iou.shape[1] else -1
    if other >= 0 and iou[row, other] >= threshold and truth.names[other] != names[row]:
        return f"it is a {on_screen(truth.names[other])} (IoU {iou[row, other]:.2f})"
    if at >= 0:
        return f"it overlaps the nearest {on_screen(names[row])} by only {best:.2f}"
    return f"there is no {on_screen(names[row])} here"


def verdicts(trace: Trace, truth: GroundTruth) -> Verdicts | None:
    """A method's detections judged, or None before it has any.

    VOC's and COCO's names of one class are the same class here. What belongs to a class that the
    detector does not know is not counted as missed.
    """
    found = trace.stage("detections")
    if not isinstance(found, DetectionsStage):
        return None
    known = [one_name(name) for name in trace.classes]
    names = tuple(one_name(name) for name in truth.names)
    result = judge(
        found.boxes, [known[int(label)] for label in found.labels], replace(truth, names=names)
    )
    strange = np.array([name not in known for name in names], bool)[result.missed]
    return replace(
        result, missed=freeze(result.missed[~strange]), unknown=freeze(result.missed[strange])
    )


def verdicts_text(of: Verdicts, brief: bool = False) -> str:
    """ "3 found, 1 missed, 2 wrong (1 again)"; brief: without what is in brackets."""
    again = 0 if brief else len(of.rows("duplicate"))
    wrong = f"{of.wrong} wrong" + (f" ({again} again)" if again else "")
    return f"{len(of.rows('true'))} found, {len(of.missed)} missed, {wrong}"


def uncounted_text(of: Verdicts, brief: bool = False) -> str:
    """ "1 difficult, 2 of a class it does not know", or "": detections of difficult boxes are
    neither found nor wrong, and objects of such a class are not among the missed. brief: what is
    unknown is called as its label is."""
    hard, unknown = len(of.rows("ignored")), len(of.unknown)
    parts = [f"{hard} difficult"] if hard else []
    word = "unknown" if brief else "of a class it does not know"
    parts += [f"{unknown} {word}"] if unknown else []
    return ", ".join(parts)
