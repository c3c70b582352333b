"""Ablations: a method measured again with one of its parts exchanged, and the table of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from explorer.methods import sppnet
from explorer.methods.changing import value_text, with_changes
from explorer.nets.svd import compressed, layer_sizes
from explorer.training.evaluation import measured, weights_text
from explorer.training.networks import load_net, load_settings

HEAD = "## Ablations"
NOTE = (
    "The same trained weights in every row: a part is exchanged when the network runs, the network "
    "is not trained for it. A row says what these weights lose without the part, not what a "
    "network trained without it would reach."
)
# Variants that are measured unless others are given; the settings of one stand in one string.
USUAL: dict[str, tuple[str, ...]] = {
    "rcnn": ("padding=0", "regression=off", "padding=0 regression=off"),
    "sppnet": (
        f"scales={value_text(sppnet.SCALES)}", "levels=6", "levels=3", "levels=2", "levels=1",
        "levels=3,2,1", "regression=off",
    ),
    "fast_rcnn": (
        "pooling=roi_align", "regression=off", "svd_fc6=256 svd_fc7=128", "svd_fc6=128 svd_fc7=32",
        "svd_fc6=64 svd_fc7=32", "svd_fc6=32 svd_fc7=16",
    ),
    "faster_rcnn": (
        "pooling=roi_align", "rpn_refinement=off", "regression=off", "{size0}", "{size1}",
        "{size2}", "{size0},{size1}", "{size1},{size2}",
    ),
    "fpn": (
        "top_down=off", "laterals=off", "only_level=2", "only_level=3", "only_level=4",
        "only_level=5", "pooling=roi_pool", "rpn_refinement=off", "regression=off",
    ),
}  # fmt: skip


def usual(method: str, weights: Path) -> tuple[str, ...]:
    """The variants that are measured unless others are given; anchor scales are the weights' own.
    """
    held = load_settings(method, weights)
    sizes = {f"size{i}": f"{size:g}" for i, size in enumerate(getattr(held, "anchor_sizes", ()))} \
        if method == "faster_rcnn" else {}
    texts = (one.format(**sizes) for one in USUAL[method])
    return tuple(text if "=" in text else f"sizes_used={text}" for text in texts)


def ablate(
    method: str, data: Path, year: str, split: str, out: Path, weights: Path,
    variants: Sequence[str] = (), limit: int = 0, proposals: Path | None = None,
    device: str = "cpu", jobs: int = 1,
) -> dict[str, Any]:  # fmt: skip
    """Measure the method as it is and with each variant ("top_down=off pooling=roi_pool": one
    variant of two settings); `out` holds what is done after each, and a second call goes on there.

    Raises ValueError, before anything runs, for a variant that the settings do not know.
    """
    settings = load_settings(method, weights)
    wanted = ("", *(variants or usual(method, weights)))
    for one in wanted:
        with_changes(settings, one.split())
    about = {
        "method": method, "year": year, "split": split, "limit": limit, "note": NOTE,
        "weights": weights_text(method, weights),
    }  # fmt: skip
    table: dict[str, Any] = json.loads(out.read_text()) if out.exists() else {}
    if {key: table.get(key) for key in about} != about:
        table = {"rows": []}  # of another run
    rows: dict[str, dict[str, Any]] = {" ".join(row["with"]): row for row in table["rows"]}
    for one in wanted:
        if one in rows:
            continue
        results = measured(
            method, data, year, split, weights, limit, proposals, device, one.split(), jobs
        )
        seconds = timed_by(device)[0]
        rows[one] = {
            "with": one.split(), "map": results["map"], "map_11point": results["map_11point"],
            "coco_ap": results["coco"]["ap"], seconds: results[seconds],
            **_sizes(method, weights, one),
        }  # fmt: skip
        kept = ("photos", "photos_in_split", "device", "metric", "cached_regions")
        table = about | {key: results[key] for key in kept} | {"rows": list(rows.values())}
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(table, indent=1))
    return table


def timed_by(device: str) -> tuple[str, str]:
    """Which of the results' times the rows compare, and its unit: on a CPU what was computed,
    whatever else the machine did meanwhile."""
    if device == "cpu":
        return "cpu_seconds_per_photo", "CPU s"
    return "seconds_per_photo", "s"


def _sizes(method: str, weights: Path, variant: str) -> dict[str, int]:
    """How many weights fc6 and fc7 have, where they can be compressed."""
    if method != "fast_rcnn":
        return {}
    settings = with_changes(load_settings(method, weights), variant.split())
    head: Any = load_net(method, weights).head
    cut = compressed(head, settings.svd_fc6, settings.svd_fc7)  # type: ignore[union-attr]
    return {"fc_weights": sum(one.weights for one in layer_sizes(cut))}


def measured_on(year: str, split: str, photos: int, total: int) -> str:
    """ "VOC 2007 val, the first 150 of 500 photos"."""
    held = f"{photos} photos" if photos == total else f"the first {photos} of {total} photos"
    return f"VOC {year} {split}, {held}"


def ablation_table(table: Mapping[str, Any]) -> str:
    """The section of a model card, Markdown."""
    rows = table["rows"]
    base = next((row for row in rows if not row["with"]), None)
    sized = any("fc_weights" in row for row in rows)
    seconds, unit = timed_by(table["device"])
    head = f"| with | mAP | against the method | COCO's AP | {unit} a photo |"
    head += " weights of fc6 and fc7 |" if sized else ""
    lines = [head, "| --- " * (head.count("|") - 1) + "|"]
    for row in rows:
        name = ", ".join(f"`{one}`" for one in row["with"]) or "as it is"
        change = "" if base is None or row is base else \
            f"{round(100 * (row['map'] - base['map']), 1) or 0.0:+.1f}".replace("-", "−")
        cells = [
            name, f"{100 * row['map']:.1f}", change, f"{100 * row['coco_ap']:.1f}",
            f"{row[seconds]:.2f}",
        ]  # fmt: skip
        if sized:
            cells.append(f"{row['fc_weights']:,}")
        lines.append(f"| {' | '.join(cells)} |")
    where = measured_on(table["year"], table["split"], table["photos"], table["photos_in_split"])
    cached = " --proposals PROPOSALS" if table["cached_regions"] else ""
    limit = f" --limit {table['limit']}" if table["limit"] else ""
    command = (
        f"python -m explorer.training ablate {table['method']} --data ROOT --year {table['year']} "
        f"--split {table['split']} --out ablations.json{limit}{cached}"
    )
    return "\n".join((
        HEAD, "", f"{NOTE} mAP as above, on {where}; {table['weights']}.", "", *lines, "",
        "```", command, "```", "", "",
    ))
