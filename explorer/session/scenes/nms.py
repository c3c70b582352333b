"""NMS: which boxes survive, which are suppressed, and by whom."""

from __future__ import annotations

import numpy as np

from explorer.session.scene import Boxes, Control, Layer, Lines, Picture, ViewState
from explorer.session.scenes.common import (
    Focus,
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
    title,
)
from explorer.session.scenes.pairs import class_control, strong_rows, tag
from explorer.session.scenes.panel import Cell, Column
from explorer.trace.base import Ints, StageName
from explorer.trace.stages import NmsStage, Trace

CROWD = 60  # suppressed boxes from which on they are drawn fainter


def picture(trace: Trace, stage_name: StageName, state: ViewState) -> Picture:
    stage = need(trace, "nms", NmsStage)
    at = focus(trace, state)
    control, rows = class_control(trace, "nms", state, stage.labels, stage.scores)
    kept = np.asarray(stage.nms.kept)[np.isin(stage.nms.kept, rows)]
    steps = len(kept)
    step = min(max(0, int(state.control("nms", "step", steps))), steps)
    chosen_so_far = kept[:step]
    suppressed = rows[np.isin(np.asarray(stage.nms.suppressed_by)[rows], chosen_so_far)]
    undecided = rows[~np.isin(rows, chosen_so_far) & ~np.isin(rows, suppressed)]
    most, fewest, waiting = _shares(
        state.limit, len(chosen_so_far), len(suppressed), len(undecided)
    )
    keepers = chosen_so_far[:most] if step == steps else chosen_so_far[len(chosen_so_far) - most :]
    victims = _strongest(stage, suppressed, fewest)
    undecided_drawn = _strongest(stage, undecided, waiting)
    strong = strong_rows(trace, stage.scores, keepers)
    layers = _layers(trace, stage, keepers, strong, victims, undecided_drawn)
    layers += _fate(stage, at)
    layers += selection(trace, at, "nms")
    last = chosen_so_far[-1] if 0 < step < steps else None
    if last is None and at is not None and at.chosen:
        last = next((row for row in at.rows.get("nms", []) if row in kept), None)
    panel = _panel(trace, stage, at, kept, step, rows, last)
    hidden = len(rows) - len(keepers) - len(victims) - len(undecided_drawn)
    summary = f"{count(len(chosen_so_far))} kept, {count(len(suppressed))} suppressed"
    if len(undecided):
        summary += f", {count(len(undecided))} undecided"
    if hidden:
        summary += f" · {plural(hidden, 'weaker box', 'weaker boxes')} not drawn"
    controls = [control]
    if steps:
        controls.append(
            Control(key="step", title="Step", kind="number", value=step, low=0, high=steps,
                    plays=True)
        )
    return Picture(
        title=title(trace, "nms"), summary=summary,
        main=photo_scene(trace, *layers, opacity=0.75), panel=panel.scene(),
        controls=tuple(controls),
    )


def _shares(limit: int, kept: int, suppressed: int, undecided: int) -> tuple[int, int, int]:
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
    trace: Trace, stage: NmsStage, keepers: Ints, strong: Ints, victims: Ints, undecided: Ints
) -> list[Layer]:
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
            Lines(name="Suppressed by", segments=lines, role="bad", arrow=True, width=0.9,
                  opacity=0.7 * faint),
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
              width=2.5, captions=tuple(f"IoU {stage.nms.overlap[row]:.2f}" for row in own)),
        Lines(name="By whom", segments=lines, role="bad", arrow=True, width=2.0),
    ]


def _panel(
    trace: Trace, stage: NmsStage, at: Focus | None, kept: Ints, step: int, rows: Ints,
    last: int | None,
) -> Column:
    panel = Column()
    panel.heading(*_name(trace, stage))
    entered = "every pair" if stage.score_threshold <= -1e6 else \
        f"score > {number(stage.score_threshold)}"
    panel.pair(f"Entered ({entered})", count(len(rows)))
    panel.swatch("text", "kept (solid)", count(len(kept)), outline=True)
    gone = int((np.asarray(stage.nms.suppressed_by)[rows] >= 0).sum())
    panel.swatch("muted", "suppressed (dashed)", count(gone), outline=True)
    if at is not None and at.chosen:
        for row in at.rows.get("nms", [])[:3]:
            panel.heading(tag(trace, int(stage.labels[row]), float(stage.scores[row])),
                          f"selected, pair {row}")
            for line in fate_lines(trace, stage, row):
                panel.text(line)
    _keepers(panel, trace, stage, kept, step, last)
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
    if by < 0:
        place = int(np.nonzero(np.asarray(stage.nms.kept) == row)[0][0]) + 1
        gone = np.nonzero(np.asarray(stage.nms.suppressed_by) == row)[0]
        lines = [f"Kept, number {place} of {len(stage.nms.kept)} by score."]
        if len(gone):
            worst = np.asarray(stage.nms.overlap)[gone]
            lines.append(
                f"Suppresses {plural(len(gone), 'box', 'boxes')}, IoU {worst.min():.2f} to "
                f"{worst.max():.2f}."
            )
        else:
            lines.append("Suppresses no other box.")
        return tuple(lines)
    name = label_name(trace, int(stage.labels[by]))
    return (
        f"Suppressed by pair {by}, {name} {number(float(stage.scores[by]))}:",
        f"IoU {float(stage.nms.overlap[row]):.3f} > {number(stage.nms.threshold)}.",
    )


def _keepers(
    panel: Column, trace: Trace, stage: NmsStage, kept: Ints, step: int, last: int | None
) -> None:
    panel.heading("Keepers", f"step {step} of {len(kept)}" if step < len(kept) else
                  "by falling score")
    removed = np.bincount(
        np.asarray(stage.nms.suppressed_by)[np.asarray(stage.nms.suppressed_by) >= 0],
        minlength=len(stage.boxes),
    )
    first = max(0, step - 14) if step < len(kept) else 0
    listed = kept[first : first + 14]
    rows = []
    for row in listed.tolist():
        iou = np.asarray(stage.nms.overlap)[np.asarray(stage.nms.suppressed_by) == row]
        span = f"{iou.min():.2f} – {iou.max():.2f}" if len(iou) else "–"
        rows.append((label_name(trace, int(stage.labels[row])),
                     number(float(stage.scores[row]), 3), str(int(removed[row])), span))
    cells = (Cell(16, mono=False), Cell(140, "right"), Cell(196, "right"),
             Cell(panel.inner, "right"))
    chosen = int(np.nonzero(listed == last)[0][0]) if last is not None and last in listed else -1
    if rows:
        panel.table(cells, ("class", "score", "removed", "IoU"), rows, chosen,
                    [class_role(int(stage.labels[row])) for row in listed])
    else:
        panel.text("No pair scored high enough.", "muted")
    if len(kept) > len(listed):
        panel.text(f"{plural(len(kept) - len(listed), 'more keeper')} not listed.", "muted", 11)
