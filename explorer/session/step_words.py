"""What an undone or repeated step changed, in a few words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from explorer.methods.choices import Choices
from explorer.methods.names import NAMES, method_named
from explorer.methods.parts import PARTS, regions_part
from explorer.session.part_switches import variant_of
from explorer.session.scenes.common import STAGE_TITLES
from explorer.session.state import Desk
from explorer.session.switching import choices_of, joined, switches
from explorer.trace.stages import Trace


def step_words(before: Desk, now: Desk, traces: Mapping[str, Trace]) -> str:
    """ "RPN refinement of FPN, selection"; "" where the desks are alike. traces: as they were run,
    for the titles of their switches."""
    return ", ".join(_words(before, now, traces))


def _words(before: Desk, now: Desk, traces: Mapping[str, Trace]) -> Iterator[str]:
    whose: dict[str, list[str]] = {}  # methods, by the title of what was switched
    for method in NAMES:
        for title in _switched(before, now, method, traces):
            whose.setdefault(title, []).append(method)
    for title, methods in whose.items():
        yield f"{title} of {_named(methods)}"
    if before.enabled != now.enabled:
        yield f"{_named(sorted(set(before.enabled) ^ set(now.enabled)))} on or off"
    controls, layers = now.controls_changed(before), now.layers_changed(before)
    for stage, title in STAGE_TITLES.items():
        if stage in controls:
            yield f"controls of {title}"
        if stage in layers:
            yield f"layers of {title}"
    if before.view.limit != now.view.limit:
        yield "boxes drawn at most"
    if before.view.truth != now.view.truth:
        yield "ground truth"
    if before.view.selected != now.view.selected:
        yield "selection"


def _switched(
    before: Desk, now: Desk, method: str, traces: Mapping[str, Trace]
) -> Iterator[str]:
    """Titles of the switches and parts of a method that differ. Before it is done on this photo,
    nothing says what its switches are called."""
    one, other = (choices_of(desk.chosen, method) for desk in (before, now))
    known = {method: traces[method]} if method in traces else {}
    titles = {each.key: each.title for each in switches(known, ())}
    for field in fields(Choices) if titles else ():
        if getattr(one, field.name) != getattr(other, field.name) and field.name in titles:
            yield titles[field.name]
    if one != other and not titles:
        yield "switches"
    had, has = (dict(variant_of(desk.varied, method)) for desk in (before, now))
    for part in (*PARTS[method], regions_part(method)):
        if had.get(part.key) != has.get(part.key):
            yield part.title


def _named(methods: Sequence[str]) -> str:
    """ "R-CNN and FPN", "all methods"."""
    if len(methods) == len(NAMES):
        return "all methods"
    return joined([method_named(method).title for method in methods])
