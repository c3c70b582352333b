"""Model cards: what a network reaches, how it was made, and where it differs from its paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from explorer.methods.modules import module_of
from explorer.training.data import CLASSES

TERMS = """\
- PASCAL VOC's photos are flickr's, used under flickr's terms for training and research, with
  citation: M. Everingham et al., "The PASCAL Visual Object Classes (VOC) Challenge", IJCV 2010.
- The CNN was pre-trained on tiny-imagenet, 200 classes of ImageNet at 64 x 64, under ImageNet's
  terms: non-commercial research and education. The weights are meant for that use.
- No photo of either is in this repository."""

DIFFERENCES = {
    "rcnn": """\
- A compact residual CNN instead of AlexNet; crops of 96 pixels (227), p = 7 (16); pool5 is
  3 x 3 x 256 (6 x 6 x 256); fc6 and fc7 of 512 (4096).
- AdamW and a cosine schedule; the layers up to C2 and all normalisation statistics are fixed.
- SVMs and regressors are fitted on a sample of the regions of each photo, with hard negatives
  mined from that sample.""",
    "sppnet": """\
- A compact residual CNN with a dilated last stage instead of ZF-5; one scale of 258 pixels (688);
  fc6 and fc7 of 512 (4096).
- AdamW and a cosine schedule for the fully connected layers; the convolutions are fixed, as in
  the paper.
- SVMs and regressors are fitted on a sample of the regions of each photo, with hard negatives
  mined from that sample.""",
    "fast_rcnn": """\
- A compact residual CNN with a dilated last stage instead of VGG16; short side 288 (600); fc6 and
  fc7 of 512 (4096).
- 32 RoIs of each of 8 photos a step (64 of 2); AdamW and a cosine schedule; random crops and zooms;
  the layers up to C2 and all normalisation statistics are fixed.""",
    "faster_rcnn": """\
- A compact residual CNN with a dilated last stage instead of VGG16; short side 288 (600); anchors
  of 48, 96 and 192 pixels (128, 256, 512); fc6 and fc7 of 512 (4096).
- Approximate joint training instead of the paper's four alternating steps: no gradient through
  the coordinates of the proposals.
- One objectness logit per anchor instead of two; 32 RoIs of each of 8 photos a step; AdamW and a
  cosine schedule; random crops and zooms; the layers up to C2 and all normalisation statistics
  are fixed.""",
    "fpn": """\
- A compact residual CNN instead of ResNet-50/101; short side 288 (800); d = 128 (256); anchors of
  12 to 192 pixels (32 to 512); fc6 and fc7 of 512 (1024).
- RoIAlign instead of RoI pooling; 32 RoIs of each of 8 photos a step; AdamW and a cosine schedule;
  random crops and zooms; the layers up to C2 and all normalisation statistics are fixed.
- Two of three training steps leave out P2, the level that costs the most; its regions are then
  read from P3.""",
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


def paper_values(method: str) -> list[str]:
    """"name: ours (paper's)" of every setting that was scaled."""
    return [
        f"{one.name}: {one.default} (paper: {one.metadata['paper']})"
        for one in fields(module_of(method).Settings)
        if one.metadata.get("paper") is not None
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
    pictures: Mapping[str, str] = MappingProxyType({}),
) -> str:  # fmt: skip
    """The model card, Markdown. pictures: what they show (see `CAPTIONS`) -> file beside the card.
    """
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
    chosen = " ".join(f"--set {one}" for one in made.sets.split())
    limit = f" --limit {results['photos']}" if limited else ""
    scaled = "\n".join(f"- {line}" for line in paper_values(method)) or "- none"
    evaluate = (
        f"python -m explorer.training evaluate {method} --data ROOT --year {results['year']} "
        f"--split {results['split']} --out results.json{limit}{proposals}"
    )
    other = made.backbone if made.backbone in TITLES else None
    start = f"--backbone WORK/{other}/train.pt" if other else "--backbone WORK/pretrain.pt"
    if made.backbone is None:
        start = ""
    before = ""
    if made.earlier:
        start = f"--start WORK/{method}-earlier"
        before = (
            f"Went on from an earlier run of {made.earlier[0]} steps, {made.earlier[1]:.2f} hours, "
            "on a new schedule.\n"
        )
    began = (
        f"- Its convolutions began as those of our {TITLES[other]}, not as a classifier's:\n"
        "  pre-training was too short for more.\n"
        if other else ""
    )
    train = (
        f"python -m explorer.training train {method} --data ROOT {chosen} "
        f"{start}{proposals} --work WORK/{method} {made.budget}"
    )
    area, eleven = (100 * float(str(results[key])) for key in ("map", "map_11point"))
    regions = " and cached regions" if results["cached_regions"] else ""
    return f"""# {TITLES[method]}, compact

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

## Training

{made.photos} photos of {made.sets.replace(" ", ", ")} (our splits of VOC's trainval),
{made.steps} steps, {made.hours:.2f} hours on {made.device}; commit {made.commit}.
{before}
```
{train}
```
{shown.get("losses", "")}
## Where it differs from the paper

{began}{DIFFERENCES[method]}

Settings scaled to the smaller network:

{scaled}

## Terms of the data

{TERMS}
"""
