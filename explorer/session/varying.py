"""Jobs with variants: methods that run again with parts exchanged, once their traces are there.

What lies before the first stage that changes is taken from the trace as it was run: selective
search is not repeated, nor are the convolutions where their maps stay the same. A search with
another strategy runs once for all methods that want it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, replace

from explorer.methods.names import method_named
from explorer.methods.parts import (
    EXCHANGED,
    OWN,
    REGIONS_OF,
    SEARCH,
    Variant,
    kept_stages,
    search_of_variant,
    settings_of,
    source_of,
)
from explorer.session.job import (
    NEEDS_SEARCH,
    SEARCHING,
    DeviceKnown,
    Engine,
    Event,
    Job,
    Photo,
    PhotoRead,
    TraceGrew,
    Working,
    events,
    search_of,
    sentence_of,
)
from explorer.session.part_switches import exchanged_words
from explorer.trace.base import Progress
from explorer.trace.stages import RegionsStage, RpnStage, SearchStage, Trace


@dataclass(frozen=True, eq=False)
class VariantMade:
    """A method ran with parts exchanged. base: its trace as it was run."""

    method: str
    variant: Variant
    base: Trace
    trace: Trace


@dataclass(frozen=True, eq=False)
class VariantFailed:
    """It could not; sentence says why."""

    method: str
    variant: Variant
    base: Trace
    sentence: str


def all_events(
    job: Job, engine: Engine, cancelled: Callable[[], bool]
) -> Iterator[Event | VariantMade | VariantFailed]:
    """The events of the job, and its variants as soon as there is what they start from."""
    there = dict(job.done)
    left = list(job.variants)
    photo, search = job.photo, job.search
    searched = list(job.searched)
    new_weights = {"fpn"} if job.weights is not None else set[str]()
    for event in events(job, engine, cancelled):
        yield event
        if isinstance(event, PhotoRead):
            photo = event.photo
        elif isinstance(event, TraceGrew) and event.complete:
            there[event.trace.method] = event.trace
            new_weights.discard(event.trace.method)
        if not isinstance(event, DeviceKnown | TraceGrew) or photo is None:
            continue
        for method, variant in [
            one for one in left
            if one[0] in there and one[0] not in new_weights
            and source_of(one[1]) in (OWN, SEARCH, *there)
        ]:
            left.remove((method, variant))
            ended = _giving_up(job, (method, variant), cancelled)
            yield from _tried(method, variant, photo, there, search, searched, engine, ended)
    for method, variant in left:  # another method's regions, which did not run
        if method in there and photo is not None:
            ended = _giving_up(job, (method, variant), cancelled)
            yield from _tried(method, variant, photo, there, search, searched, engine, ended)


def _giving_up(
    job: Job, one: tuple[str, Variant], cancelled: Callable[[], bool]
) -> Callable[[], bool]:
    """Tells whether a variant of the job, or all of it, was given up; once so, for ever."""
    given_up = False

    def ended() -> bool:
        nonlocal given_up
        given_up = given_up or cancelled() or not job.wanted(one)
        return given_up

    return ended


def _tried(
    method: str, variant: Variant, photo: Photo, there: Mapping[str, Trace],
    search: SearchStage | None, searched: list[SearchStage], engine: Engine,
    cancelled: Callable[[], bool],
) -> Iterator[Working | VariantMade | VariantFailed]:  # fmt: skip
    """Run one variant; nothing comes of one that is cancelled. searched: with other strategies; it
    grows."""
    base = there[method]
    if cancelled():
        return
    try:
        regions = yield from _regions(
            method, variant, photo, there, search or search_of(there), searched, engine, cancelled
        )
        if cancelled():
            return
        made = yield from _run(method, variant, photo, base, regions, engine, cancelled)
    except Exception as error:  # whatever torch raises, all else goes on
        if not cancelled():
            title = method_named(method).title
            yield VariantFailed(method, variant, base, f"{title}: {sentence_of(error)}")
        return
    if made is not None:
        yield VariantMade(method, variant, base, made)


def _regions(
    method: str, variant: Variant, photo: Photo, there: Mapping[str, Trace],
    search: SearchStage | None, searched: list[SearchStage], engine: Engine,
    cancelled: Callable[[], bool],
) -> Generator[Working, None, RegionsStage | None]:  # fmt: skip
    """The regions that the method is given; None: its own RPN's."""
    source = source_of(variant)
    if source == OWN and method in NEEDS_SEARCH:
        wanted = search_of_variant(there[method].settings, variant)
        if wanted is None:
            own = there[method].stage("regions")
            return own if isinstance(own, SearchStage) else None
        return (yield from _searched(wanted, photo, searched, engine, cancelled))
    if source == OWN:
        return None
    if source == SEARCH:
        if search is None:
            search = yield from _search(engine.search(photo), SEARCHING, cancelled)
        return search
    if source in there:
        found = there[source].stage("regions")
        return found if isinstance(found, RpnStage) else None
    yield Working(f"{method_named(source).title}'s regions")
    for stage in engine.stages(photo, source, engine.load(source), None):
        if cancelled() or isinstance(stage, RpnStage):
            return stage if isinstance(stage, RpnStage) else None
    return None


def _searched(
    wanted: tuple[str, tuple[str, ...]], photo: Photo, searched: list[SearchStage],
    engine: Engine, cancelled: Callable[[], bool],
) -> Generator[Working, None, SearchStage | None]:  # fmt: skip
    """The search with that strategy in these colour spaces, of which there may be one already."""
    strategy, spaces = wanted
    for one in searched:
        if one.strategy == strategy and set(one.spaces) == set(spaces):
            return one
    text = f"{SEARCHING}, {strategy}"
    found = yield from _search(engine.search(photo, strategy, spaces), text, cancelled)
    if found is not None:
        searched.append(found)
    return found


def _search(
    steps: Iterator[Progress | SearchStage], text: str, cancelled: Callable[[], bool]
) -> Generator[Working, None, SearchStage | None]:
    """The search's regions; None where it was cancelled."""
    for step in steps:
        if cancelled():
            return None
        if isinstance(step, SearchStage):
            return step
        yield Working(f"{text} · run {step.done + 1} of {step.total}", "", step.done, step.total)
    return None


def _run(
    method: str, variant: Variant, photo: Photo, base: Trace, regions: RegionsStage | None,
    engine: Engine, cancelled: Callable[[], bool],
) -> Generator[Working, None, Trace | None]:  # fmt: skip
    """The variant's trace; stages that do not change are those of `base`."""
    title = method_named(method).title
    yield Working(f"{title} runs again")
    kept = kept_stages(base, variant)
    loaded = engine.vary(method, settings_of(variant), keep_maps="features" in kept)
    trace = engine.start(method, loaded)
    trace = replace(trace, settings=trace.settings | {
        REGIONS_OF: source_of(variant), EXCHANGED: exchanged_words(base, variant),
    })
    for step in engine.stages(photo, method, loaded, regions):
        if cancelled():
            return None
        if isinstance(step, Progress):
            text = f"{title} runs again · {step.stage} {step.done:,} of {step.total:,}"
            yield Working(text, "", step.done, step.total)
            continue
        stage = (base.stage(step.name) if step.name in kept else None) or step
        trace = replace(trace, stages=(*trace.stages, stage))
    return trace
