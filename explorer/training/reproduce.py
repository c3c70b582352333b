"""The cards' figures measured again, from the weights beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from explorer.training.ablations import ablate
from explorer.training.evaluation import evaluate
from explorer.training.figures import (
    TOLERANCE,
    differing,
    figures,
    of_ablations,
    of_method,
    read_record,
)


def reproduce(
    methods: Sequence[str], data: Path, weights: Path, out: Path,
    proposals: Path | None = None, device: str = "cpu", variants: bool = True,
    jobs: int = 1,
) -> dict[str, list[str]]:  # fmt: skip
    """Measure all that the cards of `methods` say of accuracy; method -> what differs, a line each.

    out: folder for the results. variants: the ablation tables too; what is there of one is gone on
    with. Raises ValueError where a card's figures are missing.
    """
    records = {method: read_record(weights, method) for method in methods}
    found: dict[str, list[str]] = {}
    for method, held in records.items():
        results = evaluate(
            method, data, held["year"], held["split"], out / f"{method}.json", weights,
            held["limit"], proposals, device, jobs=jobs,
        )  # fmt: skip
        table = None
        if variants and held["variants"]:
            table = ablate(
                method, data, held["year"], held["split"], out / f"{method}-ablations.json",
                weights, [" ".join(one) for one in held["variants"]], held["ablations_limit"],
                proposals, device, jobs,
            )  # fmt: skip
        card = held["figures"]
        if not variants:
            card = of_method(card)
        now = figures(results) | (of_ablations(table)["figures"] if table else {})
        found[method] = differing(card, now)
        say(method, len(card), found[method])
    (out / "differences.json").write_text(json.dumps(found, indent=1))
    return found


def say(method: str, count: int, lines: Sequence[str]) -> None:
    """One line for the method, and one for each figure that is another."""
    right = count - len(lines)
    print(f"{method}: {right} of {count} figures as on the card, to within {TOLERANCE}")
    for line in lines:
        print(f"  {line}")
