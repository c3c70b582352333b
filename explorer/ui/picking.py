"""Which boxes lie under a point: NumPy over the whole layer, no item per box."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from explorer.session.scene import Boxes, Key, Rect, Scene

REACH = 3.0  # screen pixels by which a box may be missed


@dataclass(frozen=True)
class Hit:
    """A box under the pointer: what it stands for, where it is (scene units), its caption."""

    key: Key
    box: Rect
    caption: str


def boxes_at(
    scene: Scene,
    method: str,
    x: float,
    y: float,
    scale: float,
    hidden: Collection[str] = (),
) -> tuple[Hit, ...]:
    """The boxes that contain (x, y) in scene units, smallest first, each row once.

    scale: screen pixels per scene unit. Of boxes that stand for the same row the topmost counts.
    """
    reach = REACH / max(scale, 1e-6)
    found: dict[Key, tuple[float, Hit]] = {}
    for layer in reversed(scene.layers):
        if not isinstance(layer, Boxes) or layer.stage is None or layer.name in hidden:
            continue
        if len(layer.rows) != len(layer.boxes):
            continue
        boxes = layer.boxes
        inside = np.flatnonzero(
            (boxes[:, 0] - reach <= x) & (x <= boxes[:, 2] + reach)
            & (boxes[:, 1] - reach <= y) & (y <= boxes[:, 3] + reach)
        )
        for index in inside.tolist():
            x1, y1, x2, y2 = (float(v) for v in boxes[index])
            key = Key(method, layer.stage, int(layer.rows[index]))
            caption = layer.captions[index] if layer.captions else ""
            if key not in found:
                found[key] = ((x2 - x1) * (y2 - y1), Hit(key, (x1, y1, x2, y2), caption))
    return tuple(hit for _, hit in sorted(found.values(), key=lambda item: item[0]))


def next_hit(hits: tuple[Hit, ...], current: Key | None, step: int = 1) -> Hit | None:
    """The hit after the `current` one (round and round), or the first."""
    if not hits:
        return None
    keys = [hit.key for hit in hits]
    return hits[(keys.index(current) + step) % len(hits)] if current in keys else hits[0]
