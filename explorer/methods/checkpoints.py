"""Bundled weights -> a network that is ready to run; files are checked before they are used.

A file is safetensors: numbers and a header, no code. Its metadata: "method", "classes" (JSON list),
"settings" (JSON object, what differs from the method's defaults) and, where its CNN is not the
compact one, "network" (see `configurations`). `manifest.json` beside it:
{"files": [{"name", "method", "sha256", "bytes"}]}.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from explorer.methods.configurations import build, settings_for
from explorer.methods.devices import Device
from explorer.methods.modules import Settings, module_of
from explorer.paths import weights_dir

MOST_BYTES = 1_000_000_000  # of a file of weights; the largest known are about 170 million
MANIFEST = "manifest.json"


class WeightsError(Exception):
    """Weights that cannot be used: `str()` is one sentence, which file and what is wrong."""


@dataclass(frozen=True, eq=False)
class Loaded:
    """A method's network on its device, in evaluation mode.

    weights_id: the file and the beginning of its sha256, as it stands in traces.
    """

    method: str
    net: nn.Module
    settings: Settings
    classes: tuple[str, ...]
    weights_id: str
    device: Device


def load(method: str, device: Device, folder: Path | None = None) -> Loaded:
    """The bundled network of a method, from `folder` (default: the program's own weights).

    Raises WeightsError where the file is absent, altered or of another shape, and KeyError for a
    method that is not one of the five.
    """
    module_of(method)  # or there is no such method
    path, wanted = _entry(method, folder or weights_dir())
    data = _read(path)
    digest = hashlib.sha256(data).hexdigest()
    if len(data) != wanted["bytes"] or digest != wanted["sha256"]:
        raise WeightsError(
            f"{path} is not the file that {MANIFEST} describes (it was cut short or changed): "
            "get it again."
        )
    metadata, state = _parse(path, data)
    if metadata.get("method") != method:
        raise WeightsError(f"{path} holds weights of '{metadata.get('method')}', not of {method}.")
    try:
        classes = tuple(str(name) for name in json.loads(metadata["classes"]))
        changed = tuples(json.loads(metadata.get("settings", "{}")))
        network = metadata.get("network", "compact")
        settings = dataclasses.replace(settings_for(method, network), **changed)
        net = build(method, len(classes), network)
    except (KeyError, ValueError, TypeError) as error:
        raise WeightsError(f"{path} does not say its classes and settings: {error}.") from error
    fill(net, state, path)
    return Loaded(
        method, net.to(device.torch).eval(), settings, classes, f"{path.name} · {digest[:8]}",
        device,
    )


def fill(net: nn.Module, state: dict[str, Tensor], path: Path) -> None:
    """Put `state` into the network, in its own precision.

    Raises WeightsError where a name or a shape differs, or where a number is not finite.
    """
    for name, values in net.state_dict().items():
        held = state.get(name)
        if held is None:
            raise WeightsError(f"{path} lacks '{name}': it is of another network.")
        if held.shape != values.shape:
            raise WeightsError(
                f"{path} has '{name}' of shape {tuple(held.shape)}, not {tuple(values.shape)}: it "
                "is of another network."
            )
        if held.is_floating_point() and not torch.isfinite(held).all():
            raise WeightsError(f"{path} has numbers in '{name}' that are not finite.")
    if extra := sorted(set(state) - set(net.state_dict())):
        raise WeightsError(f"{path} has '{extra[0]}', which the network has not.")
    net.load_state_dict(state)


def _entry(method: str, folder: Path) -> tuple[Path, dict[str, Any]]:
    """Path and manifest entry of a method's file."""
    manifest = folder / MANIFEST
    try:
        files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        entry = next((one for one in files if one["method"] == method), None)
        if entry is None:
            raise WeightsError(f"{manifest} lists no weights for {method}.")
        described = {"bytes": int(entry["bytes"]), "sha256": str(entry["sha256"])}
        path = folder / Path(str(entry["name"])).name
    except OSError as error:
        raise WeightsError(f"{manifest} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{manifest} is not a list of weights: {error!r}.") from error
    return path, described


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise WeightsError(f"{path} is larger than any file of weights that is known.")
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path} cannot be read: {error.strerror}.") from error


def _parse(path: Path, data: bytes) -> tuple[dict[str, str], dict[str, Tensor]]:
    """The metadata and the tensors of a safetensors file."""
    try:
        state = safetensors.torch.load(data)
        length = int.from_bytes(data[:8], "little")
        metadata: dict[str, str] = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    except (SafetensorError, ValueError) as error:
        raise WeightsError(f"{path} is not a safetensors file: {error}.") from error
    return metadata, state


def tuples(value: Any) -> Any:
    """JSON lists as the tuples that settings have."""
    if isinstance(value, dict):
        return {name: tuples(each) for name, each in value.items()}
    return tuple(tuples(each) for each in value) if isinstance(value, list) else value
