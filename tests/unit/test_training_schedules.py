"""Runs that differ in their schedule alone, side by side, and their table in a card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from explorer.training import schedules
from explorer.training.__main__ import main
from explorer.training.amend import amend_schedules
from explorer.training.schedules import NOTE, compare, schedule_table

ABOUT = {
    "method": "faster_rcnn", "sets": ["2007:train"], "photos": 40, "backbone": "fpn.safetensors",
    "batch": 8, "rate": 5e-4, "seed": 1, "network": "compact", "imagenet": False, "settings": {},
}  # fmt: skip


def a_run(folder: Path, schedule: str, steps: int = 80, **other: Any) -> Path:
    folder.mkdir()
    (folder / "options.json").write_text(json.dumps(ABOUT | {"schedule": schedule} | other))
    torch.save({"step": steps}, folder / "train.pt")
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The runs that are measured: 25 mAP for the first, two points more for each that follows."""
    seen: list[Path] = []

    def made_up(
        method: str, data: Path, year: str, split: str, weights: Path, limit: int, *_: Any
    ) -> dict[str, Any]:
        seen.append(weights)
        return {
            "map": 0.23 + 0.02 * len(seen), "coco": {"ap": 0.1}, "photos": limit or 500,
            "photos_in_split": 500,
            "proposals": {"numbers": [100, 300], "recall": [[0.5, 0.1], [0.875, 0.2]]},
        }  # fmt: skip

    monkeypatch.setattr(schedules, "measured", made_up)
    return seen


def test_a_table_of_two_schedules(tmp_path: Path, asked: list[Path]) -> None:
    runs = [a_run(tmp_path / name, name) for name in ("joint", "alternating")]
    table = compare(runs, tmp_path, "2007", "val", tmp_path / "table.json", 150)
    assert asked == runs
    assert json.loads((tmp_path / "table.json").read_text()) == table
    text = schedule_table(table)
    assert "| joint | 25.0 | 10.0 | 87.5% |\n| alternating | 27.0 | 10.0 | 87.5% |" in text
    assert "40 photos of 2007:train, 80 steps; measured on VOC 2007 val, the first 150" in text
    assert (
        "train faster_rcnn --data ROOT --set 2007:train --backbone weights/fpn.safetensors "
        "--work WORK/alternating --schedule alternating --steps 80 --limit 40 --seed 1\n"
    ) in text
    assert "schedules WORK/joint WORK/alternating --data ROOT --year 2007 --split val" in text
    named = schedule_table(
        table | {"backbone": None, "network": "lite0", "imagenet": True}
    )
    assert "--set 2007:train --backbone lite0 --imagenet FILE --work WORK/joint" in named
    whole = compare(runs, tmp_path, "2007", "val", tmp_path / "table.json")
    assert "measured on VOC 2007 val, 500 photos." in schedule_table(whole)


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"steps": 79}, "steps"), ({"photos": 41}, "photos"),
        ({"seed": 2, "rate": 1e-3}, "rate, seed"), ({"imagenet": True}, "imagenet"),
    ],
)
def test_what_differs_in_more_is_no_comparison(
    other: dict[str, Any], named: str, tmp_path: Path, asked: list[Path]
) -> None:
    runs = [a_run(tmp_path / "a", "joint"), a_run(tmp_path / "b", "alternating", **other)]
    with pytest.raises(ValueError, match=f"on another schedule: {named}$"):
        compare(runs, tmp_path, "2007", "val", tmp_path / "table.json")
    assert asked == [] and not (tmp_path / "table.json").exists()


def test_the_table_goes_into_a_card_once(
    tmp_path: Path, asked: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [a_run(tmp_path / name, name) for name in ("joint", "alternating")]
    out = tmp_path / "table.json"
    card = tmp_path / "faster_rcnn.md"
    card.write_text("# Title\n\n## Ablations\n\nkept\n\n## Training\n\nhow\n\n## Terms\n")
    for points in ("25.0", "29.0"):
        compare(runs, tmp_path, "2007", "val", out, 150)
        given = ["pack", "faster_rcnn", "--schedules", str(out), "--out", str(tmp_path)]
        assert main(given) == 0
        text = card.read_text()
        assert text.count("## Schedules\n") == text.count(NOTE) == 1
        assert f"| joint | {points} |" in text
        before, _, after = text.partition("## Schedules")
        assert before == "# Title\n\n## Ablations\n\nkept\n\n"
        assert after.endswith("```\n\n## Training\n\nhow\n\n## Terms\n")
    assert capsys.readouterr().out.split() == [str(card)] * 2
    with pytest.raises(ValueError, match="of faster_rcnn, not of fpn"):
        amend_schedules("fpn", tmp_path, json.loads(out.read_text()))
