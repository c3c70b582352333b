"""What the stage map says about a cell: its tip, and whether a method runs it out of turn."""

from __future__ import annotations

from explorer.methods.names import method_named
from explorer.session.formula_texts import STAGES
from explorer.session.part_switches import stage_note
from explorer.session.scenes.common import STAGE_TITLES, plural
from explorer.trace.base import STAGE_NAMES, Stage, StageName
from explorer.trace.stages import FeaturesStage, NmsStage, Trace
from explorer.ui.status import Status
from explorer.ui.tips import with_formula
from explorer.ui.words import time_text

# What a stage's count counts; the features of a method without maps are passes.
UNITS: dict[StageName, str] = {
    "image": "scale", "regions": "region", "features": "map", "assignment": "region",
    "pooling": "region", "scores": "region", "refinement": "pair", "nms": "pair",
    "detections": "detection",
}


def cell_count(record: Stage) -> int:
    """What came out of a stage."""
    return len(record.nms.kept) if isinstance(record, NmsStage) else record.count


def counted(record: Stage) -> str:
    """'2,000 regions', '53 of 412 pairs kept'."""
    if isinstance(record, NmsStage):
        return f"{cell_count(record):,} of {plural(record.count, 'pair')} kept"
    if isinstance(record, FeaturesStage) and not record.maps:
        return plural(record.count, "pass", "passes")
    return plural(record.count, UNITS[record.name])


def cell_tip(method: str, stage: StageName, trace: Trace | None, status: Status) -> str:
    """What the stage map says about a cell."""
    named = method_named(method)
    head = f"{named.title} · {STAGE_TITLES[stage]}"
    if note := stage_note(method, stage, trace):
        head += f": {note}"
    record = trace.stage(stage) if trace is not None else None
    if record is not None and trace is not None:
        text = f"{head}\n{counted(record)} · {time_text(record.ms)} on {record.device}"
        turn = out_of_turn(trace, stage)
        if turn is None:
            return text
        before = STAGE_TITLES[trace.stages[turn - 2].name]
        return f"{text}\n{named.title} runs it as number {turn}, after {before}."
    reason = {
        "off": "Switched off.", "failed": status.text, "done": "This method has no such stage.",
    }.get(status.state, status.text or "Not reached yet.")
    return f"{head}\n{reason}"


def row_tip(stage: StageName) -> str:
    """What a stage is, and where a click on its name leads; as rich text."""
    what, *formula = STAGES[stage]
    title = STAGE_TITLES[stage]
    return with_formula(f"{title} of all methods, side by side\n{what}", formula)


def out_of_turn(trace: Trace, stage: StageName) -> int | None:
    """The number, from 1, at which the method ran a stage, where the map's row has another."""
    turn = next((n for n, held in enumerate(trace.stages, 1) if held.name == stage), None)
    return None if turn == STAGE_NAMES.index(stage) + 1 else turn
