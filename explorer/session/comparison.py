"""The final detections of all methods, each in its own colour, to stand side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from explorer.methods.names import NAMES, method_named
from explorer.session.scene import Picture, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.detections import BY_METHOD
from explorer.trace.stages import DetectionsStage, Trace


def comparison(traces: Sequence[Trace]) -> list[Picture]:
    """One picture without a panel for each trace that has come to its end, oldest paper first."""
    view = ViewState(controls=(("detections.colour", BY_METHOD),))
    pictures = []
    for trace in sorted(traces, key=lambda each: NAMES.index(each.method)):
        if isinstance(trace.stage("detections"), DetectionsStage):
            ms = sum(stage.ms for stage in trace.stages)
            drawn = picture(trace, "detections", view)
            time = f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"
            pictures.append(
                replace(
                    drawn, title=method_named(trace.method).title, panel=None, controls=(),
                    summary=f"{drawn.summary} · {time}",
                )
            )
    return pictures
