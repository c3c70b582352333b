"""What is said of one merge of selective search: its similarities, its areas, its place in the
list."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.session.births import region_cards
from explorer.trace.stages import Grouping, SearchStage, Trace
from tests.traces import exchanged, synthetic_trace


def search_of() -> tuple[Trace, SearchStage]:
    trace = synthetic_trace("rcnn")
    stage = trace.stage("regions")
    assert isinstance(stage, SearchStage)
    return trace, stage


def with_first(trace: Trace, stage: SearchStage, grouping: Grouping) -> Trace:
    return exchanged(trace, stage, replace(stage, groupings=(grouping, *stage.groupings[1:])))


def test_a_sum_of_one_similarity_is_said_once() -> None:
    trace, stage = search_of()
    run = stage.groupings[0]
    made = np.flatnonzero(
        (stage.grouping == 0) & (stage.region >= len(run.boxes) - len(run.merges))
    )
    only = replace(run, weights=(0.0, 0.0, 0.0, 1.0), total=run.similarities[:, 3])
    lines = region_cards(with_first(trace, stage, only), int(made[0]))[0].lines
    said = [line for line in lines if line.startswith("F =")]
    assert len(said) == 1 and said[0].count("=") == 1
