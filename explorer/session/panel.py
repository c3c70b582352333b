"""What the panel of switches shows, also while a photo's methods are still at work."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from explorer.session.part_switches import PartGroup
from explorer.session.switching import Switch


@dataclass(frozen=True)
class PanelRows:
    """methods: on screen. waiting: those of them that have no switches yet, but come to have."""

    methods: tuple[str, ...] = ()
    switches: tuple[Switch, ...] = ()
    groups: tuple[PartGroup, ...] = ()
    waiting: frozenset[str] = frozenset()

    def after(self, before: PanelRows, pending: Collection[str]) -> PanelRows:
        """With the rows that were there before, of methods that are `pending`: in the same places,
        so that no other comes under the pointer meanwhile. The same for other methods on screen,
        and where nothing waits."""
        ready = {group.method for group in self.groups}
        waiting = frozenset(
            group.method for group in before.groups
            if group.method in pending and group.method not in ready
        )
        if not waiting or self.methods != before.methods:
            return self
        known = {group.method: group for group in self.groups}
        groups = [
            known.get(group.method) or replace(group, state="", notes=()) for group in before.groups
            if group.method in ready | waiting
        ]
        return PanelRows(
            self.methods, tuple(map(self._present, before.switches)), tuple(groups), waiting
        )

    def _present(self, before: Switch) -> Switch:
        """The same switch of the methods that are ready; as it was where none is."""
        for one in self.switches:
            if one.key == before.key and set(one.methods) <= set(before.methods):
                return replace(one, title=before.title)
        return before
