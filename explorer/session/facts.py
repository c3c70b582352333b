"""The whole life of one row in numbers: what the inspector's cards say."""

from __future__ import annotations

import numpy as np

from explorer.methods import formulas
from explorer.session.births import moves, region_cards
from explorer.session.card import Card
from explorer.session.digits import alike, fewest
from explorer.session.fates import nms_facts, outcome
from explorer.session.readings import assignment_cards, pooling_cards
from explorer.session.related import Related, box_of, related
from explorer.session.scene import Key
from explorer.session.scenes.common import class_role, label_name, number, probability
from explorer.session.scenes.equations import box_lines, decoding_lines, decoding_rule
from explorer.session.scenes.pairs import exact_text
from explorer.trace.base import StageName
from explorer.trace.stages import RefinementStage, ScoresStage, Trace


def cards(trace: Trace, stage: StageName, row: int) -> list[Card]:
    """Every number of one row, stage by stage in the order in which the method runs them.

    Raises IndexError where the trace has no such row.
    """
    rows = related(trace, Key(trace.method, stage, row))
    region = rows["regions"][0] if "regions" in rows else None
    if region is None:
        return []
    if region < 0:  # a candidate or anchor that is no proposal: its life ends with the RPN
        return region_cards(trace, region)
    result: list[Card] = []
    for name in [each.name for each in trace.stages]:
        if name == "regions":
            result += region_cards(trace, region)
        elif name == "assignment" and name in rows:
            result += assignment_cards(trace, region, rows[name][0])
        elif name == "pooling" and name in rows:
            result += pooling_cards(trace, region, rows[name][0])
        elif name == "scores" and name in rows:
            result += _score_cards(trace, rows[name][0])
        elif name == "refinement":
            result += _refinement_cards(trace, rows)
        elif name == "nms":
            result += [
                Card("nms", title, lines, Key(trace.method, "nms", at), note)
                for at, title, note, lines in nms_facts(trace, rows)
            ]
    title, lines = outcome(trace, rows, region)
    last = rows.get("detections", [None])[0]
    key = None if last is None else Key(trace.method, "detections", last)
    result.append(Card("detections", title, lines, key))
    return result


def facts(trace: Trace, stage: StageName, row: int) -> list[tuple[str, tuple[str, ...]]]:
    """The cards as (title, lines), with their notes and bars as text."""
    return [
        (
            f"{card.title} · {card.note}" if card.note else card.title,
            card.lines + tuple(f"{name}  {text}" for name, _, text in card.bars),
        )
        for card in cards(trace, stage, row)
    ]


def _score_cards(trace: Trace, row: int) -> list[Card]:
    stage = trace.stage("scores")
    if not isinstance(stage, ScoresStage):
        return []
    values = np.asarray(stage.values[row], np.float64)
    objects = values[stage.first :]
    order = np.argsort(-objects, kind="stable")[:5].tolist()
    text = exact_text(stage)
    longest = 1.0  # a probability's bar, or the largest margin's
    if stage.kind == "svm":
        longest = max(1.0, float(np.abs(objects[order]).max()))
    bars = [
        (label_name(trace, label), value / longest, text(value))
        for label, value in zip(order, objects[order].tolist(), strict=True)
    ]
    roles = [class_role(label) for label in order]
    if stage.first:
        roles.append("muted")
        bars.append(("background", float(values[0]), text(float(values[0]))))
    best = label_name(trace, order[0])
    lines: tuple[str, ...]
    if stage.kind == "svm":
        note = "SVM margins"
        lines = (f"{formulas.MARGIN}, SVM of {best} = {number(objects[order[0]], 3)}",)
    else:
        note = "softmax"
        lines = (f"p({best}) = {formulas.SOFTMAX} = {probability(objects[order[0]])}",)
        if stage.first and min(values[0], objects[order[0]]) > 0:
            ratio = float(np.log(objects[order[0]] / values[0]))
            digits = fewest(range(3, 8), lambda at: alike(np.log(
                float(f"{objects[order[0]]:.{at}g}") / float(f"{values[0]:.{at}g}")), ratio, 2))
            lines += (f"z({best}) − z(background)", f"  = ln({objects[order[0]]:.{digits}g} / "
                      f"{values[0]:.{digits}g}) = {number(ratio)}")
    key = Key(trace.method, "scores", row)
    return [Card("scores", "Class scores", lines, key, note, tuple(bars),
                 roles=tuple(roles))]


def _refinement_cards(trace: Trace, rows: Related) -> list[Card]:
    stage = trace.stage("refinement")
    if not isinstance(stage, RefinementStage):
        return []
    own = sorted(rows.get("refinement", []), key=lambda at: -float(stage.scores[at]))
    result = []
    for at in own[:3]:
        deltas = stage.deltas[at]
        lines = (
            *moves(deltas),
            decoding_rule("P"),
            *decoding_lines(stage.before[at], deltas),
            *box_lines(stage.before[at], deltas, box_of(trace, "refinement", at)),
        )
        name = label_name(trace, int(stage.labels[at]))
        result.append(Card("refinement", "Refinement", lines, Key(trace.method, "refinement", at),
                           f"{name} {number(float(stage.scores[at]))}"))
    return result
