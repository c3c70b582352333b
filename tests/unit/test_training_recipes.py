"""Hard negative mining over all regions, the alternating schedule, several scales: by hand."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.methods import sppnet
from explorer.methods.faster_rcnn import Net, Settings
from explorer.ops.boxes import iou
from explorer.ops.images import load_photo
from explorer.training import loop, mining, train_sppnet
from explorer.training import train_alternating as alternating
from explorer.training.data import Photo, cached_proposals, read_split
from explorer.training.loop import Budget
from explorer.training.mining import Negatives, Passes, hard_negatives, mine, negatives_of
from explorer.training.networks import load_net, load_settings
from explorer.training.options import Options
from explorer.training.svm import fit_svms
from explorer.training.views import Views, scaled
from tests.unit.shapes_data import make_shapes


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "WARM_UP", 2)
    torch.set_num_threads(1)


def photo(*rows: tuple[tuple[float, ...], int], name: str = "p") -> Photo:
    return Photo(
        "2007", name, Path(name), 100, 100,
        np.array([box for box, _ in rows], np.float32).reshape(-1, 4),
        np.array([label for _, label in rows], np.int64), np.zeros(len(rows), bool),
    )  # fmt: skip


# --- hard negative mining --------------------------------------------------------------------


def test_hard_is_wrong_or_inside_the_margin_and_a_negative() -> None:
    margins = np.array([[-1.5, 0.5], [-0.9, -0.9], [2.0, -1.0]], np.float32)
    negative = np.array([[True, True], [True, False], [False, True]])
    assert hard_negatives(margins, negative).tolist() == [
        [False, True], [True, False], [False, False],
    ]  # fmt: skip


def test_negatives_overlap_no_box_of_the_class_and_are_thinned_among_themselves() -> None:
    regions = np.array(
        [(0, 0, 10, 10), (0, 0, 10, 3), (50, 50, 60, 60), (50, 50, 60, 59)], np.float32
    )
    held = photo(((0, 0, 10, 10), 1))
    every = negatives_of(regions, held, 2)
    assert every[:, 0].all() and every[:, 1].tolist() == [False, True, True, True]
    thinned = negatives_of(regions, held, 2, thinned=0.7)
    assert thinned[:, 0].tolist() == [True, True, True, False]
    assert thinned[:, 1].tolist() == [False, True, True, False]
    empty = negatives_of(regions, photo(), 2, thinned=0.7)
    assert empty.tolist() == [[True, True]] * 3 + [[False, False]]


def test_a_negative_joins_once_and_leaves_when_easy() -> None:
    held, passes = Negatives(2), Passes(most=2, easy=-1.2)
    rows = np.array([[1, 0], [2, 0], [3, 0]], np.float32)
    assert held.add(rows, [(0, 0), (0, 1), (0, 2)]) == 3
    assert held.add(rows[:2], [(0, 1), (1, 0)]) == 1
    assert held.fresh == 4
    # Margins -1, -2, -3, -2: three are easier than -1.2.
    held.drop(np.array([-1, 0], np.float32), 0.0, passes)
    assert held.features[:, 0].tolist() == [1] and held.keys == {(0, 0)}
    held.add(rows, [(2, 0), (2, 1), (2, 2)])
    held.drop(np.array([1, 0], np.float32), 0.0, passes)  # margins 1, 1, 2, 3: the easiest leave
    assert held.features[:, 0].tolist() == [2, 3] and held.keys == {(2, 1), (2, 2)}


def test_mining_finds_what_a_sample_did_not_show() -> None:
    """Negatives in a corner that no sampled one lies in are learnt from all the regions."""
    random = np.random.default_rng(0)
    positives = (random.normal(size=(60, 8)) + np.array([4] + [0] * 7)).astype(np.float32)
    labels = np.zeros(60, np.int64)
    photos = [photo(name=str(number)) for number in range(6)]
    boxes = np.array([(i * 3, 0, i * 3 + 2, 2) for i in range(30)], np.float32)

    def regions(chosen: Photo) -> tuple[np.ndarray, np.ndarray]:
        own = np.random.default_rng(int(chosen.name))
        deep = own.normal(size=(30, 8)).astype(np.float32)
        deep[:10] += np.array([4, 6] + [0] * 6, np.float32)  # like positives, but for one number
        return boxes, deep

    easy = random.normal(size=(200, 8)).astype(np.float32)
    sample = (easy, np.ones((200, 2), bool))
    begun = fit_svms(positives, labels, *sample)
    mined = mine(photos, regions, positives, labels, begun, sample, Passes(fresh=15))
    corner = np.concatenate([regions(one)[1][:10] for one in photos])
    before, after = (corner @ w[0] + b[0] for w, b in (begun, (mined.weights, mined.biases)))
    assert (before > 0).mean() > 0.8
    assert (after > 0).mean() < 0.1
    assert (positives @ mined.weights[0] + mined.biases[0] > 0).mean() > 0.85
    assert mined.converged and mined.added[0] >= 50 and mined.added[-1] <= 5
    assert mined.told == {"added": list(mined.added), "converged": True, "photos": len(photos)}
    assert not mined.weights[1].any()  # a class without examples stays unknown


def test_mining_goes_again_over_the_photos_that_its_first_pass_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Features are computed once; what the first pass had no time for, no pass looks at."""
    clock = [0.0]
    monkeypatch.setattr(mining.time, "perf_counter", lambda: clock[0])
    read: list[str] = []
    random = np.random.default_rng(0)
    positives = (random.normal(size=(60, 8)) + np.array([2] + [0] * 7)).astype(np.float32)
    boxes = np.array([(i * 3, 0, i * 3 + 2, 2) for i in range(30)], np.float32)

    def slow(chosen: Photo) -> tuple[np.ndarray, np.ndarray]:
        read.append(chosen.name)
        clock[0] += 10
        return boxes, random.normal(size=(30, 8)).astype(np.float32)

    easy = random.normal(size=(200, 8)).astype(np.float32) - 3
    sample = (easy, np.ones((200, 1), bool))
    begun = fit_svms(positives, np.zeros(60, np.int64), *sample)
    photos = [photo(name=str(number)) for number in range(9)]
    passes = Passes(fresh=5, reading=0.5)
    labels = np.zeros(60, np.int64)
    mined = mine(photos, slow, positives, labels, begun, sample, passes, seconds=99)
    assert read == ["0", "1", "2", "3", "4"] and mined.photos == 5
    assert mined.converged and len(mined.added) > 1
    read.clear()
    forgetful = Passes(fresh=5, reading=0.5, memory=2 * (boxes.nbytes + 30 * 8 * 2))
    mine(photos[:4], slow, positives, labels, begun, sample, forgetful)
    assert read[:4] == ["0", "1", "2", "3"] and set(read[4:]) == {"2", "3"}


def test_mining_stops_with_its_time() -> None:
    def never(_: Photo) -> tuple[np.ndarray, np.ndarray]:
        raise AssertionError

    begun = (np.ones((1, 2), np.float32), np.zeros(1, np.float32))
    sample = (np.zeros((0, 2), np.float32), np.zeros((0, 1), bool))
    ones = np.ones((1, 2), np.float32)
    mined = mine([photo()], never, ones, np.zeros(1, np.int64), begun, sample, Passes(), seconds=-1)
    assert not mined.converged and mined.added == () and mined.photos == 0
    np.testing.assert_array_equal(mined.weights, begun[0])


# --- SPPNet on several scales ------------------------------------------------------------------


def test_pooled_windows_are_the_methods_own(tmp_path: Path) -> None:
    root = make_shapes(tmp_path, 1)
    chosen = read_split(root, "2007", "train")[0]
    settings = sppnet.Settings(scales=(64, 96), long=200, window=40.0)
    torch.manual_seed(0)
    net = sppnet.Net(20).eval()
    maps = train_sppnet.shared_maps(net, chosen, settings)
    boxes = torch.tensor([[0.0, 0, 30, 30], [0, 0, 100, 90], [10, 10, 90, 60]])
    pooled = maps.pooled(boxes)
    assert pooled.shape == (3, 256, 50)
    scale = sppnet.nearest_scale(boxes, maps.inputs, settings.window)
    assert scale.tolist() == [1, 0, 0]  # small regions are read from the large photo
    one = train_sppnet.shared_maps(net, chosen, sppnet.Settings(scales=(96,), long=200))
    torch.testing.assert_close(pooled[:1], one.pooled(boxes[:1]))
    assert not torch.allclose(pooled[1:2], one.pooled(boxes[1:2]))


def test_maps_are_kept_while_there_is_room(tmp_path: Path) -> None:
    photos = read_split(make_shapes(tmp_path, 2), "2007", "train")
    settings = sppnet.Settings(scales=(64,), long=100)
    net = sppnet.Net(20).eval()
    size = train_sppnet.shared_maps(net, photos[0], settings).bytes
    maps = train_sppnet.Maps(net, settings, room=size)
    first, second = maps.of(photos[0]), maps.of(photos[1])
    assert maps.of(photos[0]) is first
    again = maps.of(photos[1])
    assert again is not second and torch.equal(again.values[0], second.values[0])


def test_several_scales_and_all_regions_train(
    small: None, narrow: None, tmp_path: Path
) -> None:
    root = make_shapes(tmp_path, 3)
    options = Options(
        root, ("2007:train",), root / "run", Budget(steps=2), proposals=root / "proposals",
        batch=2, scales="several", mining="all",
    )  # fmt: skip
    assert len(train_sppnet.train_sppnet(options)) == 2
    settings = load_settings("sppnet", root / "run")
    assert isinstance(settings, sppnet.Settings) and settings.scales == sppnet.SCALES
    weight = load_net("sppnet", root / "run").svm.weight  # type: ignore[union-attr]
    fitted = weight.abs().sum(1) > 0  # type: ignore[operator, union-attr]
    assert fitted.nonzero()[:, 0].tolist() == [2, 6]  # bird, car


# --- Faster R-CNN's alternating schedule -------------------------------------------------------


def alternately(root: Path, work: str, steps: int) -> Options:
    return Options(
        root, ("2007:train",), root / work, Budget(steps=steps), batch=2, rate=2e-3,
        schedule="alternating", short=96,
    )  # fmt: skip


def test_the_four_steps_share_what_the_paper_shares(
    small: None, narrow: None, tmp_path: Path
) -> None:
    root = make_shapes(tmp_path, 4)
    options = alternately(root, "run", 8)
    history = alternating.train_alternating(options)
    assert len(history) == 8
    nets = {
        number: torch.load(options.work / f"step{number}" / "train.pt", weights_only=True)["net"]
        for number in (1, 2, 3, 4)
    }
    final = load_net("faster_rcnn", options.work).state_dict()

    def same(name: str, one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
        return all(torch.equal(one[k], other[k]) for k in one if k.startswith(name))

    assert not same("backbone", nets[1], nets[2])  # nothing shared yet
    assert same("backbone", nets[2], nets[3]) and same("backbone", nets[3], nets[4])
    assert same("head", nets[2], nets[3]) and not same("head", nets[3], nets[4])
    assert not same("rpn", nets[1], nets[3]) and not same("rpn", nets[2], nets[3])
    assert same("", final, nets[4]) and same("rpn", final, nets[3])
    rows = [json.loads(line) for line in (options.work / "losses.jsonl").open()]
    assert [row["step"] for row in rows] == [1, 3, 5, 7]
    assert [{"rpn_cls"} <= row.keys() for row in rows] == [True, False, True, False]
    for folder in ("regions1", "regions3"):
        for one in read_split(root, "2007", "train"):
            boxes = cached_proposals(options.work / folder, one)
            assert len(boxes) and (boxes >= 0).all() and (boxes[:, 2] <= 128).all()


def test_a_stopped_alternating_run_goes_on_in_its_step(
    small: None, narrow: None, tmp_path: Path
) -> None:
    root = make_shapes(tmp_path, 2)
    options = alternately(root, "run", 4)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alternating, "gather", stop)
        with pytest.raises(KeyboardInterrupt):
            alternating.train_alternating(options)
    assert not (options.work / "train.pt").exists()
    held = torch.load(options.work / "step4" / "train.pt", weights_only=True)["net"]
    assert alternating.train_alternating(options) == []  # all four steps were done
    final = load_net("faster_rcnn", options.work).state_dict()
    assert all(torch.equal(final[name], values) for name, values in held.items())


def test_the_rpns_proposals_are_the_methods_own(tmp_path: Path) -> None:
    """What training caches is what `run` finds in the same photo."""
    from explorer.methods import faster_rcnn
    from explorer.methods.devices import choose
    from explorer.trace.stages import RpnStage

    chosen = read_split(make_shapes(tmp_path, 1), "2007", "train")[0]
    torch.manual_seed(0)
    net = Net(20).eval()
    torch.nn.init.normal_(net.rpn.objectness.weight, std=0.5)
    settings = Settings(short=96, long=128, proposals=50)
    boxes = alternating.rpn_regions(net, chosen, settings, torch.device("cpu"), 50)
    with torch.inference_mode():
        stages = faster_rcnn.run(
            load_photo(chosen.path), net, settings, choose("cpu", mixed=False), ["c"] * 20
        )
        regions = next(stage for stage in stages if isinstance(stage, RpnStage))
    assert len(boxes) == len(regions.boxes)
    best = iou(torch.from_numpy(boxes), torch.tensor(regions.boxes)).max(1).values
    assert (best > 0.99).float().mean() > 0.95


def test_canvases_grow_with_the_size_at_which_photos_are_read() -> None:
    views = Views(192, 256, (0.5, 2.0))
    assert scaled(views, (288, 384)) == views
    larger = scaled(views, (600, 1000))
    assert (larger.short, larger.long, larger.zoom) == (384, 544, views.zoom)
    shapes = photo()  # 100 x 100 pixels
    assert views.pixels(shapes) == pytest.approx((1.44, 5.76))
    assert larger.pixels(shapes) == pytest.approx((3.0, 12.0))
    wide = dataclasses.replace(shapes, width=1000, height=250)
    assert larger.pixels(wide) == pytest.approx((0.5, 2.0))  # its long side is the limit
