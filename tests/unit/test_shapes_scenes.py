"""The made-up data set is what it says: shapes in their boxes, regions that cover them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from explorer.ops.images import load_photo
from explorer.training.data import CLASSES, cached_proposals, read_split
from explorer.training.recall import coverage
from tests.unit.shapes_scenes import HUES, ground, make_scenes


def test_scenes_have_their_shapes_where_they_say(tmp_path: Path) -> None:
    photos = read_split(make_scenes(tmp_path, 30, "train", seed=1), "2007", "train")
    labels = np.concatenate([photo.labels for photo in photos])
    assert {CLASSES[label] for label in labels} == set(HUES)
    for photo in photos:
        pixels = load_photo(photo.path).astype(int)
        coloured = pixels.max(2) - pixels.min(2) > 70
        inside = np.zeros(coloured.shape, bool)
        for x1, y1, x2, y2 in photo.boxes.astype(int):
            part = coloured[y1:y2, x1:x2]
            assert part.mean() > 0.3
            # The shape reaches all four sides of its box.
            rows, columns = np.flatnonzero(part.any(1)), np.flatnonzero(part.any(0))
            assert max(rows[0], columns[0], y2 - y1 - 1 - rows[-1], x2 - x1 - 1 - columns[-1]) <= 4
            inside[max(0, y1 - 3) : y2 + 3, max(0, x1 - 3) : x2 + 3] = True
        assert (coloured & ~inside).mean() < 0.01


def test_windows_cover_the_objects_without_knowing_them(tmp_path: Path) -> None:
    photos = read_split(make_scenes(tmp_path, 30, "val", seed=2), "2007", "val")
    best = np.concatenate([
        coverage(cached_proposals(tmp_path / "proposals", photo), photo)[:, -1] for photo in photos
    ])
    assert (best >= 0.5).mean() > 0.95
    first = [cached_proposals(tmp_path / "proposals", photo) for photo in photos[:2]]
    assert not np.array_equal(*first)
    assert {tuple(box) for box in first[0]} == {tuple(box) for box in first[1]}


def test_scenes_are_the_same_from_the_same_seed(tmp_path: Path) -> None:
    one, two = (make_scenes(tmp_path / name, 2, seed=3) for name in ("one", "two"))
    for photo in read_split(one, "2007", "train"):
        other = two / photo.path.relative_to(one)
        assert photo.path.read_bytes() == other.read_bytes()
    random = np.random.default_rng(0)
    assert ground(random).std() > 15
