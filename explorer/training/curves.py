"""Pictures of a training run and of its measures, for the eye and for the model cards."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from explorer.training.extra import extra

# Okabe and Ito's colours, told apart by colour-blind eyes as well.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
INCHES, DOTS = (7.0, 3.6), 100
LOSSES = {
    "cls": "classes", "box": "boxes", "rpn_cls": "RPN: object or not", "rpn_box": "RPN: boxes",
    "total": "sum",
}  # fmt: skip
NOT_LOSSES = ("step", "seconds", "norm")


def read_losses(run: Path) -> list[dict[str, float]]:
    """The rows of a run's losses.jsonl, by step.

    A run that was killed took some steps again when it went on: the later ones count. Raises
    FileNotFoundError where there is no such file, ValueError where it holds no row.
    """
    path = run / "losses.jsonl" if run.is_dir() else run
    if not path.exists():
        raise FileNotFoundError(f"{path}: no losses there; give the --work folder of a run")
    rows: list[dict[str, float]] = []
    for line in path.read_text().splitlines():
        try:
            row = json.loads(line)
        except ValueError:  # the last line of a killed run may be cut
            continue
        while rows and rows[-1]["step"] >= row["step"]:
            rows.pop()
        rows.append(row)
    if not rows:
        raise ValueError(f"{path}: no losses in it yet")
    return rows


def smooth(values: Sequence[float], window: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The mean of each value and its neighbours, `window` in all; fewer at the ends."""
    ones = np.ones(min(window, len(values)))
    total = np.convolve(np.asarray(values, np.float64), ones, "same")
    counts: np.ndarray[Any, np.dtype[np.float64]] = np.convolve(np.ones(len(values)), ones, "same")
    return total / counts


def draw_losses(rows: Sequence[Mapping[str, float]], out: Path, title: str = "") -> None:
    """Each loss against the step: every value faintly, its running mean on top."""
    names = list(dict.fromkeys(name for row in rows for name in row if name not in NOT_LOSSES))
    series = {name: [(row["step"], row[name]) for row in rows if name in row] for name in names}
    if len(names) > 1:
        series["total"] = [
            (row["step"], sum(row[name] for name in names if name in row)) for row in rows
        ]

    def draw(axes: Any) -> None:
        for colour, (name, points) in zip(COLOURS, series.items(), strict=False):
            steps, values = zip(*points, strict=True)
            axes.plot(steps, values, color=colour, alpha=0.2, linewidth=0.8)
            mean = smooth(values, max(1, len(rows) // 40))
            axes.plot(steps, mean, color=colour, label=LOSSES.get(name, name))
        axes.set(xlabel="step", ylabel="loss", xlim=(0, rows[-1]["step"]))
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False)

    _picture(out, title or "Losses of the training", draw)


def draw_recall(measured: Mapping[str, Any], out: Path, title: str = "") -> None:
    """Recall of the regions: against their number, and against the IoU. measured: "proposals" of
    the results of `evaluate`."""
    numbers, ious = measured["numbers"], measured["ious"]
    table = np.array(measured["recall"])

    def against_number(axes: Any) -> None:
        for colour, wanted in zip(COLOURS, (0.5, 0.7, 0.9), strict=False):
            column = int(np.abs(np.array(ious) - wanted).argmin())
            axes.plot(numbers, table[:, column], color=colour, label=f"IoU ≥ {ious[column]:g}")
        axes.plot(numbers, measured["average_recall"], "k--", label="mean over IoU")
        axes.set(xscale="log", xlabel="regions a photo", ylabel="recall", ylim=(0, 1))
        axes.set_xticks([10, 100, 1000], ["10", "100", "1,000"])
        axes.legend(frameon=False)

    def against_iou(axes: Any) -> None:
        chosen = [row for row, number in enumerate(numbers) if number in (10, 100, 300, 2000)]
        for colour, row in zip(COLOURS, chosen, strict=False):
            axes.plot(ious, table[row], color=colour, label=f"{numbers[row]:,} regions")
        axes.set(xlabel="IoU", xlim=(ious[0], ious[-1]), ylim=(0, 1))
        axes.legend(frameon=False)

    _picture(out, title or "Recall of the regions", against_number, against_iou)


def draw_classes(results: Mapping[str, Any], out: Path, title: str = "") -> None:
    """AP of each class, the best on top: VOC's at IoU 0.5, and COCO's over the IoUs."""
    values: Mapping[str, float] = results["ap"]
    names = sorted(values, key=lambda name: values[name])
    over = results.get("coco", {}).get("per_class", {})

    def draw(axes: Any) -> None:
        rows = np.arange(len(names))
        axes.barh(
            rows, [100 * values[name] for name in names], color=COLOURS[5], label="VOC, IoU 0.5"
        )
        if over:
            axes.barh(
                rows, [100 * over.get(name, {"ap": 0.0})["ap"] for name in names],
                height=0.35, color=COLOURS[0], label="COCO, IoU 0.5 to 0.95",
            )  # fmt: skip
        axes.set_yticks(rows, names, fontsize=7)
        axes.set(xlabel="average precision, %")
        axes.set_xlim(left=0)
        axes.legend(frameon=False, loc="lower right")

    _picture(out, title or "Average precision of each class", draw)


def _picture(out: Path, title: str, *panels: Callable[[Any], None]) -> None:
    """Draw panels side by side into a PNG, SVG or PDF; the same contents, the same file.

    Raises ValueError for another kind of file.
    """
    if out.suffix not in (".png", ".svg", ".pdf"):
        raise ValueError(f"{out.name}: pictures are .png, .svg or .pdf")
    matplotlib = extra("matplotlib", "Drawing curves")
    figure = extra("matplotlib.figure", "Drawing curves").Figure(INCHES, DOTS, layout="constrained")
    style = {
        "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
        "grid.alpha": 0.25, "font.size": 9, "svg.hashsalt": "explorer",
    }  # fmt: skip
    nameless = {".png": {"Software": None}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    with matplotlib.rc_context(style):
        for axes, draw in zip(
            figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True
        ):
            axes.set_axisbelow(True)
            draw(axes)
        figure.suptitle(title, fontsize=10)
        out.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(out, metadata=nameless[out.suffix])
    if out.suffix == ".png":  # a quarter of the bytes; lines and bars have few colours
        with Image.open(out) as drawn:
            few = drawn.convert("RGB").quantize(64)
        few.save(out, optimize=True)
