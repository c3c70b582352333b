"""The layers and controls of the pictures on screen, as the bar below them shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from explorer.methods.names import METHODS
from explorer.session.control_texts import LIMIT
from explorer.session.part_switches import Varied, variant_of
from explorer.session.samples import Sample, sample_of, together
from explorer.session.scene import Control, Own, Picture, ViewState
from explorer.session.switching import Chosen, choices_of
from explorer.trace.base import StageName

LIMITS = {"50": 50, "200": 200, "1,000": 1_000, "5,000": 5_000, "all": 10_000_000}


@dataclass(frozen=True)
class LayerChoice:
    """sample: how it is drawn. whose: short names of the methods on screen that have it, or ""
    where all have."""

    name: str
    on: bool
    sample: Sample = Sample()
    whose: str = ""


def merged_layers(pictures: Mapping[str, Picture]) -> list[LayerChoice]:
    """The layers of all pictures, each name once, as they are at first: those of all methods, then
    those of some, together. pictures: by method."""
    found: dict[str, LayerChoice] = {}
    owners: dict[str, list[str]] = {}
    for method, picture in pictures.items():
        for layer in picture.main.layers:
            held = found.setdefault(layer.name, LayerChoice(layer.name, layer.on))
            both = together(held.sample, sample_of(layer))
            found[layer.name] = replace(held, sample=both)
            if method not in owners.setdefault(layer.name, []):
                owners[layer.name].append(method)
    short = {method.name: method.short for method in METHODS}
    groups: dict[tuple[str, ...], list[LayerChoice]] = {tuple(pictures): []}
    for name, choice in found.items():
        of = tuple(owners[name])
        others = [short[method] for method in pictures if method not in of]
        whose = ", ".join(short[method] for method in of) if others else ""
        if len(others) == 1 and len(of) > 2:
            whose = f"all but {others[0]}"
        groups.setdefault(of, []).append(replace(choice, whose=whose))
    return [choice for group in groups.values() for choice in group]


def merged_controls(
    pictures: Mapping[str, Picture], varied: Varied, chosen: Chosen = ()
) -> list[Control]:
    """The controls of all pictures, each key once. pictures: by method."""
    found: dict[str, dict[str, Control]] = {}
    for method, picture in pictures.items():
        for control in picture.controls:
            now = _now(control, method, varied, chosen)
            found.setdefault(control.key, {})[method] = now
    return [_shared(controls) for controls in found.values()]


def _now(control: Control, method: str, varied: Varied, chosen: Chosen) -> Control:
    """At what was chosen for the method, while its picture is not there yet or it still runs."""
    if control.part:
        part = dict(variant_of(varied, method)).get(control.part)
        return control if part is None else replace(control, value=str(part))
    if control.switch:
        value = getattr(choices_of(chosen, method), control.switch)
        return control if value is None else replace(control, value=round(value / control.unit))
    return control


def _shared(controls: Mapping[str, Control]) -> Control:
    """One control for the methods that have it, of which each goes as far as it can."""
    first, *_ = some = list(controls.values())
    owns = tuple(Own(method, each.value, each.high) for method, each in controls.items())
    leading = replace(first, owns=owns)
    if first.kind == "number":  # who has most steps leads
        most = replace(leading, value=max(int(own.value) for own in owns))
        leading = most if first.plays or not different(most) else leading
    return replace(
        leading,
        low=min(each.low for each in some),
        high=max(each.high for each in some),
        choices=tuple(dict.fromkeys(choice for each in some for choice in each.choices)),
        why="\n".join(dict.fromkeys(line for each in some for line in each.why.split("\n"))),
    )


def different(control: Control) -> tuple[str | int, ...]:
    """The values of the methods that share it, each once, where it has not one for all of them;
    else none. A method that does not go as far as its value stands at its last."""
    number, at = control.kind == "number", control.value
    if all(own.value == (min(int(at), own.high) if number else at) for own in control.owns):
        return ()
    return tuple(dict.fromkeys((control.value, *(own.value for own in control.owns))))


def as_chosen(control: Control, stage: StageName, view: ViewState) -> Control:
    """The control at what was chosen last, before the picture of it is there: the next key or turn
    of the wheel starts from there."""
    if control.part or control.switch:
        return control
    control = replace(control, owns=())
    chosen = view.control(stage, control.key, control.value)
    if control.kind == "choice":
        return replace(control, value=chosen) if chosen in control.choices else control
    return replace(control, value=min(max(int(chosen), control.low), control.high))


def offered_limit(limit: int) -> int:
    """Of the limits that can be chosen, the one that is nearest in times: a file may have any."""
    return min(LIMITS.values(), key=lambda each: max(each / limit, limit / each))


def limit_control(limit: int) -> Control:
    """How many boxes a picture may draw, as a control like those of the stages."""
    names = {value: name for name, value in LIMITS.items()}
    return Control(
        key="limit", title="Boxes", kind="choice", value=names.get(limit, str(limit)),
        choices=tuple(LIMITS), why=LIMIT,
    )
