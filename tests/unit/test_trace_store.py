"""The store of traces: what it counts, what it drops first, what it never drops."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.trace import store
from explorer.trace.stages import ImageStage, Trace
from explorer.trace.store import DEFAULT_BYTES, Store, bytes_of
from tests.traces import synthetic_trace


def photo_of(size: int, method: str = "fpn") -> Trace:
    """A trace of `size` bytes."""
    pixels = np.zeros((size // 3, 1, 3), np.uint8)
    image = ImageStage(name="image", ms=1.0, device="cpu", pixels=pixels, inputs=())
    return Trace(method=method, weights="", device="", classes=(), settings={}, stages=(image,))


def test_bytes_are_those_of_the_arrays_and_shared_ones_count_once() -> None:
    one = photo_of(3_000)
    empty = bytes_of(photo_of(0))  # the constant that stands for no rows
    assert bytes_of(one) == 3_000 + empty
    other = replace(one, method="rcnn")
    assert bytes_of(one, other) == 3_000 + empty
    assert bytes_of(one, photo_of(3_000)) == 6_000 + empty
    pixels = one.stages[0].pixels  # type: ignore[attr-defined]
    assert bytes_of({"part": pixels[10:20]}) == 3_000  # a view keeps the whole alive
    whole = synthetic_trace("fpn")
    maps = whole.stage("features").maps  # type: ignore[union-attr]
    assert bytes_of(whole) > sum(each.values.nbytes for each in maps)


def test_the_least_recently_used_goes_first_and_the_bound_holds() -> None:
    store = Store(most=10_000)
    for name in ("a", "b", "c"):
        store.put(name, {"fpn": photo_of(3_000)})
    assert len(store) == 3 and store.bytes == 9_000
    assert store.get("a")["fpn"].method == "fpn"  # used again
    store.put("d", {"fpn": photo_of(3_000)})
    assert store.get("b") == {} and store.bytes <= 10_000
    assert store.get("a") and store.get("c") and store.get("d")
    store.most = 3_500
    assert len(store) == 1 and store.get("d")


def test_a_photo_larger_than_the_bound_stays_while_it_is_the_last() -> None:
    store = Store(most=1_000)
    store.put("large", {"fpn": photo_of(9_000)})
    assert store.get("large")
    store.put("small", {"fpn": photo_of(30)})
    assert not store.get("large") and store.bytes == 30


def test_the_same_traces_are_not_counted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    held, counted = Store(), list[int]()

    def count(*values: object) -> int:
        counted.append(bytes_of(*values))
        return counted[-1]

    monkeypatch.setattr(store, "bytes_of", count)
    one = photo_of(3_000)
    for name in ("a", "b", "a", "a"):
        held.put(name, {"fpn": one})
    assert len(counted) == 2 and held.bytes == sum(counted)
    held.most = 3_500
    assert held.get("a") and not held.get("b")  # which was used last is known all the same


def test_a_photo_is_counted_anew_when_more_of_it_is_there() -> None:
    store = Store()
    one = photo_of(3_000)
    store.put("a", {"fpn": one})
    store.put("a", {"fpn": one, "rcnn": replace(one, method="rcnn")})
    assert store.bytes == 3_000 and set(store.get("a")) == {"fpn", "rcnn"}
    store.put("b", {"fpn": photo_of(3_000)})
    store.forget("fpn")
    assert set(store.get("a")) == {"rcnn"} and store.get("b") == {} and store.bytes == 3_000
    assert store.most == DEFAULT_BYTES == 2 * 1024**3


def test_variants_count_and_go_with_their_photo() -> None:
    store = Store(most=10_000)
    base = photo_of(3_000)
    other = replace(base, stages=(*base.stages, *photo_of(2_100).stages))
    store.put("a", {"fpn": base})
    store.put_variant(base, "other", other)
    assert store.bytes == 5_100 and (len(store), store.variants) == (1, 1)
    assert store.variant(base, "other") is other and store.variant(base, "else") is None
    assert store.variants_of([base]) == (other,) and store.variants_of([other]) == ()
    store.put("b", {"fpn": photo_of(3_000)})
    store.sweep()  # its photo is held
    assert store.variants == 1
    store.put("c", {"fpn": photo_of(6_000)})
    assert store.get("a") == {} and store.variants == 0 and store.bytes == 9_000
