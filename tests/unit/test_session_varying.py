"""Jobs with parts exchanged: what runs again, what is taken over, and what the switches say."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest

from explorer.methods.modules import MODULES
from explorer.methods.names import NAMES
from explorer.methods.parts import (
    PARTS,
    REGIONS_OF,
    Variant,
    first_stage,
    regions_part,
    with_part,
)
from explorer.methods.sppnet import SCALES
from explorer.ops.sizes import size_within
from explorer.session.document import SessionError, parse_settings, settings_text
from explorer.session.facts import facts
from explorer.session.job import NEEDS_SEARCH, Job, TraceGrew, Working, search_of
from explorer.session.part_switches import (
    Varied,
    exchanged_words,
    notes,
    part_switches,
    parts_of,
    stage_note,
    value_of,
    variant_of,
    with_variant,
)
from explorer.session.scene import Labels, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.rpn_common import SHOWS
from explorer.session.state import Desk
from explorer.session.varying import VariantFailed, VariantMade, all_events
from explorer.trace.base import STAGE_NAMES, NetworkInput
from explorer.trace.stages import ImageStage, LevelStage, RpnStage, ScoresStage, SearchStage, Trace
from tests.traces import synthetic_photo, synthetic_trace
from tests.unit.small_engine import SmallEngine
from tests.unit.small_nets import small_trace

# One other value of every part, for the small networks.
OTHER: dict[str, object] = {
    "padding": 0, "levels": (6, 1), "scales": (80,), "pooling": "roi_align", "svd_fc6": 5,
    "svd_fc7": 3, "rpn_refinement": False, "sizes_used": (32.0,), "top_down": False,
    "laterals": False, "only_level": 3, "canonical": 40.0, "strategy": "single",
    "spaces": ("I",), "pre_nms_top": 50, "rpn_nms_threshold": 0.5,
}


@pytest.fixture(scope="module")
def engine() -> SmallEngine:
    return SmallEngine()


@pytest.fixture(scope="module")
def traces(engine: SmallEngine) -> dict[str, Trace]:
    job = Job("small", NAMES, photo=engine.photo)
    return {
        event.trace.method: event.trace for event in all_events(job, engine, lambda: False)
        if isinstance(event, TraceGrew) and event.complete
    }


def run(
    engine: SmallEngine, done: dict[str, Trace], *variants: tuple[str, Variant]
) -> list[object]:
    job = Job("small", (), photo=engine.photo, done=done, variants=variants)
    return list(all_events(job, engine, lambda: False))


def made(engine: SmallEngine, done: dict[str, Trace], method: str, variant: Variant) -> Trace:
    found = [one for one in run(engine, done, (method, variant)) if isinstance(one, VariantMade)]
    assert len(found) == 1 and found[0].base is done[method]
    return found[0].trace


def every_part() -> Iterator[tuple[str, Variant]]:
    for method in NAMES:
        for part in PARTS[method]:
            value = "roi_pool" if (method, part.key) == ("fpn", "pooling") else OTHER[part.key]
            yield method, ((part.key, value),)  # type: ignore[misc]
        for source in ("search", "faster_rcnn", "fpn"):
            own = "search" if method not in ("faster_rcnn", "fpn") else method
            if source != own:
                yield method, ((REGIONS_OF, source),)


@pytest.mark.parametrize(("method", "variant"), list(every_part()), ids=str)
def test_every_part_can_be_exchanged_and_looked_at(
    engine: SmallEngine, traces: dict[str, Trace], method: str, variant: Variant
) -> None:
    base, other = traces[method], made(engine, traces, method, variant)
    assert [stage.name for stage in other.stages] == [stage.name for stage in base.stages]
    first = first_stage(base, variant)
    names = [stage.name for stage in base.stages]
    for name in names:
        same = other.stage(name) is base.stage(name)
        again = variant[0][0] in (REGIONS_OF, "strategy", "spaces")
        searched = name == "regions" and method in NEEDS_SEARCH and not again
        mapped = name == "features" and method in ("sppnet", "fast_rcnn") and first == "regions"
        assert same == (searched or mapped or names.index(name) < names.index(first)), name
    # Every view of it can be drawn, and every box of it has its journey.
    for stage in STAGE_NAMES:
        assert picture(other, stage, ViewState()).main.layers
    if isinstance(other.stage("regions"), RpnStage):
        for show in SHOWS:
            view = ViewState(controls=(("regions.show", show),))
            assert picture(other, "regions", view).main.layers
    for stage in ("regions", "scores", "detections"):
        assert facts(other, stage, 0)  # type: ignore[arg-type]
    assert notes(base, other)


def test_a_variant_that_nobody_wants_any_more_ends_at_its_next_step(
    engine: SmallEngine, traces: dict[str, Trace]
) -> None:
    one, other = ("rcnn", (("padding", 0),)), ("fpn", (("laterals", False),))
    asked = list[object]()

    def wanted(variant: object) -> bool:
        asked.append(variant)
        return variant != one or asked.count(one) < 4 or asked.count(one) > 5  # for a while not

    job = Job("small", NAMES, photo=engine.photo, done=traces, variants=(one, other),
              search=search_of(traces), wanted=wanted)  # type: ignore[arg-type]
    events = list(all_events(job, engine, lambda: False))
    assert asked.count(one) == 4 and Working("R-CNN runs again") in events
    assert [each.method for each in events if isinstance(each, VariantMade)] == ["fpn"]
    assert not any(isinstance(each, VariantFailed) for each in events)


def test_the_switches_know_the_settings_and_the_papers() -> None:
    """What a part says is a field of the settings, and the paper's value beside it is the field's.
    """
    for method, module in MODULES:
        fields = {one.name: one for one in dataclasses.fields(module.Settings)}
        for part in PARTS[method]:
            paper = fields[part.key].metadata.get("paper")
            words = {True: "paper: on", "roi_pool": "paper: RoI pooling", (): "paper: all three"}
            wanted = {
                "padding": "16 of", "levels": "all four, 50 bins", "scales": "one (688), or five",
                "svd_fc6": "off, or 1,024", "svd_fc7": "off, or 256", "only_level": "by its size",
                "canonical": "224", "strategy": "fast", "spaces": "HSV, Lab in fast",
                "pre_nms_top": "default", "rpn_nms_threshold": "0.70",
            }.get(part.key) or words[paper]  # type: ignore[index]
            assert wanted in part.paper, part.key
            if part.key.startswith("svd"):
                assert f"{fields[part.key].metadata['paper_svd']:,}" in part.paper
            elif isinstance(paper, int | float) and paper > 1:
                assert f"{paper:g}" in part.paper


def test_a_switch_shows_what_was_run_and_what_is_now(traces: dict[str, Trace]) -> None:
    varied: Varied = with_variant((), "faster_rcnn", "sizes_used", (16.0, 64.0))
    varied = with_variant(varied, "fpn", "only_level", 4)
    shown = part_switches(traces, varied)
    assert set(shown) == set(NAMES)
    faster = {one.key: one for one in shown["faster_rcnn"]}
    assert faster["sizes_used"].choices == ("16²", "32²", "64²")
    assert faster["sizes_used"].value == ("16²", "64²")
    assert faster["sizes_used"].run == ("16²", "32²", "64²") and faster["sizes_used"].changed
    assert faster["pooling"].value == "RoI pooling" and not faster["pooling"].changed
    assert faster[REGIONS_OF].value == "its own RPN"
    fpn = {one.key: one for one in shown["fpn"]}
    assert (fpn["only_level"].value, fpn["only_level"].run) == ("P4 for all", "by its size")
    assert (fpn["canonical"].value, fpn["canonical"].kind) == (84, "count")
    fast = {one.key: one for one in shown["fast_rcnn"]}
    assert fast["svd_fc6"].high == fast["svd_fc7"].high == 24  # the width of the small layers
    assert fast[REGIONS_OF].value == "selective search"


def test_what_a_switch_shows_is_read_back(traces: dict[str, Trace]) -> None:
    for name, trace in traces.items():
        for one in part_switches({name: trace}, ())[name]:
            assert value_of(trace, one.key, one.value) is None
    assert value_of(traces["fpn"], "only_level", "P5 for all") == 5
    assert value_of(traces["fpn"], "canonical", 42.0) == 42
    assert value_of(traces["sppnet"], "levels", ("3 × 3", "1 × 1")) == (3, 1)
    assert value_of(traces["fast_rcnn"], REGIONS_OF, "FPN's RPN") == "fpn"


def test_one_scale_beside_the_papers_five(traces: dict[str, Trace]) -> None:
    settings = traces["sppnet"].settings | {"scales": (258,), "long": 800}
    part = next(
        one for one in parts_of(dataclasses.replace(traces["sppnet"], settings=settings))
        if one.key == "scales"
    )
    assert part.options == (("one: 258", (258,)), ("5: 180 to 450", SCALES))


def test_scales_are_told_as_they_are_run() -> None:
    trace = synthetic_trace("sppnet", photo=synthetic_photo(165, 384))
    trace = dataclasses.replace(trace, settings=trace.settings | {"long": 800})
    image = trace.stage("image")
    assert isinstance(image, ImageStage)
    run = tuple(
        NetworkInput(width, height, width / 384, height / 165)
        for height, width in (size_within(165, 384, side, 800) for side in SCALES)
    )
    assert run[-1].height == 343
    trace = dataclasses.replace(
        trace, stages=(dataclasses.replace(image, inputs=run), *trace.stages[1:])
    )
    part = next(one for one in parts_of(trace) if one.key == "scales")
    assert part.options[1] == ("5: 180 to 343", SCALES)
    one_scale = dataclasses.replace(trace, settings=trace.settings | {"scales": (258,)})
    assert exchanged_words(one_scale, (("scales", SCALES),)) == ("scales 5: 180 to 343",)
    for stage in ("image", "assignment"):
        panel = picture(trace, stage, ViewState()).panel
        assert panel is not None
        said = " ".join(
            label.text for layer in panel.layers if isinstance(layer, Labels)
            for label in layer.items
        )
        assert "The long side is at most 800 px: the short side is 343, not 450." in said


def test_variants_are_held_and_given_back() -> None:
    varied = with_variant((), "fpn", "top_down", False)
    varied = with_variant(varied, "fpn", "laterals", False)
    assert variant_of(varied, "fpn") == (("laterals", False), ("top_down", False))
    varied = with_variant(with_variant(varied, "fpn", "top_down", None), "fpn", "laterals", None)
    assert varied == ()
    assert with_part((("b", 1),), "a", 2) == (("a", 2), ("b", 1))


def test_the_backbone_does_not_run_where_its_maps_stay(traces: dict[str, Trace]) -> None:
    engine = SmallEngine()
    made(engine, traces, "fast_rcnn", (("svd_fc6", 4),))  # keeps the maps from now on
    assert engine.passes == {"fast_rcnn": 1} and engine.searches == 0
    for t in (5, 6):
        made(engine, traces, "fast_rcnn", (("svd_fc6", t),))
    made(engine, traces, "fast_rcnn", (("pooling", "roi_align"),))
    assert engine.passes == {"fast_rcnn": 1} and engine.searches == 0
    base = traces["fast_rcnn"]
    for other in ((("strategy", "single"),), ((REGIONS_OF, "fpn"), ("svd_fc6", 4))):
        assert made(engine, traces, "fast_rcnn", other).stage("features") is base.stage("features")
    assert engine.passes == {"fast_rcnn": 1}  # other regions of the same maps
    for variant in ((("top_down", False),), (("top_down", False), ("only_level", 3))):
        made(engine, traces, "fpn", variant)
    assert engine.passes["fpn"] == 2  # the features change: they are computed, and timed, in full


def test_all_singular_values_change_nothing(engine: SmallEngine, traces: dict[str, Trace]) -> None:
    """The maps that are taken over lead to the same scores as those of a whole run."""
    variant = (("svd_fc6", 24), ("svd_fc7", 24))
    other = made(engine, traces, "fast_rcnn", variant).stage("scores")
    before = traces["fast_rcnn"].stage("scores")
    assert isinstance(other, ScoresStage) and isinstance(before, ScoresStage)
    np.testing.assert_allclose(other.values, before.values, atol=1e-4)


def test_a_search_with_another_strategy_runs_once_for_all_that_want_it(
    traces: dict[str, Trace]
) -> None:
    engine = SmallEngine()
    quality: Variant = (("spaces", ("Lab", "I")), ("strategy", "fast"))
    happened = run(engine, traces, ("rcnn", quality), ("sppnet", quality))
    rcnn, sppnet = (one.trace for one in happened if isinstance(one, VariantMade))
    stage = rcnn.stage("regions")
    assert isinstance(stage, SearchStage) and sppnet.stage("regions") is stage
    assert engine.searches == 1 and stage.spaces == ("Lab", "I") and len(stage.groupings) == 8
    assert rcnn.settings["spaces"] == ("Lab", "I")
    # Each run of the search is told, for the bar that shows it and the button that ends it.
    told = [one for one in happened if isinstance(one, Working) and one.total == 8]
    assert [one.done for one in told] == list(range(8))
    assert told[0].text == "Selective search, fast · run 1 of 8"
    # What the search cost stands beside the switch.
    lines = {note.name: note.text for note in notes(traces["rcnn"], rcnn)}
    assert lines["search"].startswith("1 run, ") and " → 8 runs, " in lines["search"]
    assert lines["found"].endswith(f" regions, {len(stage.boxes):,} are read")
    # A job that knows it does not search.
    job = Job("small", (), photo=engine.photo, done=traces, searched=(stage,),
              variants=(("fast_rcnn", quality),))
    (third,) = [
        one.trace for one in all_events(job, engine, lambda: False) if isinstance(one, VariantMade)
    ]
    assert third.stage("regions") is stage and engine.searches == 1


def test_a_search_ends_between_two_runs_when_it_is_cancelled(traces: dict[str, Trace]) -> None:
    engine, seen = SmallEngine(), list[object]()
    job = Job("small", (), photo=engine.photo, done=traces,
              variants=(("rcnn", (("strategy", "quality"),)),))
    for event in all_events(job, engine, lambda: len(seen) >= 5):
        seen.append(event)
    runs = [one for one in seen if isinstance(one, Working) and one.total == 80]
    assert 1 <= len(runs) < 5
    assert not [one for one in seen if isinstance(one, VariantMade | VariantFailed)]


def test_the_colour_spaces_beside_a_strategy_are_its_own(traces: dict[str, Trace]) -> None:
    quality: Varied = with_variant((), "rcnn", "strategy", "quality")
    shown = {one.key: one for one in part_switches(traces, quality)["rcnn"]}
    assert (shown["strategy"].value, shown["strategy"].run) == ("quality", "fast")
    assert shown["strategy"].said == "paper: fast (section 2.2)"
    assert shown["spaces"].value == shown["spaces"].run == ("HSV", "Lab", "rgI", "H", "I")
    assert not shown["spaces"].changed
    variant = variant_of(quality, "rcnn")
    assert value_of(traces["rcnn"], "spaces", shown["spaces"].value, variant) is None
    assert value_of(traces["rcnn"], "spaces", ("HSV", "Lab"), variant) == ("HSV", "Lab")
    assert value_of(traces["rcnn"], "spaces", ("HSV", "Lab")) is None
    # As text and back, for a session or a mail.
    desk = Desk(varied=with_variant(quality, "rcnn", "spaces", ("Lab", "I")))
    assert dict(parse_settings(settings_text(desk)))["varied"] == desk.varied
    for wrong in ('"quality"', '"Lab"'):
        with pytest.raises(SessionError):
            parse_settings(settings_text(desk).replace(wrong, '"best"'))


def test_variants_follow_the_methods_of_a_new_photo() -> None:
    engine = SmallEngine()
    wanted = (("fpn", (("only_level", 2),)), ("faster_rcnn", ((REGIONS_OF, "search"),)))
    job = Job("small", ("faster_rcnn", "fpn", "fast_rcnn"), photo=engine.photo, variants=wanted)
    happened = list(all_events(job, engine, lambda: False))
    there = [
        (event.trace.method, isinstance(event, VariantMade)) for event in happened
        if isinstance(event, VariantMade) or (isinstance(event, TraceGrew) and event.complete)
    ]
    assert set(there) == {
        ("faster_rcnn", False), ("fpn", False), ("fpn", True), ("fast_rcnn", False),
        ("faster_rcnn", True),
    }
    found = {event.method: event.trace for event in happened if isinstance(event, VariantMade)}
    level = found["fpn"].stage("assignment")
    assert isinstance(level, LevelStage) and set(level.level.tolist()) == {2}
    assert isinstance(found["faster_rcnn"].stage("regions"), SearchStage)


def test_the_regions_of_a_method_that_did_not_run(traces: dict[str, Trace]) -> None:
    engine = SmallEngine()
    trace = made(engine, {"rcnn": traces["rcnn"]}, "rcnn", ((REGIONS_OF, "fpn"),))
    stage, wanted = trace.stage("regions"), traces["fpn"].stage("regions")
    assert isinstance(stage, RpnStage) and isinstance(wanted, RpnStage)
    np.testing.assert_array_equal(stage.boxes, wanted.boxes)
    assert trace.settings[REGIONS_OF] == "fpn"


def test_what_cannot_run_is_a_sentence(traces: dict[str, Trace]) -> None:
    engine = SmallEngine()
    engine.broken.add("fpn")
    happened = run(engine, traces, ("fpn", (("top_down", False),)), ("rcnn", (("padding", 0),)))
    failed = [one for one in happened if isinstance(one, VariantFailed)]
    assert [one.sentence for one in failed] == ["FPN: the small network is broken."]
    assert [one.method for one in happened if isinstance(one, VariantMade)] == ["rcnn"]


def test_nothing_comes_of_what_is_cancelled(traces: dict[str, Trace]) -> None:
    engine, seen = SmallEngine(), list[object]()
    job = Job("small", (), photo=engine.photo, done=traces, variants=(("rcnn", (("padding", 0),)),))
    for event in all_events(job, engine, lambda: len(seen) > 3):
        seen.append(event)
    assert not [one for one in seen if isinstance(one, VariantMade | VariantFailed)]


def test_notes_of_compressed_layers_by_hand() -> None:
    """Weights before and after, and the error of the scores."""
    run_ = small_trace("fast_rcnn")
    stage = run_.stage("scores")
    assert isinstance(stage, ScoresStage)
    values = np.array(stage.values)
    values[0, 0] += 0.25
    layers = tuple(dataclasses.replace(one, t=2) for one in stage.layers[:1]) + stage.layers[1:]
    cut = dataclasses.replace(stage, values=values, layers=layers, ms=stage.ms / 2)
    other = dataclasses.replace(
        run_, stages=tuple(cut if one is stage else one for one in run_.stages)
    )
    lines = {note.name: note.text for note in notes(run_, other)}
    assert lines["fc6, t = 2"] == f"{24 * 12544:,} → {2 * (24 + 12544):,} weights"
    assert lines["score error"] == f"mean {0.25 / values.size:.2g}, most 0.250"
    assert "scores and after" in lines
    assert notes(run_, run_) == ()


@pytest.mark.parametrize("method", NAMES)
def test_own_regions_are_the_first_choice_of_words(method: str) -> None:
    part = regions_part(method)
    assert [value for _, value in part.options].count("own") == 1 and len(part.options) == 3


def said(trace: Trace, stage: str, title: str) -> str:
    """The lines of the first card of that title in the journey of a row."""
    cards = facts(trace, stage, 0)  # type: ignore[arg-type]
    return "\n".join(next(lines for name, lines in cards if name.startswith(title)))


def test_the_journey_says_what_was_exchanged(
    engine: SmallEngine, traces: dict[str, Trace]
) -> None:
    """No card may tell of roundings, moves or levels that were not."""
    aligned = made(engine, traces, "fast_rcnn", (("pooling", "roi_align"),))
    assert "not rounded" in said(aligned, "scores", "RoI")
    assert "bilinear" in said(aligned, "scores", "Pooled")
    assert aligned.settings["exchanged"] == ("pooling RoIAlign",)
    rounded = made(engine, traces, "fpn", (("pooling", "roi_pool"),))
    assert "The largest cell" in said(rounded, "scores", "Pooled")
    still = made(engine, traces, "fpn", (("rpn_refinement", False),))
    assert "switched off" in said(still, "regions", "RPN refinement")
    level = made(engine, traces, "fpn", (("only_level", 4),))
    assert "all regions are read from P4" in said(level, "scores", "Level")
    # Nor may the words beside a canvas's name.
    assert stage_note("fpn", "assignment", traces["fpn"]) == "level k by size"
    assert stage_note("fpn", "assignment", level) == ""
    assert stage_note("fast_rcnn", "assignment", aligned) == ""
    assert stage_note("fast_rcnn", "scores", aligned) == stage_note("fast_rcnn", "scores", None)


def test_what_was_exchanged_can_be_sent_as_text(traces: dict[str, Trace]) -> None:
    """Whatever the switches can show is read back from a settings text as it was."""
    for method, trace in traces.items():
        for part in parts_of(trace):
            shown = {
                "toggle": [False], "count": [max(part.low, 1), part.high],
                "choice": [text for text, _ in part.options],
                "members": [tuple(text for text, _ in part.options[:1])],
            }[part.kind]
            for one in shown:
                desk = Desk().exchanged(method, part.key, value_of(trace, part.key, one))
                held = dict(parse_settings(settings_text(desk)))
                assert held["varied"] == desk.varied, (method, part.key, one)
