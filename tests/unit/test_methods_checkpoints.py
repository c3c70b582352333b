"""Weights are checked before they are used, and every refusal says which file and why."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch

from explorer.methods import fast_rcnn, sppnet
from explorer.methods.catalog import trace_photo
from explorer.methods.checkpoints import WeightsError, load
from explorer.methods.devices import Device, DeviceError, choose
from explorer.trace.stages import DetectionsStage
from tests.unit.small_nets import CLASSES, small_photo, small_regions

CPU = Device(torch.device("cpu"))


def packed(
    folder: Path,
    method: str = "fast_rcnn",
    settings: dict[str, Any] | None = None,
    state: dict[str, torch.Tensor] | None = None,
    classes: tuple[str, ...] = CLASSES,
    held: str | None = None,
) -> Path:
    """Half-precision weights of a seeded network and their manifest, as training packs them."""
    torch.manual_seed(0)
    if state is None:
        net = {"fast_rcnn": fast_rcnn, "sppnet": sppnet}[method].Net(len(classes))
        state = {
            name: values.half() if values.is_floating_point() else values
            for name, values in net.state_dict().items()
        }
    path = folder / f"{method}.safetensors"
    safetensors.torch.save_file(state, path, {
        "method": held or method, "classes": json.dumps(classes),
        "settings": json.dumps(settings or {}),
    })  # fmt: skip
    describe(path, method)
    return path


def describe(path: Path, method: str) -> None:
    data = path.read_bytes()
    entry = {
        "name": path.name, "method": method, "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
    }  # fmt: skip
    (path.parent / "manifest.json").write_text(json.dumps({"files": [entry]}))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packed(tmp_path_factory.mktemp("weights"))


def copy(good: Path, folder: Path) -> Path:
    for name in (good.name, "manifest.json"):
        (folder / name).write_bytes((good.parent / name).read_bytes())
    return folder / good.name


def test_what_was_packed_is_loaded(good: Path) -> None:
    loaded = load("fast_rcnn", CPU, good.parent)
    digest = hashlib.sha256(good.read_bytes()).hexdigest()
    assert loaded.weights_id == f"fast_rcnn.safetensors · {digest[:8]}"
    assert loaded.classes == CLASSES
    assert loaded.settings == fast_rcnn.Settings()
    assert not loaded.net.training
    stored = safetensors.torch.load_file(good)
    for name, values in loaded.net.state_dict().items():
        assert values.dtype == (torch.float32 if values.is_floating_point() else torch.int64)
        np.testing.assert_array_equal(values.numpy(), stored[name].float().numpy())


def test_loaded_weights_run(good: Path) -> None:
    loaded = dataclasses.replace(
        load("fast_rcnn", CPU, good.parent), settings=fast_rcnn.Settings(short=96, long=128)
    )
    photo = small_photo()
    trace = trace_photo(photo, "fast_rcnn", loaded, small_regions(photo, 5))
    assert isinstance(trace.stages[-1], DetectionsStage)
    assert trace.weights == loaded.weights_id
    assert trace.classes == CLASSES
    assert trace.settings["short"] == 96


def test_settings_come_with_the_weights(tmp_path: Path) -> None:
    packed(tmp_path, "sppnet", {"scales": [180, 216], "nms_threshold": 0.4})
    settings = load("sppnet", CPU, tmp_path).settings
    assert settings == sppnet.Settings(scales=(180, 216), nms_threshold=0.4)


def test_a_changed_byte_is_refused(good: Path, tmp_path: Path) -> None:
    path = copy(good, tmp_path)
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    with pytest.raises(WeightsError, match=rf"{path.name} is not the file .* changed"):
        load("fast_rcnn", CPU, tmp_path)


@pytest.mark.parametrize("length", (0, 7, 5000))
def test_a_cut_file_is_refused(good: Path, tmp_path: Path, length: int) -> None:
    path = copy(good, tmp_path)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(WeightsError, match="cut short"):
        load("fast_rcnn", CPU, tmp_path)


def test_a_file_that_is_no_safetensors_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fast_rcnn.safetensors"
    path.write_bytes(b"not weights at all, but the manifest agrees")
    describe(path, "fast_rcnn")
    with pytest.raises(WeightsError, match="not a safetensors file"):
        load("fast_rcnn", CPU, tmp_path)


def test_absent_files_are_named(good: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"manifest\.json cannot be read: No such file"):
        load("fast_rcnn", CPU, tmp_path)
    copy(good, tmp_path).unlink()
    with pytest.raises(WeightsError, match=r"fast_rcnn\.safetensors cannot be read"):
        load("fast_rcnn", CPU, tmp_path)
    with pytest.raises(WeightsError, match="lists no weights for fpn"):
        load("fpn", CPU, tmp_path)


@pytest.mark.parametrize("text", ("", "[]", '{"files": 3}', '{"files": [{"method": "fast_rcnn"}]}'))
def test_a_broken_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(WeightsError, match="is not a list of weights"):
        load("fast_rcnn", CPU, tmp_path)


def test_a_manifest_cannot_point_elsewhere(good: Path, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    path = copy(good, inside)
    manifest = json.loads((inside / "manifest.json").read_text())
    manifest["files"][0]["name"] = f"../{path.name}"
    path.rename(tmp_path / path.name)
    (inside / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(WeightsError, match=r"inside/fast_rcnn\.safetensors cannot be read"):
        load("fast_rcnn", CPU, inside)


def test_weights_of_another_kind_are_refused(good: Path, tmp_path: Path) -> None:
    state = safetensors.torch.load_file(good)
    cases: list[tuple[str, dict[str, Any]]] = [
        ("of 'rcnn', not of fast_rcnn", {"state": state, "held": "rcnn"}),
        ("of shape", {"state": state, "classes": ("cat", "dog")}),
        ("lacks 'head.fc6.weight'", {
            "state": {k: v for k, v in state.items() if k != "head.fc6.weight"}
        }),
        ("has 'more', which the network has not", {"state": state | {"more": torch.zeros(1)}}),
        ("not finite", {"state": state | {"head.fc7.bias": torch.full((512,), torch.nan)}}),
        ("classes and settings", {"state": state, "settings": {"no_such": 1}}),
    ]
    for sentence, changes in cases:
        packed(tmp_path, **changes)
        with pytest.raises(WeightsError, match=sentence):
            load("fast_rcnn", CPU, tmp_path)


def test_unknown_methods_are_named() -> None:
    with pytest.raises(KeyError, match="no method 'yolo'; there are rcnn, sppnet"):
        load("yolo", CPU)


# --- devices -------------------------------------------------------------------------------------


def test_devices_say_what_they_are() -> None:
    assert choose("cpu", mixed=False).name == "cpu · float32"
    assert Device(torch.device("cuda"), torch.float16).name == "cuda · float16 mixed"
    assert choose("auto", mixed=False).torch.type in ("cpu", "cuda", "mps")


def test_devices_that_are_not_there_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert choose("auto", mixed=False).torch.type == "cpu"
    for name in ("cuda", "mps"):
        with pytest.raises(DeviceError, match="finds no"):
            choose(name)
    with pytest.raises(DeviceError, match="There is no device 'tpu': choose auto, cpu, cuda, mps"):
        choose("tpu")


def test_bfloat16_only_where_the_processor_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for has, expected in ((True, torch.bfloat16), (False, None)):
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda has=has: has)
        assert choose("cpu").mixed == expected


def test_mixed_precision_changes_little() -> None:
    """A whole trace under bfloat16: the same regions, scores within its rounding."""
    from explorer.trace.stages import ScoresStage
    from tests.unit.small_nets import small_loaded, small_trace

    photo = small_photo()
    mixed = dataclasses.replace(
        small_loaded("fast_rcnn"), device=Device(torch.device("cpu"), torch.bfloat16)
    )
    trace = trace_photo(photo, "fast_rcnn", mixed, small_regions(photo))
    exact = small_trace("fast_rcnn").stage("scores")
    rough = trace.stage("scores")
    assert trace.device == "cpu · bfloat16 mixed"
    assert isinstance(exact, ScoresStage)
    assert isinstance(rough, ScoresStage)
    assert rough.values.dtype == np.float32
    assert 0 < np.abs(rough.values - exact.values).mean() < 0.05
