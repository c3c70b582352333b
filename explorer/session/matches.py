"""Which detections of the methods are the same object: who found it, how sure, how well placed.

Ground truth first, by VOC's rule. What is left is matched across the methods, the latest paper
first: each of its detections, by falling score, joins the free object of its class that it overlaps
most, if by IoU 0.5, or becomes an object of its own, whose reference box it then is. So scores are
only ever compared within one method: an SVM's margin and a softmax's probability cannot be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from explorer.methods.names import NAMES, method_named
from explorer.ops.bins import overlap
from explorer.session.ground_truth import GroundTruth, Rect, one_name
from explorer.session.scene import Key
from explorer.session.scenes.truth_layers import MARKS
from explorer.session.verdicts import MATCH, Verdicts, verdicts
from explorer.session.words import plural
from explorer.trace.base import Floats
from explorer.trace.stages import DetectionsStage, Trace

DIFFICULT = "difficult: does not count"


@dataclass(frozen=True)
class Found:
    """One method's detection of an object. iou: with the object's reference box. why: half a
    sentence where it is not in the ground truth."""

    key: Key
    score: float
    iou: float
    why: str = ""


@dataclass(frozen=True)
class Match:
    """One object. box: the reference. truth: its row in the ground truth, -1 where it is in none.

    reference: the method whose box it is, "" for ground truth. found: by method. note: how it
    stands to the ground truth, "" where there is none.
    """

    name: str
    box: Rect
    truth: int = -1
    reference: str = ""
    found: Mapping[str, Found] = field(default_factory=dict)
    note: str = ""

    @property
    def alone(self) -> str:
        """The only method that found it, or ""."""
        return next(iter(self.found)) if len(self.found) == 1 else ""

    @property
    def mark(self) -> str:
        """ "✓ " or "✗ ": whether finding it was right; "" without ground truth, or where it does
        not count."""
        if not self.note or self.note == DIFFICULT:
            return ""
        return MARKS["true"] if self.truth >= 0 else MARKS["false"]

    def key(self, method: str = "") -> Key | None:
        """The detection of `method`, else of the first that found it; None where nobody did."""
        first = self.found.get(method) or self.found.get(self.reference)
        first = first or next(iter(self.found.values()), None)
        return first.key if first else None


def matches(traces: Sequence[Trace], truth: GroundTruth | None = None) -> tuple[Match, ...]:
    """Every object that is in the ground truth or that some method found.

    Those of the ground truth come first, then by how many methods found them.
    """
    by_name = {trace.method: trace for trace in traces}
    found = {name: stage for name in reversed(NAMES) if (stage := _found(by_name.get(name)))}
    judged = {} if truth is None else {name: verdicts(by_name[name], truth) for name in found}
    given = [] if truth is None else _of_truth(truth, found, judged)
    taken = {one.key for match in given for one in match.found.values()}
    strange: list[Match] = []
    for name, stage in found.items():
        rows = [row for row in range(len(stage.boxes)) if _key(name, row) not in taken]
        _join(strange, by_name[name], stage, rows, judged.get(name))
    return (*given, *sorted(strange, key=lambda match: -len(match.found)))


def _found(trace: Trace | None) -> DetectionsStage | None:
    stage = trace.stage("detections") if trace is not None else None
    return stage if isinstance(stage, DetectionsStage) else None


def _key(method: str, row: int) -> Key:
    return Key(method, "detections", row)


def _of_truth(
    truth: GroundTruth, found: Mapping[str, DetectionsStage],
    judged: Mapping[str, Verdicts | None],
) -> list[Match]:
    """An object for each ground-truth box, with the best detection of each method."""
    made = []
    for row, (box, name) in enumerate(zip(truth.boxes, truth.names, strict=True)):
        own: dict[str, Found] = {}
        for method, stage in found.items():
            of = judged[method]
            assert of is not None
            good = of.rows("true", "ignored")
            for at in good[of.match[good] == row][:1].tolist():
                score, iou = float(stage.scores[at]), float(of.iou[at])
                own[method] = Found(_key(method, at), score, iou)
        note = DIFFICULT if truth.difficult[row] else "in it"
        made.append(Match(name, _rect(box), row, "", own, note))
    return made


def _join(
    made: list[Match], trace: Trace, stage: DetectionsStage, rows: Sequence[int],
    of: Verdicts | None,
) -> None:
    """Bring a method's detections (rows, by falling score) to the objects there are."""
    if made:
        iou = overlap(stage.boxes, np.array([match.box for match in made], np.float32))
    free = [True] * len(made)
    for row in rows:
        name, score = trace.classes[int(stage.labels[row])], float(stage.scores[row])
        why = of.why[row] if of is not None else ""
        fitting = [
            at for at in range(len(free)) if free[at] and iou[row, at] >= MATCH
            and one_name(made[at].name) == one_name(name)
        ]
        if fitting:
            at = max(fitting, key=lambda at: float(iou[row, at]))
            free[at] = False
            one = Found(_key(trace.method, row), score, float(iou[row, at]), why)
            found = {**made[at].found, trace.method: one}
            note = _note(found, made[at].reference)
            made[at] = replace(made[at], found=found, note=note)
        else:
            own = {trace.method: Found(_key(trace.method, row), score, 1.0, why)}
            note, box = _note(own, trace.method), _rect(stage.boxes[row])
            made.append(Match(name, box, -1, trace.method, own, note))


def _note(found: Mapping[str, Found], reference: str) -> str:
    """Why the detections are not in the ground truth: that of the reference, whose it is said to be
    where the others' is another; "" without ground truth."""
    why = found[reference].why
    if not why:
        return ""
    alike = all(one.why == why for one in found.values())
    return f"not in it: {why}" if alike else f"not in it; {method_named(reference).short}: {why}"


def _rect(box: Floats) -> Rect:
    x1, y1, x2, y2 = (float(value) for value in box)
    return (x1, y1, x2, y2)


def matches_text(of: Sequence[Match], methods: int) -> str:
    """ "7 groups of detections: 2 found by all, 5 by one method alone".

    With ground truth, the objects in it that count, the others, and the groups that are not in it:
    "2 objects: 1 found by all, 1 by none · 3 difficult · 8 groups of detections not in the ground
    truth".
    """
    if not of:
        return "No object was found."
    if any(match.note for match in of):
        strange = sum(match.truth < 0 for match in of)
        hard = sum(match.note == DIFFICULT for match in of)
        sure = [match for match in of if match.truth >= 0 and match.note != DIFFICULT]
        parts = [_counted(sure, methods)]
        parts += [f"{hard} difficult"] if hard else []
        parts += [f"{_groups(strange)} not in the ground truth"] if strange else []
        return " · ".join(parts)
    return _counted(of, methods, _groups(len(of)))


def _groups(number: int) -> str:
    """Without ground truth, what is found may be no object."""
    return f"{plural(number, 'group')} of detections"


def _counted(of: Sequence[Match], methods: int, head: str = "") -> str:
    counts = (
        (sum(len(match.found) == methods for match in of), "found by all"),
        (sum(bool(match.alone) for match in of), "by one method alone"),
        (sum(not match.found for match in of), "by none"),
    )
    parts = [f"{number} {words}" for number, words in counts if number]
    head = head or plural(len(of), "object")
    return f"{head}: {', '.join(parts)}" if parts and methods > 1 else head
