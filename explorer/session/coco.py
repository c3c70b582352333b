"""What a COCO file says of its photos, packed: one file serves all that are walked through."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NO_BOX = (math.nan,) * 4
Id = int | float | str | None


@dataclass(frozen=True, eq=False)
class Coco:
    """images: id, width and height by file name, without folders. rows: of annotations, by image.

    numbers: four for each annotation, x, y, width, height; NaN where it has none. names and crowd:
    of each annotation.
    """

    images: Mapping[str, tuple[Id, object, object]]
    rows: Mapping[Id, Sequence[int]]
    numbers: Sequence[float]
    names: Sequence[str]
    crowd: Sequence[int]


def coco_of(held: object) -> Coco | None:
    """held: what JSON has given. None where it lists no images."""
    if not isinstance(held, dict) or not isinstance(held.get("images"), list):
        return None
    images: dict[str, tuple[Id, object, object]] = {}
    for one in _dicts(held["images"]):
        images.setdefault(_name(one), (_id(one.get("id")), one.get("width"), one.get("height")))
    classes = {_id(one.get("id")): str(one.get("name")) for one in _dicts(held.get("categories"))}
    rows: dict[Id, array[int]] = {}
    numbers, names, crowd = array("d"), list[str](), bytearray()
    for one in _dicts(held.get("annotations")):
        rows.setdefault(_id(one.get("image_id")), array("q")).append(len(names))
        numbers.extend(_four(one.get("bbox")))
        names.append(classes.get(_id(one.get("category_id")), "object"))
        crowd.append(bool(one.get("iscrowd")))
    return Coco(images, rows, numbers, names, crowd)


def without_outlines(one: dict[str, Any]) -> dict[str, Any]:
    """For JSON's hook: little is kept of millions of outlines."""
    one.pop("segmentation", None)
    return one


def _four(given: object) -> tuple[float, ...]:
    if not isinstance(given, list) or len(given) != 4:
        return NO_BOX
    try:
        return tuple(map(float, given))
    except (TypeError, ValueError, OverflowError):
        return NO_BOX


def _id(value: object) -> Id:
    """What can be looked up; a damaged file may have a list there."""
    return value if isinstance(value, int | float | str) else None


def _dicts(values: object) -> Iterator[dict[str, Any]]:
    yield from (one for one in values if isinstance(one, dict)) if isinstance(values, list) else ()


def _name(image: dict[str, Any]) -> str:
    return str(image.get("file_name", "")).replace("\\", "/").rpartition("/")[2]
