"""One job: read a photo, run the methods that are wanted, and tell each step as it happens.

The window runs this in a worker thread, the command line in the open; both give an `Engine`, which
is all that knows torch. What is looked at runs first, then what is cheapest, so that the first
results come soon; selective search runs once and is shared by the three methods that start from it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from explorer.methods.names import method_named
from explorer.methods.parts import PartValue, Variant
from explorer.trace.base import Progress, Stage
from explorer.trace.freeze import freeze
from explorer.trace.stages import RegionsStage, SearchStage, Trace

Photo = NDArray[np.uint8]
# By cost: the later a method was published, the less it computes.
RUN_ORDER = ("faster_rcnn", "fpn", "fast_rcnn", "sppnet", "rcnn")
SEARCHING = "Selective search"
NEEDS_SEARCH = frozenset({"fast_rcnn", "sppnet", "rcnn"})


class LoadedNet(Protocol):
    """A method's network, ready to run (`explorer.methods.checkpoints.Loaded`)."""

    @property
    def classes(self) -> tuple[str, ...]: ...
    @property
    def weights_id(self) -> str: ...


class Engine(Protocol):
    """What computes. Every function may take long and may raise with a sentence for the user.

    device_name is the first to be asked before anything runs: torch may be imported then.
    search: with another strategy or in other colour spaces where these are said.
    vary: the loaded method with other settings; with keep_maps, what its backbone makes of a photo
    is kept, and given again the next time.
    """

    def device_name(self) -> str: ...
    def read(self, path: Path) -> Photo: ...
    def load(self, method: str) -> LoadedNet: ...
    def use_weights(self, path: Path | None) -> None: ...
    def search(
        self, photo: Photo, strategy: str = "fast", spaces: tuple[str, ...] = ()
    ) -> Iterator[Progress | SearchStage]: ...
    def vary(
        self, method: str, settings: Mapping[str, PartValue], keep_maps: bool
    ) -> LoadedNet: ...
    def start(self, method: str, loaded: LoadedNet) -> Trace: ...
    def stages(
        self, photo: Photo, method: str, loaded: LoadedNet, regions: RegionsStage | None
    ) -> Iterator[Progress | Stage]: ...


@dataclass(frozen=True)
class Weights:
    """What FPN runs with: a torchvision detector's file, or (None) the bundled network."""

    path: Path | None = None


@dataclass(frozen=True, eq=False)
class Job:
    """What to do. photo: already decoded (pasted, or shown before), else `path` is read.

    done: traces there are already: these methods do not run again. search: regions to start from.
    weights: FPN's from now on, where they are to change; a trace of FPN's made with others is not
    done. variants: methods to run again with parts exchanged (`explorer.session.varying`), some
    from one of the searches with other strategies that were `searched` for this photo before.
    looked_at: asked whenever a method is to begin; those on screen go first. wanted: asked of a
    variant at each of its steps; one that nobody wants any more ends there.
    """

    name: str
    methods: tuple[str, ...]
    path: Path | None = None
    photo: Photo | None = None
    done: Mapping[str, Trace] = field(default_factory=dict)
    search: SearchStage | None = None
    weights: Weights | None = None
    variants: tuple[tuple[str, Variant], ...] = ()
    searched: tuple[SearchStage, ...] = ()
    looked_at: Callable[[], Collection[str]] = tuple
    wanted: Callable[[tuple[str, Variant]], bool] = lambda variant: True


@dataclass(frozen=True, eq=False)
class PhotoRead:
    photo: Photo


@dataclass(frozen=True)
class DeviceKnown:
    name: str


@dataclass(frozen=True)
class Working:
    """What goes on now; total 0 where nobody knows how long it takes."""

    text: str
    method: str = ""
    done: int = 0
    total: int = 0


@dataclass(frozen=True, eq=False)
class TraceGrew:
    """A method finished a stage, or, once more at its end, all of them (complete)."""

    trace: Trace
    complete: bool


@dataclass(frozen=True)
class Failed:
    """A method (or, where "", the whole job) could not be done; sentence says why.

    unread: it is the photo's file that is bad; others may be read.
    """

    sentence: str
    method: str = ""
    unread: bool = False


@dataclass(frozen=True)
class WeightsTaken:
    """FPN runs with these from now on."""

    weights: Weights


@dataclass(frozen=True)
class WeightsRefused:
    """FPN keeps what it had; sentence says why."""

    sentence: str


Event = PhotoRead | DeviceKnown | Working | TraceGrew | Failed | WeightsTaken | WeightsRefused


def events(job: Job, engine: Engine, cancelled: Callable[[], bool]) -> Iterator[Event]:
    """Do the job. A method that fails is reported, the others still run.

    Stops soon after `cancelled()` turns true; a forward pass in progress is not interrupted.
    """
    photo = job.photo
    try:
        if photo is None:
            if job.path is None:
                raise ValueError("There is no photo to work on.")
            yield Working(f"Reading {job.name}")
            photo = engine.read(job.path)
        photo = freeze(photo)  # all traces share this one copy
        yield PhotoRead(photo)
        # The photo is on screen while torch is read from disk.
        yield Working("Starting PyTorch")
        yield DeviceKnown(engine.device_name())
    except Exception as error:
        yield Failed(sentence_of(error), unread=photo is None)
        return
    done = set(job.done)
    search = job.search
    left = list(RUN_ORDER)
    while left:
        shown = job.looked_at()
        method = min(left, key=lambda name: (name not in shown, RUN_ORDER.index(name)))
        left.remove(method)
        if method == "fpn" and job.weights is not None and not cancelled():
            yield from _other_weights(job.weights, engine, done, job.done)
        if method not in job.methods or method in done:
            continue
        if cancelled():
            return
        title = method_named(method).title
        try:
            if method in NEEDS_SEARCH and search is None:
                for step in engine.search(photo):
                    if cancelled():
                        return
                    if isinstance(step, SearchStage):
                        search = step
                    else:
                        yield Working(SEARCHING, method, step.done, step.total)
            yield Working(f"Loading {title}", method)
            loaded = engine.load(method)
            regions = search if method in NEEDS_SEARCH else None
            yield from _method(photo, method, engine, loaded, regions, cancelled)
        except Exception as error:  # whatever torch raises, the other methods still run
            if cancelled():
                return
            yield Failed(f"{title}: {sentence_of(error)}", method)


def _other_weights(
    weights: Weights, engine: Engine, done: set[str], traces: Mapping[str, Trace]
) -> Iterator[Event]:
    """Change FPN's weights; where its trace was made with others, it is no longer in `done`."""
    yield Working("Loading FPN's weights")
    try:
        engine.use_weights(weights.path)
        loaded = engine.load("fpn")
    except Exception as error:  # torch's kinds of error are many
        yield WeightsRefused(sentence_of(error))
        return
    yield WeightsTaken(weights)
    if "fpn" in done and traces["fpn"].weights != loaded.weights_id:
        done.remove("fpn")


def _method(
    photo: Photo,
    method: str,
    engine: Engine,
    loaded: LoadedNet,
    regions: SearchStage | None,
    cancelled: Callable[[], bool],
) -> Iterator[Event]:
    title = method_named(method).title
    trace = engine.start(method, loaded)
    yield Working(f"{title} is running", method)
    for step in engine.stages(photo, method, loaded, regions):
        if cancelled():
            return
        if isinstance(step, Progress):
            text = f"{title} · {step.stage} {step.done:,} of {step.total:,}"
            yield Working(text, method, step.done, step.total)
        else:
            trace = replace(trace, stages=(*trace.stages, step))
            yield TraceGrew(trace, complete=False)
    yield TraceGrew(trace, complete=True)


def search_of(traces: Mapping[str, Trace]) -> SearchStage | None:
    """The selective search that one of these traces holds already."""
    for trace in traces.values():
        stage = trace.stage("regions")
        if isinstance(stage, SearchStage):
            return stage
    return None


def sentence_of(error: BaseException) -> str:
    """An error's message as one line; its kind where it has none."""
    text = " ".join(str(error).split())
    if isinstance(error, MemoryError) or "out of memory" in text.lower():
        return "There was not enough memory. Try a smaller photo, or --device cpu."
    if not text:
        return f"{type(error).__name__} without a message."
    return text if text[-1] in ".!?" else f"{text}."
