"""NMS: which boxes survive, which are suppressed, and by whom."""

from __future__ import annotations

import numpy as np

from explorer.session.nms_replay import Moment, moment
from explorer.session.scene import Boxes, Layer, Lines, Picture, ViewState
from explorer.session.scenes.columns import sized_table
from explorer.session.scenes.common import (
    Focus,
    apart,
    centres,
    class_role,
    count,
    focus,
    label_name,
    need,
    number,
    photo_scene,
    plural,
    selection,
    setting,
    short_apart,
    span_text,
    title,
)
from explorer.session.scenes.nms_steps import (
    iou_control,
    lowered_layers,
    soft_table,
    step_control,
    step_layers,
    step_table,
)
from explorer.session.scenes.pairs import class_control, score_text, strong_rows, tag
from explorer.session.scenes.panel import Column
from explorer.session.soft_replay import Lowering, entered_scores, is_soft, lowering
from explorer.session.switching import can_switch
from explorer.trace.base import Ints, StageName
from explorer.trace.stages import NmsStage, Trace

CROWD = 60  # suppressed boxes from which on they are drawn fainter


def picture(trace: Trace, stage_name: StageName, state: ViewState) -> Picture:
    stage = need(trace, "nms", NmsStage)
    at = focus(trace, state)
    control, rows = class_control(trace, "nms", state, stage.labels, stage.scores)
    now = moment(stage.nms, rows, int(state.control("nms", "step", len(rows))))
    going = now.step < now.steps
    most, fewest, waiting = shares(
        state.limit, len(now.kept), len(now.suppressed), len(now.undecided)
    )
    keepers = now.kept[len(now.kept) - most :] if going else now.kept[:most]
    victims = _strongest(stage, now.suppressed, fewest)
    undecided_drawn = _strongest(stage, now.undecided, waiting)
    strong = strong_rows(trace, stage.scores, keepers)
    on_top = now.keeper if going else None
    layers = _layers(trace, stage, keepers, strong, victims, undecided_drawn, on_top)
    lowers = lowering(trace, stage, on_top) if on_top is not None and is_soft(trace) else None
    if lowers is not None:
        layers += lowered_layers(lowers, stage.boxes)
    if going:
        layers += step_layers(
            now, stage.nms, stage.boxes, "nms", np.arange(len(stage.boxes)),
            lambda row: tag(trace, int(stage.labels[row]), float(stage.scores[row])),
        )
    layers += _fate(stage, at)
    layers += selection(trace, at, "nms", without="not in NMS")
    panel = _panel(trace, stage, at, now, rows, lowers)
    hidden = len(rows) - len(keepers) - len(victims) - len(undecided_drawn)
    summary = f"{count(len(now.kept))} kept, {count(len(now.suppressed))} suppressed"
    if len(now.undecided):
        summary += f", {count(len(now.undecided))} undecided"
    if trace.settings.get("suppression") != "none":  # methods beside each other may have others
        summary += f" · IoU {'≥' if is_soft(trace) else '>'} {number(stage.nms.threshold)}"
    if hidden:
        summary += f" · {plural(hidden, 'weaker box', 'weaker boxes')} not drawn"
    controls = [control]
    if trace.settings.get("suppression") != "none" and can_switch(trace):
        controls.append(iou_control(stage.nms.threshold, "nms_threshold"))
    if now.steps:
        controls.append(step_control(now))
    return Picture(
        title=title(trace, "nms"), summary=summary,
        main=photo_scene(trace, *layers, opacity=0.75), panel=panel.scene(),
        controls=tuple(controls), limited=True,
    )


def shares(limit: int, kept: int, suppressed: int, undecided: int) -> tuple[int, int, int]:
    """How many boxes of each kind are drawn, `limit` in all: a quarter for what is kept, the rest
    for what it suppressed (half of that for the undecided, while there are any). What one kind
    does not need goes to the others.
    """
    rest = limit - min(kept, max(limit // 4, limit - suppressed - undecided, 1))
    waiting = min(undecided, max(rest // 2, rest - suppressed))
    gone = min(suppressed, rest - waiting)
    return min(kept, limit - rest), gone, waiting


def _strongest(stage: NmsStage, rows: Ints, most: int) -> Ints:
    """At most `most` of these rows, by falling score."""
    order = np.argsort(-np.asarray(stage.scores)[rows], kind="stable")
    best: Ints = rows[order[:most]]
    return best


def _layers(
    trace: Trace, stage: NmsStage, keepers: Ints, strong: Ints, victims: Ints, undecided: Ints,
    on_top: int | None = None,
) -> list[Layer]:  # fmt: skip
    """on_top: the row that has its tag on a layer above these."""
    layers: list[Layer] = []
    if len(undecided):
        layers.append(
            Boxes(name="Undecided", boxes=stage.boxes[undecided], roles="text", stage="nms",
                  rows=undecided, width=1.0, opacity=0.35)
        )
    if len(victims):
        by = np.asarray(stage.nms.suppressed_by)[victims]
        lines = np.concatenate([centres(stage.boxes[victims]), centres(stage.boxes[by])], 1)
        drawn = victims[::-1]
        faint = min(1.0, (CROWD / len(victims)) ** 0.5)
        layers += [
            Boxes(name="Suppressed", boxes=stage.boxes[drawn], stage="nms", rows=drawn,
                  roles=tuple(class_role(int(label)) for label in stage.labels[drawn]),
                  dashed=True, width=1.0, opacity=0.65 * faint),
            Lines(name="Suppressed by", segments=lines, role="text", arrow=True, edged=True,
                  width=0.9, opacity=0.9 * faint),
        ]
    weak = keepers[~np.isin(keepers, strong)]
    if len(weak):
        layers.append(
            Boxes(name="Kept, weaker", boxes=stage.boxes[weak], stage="nms",
                  rows=weak, width=1.0, opacity=0.5,
                  roles=tuple(class_role(int(label)) for label in stage.labels[weak]))
        )
    if len(strong):
        drawn = strong[::-1]
        layers.append(
            Boxes(name="Kept, strongest", boxes=stage.boxes[drawn], stage="nms", rows=drawn,
                  width=2.2, roles=tuple(class_role(int(label)) for label in stage.labels[drawn]),
                  captions=tuple(
                      "" if row == on_top else
                      tag(trace, int(stage.labels[row]), float(stage.scores[row])) for row in drawn
                  ))
        )
    return layers


def _fate(stage: NmsStage, at: Focus | None) -> list[Layer]:
    """The box that suppressed the selected one."""
    if at is None or not at.chosen:
        return []
    own = np.array(at.rows.get("nms", []), np.int64)
    own = own[np.asarray(stage.nms.suppressed_by)[own] >= 0] if len(own) else own
    if not len(own):
        return []
    by = np.asarray(stage.nms.suppressed_by)[own]
    lines = np.concatenate([centres(stage.boxes[own]), centres(stage.boxes[by])], 1)
    return [
        Boxes(name="Its suppressor", boxes=stage.boxes[by], roles="bad", stage="nms", rows=by,
              width=2.5, captions=tuple(
                  f"IoU {short_apart(float(stage.nms.overlap[row]), stage.nms.threshold)}"
                  for row in own.tolist()
              )),
        Lines(name="By whom", segments=lines, role="text", arrow=True, edged=True, width=2.0),
    ]


def _panel(
    trace: Trace, stage: NmsStage, at: Focus | None, now: Moment, rows: Ints,
    lowers: Lowering | None,
) -> Column:
    panel = Column()
    panel.heading(*_name(trace, stage))
    entered = "every pair" if stage.score_threshold <= -1e6 else \
        f"score > {number(stage.score_threshold)}"
    panel.pair(f"Entered ({entered})", count(len(rows)))
    panel.swatch("text", "kept (solid)", count(len(now.kept)), outline=True)
    panel.swatch("muted", "suppressed (dashed)", count(len(now.suppressed)), dashed=True)
    going = now.step < now.steps
    if going:
        panel.swatch("muted", "undecided", count(len(now.undecided)), outline=True)
    if len(now.kept):
        limit = number(setting(trace, "detection_threshold", 0.0))
        panel.text(
            f"Drawn thick: scores of {limit} or more, and the two best in any case.", "muted", 11
        )
    if going:

        def name(row: int) -> str:
            return f"pair {row:,} {label_name(trace, int(stage.labels[row]))}"

        def score(row: int) -> str:
            return score_text(trace, float(stage.scores[row]))

        if lowers is not None:
            soft_table(
                panel, now, lowers, stage.nms.threshold, stage.score_threshold, name, score
            )
        else:
            step_table(panel, now, stage.nms, number(stage.nms.threshold), name, score)
    if at is not None and at.chosen:
        for row in at.rows.get("nms", [])[:3]:
            panel.heading(tag(trace, int(stage.labels[row]), float(stage.scores[row])),
                          f"selected, pair {row:,}")
            for line in fate_lines(trace, stage, row):
                panel.text(line)
    _keepers(panel, trace, stage, at, now)
    order = [each.name for each in trace.stages]
    if "refinement" in order and order.index("nms") < order.index("refinement"):
        panel.gap(4)
        panel.text("NMS runs on the regions as they are; what is kept is refined after it.",
                   "muted", 11)
    return panel


def _name(trace: Trace, stage: NmsStage) -> tuple[str, str]:
    """What decides here, and from which IoU on."""
    how = trace.settings.get("suppression", "greedy")
    limit = number(stage.nms.threshold)
    if how == "none":
        return "No NMS", "every box is kept"
    return ("Soft-NMS", f"IoU ≥ {limit} lowers scores") if how == "soft" else \
        ("Greedy NMS", f"IoU > {limit}, per class")


def fate_lines(trace: Trace, stage: NmsStage, row: int) -> tuple[str, ...]:
    """What NMS did with one pair, in sentences."""
    by = int(stage.nms.suppressed_by[row])
    was = float(entered_scores(trace, stage)[row])
    if by < 0:
        better = int(np.nonzero(np.asarray(stage.nms.kept) == row)[0][0])
        gone = np.nonzero(np.asarray(stage.nms.suppressed_by) == row)[0]
        lines = [_place(better, len(stage.nms.kept))]
        if len(gone):
            worst = np.asarray(stage.nms.overlap)[gone]
            span = span_text(worst, stage.nms.threshold)
            lines.append(f"Suppresses {plural(len(gone), 'box', 'boxes')}, IoU {span}.")
        else:
            lines.append("Suppresses no other box.")
        if is_soft(trace) and was > stage.scores[row]:
            lines.append(f"Its score was lowered from {number(was)} to "
                         f"{number(float(stage.scores[row]))}.")
        return tuple(lines)
    name = label_name(trace, int(stage.labels[by]))
    if is_soft(trace):
        return (
            f"Its score {number(was)} fell to {number(float(stage.scores[row]))}, "
            f"not above {number(stage.score_threshold)}, when pair {by:,}, {name} "
            f"{number(float(stage.scores[by]))}, was kept:",
            f"IoU {float(stage.nms.overlap[row]):.3f} ≥ {number(stage.nms.threshold)}.",
        )
    return (
        f"Suppressed by pair {by:,}, "
        f"{tag(trace, int(stage.labels[by]), float(stage.scores[by]))}:",
        f"IoU {iou_text(stage, row, 3)} > {number(stage.nms.threshold)}.",
    )


def _place(better: int, kept: int) -> str:
    """Where a pair stands among those kept. Not by a number, as rows are numbered from 0."""
    if kept == 1:
        return "Kept, as the only one of all pairs."
    every = f"of the {plural(kept, 'pair')} kept, all classes together"
    if not better:
        return f"Kept: the best {every}."
    return f"Kept: {count(better)} {every}, {'scores' if better == 1 else 'score'} higher."


def iou_text(stage: NmsStage, row: int, digits: int = 2) -> str:
    """By how much a pair overlaps the one that suppressed it."""
    return apart(float(stage.nms.overlap[row]), stage.nms.threshold, digits)


def _keepers(
    panel: Column, trace: Trace, stage: NmsStage, at: Focus | None, now: Moment
) -> None:
    """The boxes kept so far; while steps are watched, the latest."""
    kept = now.kept
    going = now.step < now.steps
    panel.heading("Keepers", f"so far {count(len(kept))}" if going else "by descending score")
    last = now.keeper if going else None
    if not going and at is not None and at.chosen:
        last = next((row for row in at.rows.get("nms", []) if row in kept), None)
    removed = np.bincount(
        np.asarray(stage.nms.suppressed_by)[np.asarray(stage.nms.suppressed_by) >= 0],
        minlength=len(stage.boxes),
    )
    first = max(0, len(kept) - 14) if going else 0
    listed = kept[first : first + 14]
    rows = []
    for row in listed.tolist():
        iou = np.asarray(stage.nms.overlap)[np.asarray(stage.nms.suppressed_by) == row]
        span = span_text(iou, stage.nms.threshold, " – ") if len(iou) else "–"
        rows.append((label_name(trace, int(stage.labels[row])),
                     score_text(trace, float(stage.scores[row])), count(int(removed[row])), span))
    chosen = int(np.nonzero(listed == last)[0][0]) if last is not None and last in listed else -1
    if rows:
        sized_table(panel, ("class", "score", "removed", "IoU"), rows, chosen,
                    [class_role(int(stage.labels[row])) for row in listed])
    elif not now.steps:
        panel.text("No pair scored high enough.", "muted")
    if len(kept) > len(listed):
        panel.text(f"{plural(len(kept) - len(listed), 'more keeper')} not listed.", "muted", 11)
