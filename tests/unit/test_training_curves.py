"""Pictures of losses, recall and classes: what is read for them, and that they show it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.training.__main__ import main
from explorer.training.curves import draw_classes, draw_recall, read_losses, smooth


def rows(*steps: int) -> str:
    return "".join(
        json.dumps({"cls": 3 / step, "box": 0.5, "step": step, "seconds": step, "norm": 1.0}) + "\n"
        for step in steps
    )


def inked(path: Path) -> float:
    """The fraction of a picture that is not white."""
    with Image.open(path) as image:
        return float((np.asarray(image.convert("L")) < 250).mean())


def test_a_resumed_run_counts_each_step_once(tmp_path: Path) -> None:
    (tmp_path / "losses.jsonl").write_text(rows(1, 20, 40, 60) + rows(40, 60, 80) + '{"cls": 0.')
    assert [row["step"] for row in read_losses(tmp_path)] == [1, 20, 40, 60, 80]


def test_runs_without_losses_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"losses\.jsonl: no losses there"):
        read_losses(tmp_path)
    (tmp_path / "losses.jsonl").write_text("")
    with pytest.raises(ValueError, match="no losses in it yet"):
        read_losses(tmp_path)


def test_smoothing_is_a_mean_of_neighbours() -> None:
    assert smooth([0, 3, 0, 3], 3) == pytest.approx([1.5, 1, 2, 1.5])
    assert smooth([2.0], 5) == pytest.approx([2])


def test_a_runs_losses_become_a_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "losses.jsonl").write_text(rows(*range(1, 100)))
    out = tmp_path / "pictures" / "losses.png"
    assert main(["curves", "--work", str(tmp_path), "--out", str(out)]) == 0
    assert inked(out) > 0.02
    again = tmp_path / "again.png"
    main(["curves", "--work", str(tmp_path), "--out", str(again)])
    assert again.read_bytes() == out.read_bytes()
    assert main(["curves", "--work", str(tmp_path), "--out", str(tmp_path / "a.doc")]) == 1
    assert "a.doc: pictures are .png, .svg or .pdf" in capsys.readouterr().err


def test_recall_and_classes_become_pictures(tmp_path: Path) -> None:
    measured = {
        "numbers": [10, 100, 2000], "ious": [0.5, 0.7, 0.9], "average_recall": [0.2, 0.3, 0.4],
        "recall": [[0.3, 0.2, 0.1], [0.5, 0.3, 0.1], [0.7, 0.4, 0.1]],
    }  # fmt: skip
    draw_recall(measured, tmp_path / "recall.svg")
    text = (tmp_path / "recall.svg").read_text()
    assert text.count("<path") > 20
    draw_classes({"ap": {"cat": 0.5, "dog": 0.25}}, tmp_path / "old.png")
    coco = {"per_class": {"cat": {"ap": 0.3}, "dog": {"ap": 0.1}}}
    draw_classes({"ap": {"cat": 0.5, "dog": 0.25}, "coco": coco}, tmp_path / "new.png")
    assert inked(tmp_path / "old.png") > 0.1
    assert (tmp_path / "old.png").read_bytes() != (tmp_path / "new.png").read_bytes()


def test_a_missing_library_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "losses.jsonl").write_text(rows(1, 2))
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["curves", "--work", str(tmp_path), "--out", str(tmp_path / "a.png")]) == 1
    assert "Drawing curves needs matplotlib" in capsys.readouterr().err
