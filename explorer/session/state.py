"""What the user looks at, as frozen data; every action is a pure step to the next state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from explorer.methods.names import NAMES
from explorer.methods.parts import PartValue
from explorer.session.card import Card
from explorer.session.ground_truth import GroundTruth
from explorer.session.part_switches import Varied, with_variant
from explorer.session.scene import Key, ViewState
from explorer.session.switching import Chosen, Value, with_choice
from explorer.trace.base import STAGE_NAMES, StageName


@dataclass(frozen=True)
class Desk:
    """stage: the one on screen. method: the one shown alone, or None for all side by side.

    swipe: the two methods, left and right, that lie on each other, in place of these.
    enabled: methods that run and are shown, in the order of the papers.
    layers: (stage, layer name, on) where the user switched a layer.
    chosen: what was switched after the scores, see `explorer.session.switching`.
    varied: what was exchanged before them, see `explorer.session.part_switches`.
    """

    stage: StageName = "detections"
    method: str | None = None
    swipe: tuple[str, str] | None = None
    enabled: tuple[str, ...] = NAMES
    view: ViewState = ViewState()
    layers: tuple[tuple[StageName, str, bool], ...] = ()
    chosen: Chosen = ()
    varied: Varied = ()

    def at_stage(self, stage: StageName) -> Desk:
        return replace(self, stage=stage)

    def next_stage(self, step: int) -> Desk:
        """`step` rows down the stage map (up where negative), staying on it."""
        at = STAGE_NAMES.index(self.stage) + step
        return replace(self, stage=STAGE_NAMES[min(max(at, 0), len(STAGE_NAMES) - 1)])

    def alone(self, method: str) -> Desk:
        """Show one method; it is switched on if it was off."""
        desk = self if method in self.enabled else self.toggled(method)
        return replace(desk, method=method, swipe=None)

    def side_by_side(self) -> Desk:
        return replace(self, method=None, swipe=None)

    def swiping(self, left: str = "", right: str = "") -> Desk:
        """Two methods on each other; where not said which, the one alone and the latest other.

        The same where fewer than two are switched on.
        """
        if len(self.enabled) < 2:
            return self
        left = left or self.method or self.enabled[0]
        right = right or next(name for name in reversed(self.enabled) if name != left)
        return replace(self, method=None, swipe=(left, right))

    def toggled(self, method: str) -> Desk:
        """Switch a method on or off. The last one stays on."""
        if method not in self.enabled:
            chosen = {*self.enabled, method}
        elif len(self.enabled) == 1:
            return self
        else:
            chosen = set(self.enabled) - {method}
        enabled = tuple(name for name in NAMES if name in chosen)
        swipe = self.swipe if self.swipe and set(self.swipe) <= chosen else None
        alone = self.method if self.method in enabled else None
        return replace(self, enabled=enabled, method=alone, swipe=swipe)

    def selecting(self, key: Key | None, partners: tuple[Key, ...] = ()) -> Desk:
        """partners: what stands for it in other methods, where that is not the nearest region."""
        return replace(self, view=replace(self.view, selected=key, partners=partners))

    def with_truth(self, truth: GroundTruth | None) -> Desk:
        return replace(self, view=replace(self.view, truth=truth))

    def for_another_photo(self) -> Desk:
        """Nothing selected, and no ground truth."""
        return self.selecting(None).with_truth(None)

    def at_card(self, card: Card) -> Desk:
        """The stage, the row and the view of it that a card of the journey speaks of; the stage's
        other controls are as at first, so that they follow the row."""
        if card.key is None:
            return self
        desk = self.at_stage(card.key.stage).selecting(card.key)
        head = f"{desk.stage}."
        rest = tuple(item for item in desk.view.controls if not item[0].startswith(head))
        desk = replace(desk, view=replace(desk.view, controls=rest))
        return desk if card.control is None else desk.with_control(*card.control)

    def with_control(self, key: str, value: str | int) -> Desk:
        """Set the control `key` of the stage on screen."""
        name = f"{self.stage}.{key}"
        rest = tuple(item for item in self.view.controls if item[0] != name)
        return replace(self, view=replace(self.view, controls=(*rest, (name, value))))

    def viewing(self, stage: StageName, method: str, key: str, value: str | int) -> Desk:
        """A view of one method's stage: its control `key` at `value`."""
        return self.at_stage(stage).alone(method).with_control(key, value)

    def with_limit(self, limit: int) -> Desk:
        return replace(self, view=replace(self.view, limit=limit))

    def with_layer(self, name: str, on: bool) -> Desk:
        rest = tuple(item for item in self.layers if item[:2] != (self.stage, name))
        return replace(self, layers=(*rest, (self.stage, name, on)))

    def hidden(self, layers: Sequence[tuple[str, bool]], stage: StageName) -> frozenset[str]:
        """Names of those `layers` (name, on at first) that are off at `stage`."""
        chosen = {name: on for at, name, on in self.layers if at == stage}
        return frozenset(name for name, on in layers if not chosen.get(name, on))

    def switched(self, methods: Sequence[str], key: str, value: Value | None) -> Desk:
        """Change a switch of the methods; None: back to what was run."""
        return replace(self, chosen=with_choice(self.chosen, methods, key, value))

    def exchanged(self, method: str, key: str, value: PartValue | None) -> Desk:
        """Exchange a part of a method, which runs again; None: back to what was run."""
        return replace(self, varied=with_variant(self.varied, method, key, value))

    def as_run(self) -> Desk:
        """All switches of all methods back to what was run."""
        return replace(self, chosen=(), varied=())

    def only_looks_elsewhere(self, other: Desk) -> bool:
        """Whether `other` differs in nothing but the stage and the methods on screen."""
        here = replace(other, stage=self.stage, method=self.method, swipe=self.swipe)
        return here == self

    def looking_as(self, other: Desk) -> Desk:
        """With the stage and the methods on screen of another desk with the same methods."""
        if other.enabled != self.enabled:
            return self
        return replace(self, stage=other.stage, method=other.method, swipe=other.swipe)

    def following(self, before: Desk, now: Desk) -> Desk:
        """Where it looked as `before` did, looking as `now` does."""
        if (self.stage, self.method, self.swipe) != (before.stage, before.method, before.swipe):
            return self
        alone = now.swipe or ((now.method,) if now.method else ())
        if not set(alone) <= set(self.enabled):
            return self
        return replace(self, stage=now.stage, method=now.method, swipe=now.swipe)

    def stages_changed(self, other: Desk) -> list[StageName]:
        """Those whose layers or controls are others there."""
        found = self.layers_changed(other) | self.controls_changed(other)
        return [stage for stage in STAGE_NAMES if stage in found]

    def layers_changed(self, other: Desk) -> set[str]:
        """Stages whose layers are others there."""
        return {stage for stage, _, _ in set(self.layers) ^ set(other.layers)}

    def controls_changed(self, other: Desk) -> set[str]:
        """Stages whose controls are others there."""
        controls = set(self.view.controls) ^ set(other.view.controls)
        return {name.partition(".")[0] for name, _ in controls}

    def reset(self) -> Desk:
        """Nothing selected, all layers and controls as they were at first."""
        view = ViewState(limit=self.view.limit, truth=self.view.truth)
        return replace(self, view=view, layers=())

    def shown(self) -> tuple[str, ...]:
        """The methods on screen."""
        return self.swipe or ((self.method,) if self.method else self.enabled)
