"""Switches: what the user changes after the scores, beside the paper's value, and what it does.

The desk holds what was changed; `switches` describes it for a panel of the window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from explorer.methods.choices import Choices
from explorer.methods.names import method_named
from explorer.session import control_texts
from explorer.session.changes import Changes as Changes
from explorer.session.changes import changes as changes
from explorer.session.changes import changes_text as changes_text
from explorer.session.paper_values import PAPERS
from explorer.trace.stages import (
    RefinementStage,
    RpnStage,
    ScoresStage,
    SearchStage,
    Trace,
)

Kind = Literal["number", "count", "toggle", "choice", "members"]
Value = float | int | bool | str | tuple[str, ...]


@dataclass(frozen=True)
class Switch:
    """One thing to change. key: of `Choices`, or of a part; methods: whom it changes.

    value: now; run: as the methods were run. said: "paper: 0.30", of all its methods.
    low, high, step: of a slider, zero: its word for 0, unit: what follows its number. why: a
    sentence. kind "members": some of the choices. values, runs: value and run of each of the
    methods, where there may be several; value and run are then those of the first.
    """

    key: str
    title: str
    kind: Kind
    methods: tuple[str, ...]
    value: Value
    run: Value
    said: str
    why: str
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    choices: tuple[str, ...] = ()
    zero: str = ""
    unit: str = ""
    values: tuple[Value, ...] = ()
    runs: tuple[Value, ...] = ()

    @property
    def changed(self) -> bool:
        return (self.value, self.values) != (self.run, self.runs)

    @property
    def different(self) -> tuple[Value, ...]:
        """The values of its methods, each once, where they are not the same; else none."""
        once = tuple(dict.fromkeys(self.values))
        return once if len(once) > 1 else ()


Chosen = tuple[tuple[str, Choices], ...]  # (method, what was changed), methods once


def choices_of(chosen: Chosen, method: str) -> Choices:
    """What was changed for a method."""
    return dict(chosen).get(method, Choices())


def with_choice(chosen: Chosen, methods: Sequence[str], key: str, value: Value | None) -> Chosen:
    """Change `key` for the methods; None: back to what was run."""
    held = dict(chosen)
    for method in methods:
        new: Any = getattr(Choices(), key) if value is None else value
        changed = replace(held.get(method, Choices()), **{key: new})
        if changed == Choices():
            held.pop(method, None)
        else:
            held[method] = changed
    return tuple(sorted(held.items()))


def switches(traces: Mapping[str, Trace], chosen: Chosen) -> tuple[Switch, ...]:
    """What can be switched for the traces; none before a method is done.

    Margins and probabilities have thresholds of their own, and only probabilities have Soft-NMS.
    """
    done = {name: trace for name, trace in traces.items() if can_switch(trace)}
    if not done:
        return ()
    groups = [
        (title, some) for kind, title in (("softmax", "probability"), ("svm", "margin"))
        if (some := {name: trace for name, trace in done.items() if _kind(trace) == kind})
    ]
    found = [_count(done, chosen)]
    for title, some in groups:
        ending = f" ({title})" if len(groups) > 1 else ""
        found += _thresholds(some, chosen, title, ending)
    found.append(
        _number(
            done, chosen, "nms_threshold", "Suppressed above IoU",
            control_texts.SUPPRESSED,
        )
    )
    found.append(_most(done, chosen))
    for title, some in groups:
        ending = f" ({title})" if len(groups) > 1 else ""
        found.append(_suppression(some, chosen, title, ending))
    moved = tuple(choices_of(chosen, method).regression for method in done)
    found.append(
        Switch(
            "regression", "Box regression", "toggle", tuple(done), moved[0], True, "paper: on",
            control_texts.REGRESSION, values=moved,
            runs=(True,) * len(done),
        )
    )
    return tuple(found)


def same_text(
    methods: Sequence[str], values: Sequence[Value], text: Callable[[Value], str]
) -> str:
    """Which methods have which value, where they differ: "R-CNN and SPPNet 0.30, FPN 0.50".
    text: of a value."""
    named: dict[Value, list[str]] = {}
    for method, value in zip(methods, values, strict=False):
        named.setdefault(value, []).append(method_named(method).title)
    return ", ".join(f"{joined(titles)} {text(value)}" for value, titles in named.items())


def can_switch(trace: Trace) -> bool:
    """Whether a trace is complete and keeps the deltas that deciding again takes."""
    refined = trace.stage("refinement")
    moves = isinstance(refined, RefinementStage) and refined.every is not None
    return moves and trace.stage("detections") is not None


def number_text(value: float) -> str:
    """ "0.30", "2,000"; a real minus."""
    text = f"{value:,.0f}" if value >= 3 and value == round(value) else f"{value:.2f}"
    return text.replace("-", "−")


def _kind(trace: Trace) -> str:
    scores = trace.stage("scores")
    assert isinstance(scores, ScoresStage)
    return scores.kind


def joined(titles: Sequence[str]) -> str:
    """"R-CNN, SPPNet and FPN"."""
    *others, last = titles
    return f"{', '.join(others)} and {last}" if others else last


def _run(trace: Trace, key: str) -> float:
    """The value that the method was run with."""
    value = trace.settings[key]
    assert isinstance(value, int | float)
    return float(value)


def _said(traces: Mapping[str, Trace], key: str) -> str:
    """What the papers say, each value once: "paper: 2,000; Faster R-CNN: 300"."""
    papers = PAPERS.get(key, {})
    parts: dict[str, list[str]] = {}
    for name, trace in traces.items():
        known = papers.get(name)
        text = f"default {number_text(_run(trace, key))}" if known is None else number_text(known)
        parts.setdefault(text, []).append(method_named(name).title)
    first, *rest = parts
    head = first.replace(" ", ": ") if first.startswith("default") else f"paper: {first}"
    return "; ".join([head, *(f"{joined(parts[text])}: {text}" for text in rest)])


def _count(traces: Mapping[str, Trace], chosen: Chosen) -> Switch:
    """Its values are limits: a method with fewer regions than its limit reads all it has."""
    most = max(max(_regions(trace) for trace in traces.values()), 1)
    return _counting(
        _number(traces, chosen, "proposals", "Regions", control_texts.PROPOSALS), most,
    )


def _most(traces: Mapping[str, Trace], chosen: Chosen) -> Switch:
    switch = _number(
        traces, chosen, "max_detections", "Detections at most",
        control_texts.MOST,
    )
    return _counting(switch, max(1, *(_whole(run) for run in switch.runs)))


def _counting(switch: Switch, most: int) -> Switch:
    """The switch of whole numbers from 1 to `most`."""
    values, runs = (
        tuple(min(_whole(one), most) for one in some) for some in (switch.values, switch.runs)
    )
    return replace(
        switch, kind="count", value=values[0], run=runs[0], low=1, high=most, step=1,
        values=values, runs=runs,
    )


def _whole(value: Value) -> int:
    assert not isinstance(value, tuple)
    return int(value)


def _regions(trace: Trace) -> int:
    stage = trace.stage("regions")
    assert isinstance(stage, SearchStage | RpnStage)
    return len(stage.boxes)


def _thresholds(
    traces: Mapping[str, Trace], chosen: Chosen, of: str, ending: str
) -> list[Switch]:
    low, high = (-2.0, 2.0) if of == "margin" else (0.0, 1.0)
    return [
        replace(_number(traces, chosen, key, title + ending, why), low=low, high=high)
        for key, title, why in (
            ("score_threshold", "Enters NMS above", control_texts.ENTERS[of]),
            ("detection_threshold", "Is a detection above", control_texts.DETECTED[of]),
        )
    ]


def _number(
    traces: Mapping[str, Trace], chosen: Chosen, key: str, title: str, why: str
) -> Switch:
    runs = tuple(_run(trace, key) for trace in traces.values())
    now = (getattr(choices_of(chosen, method), key) for method in traces)
    values = tuple(run if one is None else float(one) for run, one in zip(runs, now, strict=True))
    return Switch(
        key, title, "number", tuple(traces), values[0], runs[0], _said(traces, key), why,
        values=values, runs=runs,
    )


def _suppression(
    traces: Mapping[str, Trace], chosen: Chosen, of: str, ending: str
) -> Switch:
    values = tuple(choices_of(chosen, method).suppression for method in traces)
    return Switch(
        "suppression", f"NMS{ending}", "choice", tuple(traces), values[0], "greedy",
        "paper: greedy",
        control_texts.SUPPRESSION[of],
        choices=("greedy", "soft", "none") if of == "probability" else ("greedy", "none"),
        values=values, runs=("greedy",) * len(values),
    )
