"""Model cards: what a network reaches, how it was made, and where it differs from its paper."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from explorer.training.ablations import ablation_table
from explorer.training.data import CLASSES
from explorer.training.deviations import differences
from explorer.training.made import TITLES, Made
from explorer.training.networks import SEARCHING

TERMS = """\
- PASCAL VOC's photos are flickr's, used under flickr's terms for training and research, with
  citation: M. Everingham et al., "The PASCAL Visual Object Classes (VOC) Challenge", IJCV 2010."""
TINY = """\
- The CNN was pre-trained on tiny-imagenet, 200 classes of ImageNet at 64 x 64, under ImageNet's
  terms: non-commercial research and education. The weights are meant for that use."""
IMAGENET = """\
- The CNN began with torchvision's ImageNet weights, under ImageNet's terms: non-commercial
  research and education. The weights are meant for that use."""
LITE = """\
- The CNN began with Google's weights of EfficientNet-Lite0 (Apache License 2.0), converted to
  PyTorch by ML Illustrated (the same licence). They were trained on ImageNet, under ImageNet's
  terms: non-commercial research and education. The weights are meant for that use."""

CAPTIONS = {
    "losses": "losses of the training",
    "classes": "average precision of each class",
    "recall": "recall of the regions",
}


def measures(results: Mapping[str, Any]) -> str:
    """The table of classes, COCO's numbers and the regions' recall, Markdown; what was measured
    before these were, has VOC's AP alone."""
    coco, proposals = results.get("coco"), results.get("proposals")
    rows = ["| class | AP |", "| --- | --- |"]
    if coco:
        rows = ["| class | AP at 0.5 | COCO's AP, 0.5 to 0.95 |", "| --- | --- | --- |"]
    for name, value in results["ap"].items():
        over = f" {100 * coco['per_class'].get(name, {'ap': 0.0})['ap']:.1f} |" if coco else ""
        rows.append(f"| {name} | {100 * value:.1f} |{over}")
    if coco:
        sizes = ", ".join(
            f"{100 * coco[f'ap_{size}']:.1f} {size}"
            for size in ("small", "medium", "large") if coco[f"ap_{size}"] is not None
        )
        rows += ["", f"COCO's AP, mean over IoU 0.50 to 0.95: **{100 * coco['ap']:.1f}** "
                 f"({100 * coco['ap50']:.1f} at 0.5, {100 * coco['ap75']:.1f} at 0.75; {sizes})."]
    if proposals:
        shares = [
            f"{100 * row[0]:.1f}% by {number:,}"
            for number, row in zip(proposals["numbers"], proposals["recall"], strict=True)
            if number in (100, 300, 2000)
        ]
        rows += ["", f"Ground-truth boxes that regions cover by IoU {proposals['ious'][0]:g}: "
                 f"{', '.join(shares)} of a photo."]
    return "\n".join(rows)


def taken(results: Mapping[str, Any]) -> str:
    """The time of a photo: on a CPU what was computed, whatever else the machine did meanwhile."""
    if results["device"] == "cpu" and "cpu_seconds_per_photo" in results:
        return f"{results['cpu_seconds_per_photo']:.2f} s of CPU time a photo"
    return f"{results['seconds_per_photo']} s a photo on {results['device']}"


def card(
    method: str, made: Made, results: Mapping[str, object], digest: str, size: int,
    pictures: Mapping[str, str] = MappingProxyType({}), ablations: Mapping[str, Any] | None = None,
) -> str:  # fmt: skip
    """The model card, Markdown. pictures: what they show (see `CAPTIONS`) -> file beside the card;
    ablations: what `ablate` wrote.
    """
    settings = cast(Mapping[str, Any], results.get("settings", {}))
    limited = results["photos"] != results["photos_in_split"]
    where = f"VOC {results['year']} {results['split']}"
    where += f" (our {results['photos_in_split']}-photo split)"
    if limited:
        where += f", its first {results['photos']} photos"
    shown = {
        kind: f"\n![{TITLES[method]}: {CAPTIONS[kind]}]({name})\n"
        for kind, name in pictures.items()
    }
    quality = measures(results) + "\n" + shown.get("classes", "") + shown.get("recall", "")
    proposals = " --proposals PROPOSALS" if method in SEARCHING else ""
    limit = f" --limit {results['photos']}" if limited else ""
    evaluate = (
        f"python -m explorer.training evaluate {method} --data ROOT --year {results['year']} "
        f"--split {results['split']} --out results.json{limit}{proposals}"
    )
    train, began = training(method, made, proposals)
    area, eleven = (100 * float(str(results[key])) for key in ("map", "map_11point"))
    regions = " and cached regions" if results["cached_regions"] else ""
    origin = LITE if made.network == "lite0" else IMAGENET if made.imagenet else TINY
    return f"""# {TITLES[method]}, {made.network}

`{method}.safetensors`: {size / 1e6:.1f} MB, half precision, sha256 `{digest}`.

Finds VOC's {len(CLASSES)} classes: {", ".join(CLASSES)}.

## Quality

{results["metric"]}, on {where}:
**{area:.1f} mAP** ({eleven:.1f} with VOC 2007's 11-point AP).
{taken(results)}, with the full trace{regions}.

{quality}

```
{evaluate}
```

{ablation_table(ablations) if ablations else ""}## Training

{made.photos} photos of {made.sets.replace(" ", ", ")} (our splits of VOC's trainval),
{made.steps} steps, {made.hours:.2f} hours on {made.device}; commit {made.commit}.
{began}
```
{train}
```
{shown.get("losses", "")}
## Where it differs from the paper

{differences(method, made, settings)}

## Terms of the data

{TERMS}
{origin}
- No photo of these is in this repository.
"""


def network_options(network: str, imagenet: bool) -> str:
    """The options of `train` for a CNN by its name, and for ImageNet's weights to begin with."""
    given = "FILE" if network == "lite0" else "download"
    return f"--backbone {network}" + f" --imagenet {given}" * imagenet


def training(method: str, made: Made, proposals: str) -> tuple[str, str]:
    """The command that trains the method so, and a sentence on an earlier run it went on from."""
    began, start = "", "--backbone WORK/pretrain.pt"
    if made.teacher:
        published = made.teacher != made.backbone
        start = "--backbone " + (
            f"weights/{made.backbone}" if published else f"WORK/{made.teacher}/train.pt"
        )
    elif made.network != "compact":
        start = network_options(made.network, made.imagenet)
    elif made.backbone is None:
        start = ""
    if made.earlier:
        start = f"--start WORK/{method}-earlier"
        began = (
            f"Went on from an earlier run of {made.earlier[0]} steps, {made.earlier[1]:.2f} hours, "
            "on a new schedule.\n"
        )
    words = [
        f"python -m explorer.training train {method} --data ROOT",
        *(f"--set {one}" for one in made.sets.split()), start, proposals.strip(),
        f"--work WORK/{method} {made.budget}",
        *(f"--{name} {value}" for name, value in made.chosen),
    ]  # fmt: skip
    return " ".join(word for word in words if word), began
