"""A table of ablations into the card of weights that are packed already."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from explorer.training.ablations import HEAD, ablation_table
from explorer.training.evaluation import weights_text
from explorer.training.figures import of_ablations, of_method, read_record

NEXT = "## Training\n"  # the section of a card that follows


def amend(method: str, folder: Path, table: Mapping[str, Any]) -> Path:
    """Write the table into `folder`/<method>.md, in place of one that is there, and its figures
    beside it; returns the card.

    Raises ValueError where the table was measured with other weights than the folder's, or there is
    no card.
    """
    if table.get("method") != method:
        raise ValueError(f"this table is of {table.get('method')}, not of {method}")
    own = weights_text(method, folder)
    if table["weights"] != own:
        raise ValueError(f"this table was measured with {table['weights']}; {folder} has {own}")
    card, record = folder / f"{method}.md", read_record(folder, method)
    text = card.read_text() if card.is_file() else ""
    if NEXT not in text:
        raise ValueError(f"{card} is no card of `pack`: it has no section on the training")
    before, _, after = re.sub(rf"{HEAD}\n.*?(?={NEXT})", "", text, flags=re.S).partition(NEXT)
    added = of_ablations(table)
    kept = {key: value for key, value in record.items() if key not in added}
    kept |= added | {"figures": of_method(record["figures"]) | added["figures"]}
    (folder / f"{method}.json").write_text(json.dumps(kept, indent=1) + "\n")
    card.write_text(before + ablation_table(table) + NEXT + after)
    return card
