"""Files of torchvision's detectors: recognised by what is in them, refused in a sentence."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import pickle
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor
from torchvision.models.detection import fasterrcnn_mobilenet_v3_large_fpn

from explorer.methods import torchvision_weights as weights
from explorer.methods.checkpoints import WeightsError
from explorer.methods.devices import Device
from explorer.methods.torchvision_fpn import TorchvisionNet

CPU = Device(torch.device("cpu"))


def names_of(variant: weights.Variant) -> dict[str, Tensor]:
    """The variant's parameters, without memory for them."""
    with torch.device("meta"):
        model = variant.build(weights=None, weights_backbone=None, num_classes=4)
    state: dict[str, Tensor] = model.state_dict()
    return state


def test_a_mobilenet_file_is_loaded(tmp_path: Path) -> None:
    """As torchvision's training script saves it: under "model", with other things beside it."""
    torch.manual_seed(0)
    model = fasterrcnn_mobilenet_v3_large_fpn(weights=None, weights_backbone=None, num_classes=5)
    path = tmp_path / "mine.pth"
    torch.save({"model": model.state_dict(), "epoch": 3}, path)
    loaded = weights.load_file(path, CPU)
    assert loaded.method == "fpn"
    assert loaded.classes == ("class 1", "class 2", "class 3", "class 4")
    assert loaded.weights_id == f"mine.pth · {hashlib.sha256(path.read_bytes()).hexdigest()[:8]}"
    net = loaded.net
    assert isinstance(net, TorchvisionNet)
    assert not net.training
    for name, values in model.state_dict().items():
        assert torch.equal(net.model.state_dict()[name], values), name
    settings = net.settings()
    assert (settings.short, settings.long, settings.objectness_threshold) == (800, 1333, 0.05)
    assert (settings.lowest, settings.highest) == (5, 5)  # both of its maps have stride 32
    assert len(settings.anchor_sizes) == 3


@pytest.mark.parametrize("variant", weights.VARIANTS, ids=lambda variant: variant.name)
def test_variants_are_told_apart(variant: weights.Variant) -> None:
    state = names_of(variant)
    assert next(one for one in weights.VARIANTS if one.mark in state) is variant
    assert len(variant.trained.meta["categories"]) == 91


def test_names_of_older_files_are_understood() -> None:
    """torchvision's published ResNet-50 file: older names, fixed normalisation, no counters."""
    variant = weights.VARIANTS[-1]
    with torch.device("meta"):
        model = variant.build(weights=None, weights_backbone=None, num_classes=4)
    today: dict[str, Tensor] = model.state_dict()
    older = {
        name.replace("rpn.head.conv.0.0.", "rpn.head.conv.")
        .replace("_blocks.0.0.", "_blocks.0.").replace("_blocks.1.0.", "_blocks.1.")
        .replace("_blocks.2.0.", "_blocks.2.").replace("_blocks.3.0.", "_blocks.3."): values
        for name, values in today.items() if not name.endswith("num_batches_tracked")
    }  # fmt: skip
    assert "rpn.head.conv.weight" in older
    assert "backbone.fpn.inner_blocks.3.bias" in older
    renamed = weights._renamed(older, model)
    assert set(renamed) == set(today)
    for name, values in renamed.items():
        assert values.shape == today[name].shape


class Attack:
    """What a pickle can do when it is read carelessly."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


def test_a_file_cannot_run_code(tmp_path: Path) -> None:
    path = tmp_path / "attack.pth"
    path.write_bytes(pickle.dumps({"model": Attack(tmp_path / "attacked")}, protocol=2))
    with pytest.raises(WeightsError, match=r"attack\.pth is not a file of weights"):
        weights.load_file(path, CPU)
    assert not (tmp_path / "attacked").exists()


@pytest.mark.parametrize("name", ("a.pth", "a.safetensors"))
@pytest.mark.parametrize("content", (b"", b"hello", b"\x80\x02}q\x00.", b"PK\x03\x04 not a zip"))
def test_other_files_are_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=f"{path} is "):
        weights.load_file(path, CPU)


def test_other_networks_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.pth"
    torch.save(torch.nn.Linear(2, 2).state_dict(), path)
    with pytest.raises(WeightsError, match="of none of torchvision's detectors"):
        weights.load_file(path, CPU)
    torch.save([1, 2], path)
    with pytest.raises(WeightsError, match="something else than the weights"):
        weights.load_file(path, CPU)
    with pytest.raises(WeightsError, match="cannot be read: No such file"):
        weights.load_file(tmp_path / "absent.pth", CPU)


def served(
    folder: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, digest: str | None = None
) -> str:
    """A variant whose weights are `content`, at a file:// address with its digest in the name."""
    digest = digest or hashlib.sha256(content).hexdigest()[:8]
    source = folder / f"detector-{digest}.pth"
    source.write_bytes(content)
    variant = dataclasses.replace(
        weights.VARIANTS[0], trained=SimpleNamespace(url=source.as_uri())  # type: ignore[arg-type]
    )
    monkeypatch.setattr(weights, "VARIANTS", (variant,))
    return variant.name


def test_downloads_tell_how_far_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytes(3_000_000)
    name = served(tmp_path, monkeypatch, content)
    told: list[tuple[int, int]] = []
    path = weights.download(name, tmp_path / "cache", lambda *at: told.append(at))
    assert path.read_bytes() == content
    assert [done for done, _ in told] == [1 << 20, 2 << 20, 3_000_000]
    assert {total for _, total in told} == {3_000_000}
    told.clear()
    assert weights.download(name, tmp_path / "cache", lambda *at: told.append(at)) == path
    assert not told  # it was there


def test_broken_downloads_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    name = served(tmp_path, monkeypatch, b"half of it", digest="00000000")
    with pytest.raises(WeightsError, match="did not come through whole"):
        weights.download(name, cache)
    name = served(tmp_path, monkeypatch, bytes(2_000_000))

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        weights.download(name, cache, stop)
    assert list(cache.iterdir()) == []
    for left in tmp_path.glob("*.pth"):
        left.unlink()
    with pytest.raises(WeightsError, match="could not be downloaded"):
        weights.download(name, cache)
    with pytest.raises(WeightsError, match="no torchvision weights called 'yolo'"):
        weights.download("yolo", cache)
