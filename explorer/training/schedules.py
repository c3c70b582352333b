"""Training schedules side by side: runs of one method, each measured, and the table of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from explorer.training.ablations import measured_on
from explorer.training.card import network_options
from explorer.training.evaluation import measured
from explorer.training.networks import PACKED

HEAD = "## Schedules"
NOTE = (
    "Networks trained for this comparison alone, on fewer photos and in fewer steps than the "
    "weights above: the same photos, steps in all, seed and start for each. A step of the "
    "alternating schedule trains one part of the network, a joint one trains all of it."
)
REGIONS = 300  # a photo: what Faster R-CNN's tables count (section 4)
# What has to be the same for a comparison to be one.
SHARED = (
    "method", "sets", "photos", "backbone", "batch", "rate", "seed", "network", "imagenet",
    "settings",
)  # fmt: skip


def compare(
    runs: Sequence[Path], data: Path, year: str, split: str, out: Path, limit: int = 0,
    device: str = "cpu",
) -> dict[str, Any]:  # fmt: skip
    """Measure each run folder's network on a split and write the table to `out`.

    Raises ValueError, before anything runs, where the runs differ in more than their schedule.
    """
    said = [json.loads((run / "options.json").read_text()) for run in runs]
    steps = [torch.load(run / "train.pt", weights_only=True)["step"] for run in runs]
    about = {name: said[0][name] for name in SHARED}
    for run, one, taken in zip(runs, said, steps, strict=True):
        other = [name for name in SHARED if one[name] != about[name]]
        other += ["steps"] * (taken != steps[0])
        if other:
            raise ValueError(f"{run} is not {runs[0]} on another schedule: {', '.join(other)}")
    table: dict[str, Any] = about | {
        "year": year, "split": split, "limit": limit, "steps": steps[0], "rows": []
    }  # fmt: skip
    for run, one in zip(runs, said, strict=True):
        results = measured(one["method"], data, year, split, run, limit, None, device)
        regions = results["proposals"]
        table["rows"].append({
            "schedule": one["schedule"], "map": results["map"], "coco_ap": results["coco"]["ap"],
            "recall": regions["recall"][regions["numbers"].index(REGIONS)][0],
        })  # fmt: skip
        kept = ("photos", "photos_in_split")
        table |= {f"{split}_{key}": results[key] for key in kept}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(table, indent=1))
    return table


def schedule_table(table: Mapping[str, Any]) -> str:
    """The section of a model card, Markdown."""
    held, total = (table[f"{table['split']}_{key}"] for key in ("photos", "photos_in_split"))
    where = measured_on(table["year"], table["split"], held, total)
    began = table["backbone"]
    lines = [
        f"| schedule | mAP | COCO's AP | recall by {REGIONS} regions |",
        "| --- | --- | --- | --- |",
        *(
            f"| {row['schedule']} | {100 * row['map']:.1f} | {100 * row['coco_ap']:.1f} | "
            f"{100 * row['recall']:.1f}% |" for row in table["rows"]
        ),
    ]  # fmt: skip
    start = ""
    if began:
        published = began.endswith(PACKED)
        start = f" --backbone weights/{began}" if published else " --backbone WORK/pretrain.pt"
    elif table["network"] != "compact":
        start = f" {network_options(table['network'], table['imagenet'])}"
    sets = " ".join(f"--set {one}" for one in table["sets"])
    names = [row["schedule"] for row in table["rows"]]
    commands = [
        *(
            f"python -m explorer.training train {table['method']} --data ROOT {sets}{start} "
            f"--work WORK/{name} --schedule {name} --steps {table['steps']} "
            f"--limit {table['photos']} --seed {table['seed']}" for name in names
        ),
        f"python -m explorer.training schedules {' '.join(f'WORK/{name}' for name in names)} "
        f"--data ROOT --year {table['year']} --split {table['split']} --out schedules.json"
        + (f" --limit {table['limit']}" if table["limit"] else ""),
    ]  # fmt: skip
    return "\n".join((
        HEAD, "", f"{NOTE} {table['photos']:,} photos of {', '.join(table['sets'])}, "
        f"{table['steps']:,} steps; measured on {where}.", "", *lines, "", "```", *commands, "```",
        "", "",
    ))
