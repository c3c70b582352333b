"""Every method's training on coloured rectangles: loss falls, runs resume, results are real."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from safetensors import safe_open

from explorer.training import loop, train_rcnn, train_sppnet
from explorer.training import train_detector as whole
from explorer.training.__main__ import main
from explorer.training.card import card, training
from explorer.training.loop import Budget, rate_at
from explorer.training.made import Made
from explorer.training.networks import load_net
from explorer.training.options import Options
from explorer.training.pack import made_by
from explorer.training.precision import precision
from explorer.training.svm import fit_ridge, fit_svms
from tests.unit.shapes_data import make_shapes

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_rcnn, "CROPS", 16)
    monkeypatch.setattr(loop, "WARM_UP", 2)
    torch.set_num_threads(1)


def options(root: Path, work: str, steps: int) -> Options:
    return Options(
        data=root, sets=("2007:train",), work=root / work, budget=Budget(steps=steps),
        proposals=root / "proposals", batch=4, rate=2e-3, short=96,
    )  # fmt: skip


@pytest.mark.parametrize("method", ["fast_rcnn", "faster_rcnn", "fpn"])
def test_the_loss_of_a_detector_falls(small: None, tmp_path: Path, method: str) -> None:
    history = whole.train_detector(method, options(make_shapes(tmp_path), method, 14))
    assert len(history) == 14
    assert np.mean(history[-3:]) < 0.6 * history[0]
    recorded = [json.loads(x) for x in (tmp_path / method / "losses.jsonl").open()]
    assert recorded[0]["step"] == 1 and {"cls", "box"} < recorded[0].keys()
    before = whole.network(method).state_dict()
    after = load_net(method, tmp_path / method).state_dict()
    assert before.keys() == after.keys()


def test_sppnet_leaves_its_convolutions_alone(small: None, tmp_path: Path) -> None:
    chosen = options(make_shapes(tmp_path), "sppnet", 12)
    history = train_sppnet.train_sppnet(chosen)
    assert np.mean(history[-3:]) < 0.8 * history[0]
    torch.manual_seed(chosen.seed)
    fresh = train_sppnet.Net(20).state_dict()
    net = load_net("sppnet", chosen.work)
    for name, values in net.state_dict().items():
        if name.startswith("backbone."):
            assert torch.equal(values, fresh[name]), name
    assert net.svm.weight.abs().sum() > 0 and net.ridge.weight.abs().sum() > 0  # type: ignore[union-attr]


def test_rcnn_fits_svms_for_the_classes_it_saw(small: None, tmp_path: Path) -> None:
    chosen = options(make_shapes(tmp_path), "rcnn", 10)
    history = train_rcnn.train_rcnn(chosen)
    assert np.mean(history[-3:]) < 0.8 * history[0]
    net = load_net("rcnn", chosen.work)
    fitted = net.svm.weight.abs().sum(1) > 0  # type: ignore[union-attr]
    assert fitted.nonzero()[:, 0].tolist() == [2, 6]  # bird, car


def test_a_new_schedule_goes_on_with_the_whole_network(
    small: None, narrow: None, tmp_path: Path
) -> None:
    root = make_shapes(tmp_path)
    first = options(root, "first", 6)
    whole.train_detector("fast_rcnn", first)
    # Steps of rate 0 leave what they were given.
    second = dataclasses.replace(options(root, "second", 2), start=first.work, rate=0.0)
    whole.train_detector("fast_rcnn", second)
    before, after = (load_net("fast_rcnn", one.work).state_dict() for one in (first, second))
    assert all(torch.equal(values, after[name]) for name, values in before.items())
    third = dataclasses.replace(options(root, "third", 1), start=second.work, seed=3)
    whole.train_detector("fast_rcnn", third)
    made = made_by(third.work, "a CPU", "abc1234")
    assert made.steps == 1 and made.earlier is not None and made.earlier[0] == 8
    assert made.budget == "--steps 1"
    both = dataclasses.replace(third, budget=Budget(steps=1, minutes=30))
    whole.train_detector("fast_rcnn", both)  # goes on, and is done
    assert made_by(third.work, "a CPU", "abc1234").budget == "--steps 1 --minutes 30"
    assert made.backbone is None
    assert made.chosen == (("batch", "4"), ("rate", "0.002"), ("seed", "3"), ("short", "96"))


@pytest.mark.parametrize("method", ["rcnn", "sppnet"])
def test_methods_with_svms_go_on_too(small: None, tmp_path: Path, method: str) -> None:
    root, train = make_shapes(tmp_path), {"rcnn": train_rcnn.train_rcnn,
                                          "sppnet": train_sppnet.train_sppnet}[method]
    first = options(root, "first", 3)
    train(first)
    # A step of rate 0 leaves the fine-tuned layers, and a CNN that knows crops keeps what it knows.
    second = dataclasses.replace(options(root, "second", 1), start=first.work, rate=0.0)
    train(second)
    before, after = (load_net(method, one.work).state_dict() for one in (first, second))
    tuned = [name for name in before if name.startswith(("backbone.", "head."))]
    assert tuned and all(torch.equal(before[name], after[name]) for name in tuned)
    made = made_by(second.work, "a CPU", "abc1234")
    hours = torch.load(first.work / "train.pt", weights_only=True)["hours"]
    assert made.earlier == (3, pytest.approx(hours))


def test_a_training_begins_with_published_convolutions(small: None, tmp_path: Path) -> None:
    torch.manual_seed(7)
    published = {name: v.half() for name, v in whole.network("fpn").state_dict().items()}
    safetensors.torch.save_file(published, tmp_path / "fpn.safetensors")
    chosen = dataclasses.replace(
        options(make_shapes(tmp_path), "fast_rcnn", 1), rate=0.0,
        backbone=tmp_path / "fpn.safetensors",
    )
    whole.train_detector("fast_rcnn", chosen)
    held = load_net("fast_rcnn", chosen.work).state_dict()
    cnn = [name for name in held if name.startswith("backbone.")]
    assert cnn and all(torch.equal(held[name], published[name].float()) for name in cnn)
    made = made_by(chosen.work, "a CPU", "abc1234")
    assert made.teacher == "fpn"
    assert "--backbone weights/fpn.safetensors" in training("fast_rcnn", made, "")[0]


def test_half_precision_trains_too(small: None, tmp_path: Path) -> None:
    chosen = options(make_shapes(tmp_path, 4), "fpn", 2)
    half = dataclasses.replace(chosen, precision=precision("cpu", "bfloat16"))
    assert np.isfinite(whole.train_detector("fpn", half)).all()
    weights = load_net("fpn", chosen.work).state_dict()
    assert all(torch.isfinite(x.float()).all() for x in weights.values())


def test_the_rate_warms_up_and_falls() -> None:
    assert rate_at(0.0, 0) == pytest.approx(1 / loop.WARM_UP)
    assert rate_at(0.5, 1000) == pytest.approx(0.505)
    assert rate_at(1.0, 1000) == pytest.approx(0.01)
    # A run of 50 steps is warm after five of them.
    assert rate_at(4 / 50, 4) == pytest.approx(0.8 * rate_at(4 / 50, 1000))
    assert rate_at(5 / 50, 5) == rate_at(5 / 50, 1000)
    assert Budget(steps=10).done(5, 1e9) == 0.5
    assert Budget(minutes=2).done(10**6, 60) == 0.5


def test_evaluate_and_pack(small: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_shapes(tmp_path, 4)
    whole.train_detector("fast_rcnn", options(root, "run", 2))
    results = tmp_path / "results.json"
    assert main([
        "evaluate", "fast_rcnn", "--data", str(root), "--split", "train", "--out", str(results),
        "--weights", str(root / "run"), "--proposals", str(root / "proposals"), "--limit", "2",
    ]) == 0  # fmt: skip
    held = json.loads(results.read_text())
    assert held["ap"].keys() == {"bird", "car"}
    assert held["map"] == pytest.approx(sum(held["ap"].values()) / 2)
    assert held["coco"]["per_class"].keys() == held["ap"].keys()
    # The two programs agree on AP at 0.5 but for 101 points of recall instead of all.
    assert held["coco"]["ap50"] == pytest.approx(held["map"], abs=0.02)
    assert held["proposals"]["boxes"] == 4
    assert held["proposals"]["recall"][-1][0] > 0.5  # half of the regions were drawn near objects
    assert (held["photos"], held["photos_in_split"], held["limit"]) == (2, 4, 2)
    assert held["settings"]["detection_threshold"] == held["settings"]["score_threshold"]
    for one in held["detections"]:
        x1, y1, x2, y2 = one["box"]
        assert 0 <= x1 <= x2 <= 128 and 0 <= y1 <= y2 <= 96

    shared = tmp_path / "shared.json"
    work = ["--weights", str(root / "run"), "--proposals", str(root / "proposals")]
    where = ["--data", str(root), "--split", "train", "--out", str(shared), "--limit", "2"]
    assert main(["evaluate", "fast_rcnn", *where, *work, "--jobs", "2"]) == 0
    by_two = json.loads(shared.read_text())
    assert by_two["cpu_seconds_per_photo"] > 0  # of the processes that did the work
    assert [one["image"] for one in by_two["detections"]] == [
        one["image"] for one in held["detections"]
    ]
    for name in ("map", "coco", "proposals"):
        assert by_two[name] == held[name]
    assert main(["evaluate", "fast_rcnn", *where, *work, "--jobs", "0"]) == 1
    assert "at least one process" in capsys.readouterr().err

    table = tmp_path / "ablations.json"
    assert main([
        "ablate", "fast_rcnn", "--data", str(root), "--split", "train", "--out", str(table),
        "--weights", str(root / "run"), "--proposals", str(root / "proposals"), "--limit", "1",
        "--with", "svd_fc6=8 svd_fc7=4",
    ]) == 0  # fmt: skip
    assert "mAP  svd_fc6=8 svd_fc7=4" in capsys.readouterr().out
    before, cut = json.loads(table.read_text())["rows"]
    assert before["with"] == [] and cut["with"] == ["svd_fc6=8", "svd_fc7=4"]
    v, u = 256 * 49, 512
    assert before["fc_weights"] == u * v + u * u
    assert cut["fc_weights"] == 8 * (u + v) + 4 * (u + u)

    out = tmp_path / "weights"
    assert main([
        "pack", "fast_rcnn", "--run", str(root / "run"), "--results", str(results),
        "--out", str(out), "--commit", "abc1234", "--ablations", str(table),
    ]) == 0  # fmt: skip
    packed = out / "fast_rcnn.safetensors"
    entry = json.loads((out / "manifest.json").read_text())["files"][0]
    assert entry["sha256"] == hashlib.sha256(packed.read_bytes()).hexdigest()
    with safe_open(packed, "pt") as file:
        assert json.loads(file.metadata()["classes"])[2] == "bird"
        assert file.get_tensor("head.fc6.weight").dtype == torch.float16
    text = (out / "fast_rcnn.md").read_text()
    assert str(tmp_path) not in text
    assert "| `svd_fc6=8`, `svd_fc7=4` |" in text and "not trained for it" in text
    assert "its first 2 photos" in text and "abc1234" in text and "flickr" in text
    assert f"COCO's AP, mean over IoU 0.50 to 0.95: **{100 * held['coco']['ap']:.1f}**" in text
    linked = re.findall(r"!\[[^]]+\]\(([^)]+)\)", text)
    assert linked == [f"fast_rcnn-{kind}.png" for kind in ("classes", "recall", "losses")]
    assert all((out / name).stat().st_size < 60_000 for name in linked)


def test_the_figures_of_a_card_are_measured_again(
    small: None, narrow: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_shapes(tmp_path, 4)
    whole.train_detector("fast_rcnn", options(root, "run", 2))
    out, results, table = (tmp_path / name for name in ("weights", "results.json", "table.json"))
    data = ["--data", str(root), "--proposals", str(root / "proposals")]

    pack = [
        "pack", "fast_rcnn", "--run", str(root / "run"), "--results", str(results),
        "--out", str(out), "--commit", "abc1234",
    ]
    table_alone = ["pack", "fast_rcnn", "--ablations", str(table), "--out", str(out)]

    def pack_measured(source: Path) -> None:
        where = [*data, "--split", "train", "--limit", "2", "--weights", str(source)]
        assert main(["evaluate", "fast_rcnn", *where, "--out", str(results)]) == 0
        varied = ["--with", "regression=off", "--out", str(table)]
        assert main(["ablate", "fast_rcnn", *where, *varied]) == 0
        assert main([*pack, "--ablations", str(table)]) == 0

    def packed() -> tuple[str, ...]:
        return tuple((out / f"fast_rcnn.{kind}").read_text() for kind in ("md", "json"))

    pack_measured(root / "run")
    assert main(table_alone) == 1  # measured with other weights than the packed ones
    pack_measured(out)  # in half precision two steps of training find other boxes
    at_once = packed()
    assert main(pack) == 0 and packed() != at_once
    for _ in range(2):  # the second takes the place of the first
        assert main(table_alone) == 0 and packed() == at_once
    published = out / "fast_rcnn.safetensors"
    on = dataclasses.replace(options(root, "on", 1), start=published, rate=0.0)
    whole.train_detector("fast_rcnn", on)
    assert made_by(on.work, "a CPU", "abc1234").earlier == (2, pytest.approx(0, abs=0.1))
    held = load_net("fast_rcnn", out).state_dict()
    for name, values in load_net("fast_rcnn", on.work).state_dict().items():
        assert torch.equal(values, held[name]), name
    again = ["reproduce", "fast_rcnn", *data, "--weights", str(out), "--out", str(tmp_path / "r")]
    capsys.readouterr()
    assert main(again) == 0
    kept = json.loads((out / "fast_rcnn.json").read_text())
    count = len(kept["figures"])
    assert f"fast_rcnn: {count} of {count} figures as on the card" in capsys.readouterr().out
    card_text = (out / "fast_rcnn.md").read_text()
    for name in ("AP", "AP, 11 points", "COCO's AP", "AP with regression=off"):
        assert f"{kept['figures'][name]:.1f}" in card_text, name

    kept["figures"]["AP of bird"] += 1
    kept["figures"]["AP of unicorn"] = 3.0
    (out / "fast_rcnn.json").write_text(json.dumps(kept))
    assert main([*again, "--without-ablations"]) == 1
    said = capsys.readouterr().out
    assert "AP of bird: " in said and "AP of unicorn: 3.00 on the card, not measured now" in said
    assert main(["reproduce", "fpn", *again[2:]]) == 1  # there is no card of FPN


def test_results_of_before_have_a_card_as_well() -> None:
    results = {
        "metric": "VOC AP", "ap": {"cat": 0.5}, "map": 0.5, "map_11point": 0.51, "photos": 5,
        "photos_in_split": 5, "year": "2007", "split": "val", "seconds_per_photo": 1.0,
        "device": "cpu", "cached_regions": False,
    }  # fmt: skip
    made = Made("2007:train", 9, "--steps 3", 3, 0.1, "a CPU", "abc1234")
    text = card("fpn", made, results, "0" * 64, 10**6)
    assert "**50.0 mAP** (51.0" in text and "| cat | 50.0 |\n" in text
    assert "COCO" not in text and "![" not in text


PACKED_TWICE = """
import sys, torch
from explorer.training.serialise import serialised
torch.manual_seed(0)
state = {f"layer{i}": torch.rand(i + 1, 3).half() for i in range(12)}
metadata = {name: name.upper() for name in ("method", "classes", "settings", "network", "more")}
sys.stdout.buffer.write(serialised(state, metadata))
"""


def test_the_same_weights_are_the_same_file() -> None:
    files = [
        subprocess.run(
            [sys.executable, "-c", PACKED_TWICE], capture_output=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed}, cwd=ROOT,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert files[0] == files[1]
    held = safetensors.torch.load(files[0])
    assert held.keys() == {f"layer{i}" for i in range(12)}
    torch.manual_seed(0)
    for i in range(12):
        assert torch.equal(held[f"layer{i}"], torch.rand(i + 1, 3).half())
    length = int.from_bytes(files[0][:8], "little")
    assert length % 8 == 0
    header = json.loads(files[0][8 : 8 + length])
    assert header["__metadata__"]["method"] == "METHOD"


def test_a_missing_file_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "fpn", "--data", str(tmp_path), "--work", str(tmp_path), "--steps", "1"])
    assert "no such split" in capsys.readouterr().err


def test_svms_separate_and_ridge_finds_a_linear_rule() -> None:
    random = np.random.default_rng(0)
    pool = random.normal(size=(400, 6)).astype(np.float32)
    shift = np.array([8, 0, 0, 0, 0, 0])
    positives = (random.normal(size=(40, 6)) + shift).astype(np.float32)
    labels = np.zeros(40, np.int64)
    weights, biases = fit_svms(positives, labels, pool, np.ones((400, 2), bool))
    assert (positives @ weights[0] + biases[0] > 0).mean() > 0.9
    assert (pool @ weights[0] + biases[0] < 0).mean() > 0.95
    assert not weights[1].any() and biases[1] < -5  # no example: never found

    targets = np.stack([pool[:, 0] * 0.1, pool[:, 1] * 0.2, pool[:, 2], pool[:, 3]], 1)
    ridge, offset = fit_ridge(pool, np.ones(400, np.int64), targets.astype(np.float32), 2)
    guess = pool @ ridge[4:].T + offset[4:]
    assert not ridge[:4].any()
    for column in range(4):
        assert np.corrcoef(guess[:, column], targets[:, column])[0, 1] > 0.99
