"""NMS among the boxes of a region proposal network, step by step, at the threshold of the run or
at another one.
"""

from __future__ import annotations

import numpy as np

from explorer.session.candidates import fate_lines, name_of
from explorer.session.nms_replay import Moment, greedy, moment
from explorer.session.rows import row_text
from explorer.session.scene import Boxes, Key, Layer, Picture, ViewState
from explorer.session.scenes.columns import sized_table
from explorer.session.scenes.common import (
    Focus,
    count,
    number,
    photo_scene,
    plural,
    probability,
    title,
)
from explorer.session.scenes.nms import shares
from explorer.session.scenes.nms_steps import (
    PERCENT,
    iou_control,
    step_control,
    step_layers,
    step_table,
)
from explorer.session.scenes.panel import Column
from explorer.session.scenes.rpn_common import (
    chosen,
    outsider_selected,
    roles_of,
    selected,
    show_control,
    sigmoid,
)
from explorer.session.scenes.rpn_fate import (
    asked_about,
    busiest,
    fate_layers,
    fate_line,
    rows_of,
    victims,
)
from explorer.trace.base import Ints, NmsRecord
from explorer.trace.stages import RpnStage, Trace

FADED = 0.25  # outlines beside the box that is selected


def suppression(trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None) -> Picture:
    record = _record(stage, state)
    candidates = np.arange(len(stage.candidates))
    now = moment(record, candidates, int(state.control("regions", "step", len(candidates))))
    going = now.step < now.steps
    rows = rows_of(stage)
    most, fewest, waiting = shares(
        state.limit, len(now.kept), len(now.suppressed), len(now.undecided)
    )
    kept = now.kept[len(now.kept) - most :] if going else now.kept[:most]
    gone = _strongest(stage, now.suppressed, fewest)
    layers: list[Layer] = []
    if len(now.undecided):
        drawn = _strongest(stage, now.undecided, waiting)
        layers.append(
            Boxes(name="Undecided", boxes=stage.candidates[drawn], roles="text", width=1.0,
                  opacity=0.3, stage="regions", rows=rows[drawn])
        )
    # One box is asked about: the others step back.
    asked, outsider = asked_about(trace, stage, state, at), outsider_selected(trace, state)
    one = not going and (asked is not None or outsider is not None)
    layers += [
        Boxes(
            name="Suppressed", boxes=stage.candidates[gone], roles="muted", dashed=True, width=1.0,
            opacity=FADED if one else 0.65, stage="regions", rows=rows[gone],
        ),
        Boxes(
            name="Kept", boxes=stage.candidates[kept], stage="regions", rows=rows[kept],
            width=1.0 if one else 2.0, opacity=FADED if one else 1.0,
            roles=roles_of(stage, stage.top[kept]),
        ),
    ]
    panel = _panel(stage, record, now)
    if going:
        def objectness(row: int) -> str:
            return probability(float(sigmoid(stage.objectness[stage.top[row]])))

        if asked is not None:
            panel.heading(name_of(stage, asked).capitalize(), "selected")
            panel.text(fate_line(stage, record, now, asked))
        elif outsider is not None:
            panel.heading(row_text(Key(trace.method, "regions", outsider.row)).capitalize(),
                          "selected")
            for line in fate_lines(stage, None):
                panel.text(line)
        step_table(
            panel, now, record, number(record.threshold),
            lambda row: row_text(Key(trace.method, "regions", int(rows[row]))),
            objectness, "objectness",
        )
        layers += step_layers(now, record, stage.candidates, "regions", rows, objectness)
        if asked is not None:
            layers += fate_layers(stage, record, now, asked)
        elif outsider is not None:
            layers += selected(trace, stage, state, at)
    elif outsider is not None and asked is None:  # an anchor that did not enter
        chosen(panel, trace, stage, state, at)
        layers += selected(trace, stage, state, at)
    elif asked is not None and record.suppressed_by[asked] >= 0:
        chosen(panel, trace, stage, state, at, (fate_line(stage, record, now, asked),))
        layers += fate_layers(stage, record, now, asked)
    else:
        keeper = busiest(record) if asked is None else asked
        if keeper is not None:
            layers += victims(panel, stage, record, keeper, asked is not None)
    summary = f"{plural(len(now.kept), 'kept box', 'kept boxes')}, {count(len(now.suppressed))} " \
        "suppressed"
    if going:
        summary += f", {count(len(now.undecided))} undecided"
    if record is not stage.nms:  # also where a canvas has no room for its panel
        summary += f" · replayed at IoU {number(record.threshold)}: later stages keep the run's"
    hidden = len(candidates) - len(kept) - len(gone) - min(waiting, len(now.undecided))
    if hidden > 0:
        summary += f" · {plural(hidden, 'box', 'boxes')} not drawn"
    return Picture(
        title=title(trace, "regions"), summary=summary,
        main=photo_scene(trace, *layers, opacity=0.7), panel=panel.scene(),
        controls=(show_control("NMS"), iou_control(record.threshold), step_control(now)),
        limited=True,
    )


def _record(stage: RpnStage, state: ViewState) -> NmsRecord:
    """What the run decided; at another threshold, what it would have decided."""
    run = stage.nms.threshold
    wanted = int(state.control("regions", "iou", round(run / PERCENT))) * PERCENT
    if abs(wanted - run) < PERCENT / 2:
        return stage.nms
    top = np.asarray(stage.top)
    levels = np.asarray(stage.level)[top]
    return greedy(stage.candidates, np.asarray(stage.objectness)[top], round(wanted, 2), levels)


def _strongest(stage: RpnStage, candidates: Ints, most: int) -> Ints:
    """At most `most` of these candidates, by falling objectness."""
    order = np.argsort(-np.asarray(stage.objectness)[stage.top[candidates]], kind="stable")
    best: Ints = candidates[order[:most]]
    return best


def _panel(stage: RpnStage, record: NmsRecord, now: Moment) -> Column:
    panel = Column()
    panel.heading("NMS on proposals", f"IoU > {number(record.threshold)}")
    if record is not stage.nms:
        panel.text(
            f"A replay at {number(record.threshold)}; the run used "
            f"{number(stage.nms.threshold)}, and the later stages read its proposals. Switches, "
            "RPN NMS IoU, runs them again.", "accent", 11,
        )
        panel.gap(4)
    panel.swatch("text", "kept", count(len(now.kept)), outline=True)
    panel.swatch("muted", "suppressed (dashed)", count(len(now.suppressed)), dashed=True)
    if len(now.undecided):
        panel.swatch("muted", "undecided", count(len(now.undecided)), outline=True)
    if len(stage.levels) > 1:
        panel.text("Levels never suppress each other's boxes.", "muted", 11)
    level = np.asarray(stage.level[stage.top])
    table = [
        (
            each.name, count(int((level == index).sum())),
            count(int((level[now.kept] == index).sum())),
            count(int((level[now.suppressed] == index).sum())),
        )
        for index, each in enumerate(stage.levels)
    ]
    panel.gap(6)
    sized_table(panel, ("", "candidates", "kept", "suppressed"), table)
    return panel
