"""Traces of several photos, and variants of them, the least recently used dropped first, under a
bound of bytes."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.trace.stages import Trace

GIB = 1 << 30
DEFAULT_BYTES = 2 * GIB


def arrays_in(value: Any) -> Iterator[NDArray[Any]]:
    """The arrays of a record, at any depth, by the memory they own; some more than once."""
    if isinstance(value, np.ndarray):
        while isinstance(value.base, np.ndarray):
            value = value.base
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from arrays_in(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from arrays_in(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from arrays_in(getattr(value, field.name))


def bytes_of(*values: Any) -> int:
    """Bytes of all arrays in the records; what several of them share counts once."""
    return sum({id(array): array.nbytes for value in values for array in arrays_in(value)}.values())


@dataclasses.dataclass(frozen=True, eq=False)
class _Held:
    """base: of a variant, the trace that it was made from; photos have none."""

    traces: dict[str, Trace]
    bytes: int
    base: Trace | None = None


class Store:
    """By photo, the traces of its methods; beside them, variants of these with parts exchanged.

    The photo that was used last stays, however large it is, and so do the `wanted` variants: they
    are on screen. A variant goes with the trace that it was made from. It is known by its base and
    what tells it from others of the same base; of its bytes, those count that its base has not.
    """

    def __init__(self, most: int = DEFAULT_BYTES) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, _Held] = OrderedDict()
        self.wanted: frozenset[tuple[Trace, Hashable]] = frozenset()

    @property
    def bytes(self) -> int:
        """What it holds."""
        return sum(each.bytes for each in self._held.values())

    @property
    def most(self) -> int:
        """The bound in bytes."""
        return self._most

    @most.setter
    def most(self, value: int) -> None:
        self._most = value
        self._drop()

    def __len__(self) -> int:
        """How many photos it holds."""
        return sum(each.base is None for each in self._held.values())

    @property
    def variants(self) -> int:
        """How many variants it holds."""
        return len(self._held) - len(self)

    def put(self, photo: Hashable, traces: Mapping[str, Trace]) -> None:
        """Hold these of a photo instead of what was held of it; it is now the last used."""
        before = self._held.pop(photo, None)
        if before is not None and before.traces == traces:
            self._held[photo] = before  # the same records: no need to count them again
        elif traces:
            self._held[photo] = _Held(dict(traces), bytes_of(*traces.values()))
        if before is not None:
            kept = {id(trace) for trace in traces.values()}
            self._orphan(one for one in before.traces.values() if id(one) not in kept)
        self._drop()

    def get(self, photo: Hashable) -> dict[str, Trace]:
        """The traces of a photo, none where they were dropped; it is now the last used."""
        if photo not in self._held:
            return {}
        self._held.move_to_end(photo)
        return dict(self._held[photo].traces)

    def take_over(self, other: Store) -> None:
        """Hold what another held, which is not used any more."""
        self._held, self.wanted = other._held, other.wanted
        self._drop()

    def forget(self, method: str) -> None:
        """Drop one method's traces of all photos: it runs with other weights from now on."""
        for photo, held in list(self._held.items()):
            if held.base is None and method in held.traces:
                self.put(photo, {name: o for name, o in held.traces.items() if name != method})

    def put_variant(self, base: Trace, what: Hashable, trace: Trace) -> None:
        """Hold a variant; it is now the last used."""
        own = [stage for stage in trace.stages if stage is not base.stage(stage.name)]
        self._held.pop((base, what), None)
        self._held[base, what] = _Held({trace.method: trace}, bytes_of(*own), base)
        self._drop()

    def variant(self, base: Trace, what: Hashable) -> Trace | None:
        """The variant, or None where it was dropped; it is now the last used."""
        if (base, what) not in self._held:
            return None
        self._held.move_to_end((base, what))
        return self._held[base, what].traces[base.method]

    def variants_of(self, bases: Iterable[Trace]) -> tuple[Trace, ...]:
        """All variants of these traces."""
        known = {id(base) for base in bases}
        return tuple(
            trace for held in self._held.values() if id(held.base) in known
            for trace in held.traces.values()
        )

    def sweep(self) -> None:
        """Drop variants of traces that no photo here has: nobody can come back to them."""
        known = {id(one) for each in self._held.values() if each.base is None
                 for one in each.traces.values()}
        self._orphan(
            each.base for each in list(self._held.values())
            if each.base is not None and id(each.base) not in known
        )

    def _orphan(self, bases: Iterable[Trace]) -> None:
        gone = {id(base) for base in bases}
        for key in [key for key, each in self._held.items() if id(each.base) in gone]:
            del self._held[key]

    def _drop(self) -> None:
        """Keep to the bound: the longest unused go first."""
        last = next((key for key, each in reversed(self._held.items()) if each.base is None), None)
        for key in list(self._held):
            if self.bytes <= self._most:
                return
            held = self._held.get(key)  # None: it went with its base
            if held is not None and key != last and key not in self.wanted:
                del self._held[key]
                if held.base is None:
                    self._orphan(held.traces.values())
