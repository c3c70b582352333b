"""Parts of the methods that can be exchanged, as switches beside the papers' values.

Another value of a part runs its method again; `explorer.session.varying` does that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from explorer.methods.names import method_named
from explorer.methods.parts import (
    COLOURS,
    EXCHANGED,
    OWN,
    PARTS,
    REGIONS_OF,
    Part,
    PartValue,
    Variant,
    colours_of,
    regions_part,
    with_part,
)
from explorer.session.scenes.common import plural, short_side
from explorer.session.scenes.papers import ANCHORS, sides
from explorer.session.switching import Switch, Value
from explorer.session.words import time_text
from explorer.trace.base import Stage, StageName
from explorer.trace.stages import ScoresStage, SearchStage, Trace, WarpStage

Varied = tuple[tuple[str, Variant], ...]  # (method, what was exchanged), methods once, never empty
NOTED: tuple[StageName, ...] = ("regions", "assignment", "pooling")  # may tell of a part
SCALES_OF_PAPER = (480, 576, 688, 864, 1200)  # SPPNet's five, and 688 alone: section 4.1


def variant_of(varied: Varied, method: str) -> Variant:
    """What was exchanged in a method."""
    return dict(varied).get(method, ())


def with_variant(varied: Varied, method: str, key: str, value: PartValue | None) -> Varied:
    """Exchange one part of a method; None: as it is run."""
    held = dict(varied)
    held[method] = with_part(held.get(method, ()), key, value)
    return tuple(sorted((name, one) for name, one in held.items() if one))


def part_switches(traces: Mapping[str, Trace], varied: Varied) -> dict[str, tuple[Switch, ...]]:
    """The switches of each method that has come to its detections. traces: as they were run."""
    return {
        method: tuple(
            _switch(trace, part, variant_of(varied, method)) for part in parts_of(trace)
        )
        for method, trace in traces.items() if trace.stage("detections") is not None
    }


def parts_of(trace: Trace) -> list[Part]:
    """The parts that can be exchanged in this trace's method, with what its weights allow."""
    fitted = (_fitted(part, trace) for part in PARTS[trace.method])
    return [*(part for part in fitted if part is not None), regions_part(trace.method)]


def value_of(
    trace: Trace, key: str, shown: object, variant: Variant = ()
) -> PartValue | None:
    """What a switch shows, as the part's value; None where it is what is run without it: with the
    other parts of the variant."""
    part = next(one for one in parts_of(trace) if one.key == key)
    options = dict(part.options)
    value: Any = shown
    if part.kind == "choice":
        value = options[str(shown)]
    elif part.kind == "members":
        assert isinstance(shown, tuple)
        value = tuple(options[text] for text in shown)
    elif part.kind == "count":
        value = int(value)
    return None if value == _run(trace, part, variant) else value


def _switch(trace: Trace, part: Part, variant: Variant) -> Switch:
    run = _run(trace, part, variant)
    now = dict(variant).get(part.key, run)
    return Switch(
        part.key, part.title, part.kind, (trace.method,), _shown(part, now), _shown(part, run),
        part.paper, part.why, part.low, part.high, part.step,
        tuple(text for text, _ in part.options), part.zero, part.unit,
    )


def _shown(part: Part, value: PartValue) -> Value:
    """The part's value as a switch holds it: choices by their texts."""
    if part.kind == "members":
        assert isinstance(value, tuple)
        return tuple(text for text, one in part.options if one in value)
    if part.kind == "choice":
        return next((text for text, one in part.options if one == value), str(value))
    assert not isinstance(value, tuple)
    return int(value) if part.kind == "count" else value


def _run(trace: Trace, part: Part, variant: Variant) -> PartValue:
    """What the method was run with; of colour spaces, those of the variant's strategy."""
    if part.key == REGIONS_OF:
        return OWN
    if part.key == COLOURS:
        return colours_of(trace.settings, with_part(variant, COLOURS, None))
    value: Any = trace.settings.get(part.key)
    if part.key == "sizes_used" and not value:
        value = trace.settings["anchor_sizes"]  # (): all
    return tuple(value) if isinstance(value, list) else value


def _fitted(part: Part, trace: Trace) -> Part | None:
    """The part with the options that the trace's settings and layers allow; None: it has none."""
    settings: Mapping[str, Any] = trace.settings
    if part.key not in settings:
        return None
    if part.key == "padding":
        crops = trace.stage("assignment")
        return replace(part, unit=f" of {crops.size} px") if isinstance(crops, WarpStage) else part
    if part.key == "levels":
        return replace(part, options=tuple((f"{n} × {n}", n) for n in settings["pyramid"]))
    if part.key == "sizes_used":
        ours, papers = tuple(settings["anchor_sizes"]), ANCHORS["faster_rcnn"]
        return replace(
            part, options=tuple((f"{size:g}²", size) for size in ours),
            paper=part.paper if ours == papers else f"{part.paper} ({sides(papers)})",
        )
    if part.key == "scales":
        ratio = sorted(settings["scales"])[len(settings["scales"]) // 2] / SCALES_OF_PAPER[2]
        five = tuple(round(ratio * scale) for scale in SCALES_OF_PAPER)
        several = settings["scales"] if len(settings["scales"]) > 1 else five
        one = settings["scales"] if len(settings["scales"]) == 1 else five[2:3]
        low, high = (short_side(trace, side) for side in (min(several), max(several)))
        return replace(part, options=(
            (f"one: {short_side(trace, one[0])}", tuple(one)),
            (f"{len(several)}: {low} to {high}", tuple(several)),
        ))
    if part.key == "only_level":
        levels = range(settings["lowest"], settings["highest"] + 1)
        return replace(part, options=(("by its size", 0), *((f"P{k} for all", k) for k in levels)))
    if part.key.startswith("svd_"):
        scores = trace.stage("scores")
        assert isinstance(scores, ScoresStage)
        layer = next((one for one in scores.layers if one.name == part.key[4:]), None)
        high = min(layer.inputs, layer.outputs) if layer else 0
        return replace(part, high=high, unit=f" of {high:,}") if layer else None
    return part


def exchanged_text(trace: Trace) -> str:
    """What a variant's trace exchanges, for a title; "" for a trace as it was run."""
    words: Any = trace.settings.get(EXCHANGED, ())
    return ", ".join(words)


def stage_note(method: str, stage: StageName, trace: Trace | None) -> str:
    """What a method does at a stage, in a few words; "" where an exchanged part may do other."""
    if trace is not None and stage in NOTED and exchanged_text(trace):
        return ""
    return method_named(method).notes.get(stage, "")


@dataclass(frozen=True)
class Note:
    """A line of numbers about a variant: "fc6  6,422,528 → 1,671,168 weights"."""

    name: str
    text: str


def notes(run: Trace, made: Trace) -> tuple[Note, ...]:
    """What a variant cost and changed besides its detections: the time of the stages that ran
    again, and of compressed layers their weights and the error of the scores."""
    changed = [
        (one, other) for one, other in zip(run.stages, made.stages, strict=True) if one is not other
    ]
    if not changed:
        return ()
    before, after = (sum(pair[i].ms for pair in changed) for i in (0, 1))
    first = changed[0][0].name
    lines = [Note(f"{first} and after", f"{time_text(before)} → {time_text(after)}")]
    lines += _search_notes(run.stage("regions"), made.stage("regions"))
    one, other = run.stage("scores"), made.stage("scores")
    assert isinstance(one, ScoresStage) and isinstance(other, ScoresStage)
    cut = [layer for layer in other.layers if layer.t]
    lines += [
        Note(f"{layer.name}, t = {layer.t}", f"{layer.full:,} → {layer.weights:,} weights")
        for layer in cut
    ]
    if cut:
        lines.append(Note("scores", f"{time_text(one.ms)} → {time_text(other.ms)}"))
    if cut and first == "scores":
        error = np.abs(np.asarray(one.values, np.float64) - other.values)
        # As many digits as it takes: most scores of the background hardly change.
        mean = np.format_float_positional(error.mean(), precision=2, fractional=False, trim="-")
        lines.append(Note("score error", f"mean {mean}, most {error.max():.3f}"))
    return tuple(lines)


def _search_notes(run: Stage | None, made: Stage | None) -> list[Note]:
    """What another search cost, and what it found before duplicates and ranks."""
    if run is made or not isinstance(run, SearchStage) or not isinstance(made, SearchStage):
        return []
    runs = [f"{plural(len(one.groupings), 'run')}, {time_text(one.ms)}" for one in (run, made)]
    counts = [f"{sum(len(each.boxes) for each in one.groupings):,}" for one in (run, made)]
    return [
        Note("search", " → ".join(runs)),
        Note("found", f"{' → '.join(counts)} regions, {len(made.boxes):,} are read"),
    ]


@dataclass(frozen=True)
class PartGroup:
    """The parts of one method. state: what goes on, or why it does not; "" where all is done."""

    method: str
    switches: tuple[Switch, ...]
    state: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def changed(self) -> int:
        """How many parts are exchanged."""
        return sum(one.changed for one in self.switches)


def exchanged_words(trace: Trace, variant: Variant) -> tuple[str, ...]:
    """What a variant exchanges in the method of a trace, for titles: "top-down pathway off"."""
    words = []
    for part in parts_of(trace):
        if part.key in dict(variant):
            value = _shown(part, dict(variant)[part.key])
            if isinstance(value, bool):
                text = "on" if value else "off"
            elif isinstance(value, tuple):
                text = ", ".join(value)
            else:
                text = part.zero if part.zero and not value else str(value)
            name = part.title if part.title[:2] in ("fc", "RP") else \
                part.title[0].lower() + part.title[1:]
            words.append(f"{name} {text}")
    return tuple(words)
