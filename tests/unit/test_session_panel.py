"""Rows of switches keep their places while a photo's methods are at work."""

from __future__ import annotations

import pytest

from explorer.methods.names import NAMES
from explorer.session.panel import PanelRows
from explorer.session.part_switches import PartGroup, part_switches
from explorer.session.switching import switches
from explorer.trace.stages import Trace
from tests.unit.small_nets import small_trace


@pytest.fixture(scope="module")
def traces() -> dict[str, Trace]:
    return {name: small_trace(name) for name in NAMES}


def rows(traces: dict[str, Trace], *ready: str, methods: tuple[str, ...] = NAMES) -> PanelRows:
    some = {name: traces[name] for name in ready}
    groups = (PartGroup(name, parts) for name, parts in part_switches(some, ()).items())
    return PanelRows(methods, switches(some, ()), tuple(groups))


def places(shown: PanelRows) -> tuple[list[object], list[str]]:
    return [(one.key, one.title) for one in shown.switches], [one.method for one in shown.groups]


def test_rows_of_methods_that_are_at_work_hold_their_places(traces: dict[str, Trace]) -> None:
    before = rows(traces, *NAMES)
    nothing = rows(traces).after(before, NAMES)
    assert places(nothing) == places(before) and nothing.waiting == set(NAMES)
    # One method is done: its rows are those of this photo, and tell of it alone.
    one = rows(traces, "fpn").after(before, set(NAMES) - {"fpn"})
    assert places(one) == places(before) and one.waiting == set(NAMES) - {"fpn"}
    told = {each.title: each.methods for each in one.switches}
    assert told["Regions"] == told["NMS (probability)"] == ("fpn",)
    assert told["NMS (margin)"] == ("rcnn", "sppnet")
    done = rows(traces, *NAMES)
    assert done.after(before, ()) is done


def test_nothing_is_held_of_methods_that_were_given_up_or_left(traces: dict[str, Trace]) -> None:
    before = rows(traces, *NAMES)
    empty = rows(traces)
    assert empty.after(before, ()) is empty
    some = rows(traces).after(before, ("fpn", "rcnn"))
    assert places(some)[1] == ["rcnn", "fpn"]
    alone = rows(traces, methods=("fpn",))
    assert alone.after(before, ("fpn",)) is alone
    assert empty.after(empty, NAMES) is empty
