"""Trained networks -> weights/: half-precision safetensors, a card each, and a manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from explorer.training.card import card
from explorer.training.curves import draw_classes, draw_losses, draw_recall, read_losses
from explorer.training.data import CLASSES
from explorer.training.figures import record
from explorer.training.made import TITLES, USUAL, Made
from explorer.training.networks import WITH_SVMS, configuration_of, state_of, weights_file
from explorer.training.serialise import serialised
from explorer.training.svm import PUBLISHED


def half(path: Path) -> dict[str, torch.Tensor]:
    """Weights as they are packed: half precision, contiguous; counters as they are."""
    return {
        name: (values.half() if values.is_floating_point() else values).contiguous()
        for name, values in state_of(path).items()
    }


def pictures(method: str, run: Path, results: Mapping[str, Any], out: Path) -> dict[str, str]:
    """Draw what there is to show beside the card; what it shows -> file name."""
    title, drawn = TITLES[method], {}
    if (run / "losses.jsonl").is_file():
        drawn["losses"] = f"{method}-losses.png"
        draw_losses(read_losses(run), out / drawn["losses"], f"{title}: losses")
    if results["ap"]:
        drawn["classes"] = f"{method}-classes.png"
        draw_classes(results, out / drawn["classes"], f"{title}: average precision")
    if "proposals" in results:
        drawn["recall"] = f"{method}-recall.png"
        draw_recall(results["proposals"], out / drawn["recall"], f"{title}: recall of the regions")
    return drawn


def pack(
    method: str, trained: Path, results: Mapping[str, Any], out: Path, made: Made,
    ablations: Mapping[str, Any] | None = None,
) -> Path:  # fmt: skip
    """Write `out`/<method>.safetensors, its card with pictures and figures; enter it in
    `out`/manifest.json.

    trained: checkpoint or run folder. The same weights give the same file, byte for byte. Raises
    ValueError where the results are another method's, or where the library that draws is missing.
    """
    for measured in (results, ablations or results):
        if measured.get("method") != method:
            raise ValueError(f"these results are of {measured.get('method')}, not of {method}")
    if results.get("with"):
        raise ValueError(f"these results are of a variant: {', '.join(results['with'])}")
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"{method}.safetensors"
    source = weights_file(method, trained)
    held = configuration_of(source)
    metadata = {
        "method": method, "classes": json.dumps(list(CLASSES)),
        "settings": json.dumps(dict(held.changed), sort_keys=True),
    }  # fmt: skip
    if held.network != "compact":
        metadata["network"] = held.network
    drawn = pictures(method, trained, results, out)
    data = serialised(half(source), metadata)
    target.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    entry = {"name": target.name, "method": method, "sha256": digest, "bytes": len(data)}
    manifest = out / "manifest.json"
    before = json.loads(manifest.read_text())["files"] if manifest.exists() else []
    files = [one for one in before if one["name"] != target.name] + [entry]
    files.sort(key=lambda one: list(TITLES).index(one["method"]))
    manifest.write_text(json.dumps({"files": files}, indent=2) + "\n")
    kept = record(results, made.trained, ablations)
    (out / f"{method}.json").write_text(json.dumps(kept, indent=1) + "\n")
    (out / f"{method}.md").write_text(
        card(method, made, results, digest, len(data), drawn, ablations)
    )
    return target


def made_by(run: Path, device: str, commit: str, notes: Sequence[str] = ()) -> Made:
    """What a run folder says about itself (options.json, train.pt), with the packer's notes."""
    options = json.loads((run / "options.json").read_text())
    held = torch.load(run / "train.pt", weights_only=True, map_location="cpu")
    minutes, steps = options["minutes"], options["steps"]
    earlier = options.get("earlier")
    limits = (steps and f"--steps {steps}", minutes and f"--minutes {minutes:g}")
    budget = " ".join(limit for limit in limits if limit)
    numbers = tuple(
        (name, str(options[name])) for name in ("seed", "short") if options.get(name)
    )
    return Made(
        " ".join(options["sets"]), options["photos"], budget, held["step"],
        held.get("hours", held["seconds"] / 3600), device, commit,
        options.get("backbone", "pretrain.pt"),
        (earlier["steps"], earlier["hours"]) if earlier else None,
        options.get("network", "compact"), options.get("imagenet", False),
        tuple(
            (name, str(options[name]))
            for name, usual in USUAL.items() if str(options.get(name, usual)) != usual
        ) + numbers,
        # Runs that do not say it are of before C was another than the published one.
        options.get("svm", PUBLISHED) if options["method"] in WITH_SVMS else None,
        held.get("mined"), tuple(notes),
    )  # fmt: skip
