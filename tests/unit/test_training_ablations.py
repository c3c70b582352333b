"""Settings changed by text, and the table of ablations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from explorer.methods import faster_rcnn, fpn, sppnet
from explorer.methods.changing import change_text, with_changes
from explorer.methods.modules import MODULES
from explorer.training import ablations
from explorer.training.__main__ import main
from explorer.training.ablations import USUAL, ablate, ablation_table, usual


def test_settings_are_changed_by_their_types() -> None:
    settings = with_changes(
        fpn.Settings(),
        ("top_down=off", "short = 320", "canonical=112", "pooling=roi_pool",
         "anchor_sizes=16/32,48/64", "anchor_ratios=1,2", "short=336"),
    )  # fmt: skip
    assert settings == fpn.Settings(
        top_down=False, short=336, canonical=112.0, pooling="roi_pool",
        anchor_sizes=((16.0,), (32.0, 48.0), (64.0,)), anchor_ratios=(1.0, 2.0),
    )  # fmt: skip
    assert isinstance(settings.canonical, float)
    assert with_changes(sppnet.Settings(), ("levels=3,1",)).levels == (3, 1)  # type: ignore[union-attr]
    assert with_changes(faster_rcnn.Settings(), ("sizes_used=",)) == faster_rcnn.Settings()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("topdown=off", "there is no setting 'topdown': choose short, long"),
        ("top_down=maybe", "top_down is on or off, not 'maybe'"),
        ("short=4.5", "short is a whole number, not '4.5'"),
        ("canonical=big", "canonical is a number, not 'big'"),
        ("pooling=max", "pooling is roi_pool or roi_align, not 'max'"),
        ("top_down", "'top_down' is no change: write NAME=VALUE"),
        ("anchor_ratios=1,x", "anchor_ratios is a number, not '1,x'"),
    ],
)
def test_what_does_not_fit_is_a_sentence(change: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")):
        with_changes(fpn.Settings(), (change,))


@pytest.mark.parametrize(("method", "module"), MODULES)
def test_a_setting_written_is_read_again(method: str, module: Any) -> None:
    settings = module.Settings()
    texts = [change_text(settings, name) for name in settings.__dataclass_fields__]
    assert with_changes(settings, texts) == settings


def made_up(
    method: str, data: Path, year: str, split: str, weights: Path, limit: int,
    proposals: Path | None, device: str, changes: tuple[str, ...], jobs: int,
) -> dict[str, Any]:  # fmt: skip
    """Results that know what was asked for: each change costs two points."""
    points = 30.5 - 2 * len(changes)
    asked.append(tuple(changes))
    return {
        "map": points / 100, "map_11point": 0.3, "coco": {"ap": 0.125}, "photos": limit,
        "seconds_per_photo": 9.0, "cpu_seconds_per_photo": 0.25, "photos_in_split": 500,
        "device": "cpu", "metric": "VOC AP",
        "cached_regions": False,
    }  # fmt: skip


asked: list[tuple[str, ...]] = []


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    asked.clear()
    monkeypatch.setattr(ablations, "measured", made_up)
    monkeypatch.setattr(ablations, "load_settings", lambda name, _: dict(MODULES)[name].Settings())
    monkeypatch.setattr(ablations, "weights_text", lambda *_: "fpn.safetensors sha256 1234")
    return tmp_path / "table.json"


def ablated(out: Path, *variants: str, method: str = "fpn") -> dict[str, Any]:
    return ablate(method, out, "2007", "val", out, out, variants, limit=50)


def test_a_table_goes_on_where_it_was_left(run: Path) -> None:
    ablated(run, "top_down=off")
    assert asked == [(), ("top_down=off",)]
    table = ablated(run, "top_down=off", "laterals=off top_down=off")
    assert asked[2:] == [("laterals=off", "top_down=off")]
    assert json.loads(run.read_text()) == table
    text = ablation_table(table)
    assert "CPU s a photo" in text
    assert "| as it is | 30.5 |  | 12.5 | 0.25 |" in text
    assert "| `top_down=off` | 28.5 | −2.0 | 12.5 | 0.25 |" in text
    assert "| `laterals=off`, `top_down=off` | 26.5 | −4.0 |" in text
    assert "the first 50 of 500 photos" in text and "same trained weights" in text


def test_nothing_runs_where_a_variant_is_wrong(run: Path) -> None:
    with pytest.raises(ValueError, match="there is no setting 'down'"):
        ablated(run, "top_down=off", "down=off")
    assert asked == [] and not run.exists()


@pytest.mark.parametrize("method", USUAL)
def test_the_usual_variants_fit_the_settings(method: str, run: Path) -> None:
    variants = usual(method, run)
    table = ablated(run, method=method) if method != "fast_rcnn" else None
    settings = dict(MODULES)[method].Settings()
    changed = [with_changes(settings, one.split()) for one in variants]
    assert len(set(map(str, changed))) == len(variants) >= 3
    assert all(one != settings for one in changed)
    if table is not None:
        assert [row["with"] for row in table["rows"]] == [[], *(one.split() for one in variants)]


def test_the_command_line_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a photo is read."""
    for command in ("evaluate", "ablate"):
        arguments = [command, "fpn", "--data", str(tmp_path), "--out", str(tmp_path / "out.json")]
        assert main([*arguments, "--with", "topdown=off"]) == 1
        assert "there is no setting 'topdown': choose short, long" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
