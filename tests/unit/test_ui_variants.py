"""Which variants are there, which run and which are dropped, without a window."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from explorer.methods.parts import Variant
from explorer.session.varying import VariantFailed, VariantMade
from explorer.trace.freeze import freeze
from explorer.trace.stages import DetectionsStage, Trace
from explorer.trace.store import Store
from explorer.ui.variants import STOPPED, Variants
from tests.traces import synthetic_trace

OFF: Variant = (("top_down", False),)
LEVELS: tuple[Variant, ...] = tuple((("only_level", k),) for k in (2, 3, 4, 5))


@pytest.fixture(scope="module")
def base() -> Trace:
    return synthetic_trace("fpn")


def made(base: Trace, variant: Variant, size: int = 100) -> VariantMade:
    """A variant whose own stage has scores of so many bytes."""
    last = base.stages[-1]
    assert isinstance(last, DetectionsStage)
    own = dataclasses.replace(last, scores=freeze(np.zeros(size, np.uint8)))
    return VariantMade(
        "fpn", variant, base, dataclasses.replace(base, stages=(*base.stages[:-1], own))
    )


def test_what_is_wanted_runs_once(base: Trace) -> None:
    held, run, varied = Variants(Store()), {"fpn": base}, (("fpn", OFF),)
    assert held.missing(run, varied, ("fpn",)) and not held.missing(run, varied, ("rcnn",))
    assert held.begin(held.to_run(run, varied, ("fpn",))) == varied
    assert held.state("fpn", OFF) == "running …" and not held.missing(run, varied, ("fpn",))
    assert held.shown(run, varied) == {"fpn": None}
    event = made(base, OFF)
    held.take(event)
    held.end()
    assert held.shown(run, varied) == {"fpn": event.trace} and held.state("fpn", OFF) == ""
    assert held.to_run(run, varied, ("fpn",)) == ()
    # It belongs to that run alone.
    again = dataclasses.replace(base)
    assert held.missing({"fpn": again}, varied, ("fpn",))


def test_what_was_stopped_waits_until_it_is_chosen_anew(base: Trace) -> None:
    held, run, varied = Variants(Store()), {"fpn": base}, (("fpn", OFF),)
    held.begin(varied)
    held.end()
    assert held.state("fpn", OFF) == STOPPED and not held.missing(run, varied, ("fpn",))
    held.retry(varied, varied)
    assert not held.missing(run, varied, ("fpn",))
    held.retry((), varied)
    assert held.missing(run, varied, ("fpn",)) and held.state("fpn", OFF) == ""
    held.take(VariantFailed("fpn", OFF, base, "It broke."))
    assert held.state("fpn", OFF) == "It broke." and not held.missing(run, varied, ("fpn",))


def test_they_share_the_bound_of_all_results(base: Trace) -> None:
    """What is on screen stays; the others go with the longest unused, or with their photo."""
    one, two, three, four = LEVELS
    store = Store()
    store.put("old", {"fpn": dataclasses.replace(base)})
    store.put("here", {"fpn": base})
    held = Variants(store)
    held.shown({"fpn": base}, (("fpn", one),))
    own = store.bytes
    store.most = own + 2500
    for variant in (one, two, three):
        held.take(made(base, variant, 1000))
    # The photo of long ago had to go, and with it room for all three came.
    assert store.get("old") == {} and len(store) == 1 and store.variants == 3
    assert store.bytes <= store.most
    store.most = store.bytes - 500
    there = [held.trace(variant, base) is not None for variant in LEVELS]
    assert there == [True, False, True, False]  # the first is on screen, so the second went
    held.take(made(base, four, 10_000))
    there = [held.trace(variant, base) is not None for variant in LEVELS]
    assert there == [True, False, False, False] and store.get("here")
    held.forget()  # another photo: one can come back to this one, while its traces are held
    assert held.trace(one, base) is not None
    store.put("here", {"fpn": dataclasses.replace(base)})
    assert held.trace(one, base) is None and store.variants == 0


def test_those_of_a_photo_without_a_file_go_with_it(base: Trace) -> None:
    held = Variants(Store())
    held.take(made(base, OFF))
    assert held.trace(OFF, base) is not None
    held.forget()
    assert held.trace(OFF, base) is None
