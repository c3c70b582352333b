"""Model cards: what a network reaches, how it was made, and where it differs from its paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, cast

from explorer.methods.checkpoints import tuples
from explorer.methods.modules import module_of
from explorer.training import svm
from explorer.training.ablations import ablation_table
from explorer.training.data import CLASSES

TERMS = """\
- PASCAL VOC's photos are flickr's, used under flickr's terms for training and research, with
  citation: M. Everingham et al., "The PASCAL Visual Object Classes (VOC) Challenge", IJCV 2010."""
TINY = """\
- The CNN was pre-trained on tiny-imagenet, 200 classes of ImageNet at 64 x 64, under ImageNet's
  terms: non-commercial research and education. The weights are meant for that use."""
IMAGENET = """\
- The CNN began with torchvision's ImageNet weights, under ImageNet's terms: non-commercial
  research and education. The weights are meant for that use."""

DIFFERENCES = {
    "rcnn": """\
- A compact residual CNN instead of AlexNet; crops of 96 pixels (227), p = 7 (16); pool5 is
  3 x 3 x 256 (6 x 6 x 256); fc6 and fc7 of 512 (4096).
- A cosine schedule; the layers up to C2 and all normalisation statistics are fixed.""",
    "sppnet": """\
- A compact residual CNN with a dilated last stage instead of ZF-5; photos scaled by 3/8; fc6 and
  fc7 of 512 (4096).
- A cosine schedule for the fully connected layers; the convolutions are fixed, as in the paper.""",
    "fast_rcnn": """\
- A compact residual CNN with a dilated last stage instead of VGG16; fc6 and fc7 of 512 (4096).
- 32 RoIs of each of 8 photos a step (64 of 2); a cosine schedule; random crops and zooms; the
  layers up to C2 and all normalisation statistics are fixed.""",
    "faster_rcnn": """\
- A compact residual CNN with a dilated last stage instead of VGG16; fc6 and fc7 of 512 (4096).
- One objectness logit per anchor instead of two; 32 RoIs of each of 8 photos a step; a cosine
  schedule; random crops and zooms; the layers up to C2 and all normalisation statistics are
  fixed.""",
    "fpn": """\
- A compact residual CNN instead of ResNet-50/101; d = 128 (256); fc6 and fc7 of 512 (1024).
- RoIAlign instead of RoI pooling; 32 RoIs of each of 8 photos a step; a cosine schedule; random
  crops and zooms; the layers up to C2 and all normalisation statistics are fixed.
- Two of three training steps leave out P2, the level that costs the most; its regions are then
  read from P3.""",
}

# Options of `train` that change the recipe, and what they are unless they are given.
USUAL = {"schedule": "joint", "mining": "sample", "scales": "single", "optimiser": "adamw"}
# What differs from the paper by the choice of an option, where the method has it.
SAMPLED = """\
- SVMs and regressors are fitted on a sample of the regions of each photo, with hard negatives
  mined from that sample."""
SMALL_FC7 = f"""\
- The SVMs have a squared hinge and C = {svm.C:g}, for an fc7 of 512 numbers (R-CNN's published
  code: a plain hinge, 0.001)."""
MINED = """\
- The SVMs' hard negatives are mined from all regions, as in the paper; the regressors are fitted on
  a sample of them."""
RECIPES = {
    ("schedule", "joint"): {"faster_rcnn": """\
- Approximate joint training instead of the paper's four alternating steps: no gradient through
  the coordinates of the proposals."""},
    ("mining", "sample"): {"rcnn": SAMPLED, "sppnet": SAMPLED},
    ("mining", "all"): {"rcnn": MINED, "sppnet": MINED},
    ("scales", "single"): {"sppnet": "- One scale; the paper's best result has five."},
    ("optimiser", "adamw"): dict.fromkeys(DIFFERENCES, "- AdamW instead of SGD with momentum."),
}

TITLES = {
    "rcnn": "R-CNN (Girshick et al., CVPR 2014)",
    "sppnet": "SPPNet (He et al., ECCV 2014)",
    "fast_rcnn": "Fast R-CNN (Girshick, ICCV 2015)",
    "faster_rcnn": "Faster R-CNN (Ren et al., NIPS 2015)",
    "fpn": "FPN (Lin et al., CVPR 2017)",
}

CAPTIONS = {
    "losses": "losses of the training",
    "classes": "average precision of each class",
    "recall": "recall of the regions",
}


@dataclass(frozen=True)
class Made:
    """How a network came about, for its card. hours: of training, without pre-training.

    steps, hours: of the last run; earlier: (steps, hours) of the runs that it went on from.
    """

    sets: str
    photos: int
    budget: str
    steps: int
    hours: float
    device: str
    commit: str
    backbone: str | None = "pretrain.pt"  # or the method whose convolutions it began with
    earlier: tuple[int, float] | None = None
    network: str = "compact"
    imagenet: bool = False  # whether it began with torchvision's weights
    chosen: tuple[tuple[str, str], ...] = ()  # options that differ from `USUAL`


def paper_values(method: str, settings: Mapping[str, Any]) -> list[str]:
    """"name: ours (paper's)" of every setting that was scaled. settings: the network's own."""
    ours = tuples(dict(settings))
    return [
        f"{one.name}: {ours.get(one.name, one.default)} (paper: {one.metadata['paper']})"
        for one in fields(module_of(method).Settings)
        if one.metadata.get("paper") not in (None, one.default) and "kept" not in one.metadata
    ]


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
    proposals = " --proposals PROPOSALS" if method in ("rcnn", "sppnet", "fast_rcnn") else ""
    limit = f" --limit {results['photos']}" if limited else ""
    evaluate = (
        f"python -m explorer.training evaluate {method} --data ROOT --year {results['year']} "
        f"--split {results['split']} --out results.json{limit}{proposals}"
    )
    train, began = training(method, made, proposals)
    area, eleven = (100 * float(str(results[key])) for key in ("map", "map_11point"))
    regions = " and cached regions" if results["cached_regions"] else ""
    return f"""# {TITLES[method]}, {made.network}

`{method}.safetensors`: {size / 1e6:.1f} MB, half precision, sha256 `{digest}`.

Finds VOC's {len(CLASSES)} classes: {", ".join(CLASSES)}.

## Quality

{results["metric"]}, on {where}:
**{area:.1f} mAP** ({eleven:.1f} with VOC 2007's 11-point AP).
{results["seconds_per_photo"]} s a photo on {results["device"]}, with the full trace{regions}.

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
{IMAGENET if made.imagenet else TINY}
- No photo of these is in this repository.
"""


def training(method: str, made: Made, proposals: str) -> tuple[str, str]:
    """The command that trains the method so, and a sentence on an earlier run it went on from."""
    began, start = "", "--backbone WORK/pretrain.pt"
    if made.network != "compact":
        start = f"--backbone {made.network}" + " --imagenet download" * made.imagenet
    elif made.backbone in TITLES:
        start = f"--backbone WORK/{made.backbone}/train.pt"
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


def differences(method: str, made: Made, settings: Mapping[str, Any]) -> str:
    """What differs from the paper, Markdown."""
    points = []
    if made.network == "compact":
        if made.backbone in TITLES:
            points.append(
                f"- Its convolutions began as those of our {TITLES[made.backbone]}, not as a\n"
                "  classifier's: pre-training was too short for more."
            )
        points.append(DIFFERENCES[method])
        if method in ("rcnn", "sppnet"):
            points.append(SMALL_FC7)
    else:
        points.append(f"- torchvision's {made.network}; a cosine schedule; random crops and zooms.")
    for choice in (USUAL | dict(made.chosen)).items():
        if method in RECIPES.get(choice, {}):
            points.append(RECIPES[choice][method])
    if made.network == "compact":
        scaled = [f"- {line}" for line in paper_values(method, settings)] or ["- none"]
        points += ["", "Settings scaled to the smaller network:", "", *scaled]
    return "\n".join(points)
