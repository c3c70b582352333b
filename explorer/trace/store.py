"""Traces of several photos, the least recently used dropped first, under a bound of bytes."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
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


class Store:
    """By photo, the traces of its methods. What was put last stays, however large it is."""

    def __init__(self, most: int = DEFAULT_BYTES) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, tuple[dict[str, Trace], int]] = OrderedDict()

    @property
    def bytes(self) -> int:
        """What it holds."""
        return sum(size for _, size in self._held.values())

    @property
    def most(self) -> int:
        """The bound in bytes."""
        return self._most

    @most.setter
    def most(self, value: int) -> None:
        self._most = value
        self._drop()

    def __len__(self) -> int:
        return len(self._held)

    def put(self, photo: Hashable, traces: Mapping[str, Trace]) -> None:
        """Hold these of a photo instead of what was held of it; it is now the last used."""
        before = self._held.pop(photo, None)
        if before is not None and before[0] == traces:
            self._held[photo] = before  # the same records: no need to count them again
        elif traces:
            self._held[photo] = (dict(traces), bytes_of(*traces.values()))
        self._drop()

    def get(self, photo: Hashable) -> dict[str, Trace]:
        """The traces of a photo, none where they were dropped; it is now the last used."""
        if photo not in self._held:
            return {}
        self._held.move_to_end(photo)
        return dict(self._held[photo][0])

    def forget(self, method: str) -> None:
        """Drop one method's traces of all photos: it runs with other weights from now on."""
        for photo, (traces, _) in list(self._held.items()):
            if method in traces:
                self.put(photo, {name: one for name, one in traces.items() if name != method})

    def _drop(self) -> None:
        total = self.bytes
        while total > self._most and len(self._held) > 1:
            _, (_, size) = self._held.popitem(last=False)
            total -= size
