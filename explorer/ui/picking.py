"""Which boxes lie under a point: NumPy over the whole layer, no item per box."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from explorer.session.rows import anchor_text, row_text
from explorer.session.scene import Boxes, Key, Rect, Scene
from explorer.trace.base import Ints
from explorer.ui.box_index import index_of

REACH = 3.0  # screen pixels by which a box may be missed


@dataclass(frozen=True)
class Hit:
    """A box under the pointer: what it stands for, where it is (scene units), its caption.

    anchor: the anchor that it is, where it stands for what that became; -1 for other boxes.
    """

    key: Key
    box: Rect
    caption: str
    anchor: int = -1

    @property
    def name(self) -> str:
        """'region 488', or 'anchor 525' where it is one."""
        return row_text(self.key) if self.anchor < 0 else anchor_text(self.anchor)

    @property
    def became(self) -> str:
        """' → region 488' of an anchor that became one."""
        stands_for = row_text(self.key)
        return "" if stands_for == self.name else f" → {stands_for}"

    @property
    def label(self) -> str:
        """What stands at it: its caption, where that says more than its name."""
        named = self.caption in ("", self.name)
        return f"{self.name}{self.became}" if named else self.caption


class Hits(Sequence[Hit]):
    """Boxes under a point, of which there may be thousands: each is made when it is looked at.

    layers: which of `boxes`' layers, places: where in it.
    """

    def __init__(self, method: str, boxes: Sequence[Boxes], layers: Ints, places: Ints) -> None:
        self._method, self._boxes = method, tuple(boxes)
        self._layers, self._places = layers, places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> Hit: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, at: int | slice) -> Hit | tuple[Hit, ...]:
        if isinstance(at, slice):
            return tuple(self[one] for one in range(*at.indices(len(self))))
        layer, place = self._boxes[self._layers[at]], int(self._places[at])
        assert layer.stage is not None
        x1, y1, x2, y2 = (float(v) for v in layer.boxes[place])
        caption = layer.captions[place] if layer.captions else ""
        key = Key(self._method, layer.stage, int(layer.rows[place]))
        anchor = int(layer.anchors[place]) if len(layer.anchors) else -1
        return Hit(key, (x1, y1, x2, y2), caption, anchor)

    def place_of(self, key: Key | None) -> int | None:
        """Where the box of a key is among these, or None."""
        if key is None or key.method != self._method:
            return None
        for number, layer in enumerate(self._boxes):
            if layer.stage == key.stage:
                own = np.flatnonzero(self._layers == number)
                found = own[layer.rows[self._places[own]] == key.row]
                if len(found):
                    return int(found[0])
        return None


NONE = Hits("", (), np.zeros(0, np.intp), np.zeros(0, np.intp))


def boxes_at(
    scene: Scene,
    method: str,
    x: float,
    y: float,
    scale: float,
    hidden: Collection[str] = (),
) -> Hits:
    """The boxes that contain (x, y) in scene units, smallest first, each row once.

    scale: screen pixels per scene unit. Of boxes that stand for the same row the topmost counts.
    """
    reach = REACH / max(scale, 1e-6)
    layers = [
        layer for layer in reversed(scene.layers)
        if isinstance(layer, Boxes) and layer.stage is not None and layer.name not in hidden
        and 0 < len(layer.rows) == len(layer.boxes)
    ]
    inside = [index_of(layer).touching((x, y, x, y), reach) for layer in layers]
    if not any(map(len, inside)):
        return NONE
    stages = {layer.stage: number for number, layer in enumerate(layers)}
    number = np.repeat(np.arange(len(layers)), [len(own) for own in inside])
    stage = np.array([stages[layer.stage] for layer in layers])[number]
    row = np.concatenate([layer.rows[own] for layer, own in zip(layers, inside, strict=True)])
    area = np.concatenate([
        (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
        for boxes in (layer.boxes[own] for layer, own in zip(layers, inside, strict=True))
    ])
    # The topmost layer stands first, and a stable sort leaves it first among equal rows.
    order = np.lexsort((row, stage))
    again = np.zeros(len(order), bool)
    again[1:] = (row[order][1:] == row[order][:-1]) & (stage[order][1:] == stage[order][:-1])
    once = np.sort(order[~again])
    once = once[np.argsort(area[once], kind="stable")]
    return Hits(method, layers, number[once], np.concatenate(inside)[once])


def next_hit(hits: Hits, current: Key | None, step: int = 1) -> Hit | None:
    """The hit after the `current` one (round and round), or the first."""
    if not hits:
        return None
    place = hits.place_of(current)
    return hits[0 if place is None else (place + step) % len(hits)]


def hint(hit: Hit, more: int, about: str) -> str:
    """ "region 412 · 87 × 120 px · <about> · 3 more here"; of an anchor "anchor 525 · 85 × 85 px →
    region 488 · <about>"."""
    x1, y1, x2, y2 = hit.box
    parts = [] if hit.caption in ("", hit.name) else [hit.caption]
    parts += [] if hit.caption.startswith(f"{hit.name}:") else [hit.name]
    parts.append(f"{x2 - x1:.0f} × {y2 - y1:.0f} px{hit.became}")
    parts += [about] if about else []
    if more > 0:
        parts.append(f"{more:,} more here (↑ ↓)")
    return " · ".join(parts)
