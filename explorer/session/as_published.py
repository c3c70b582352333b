"""All switches at what the papers say."""

from __future__ import annotations

from collections.abc import Mapping

from explorer.session.paper_values import PAPERS
from explorer.session.part_switches import parts_of
from explorer.session.state import Desk
from explorer.session.switching import can_switch
from explorer.trace.stages import Trace


def as_published(desk: Desk, traces: Mapping[str, Trace]) -> Desk:
    """Switches and parts of each complete method at the values of its paper.

    What no paper says, and sizes that are the paper's scaled to this network, are as they were run.
    traces: as they were run.
    """
    desk = desk.as_run()
    for method, trace in traces.items():
        if not can_switch(trace):
            continue
        for key, papers in PAPERS.items():
            if method in papers and papers[method] != trace.settings[key]:
                value = papers[method]
                desk = desk.switched((method,), key, int(value) if key == "proposals" else value)
        for part in parts_of(trace):
            if part.published is not None and part.published != trace.settings[part.key]:
                desk = desk.exchanged(method, part.key, part.published)
    return desk
