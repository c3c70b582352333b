"""Reading VOC's layout, views of photos, and which photos make up a batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.ops.images import load_photo
from explorer.training.data import CLASSES, cached_proposals, read_sets, read_split
from explorer.training.views import Batch, Plan, Views, ahead, make_batch, view
from tests.unit.shapes_data import COLOURS, make_shapes


def test_reads_boxes_that_cover_their_objects(tmp_path: Path) -> None:
    photos = read_split(make_shapes(tmp_path, 3), "2007", "train")
    assert [photo.name for photo in photos] == ["000000", "000001", "000002"]
    for photo in photos:
        pixels = load_photo(photo.path).astype(int)
        for box, label in zip(photo.boxes.astype(int), photo.labels, strict=True):
            x1, y1, x2, y2 = box
            colour = np.array(COLOURS[CLASSES[label]])
            assert np.abs(pixels[y1 + 2 : y2 - 2, x1 + 2 : x2 - 2] - colour).mean() < 12
            inside = np.abs(pixels - colour).max(2) < 60
            rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
            assert abs(columns[0] - x1) <= 1 and abs(columns[-1] + 1 - x2) <= 1
            assert abs(rows[0] - y1) <= 1 and abs(rows[-1] + 1 - y2) <= 1


def test_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such split"):
        read_split(tmp_path, "2007", "train")
    make_shapes(tmp_path, 1)
    with pytest.raises(FileNotFoundError):
        cached_proposals(tmp_path / "none", read_split(tmp_path, "2007", "train")[0])


def test_several_sets_follow_each_other(tmp_path: Path) -> None:
    make_shapes(tmp_path, 2)
    make_shapes(tmp_path, 1, year="2012")
    photos = read_sets(tmp_path, ["2007:train", "2012:train"])
    assert [photo.year for photo in photos] == ["2007", "2007", "2012"]


@pytest.mark.parametrize("seed", range(6))
def test_boxes_stay_on_their_objects_in_a_view(tmp_path: Path, seed: int) -> None:
    photo = read_split(make_shapes(tmp_path, 1), "2007", "train")[0]
    random = np.random.default_rng(seed)
    views = Views(zoom=(0.6, 1.4), read=(96, 128))
    seen = view(photo, load_photo(photo.path), photo.boxes, (96, 128), views, random)
    assert seen.pixels.shape == (96, 128, 3)
    np.testing.assert_array_equal(seen.boxes, seen.regions)
    for box, label in zip(seen.boxes, seen.labels, strict=True):
        x1, y1, x2, y2 = np.round(box).astype(int)
        part = seen.pixels[y1 + 2 : y2 - 2, x1 + 2 : x2 - 2].astype(int)
        assert np.abs(part - np.array(COLOURS[CLASSES[label]])).mean() < 15


def test_every_photo_is_seen_once_an_epoch(tmp_path: Path) -> None:
    photos = read_split(make_shapes(tmp_path, 8), "2007", "train")
    plan = Plan(photos, 4, seed=1)
    assert plan.per_epoch == 2
    epoch = np.concatenate([plan.rows(0), plan.rows(1)])
    assert sorted(epoch.tolist()) == list(range(8))
    assert not np.array_equal(epoch, np.concatenate([plan.rows(2), plan.rows(3)]))
    np.testing.assert_array_equal(Plan(photos, 4, seed=1).rows(3), plan.rows(3))


def test_batches_made_ahead_come_in_order_and_errors_come_through(tmp_path: Path) -> None:
    photos = read_split(make_shapes(tmp_path, 4), "2007", "train")
    wanted = []

    def make(number: int) -> Batch:
        wanted.append(number)
        if number == 7:
            raise ValueError("broken photo")
        return make_batch(photos[:1], Views(64, 96), (0, number), tmp_path / "proposals")

    batches = ahead(make, 5)
    assert tuple(next(batches).images.shape) == (1, 3, 64, 96)
    assert len(next(batches).regions) == 1
    with pytest.raises(ValueError, match="broken photo"):
        next(batches)
    assert wanted == [5, 6, 7]
