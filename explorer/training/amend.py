"""A section more in the card of weights that are packed already."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from explorer.training.ablations import HEAD, ablation_table
from explorer.training.evaluation import weights_text
from explorer.training.figures import of_ablations, of_method, read_record
from explorer.training.schedules import HEAD as SCHEDULES
from explorer.training.schedules import schedule_table

NEXT = "## Training\n"  # the section of a card that follows these


def amend(method: str, folder: Path, table: Mapping[str, Any]) -> Path:
    """Write the table of `ablate` into `folder`/<method>.md, in place of one that is there, and its
    figures beside it; returns the card.

    Raises ValueError where the table was measured with other weights than the folder's, or there is
    no card.
    """
    _of(method, table)
    own = weights_text(method, folder)
    if table["weights"] != own:
        raise ValueError(f"this table was measured with {table['weights']}; {folder} has {own}")
    record = read_record(folder, method)
    card = _insert(folder / f"{method}.md", HEAD, ablation_table(table))
    added = of_ablations(table)
    kept = {key: value for key, value in record.items() if key not in added}
    kept |= added | {"figures": of_method(record["figures"]) | added["figures"]}
    (folder / f"{method}.json").write_text(json.dumps(kept, indent=1) + "\n")
    return card


def amend_schedules(method: str, folder: Path, table: Mapping[str, Any]) -> Path:
    """Write the table of `schedules` into `folder`/<method>.md, in place of one that is there;
    returns the card. Its networks are not the folder's, so nothing of it is kept beside the card.

    Raises ValueError where the table is another method's or there is no card.
    """
    _of(method, table)
    return _insert(folder / f"{method}.md", SCHEDULES, schedule_table(table))


def _of(method: str, table: Mapping[str, Any]) -> None:
    if table.get("method") != method:
        raise ValueError(f"this table is of {table.get('method')}, not of {method}")


def _insert(card: Path, head: str, section: str) -> Path:
    """Put the section before the one on the training, in place of the one with the same head."""
    text = card.read_text() if card.is_file() else ""
    if NEXT not in text:
        raise ValueError(f"{card} is no card of `pack`: it has no section on the training")
    without = re.sub(rf"{head}\n.*?(?=^## )", "", text, flags=re.S | re.M)
    before, _, after = without.partition(NEXT)
    card.write_text(before + section + NEXT + after)
    return card
