"""Ground truth over the picture of any stage; on detections also what is correct or wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from explorer.session.class_names import on_screen
from explorer.session.ground_truth import GroundTruth
from explorer.session.scene import Boxes, Layer, Picture, Scene
from explorer.session.scenes.common import label_name, number, plural
from explorer.session.scenes.panel import MARGIN, Column
from explorer.session.verdicts import (
    MATCH,
    Kind,
    Verdicts,
    uncounted_text,
    verdicts,
    verdicts_text,
)
from explorer.trace.base import Floats, Ints, StageName
from explorer.trace.stages import Trace

TRUTH, VERDICTS = "Ground truth", "Correct or wrong"  # layers
MARKS: dict[Kind, str] = {"true": "✓ ", "false": "✗ ", "duplicate": "✗ ", "ignored": ""}
SHOWN_AT_FIRST: tuple[StageName, ...] = ("image", "detections")
LISTED = 12  # wrong detections in the panel


def with_truth(
    picture: Picture, trace: Trace, stage_name: StageName, truth: GroundTruth
) -> Picture:
    """The picture with the ground truth in it, where it shows the photo."""
    if picture.main.space != "photo":
        return picture
    of = verdicts(trace, truth) if stage_name == "detections" else None
    if of is None:
        on = stage_name in SHOWN_AT_FIRST
        named = tuple(tag(name) for name in truth.names)
        layers = [*picture.main.layers, truth_boxes(truth.boxes, named, on=on)]
        return replace(picture, main=replace(picture.main, layers=tuple(layers)))
    layers = []
    for layer in picture.main.layers:
        if isinstance(layer, Boxes) and layer.name == "Detections":
            layers += _halos(layer, of)
            layer = replace(layer, captions=_marked(layer, of))
        layers.append(layer)
    # Below the detections, above the photo, so that a box which fits well is seen on its truth.
    layers[1:1] = _truths(truth, of)
    panel = picture.panel
    return replace(
        picture,
        summary=_summary(picture.summary, of),
        brief=_brief(picture.summary, of),
        main=replace(picture.main, layers=tuple(layers)),
        panel=_block(panel, trace, truth, of) if panel is not None else None,
    )


def _summary(before: str, of: Verdicts) -> str:
    """What counts, then what the switches changed, then what does not count: a narrow footer loses
    its end. How many detections there are, the verdicts tell; where there are none, `before` says
    what came nearest."""
    number, *changed = before.split(" · ")
    parts = [verdicts_text(of), *changed, uncounted_text(of), "" if of.kind else number]
    return " · ".join(filter(None, parts))


def _brief(before: str, of: Verdicts) -> tuple[str, ...]:
    """That in short, and then without what does not count."""
    _, *changed = before.split(" · ")
    counts = " · ".join([verdicts_text(of, brief=True), *changed])
    rest = uncounted_text(of, brief=True)
    return (f"{counts} · {rest}", f"{counts} …") if rest else (counts,)


def tag(name: str) -> str:
    """What a box of the ground truth is called where it stands among others."""
    return f"truth: {on_screen(name)}"


def truth_boxes(
    boxes: Floats, captions: tuple[str, ...], role: str = "truth", on: bool = True
) -> Boxes:
    """Boxes (n, 4) of the ground truth: double lines, which nothing else has."""
    return Boxes(
        name=TRUTH, on=on, boxes=boxes, roles=role, width=4.0, double=True, captions=captions
    )


def _truths(truth: GroundTruth, of: Verdicts) -> list[Layer]:
    """All ground-truth boxes; those that were missed in another colour and named, as are those
    that do not count."""
    hard = np.flatnonzero(truth.difficult)
    found = np.setdiff1d(np.arange(len(truth.names)), np.concatenate([of.missed, of.unknown, hard]))
    kinds: tuple[tuple[Ints, str, str], ...] = (
        (found, "", "truth"), (of.unknown, "unknown", "truth"), (hard, "difficult", "truth"),
        (of.missed, "missed", "bad"),
    )
    layers: list[Layer] = []
    for rows, word, role in kinds:
        captions = tuple(f"{word} {on_screen(truth.names[row])}" for row in rows.tolist() if word)
        if len(rows):
            layers.append(truth_boxes(truth.boxes[rows], captions, role))
    return layers


def _halos(layer: Boxes, of: Verdicts) -> list[Layer]:
    """A wide line under each detection that counts: correct or wrong."""
    rows = np.asarray(layer.rows)
    halos: list[Layer] = []
    for role, kinds in (("bad", ("false", "duplicate")), ("good", ("true",))):
        chosen = np.isin(rows, of.rows(*kinds))  # type: ignore[arg-type]
        if chosen.any():
            halos.append(
                Boxes(name=VERDICTS, boxes=layer.boxes[chosen], roles=role, width=8.0, opacity=0.5)
            )
    return halos


def _marked(layer: Boxes, of: Verdicts) -> tuple[str, ...]:
    """'✓ cat 0.93', '✗ cat 0.61 again'."""
    captions = []
    for row, caption in zip(layer.rows.tolist(), layer.captions, strict=True):
        kind = of.kind[row]
        captions.append(f"{MARKS[kind]}{caption}{' again' if kind == 'duplicate' else ''}")
    return tuple(captions)


def _block(panel: Scene, trace: Trace, truth: GroundTruth, of: Verdicts) -> Scene:
    """The panel, and below it why detections count or do not."""
    column = Column(panel.extent[2])
    column.y = panel.extent[3] - MARGIN
    column.heading("Against the ground truth", f"correct from IoU {number(MATCH)}")
    column.swatch("good", "Found", str(len(of.rows("true"))))
    column.swatch("bad", "Wrong", str(of.wrong))
    column.swatch("bad", "Missed", str(len(of.missed)), outline=True)
    found = trace.stage("detections")
    labels, scores = getattr(found, "labels", ()), getattr(found, "scores", ())
    wrong = of.rows("false", "duplicate").tolist()
    for row in wrong[:LISTED]:
        name = label_name(trace, int(labels[row]))
        column.text(f"✗ {name} {number(float(scores[row]))}: {of.why[row]}", "muted", 11.5)
    if len(wrong) > LISTED:
        column.text(f"and {len(wrong) - LISTED} more", "muted", 11.5)
    if len(of.missed):
        missed = counted(on_screen(truth.names[row]) for row in of.missed.tolist())
        column.text(f"Missed: {missed}", "muted", 11.5)
    if len(of.unknown):
        names = ", ".join(sorted({on_screen(truth.names[row]) for row in of.unknown.tolist()}))
        column.text(
            f"{plural(len(of.unknown), 'box', 'boxes')} of classes that it was not trained on, "
            f"and so not missed: {names}.", "muted", 11.5,
        )
    below = column.scene()
    return Scene(extent=below.extent, space="panel", layers=(*panel.layers, *below.layers))


def counted(names: Iterable[str]) -> str:
    """'19 × person, chair, car': the most frequent first."""
    return ", ".join(
        name if n == 1 else f"{n:,} × {name}" for name, n in Counter(names).most_common()
    )
