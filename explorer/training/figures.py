"""Every figure of a model card by its name, in percent: kept beside it, and compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TOLERANCE = 0.2  # percent: what another processor's rounding may change


def percent(fractions: Mapping[str, float]) -> dict[str, float]:
    """As they are kept: to a hundredth."""
    return {name: round(100 * float(value), 2) for name, value in fractions.items()}


def figures(results: Mapping[str, Any]) -> dict[str, float]:
    """What a card says of accuracy and recall. results: of `measured`."""
    found = {"AP": results["map"], "AP, 11 points": results["map_11point"]}
    found |= {f"AP of {name}": value for name, value in results["ap"].items()}
    coco = results.get("coco")
    if coco:
        names = {"COCO's AP": "ap", "COCO's AP at 0.5": "ap50", "COCO's AP at 0.75": "ap75"}
        names |= {f"COCO's AP, {size}": f"ap_{size}" for size in ("small", "medium", "large")}
        found |= {name: coco[key] for name, key in names.items() if coco[key] is not None}
        found |= {f"COCO's AP of {name}": one["ap"] for name, one in coco["per_class"].items()}
    regions = results.get("proposals")
    if regions:
        found |= {
            f"recall of {number} regions at IoU {regions['ious'][0]:g}": row[0]
            for number, row in zip(regions["numbers"], regions["recall"], strict=True)
        }
    return percent(found)


def of_ablations(table: Mapping[str, Any]) -> dict[str, Any]:
    """What of a table of `ablate` is kept: its variants and their figures, and on how many photos
    they were measured (0: all)."""
    found: dict[str, float] = {}
    for row in table["rows"]:
        if row["with"]:
            named = " ".join(row["with"])
            found |= {f"AP with {named}": row["map"], f"COCO's AP with {named}": row["coco_ap"]}
    variants = [row["with"] for row in table["rows"] if row["with"]]
    return {
        "ablations_limit": table["limit"], "variants": variants, "figures": percent(found)
    }


def of_method(figures: Mapping[str, float]) -> dict[str, float]:
    """Those of the method as it is, without its variants'."""
    return {name: value for name, value in figures.items() if " with " not in name}


def record(
    results: Mapping[str, Any], trained: Mapping[str, Any],
    ablations: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What is kept beside a card: how it was measured, the training, the variants, the figures."""
    held = {key: results[key] for key in ("method", "year", "split", "photos", "limit")}
    added = of_ablations(ablations) if ablations else {"variants": [], "figures": {}}
    held["trained"] = dict(trained)
    return held | added | {"figures": figures(results) | added["figures"]}


def read_record(folder: Path, method: str) -> dict[str, Any]:
    """What `record` kept. Raises ValueError where there is none."""
    path = folder / f"{method}.json"
    if not path.is_file():
        raise ValueError(f"no figures of {method} to compare with: {path} is missing")
    held: dict[str, Any] = json.loads(path.read_text())
    return held


def differing(
    card: Mapping[str, float], now: Mapping[str, float], tolerance: float = TOLERANCE
) -> list[str]:
    """A line for every figure of the card that is another now by more than `tolerance` percent, or
    that was not measured."""
    lines = []
    for name, value in card.items():
        found = now.get(name)
        if found is None:
            lines.append(f"{name}: {value:.2f} on the card, not measured now")
        elif abs(found - value) > tolerance + 1e-9:
            lines.append(f"{name}: {value:.2f} on the card, {found:.2f} now")
    return lines
