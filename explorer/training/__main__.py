"""The command line of training:

pretrain | propose | train | curves | evaluate | ablate | pack | reproduce.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from explorer.training.loop import Budget

PRECISION_NAMES = ("auto", "float32", "bfloat16", "float16")
METHODS = ("rcnn", "sppnet", "fast_rcnn", "faster_rcnn", "fpn")
NETWORKS = ("compact", "alexnet", "vgg16", "resnet18", "resnet50")
SCHEDULES, MININGS, SCALES = ("joint", "alternating"), ("sample", "all"), ("single", "several")
RATES = {"adamw": 5e-4, "sgd": 1e-3}
# Options that only some methods have, and the value that all may be given.
ONLY_FOR = {
    "schedule": ("joint", ("faster_rcnn",)),
    "mining": ("sample", ("rcnn", "sppnet")),
    "scales": ("single", ("sppnet",)),
    "short": (None, ("sppnet", "fast_rcnn", "faster_rcnn", "fpn")),
    "start": (None, ("fast_rcnn", "faster_rcnn", "fpn")),
}


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="python -m explorer.training", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)

    pretrain = commands.add_parser("pretrain", help="the compact CNN learns to classify images")
    pretrain.add_argument("source", type=Path, help="folder or zip with {train,val}/CLASS/PHOTO")
    pretrain.add_argument("--work", type=Path, required=True, help="folder for the run's state")
    pretrain.add_argument("--epochs", type=int, default=12)
    pretrain.add_argument("--batch", type=int, default=128)
    pretrain.add_argument("--device", default="cpu", help="auto, cpu, cuda or mps")
    pretrain.add_argument("--precision", default="auto", choices=PRECISION_NAMES)
    pretrain.add_argument("--compile", action="store_true", help="use torch.compile")

    train = commands.add_parser("train", help="train one method on photos with boxes")
    train.add_argument("method", choices=METHODS)
    train.add_argument("--data", type=Path, required=True, help="folder that holds VOC<year>")
    train.add_argument("--set", action="append", metavar="YEAR:SPLIT", help="repeat for several")
    train.add_argument("--year", default="2007")
    train.add_argument("--split", default="train")
    train.add_argument("--work", type=Path, required=True, help="folder for the run's state")
    train.add_argument(
        "--backbone", metavar="NAME|FILE",
        help="alexnet, vgg16, resnet18 or resnet50; or, for the compact CNN, "
        "the pretrain.pt, another method's train.pt or its published .safetensors to begin with",
    )
    train.add_argument(
        "--imagenet", metavar="FILE|download",
        help="torchvision's ImageNet weights of that CNN to begin with",
    )
    train.add_argument(
        "--start", type=Path, metavar="WORK|FILE",
        help="--work of an earlier run, or published .safetensors, to go on with on a new schedule",
    )
    train.add_argument("--proposals", type=Path, help="cached regions: DIR/<year>/<id>.npy")
    train.add_argument("--minutes", type=float, help="stop after so many minutes in all")
    train.add_argument("--steps", type=int, help="stop after so many steps")
    train.add_argument("--batch", type=int, default=8, help="photos a step and process")
    train.add_argument(
        "--optimiser", choices=tuple(RATES), default="adamw", help="sgd: as in the papers"
    )
    train.add_argument(
        "--rate", type=float, help="peak learning rate; default: 0.0005 (sgd: 0.001)"
    )
    train.add_argument(
        "--schedule", choices=SCHEDULES, default="joint",
        help="Faster R-CNN: joint, or the paper's four alternating steps",
    )
    train.add_argument(
        "--mining", choices=MININGS, default="sample",
        help="R-CNN, SPPNet: hard negatives from a sample of the regions, or from all",
    )
    train.add_argument(
        "--scales", choices=SCALES, default="single", help="SPPNet: photos at one scale or at five"
    )
    train.add_argument(
        "--short", type=int, metavar="PIXELS",
        help="short side of the photos as the network reads them; anchors grow with it",
    )
    train.add_argument("--limit", type=int, default=0, help="use the first so many photos")
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--device", default="cpu", help="auto, cpu, cuda or mps")
    train.add_argument("--precision", default="auto", choices=PRECISION_NAMES)
    train.add_argument("--compile", action="store_true", help="use torch.compile")

    propose = commands.add_parser("propose", help="selective search on a data set, once")
    propose.add_argument("--data", type=Path, required=True, help="folder that holds VOC<year>")
    propose.add_argument("--set", action="append", metavar="YEAR:SPLIT", required=True)
    propose.add_argument("--proposals", type=Path, required=True, help="folder to write to")
    propose.add_argument("--strategy", choices=("single", "fast", "quality"), default="fast")

    curves = commands.add_parser("curves", help="the losses of a run, as a picture")
    curves.add_argument("--work", type=Path, required=True, help="the --work folder of train")
    curves.add_argument("--out", type=Path, required=True, help=".png, .svg or .pdf")

    evaluate = commands.add_parser("evaluate", help="AP of VOC and of COCO, and recall of regions")
    evaluate.add_argument("--out", type=Path, required=True, help="results, JSON")

    ablate = commands.add_parser("ablate", help="evaluate a method with its parts exchanged")
    for command in (evaluate, ablate):
        command.add_argument("method", choices=METHODS)
        command.add_argument("--data", type=Path, required=True, help="folder that holds VOC<year>")
        command.add_argument("--year", default="2007")
        command.add_argument("--split", default="val")
        command.add_argument(
            "--weights", type=Path, help="checkpoint, run folder or weights folder"
        )
        command.add_argument("--proposals", type=Path, help="cached regions: DIR/<year>/<id>.npy")
        command.add_argument("--limit", type=int, default=0, help="the first so many photos alone")
        command.add_argument("--device", default="cpu", help="auto, cpu, cuda or mps")
        one = command is evaluate
        command.add_argument(
            "--with", dest="changes", action="append", default=[],
            metavar="NAME=VALUE" if one else '"NAME=VALUE ..."',
            help="a setting of the method, as in top_down=off; repeat for several" if one else
            "one variant; repeat for several (default: those of the method's paper)",
        )
    ablate.add_argument("--out", type=Path, required=True, help="the table, JSON; goes on there")

    again = commands.add_parser(
        "reproduce", help="measure every figure of the cards again; 1 where one is another"
    )
    again.add_argument(  # argparse takes no default with choices for several
        "method", type=_method, nargs="*", help=f"{', '.join(METHODS)} (default: all five)"
    )
    again.add_argument("--data", type=Path, required=True, help="folder that holds VOC<year>")
    again.add_argument("--weights", type=Path, help="folder of weights and cards")
    again.add_argument("--proposals", type=Path, help="cached regions: DIR/<year>/<id>.npy")
    again.add_argument("--device", default="cpu", help="auto, cpu, cuda or mps")
    again.add_argument("--without-ablations", action="store_true")
    again.add_argument("--out", type=Path, required=True, help="folder for the results, JSON")

    pack = commands.add_parser("pack", help="a trained method -> weights/, card, manifest")
    pack.add_argument("method", choices=METHODS)
    pack.add_argument("--run", type=Path, help="the --work folder of train")
    pack.add_argument("--results", type=Path, help="the --out file of evaluate")
    pack.add_argument(
        "--ablations", type=Path,
        help="the --out file of ablate; without --run, it goes into the card that is there",
    )
    pack.add_argument("--out", type=Path, help="default: weights/ of the checkout")
    pack.add_argument("--hardware", default="CPU", help='e.g. "two CPU cores"')
    pack.add_argument(
        "--note", action="append", default=[], metavar="SENTENCE",
        help="what else differs from the paper; repeat for several",
    )
    pack.add_argument("--commit", help="of the code it was trained with; default: the present one")
    return top


def _method(name: str) -> str:
    if name not in METHODS:
        raise argparse.ArgumentTypeError(f"no method '{name}': choose {', '.join(METHODS)}")
    return name


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 1 and a sentence on stderr where its files are missing or wrong."""
    given = parser().parse_args(arguments)
    run = {
        "pretrain": _pretrain, "propose": _propose, "train": _train, "curves": _curves,
        "evaluate": _evaluate, "ablate": _ablate, "reproduce": _reproduce,
        "pack": _pack,
    }[given.command]  # fmt: skip
    try:
        run(given)
    except (FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _pretrain(given: argparse.Namespace) -> None:
    from explorer.training.pretrain import PretrainSettings, pretrain

    settings = PretrainSettings(
        epochs=given.epochs, batch=given.batch, compiled=given.compile, device=given.device,
        precision=given.precision,
    )  # fmt: skip
    print(pretrain(given.source, given.work, settings))


def _train(given: argparse.Namespace) -> None:
    from explorer.training.options import Options
    from explorer.training.precision import precision
    from explorer.training.train_alternating import train_alternating
    from explorer.training.train_detector import train_detector
    from explorer.training.train_rcnn import train_rcnn
    from explorer.training.train_sppnet import train_sppnet

    if given.minutes is None and given.steps is None:
        raise ValueError("give --minutes or --steps")
    for name, (common, methods) in ONLY_FOR.items():
        if getattr(given, name) != common and given.method not in methods:
            raise ValueError(f"--{name} goes with {', '.join(methods)}, not with {given.method}")
    if given.start and given.schedule == "alternating":
        raise ValueError("--start goes with the joint schedule")
    named = given.backbone in NETWORKS
    network = given.backbone if named else "compact"
    if given.imagenet and network == "compact":
        raise ValueError(f"--imagenet goes with --backbone {', '.join(NETWORKS[1:])}")
    options = Options(
        data=given.data,
        sets=tuple(given.set or [f"{given.year}:{given.split}"]),
        work=given.work,
        budget=Budget(given.steps, given.minutes),
        backbone=Path(given.backbone) if given.backbone and not named else None,
        proposals=given.proposals,
        batch=given.batch,
        rate=RATES[given.optimiser] if given.rate is None else given.rate,
        seed=given.seed,
        limit=given.limit,
        compiled=given.compile,
        precision=precision(given.device, given.precision),
        start=given.start,
        network=network,
        imagenet=given.imagenet,
        optimiser=given.optimiser,
        schedule=given.schedule,
        mining=given.mining,
        scales=given.scales,
        short=given.short,
    )
    if given.method == "rcnn":
        train_rcnn(options)
    elif given.method == "sppnet":
        train_sppnet(options)
    elif given.schedule == "alternating":
        train_alternating(options)
    else:
        train_detector(given.method, options)


def _propose(given: argparse.Namespace) -> None:
    from explorer.training.data import read_sets
    from explorer.training.propose import propose

    propose(read_sets(given.data, given.set), given.proposals, given.strategy)


def _curves(given: argparse.Namespace) -> None:
    from explorer.training.curves import draw_losses, read_losses

    draw_losses(read_losses(given.work), given.out)
    print(given.out)


def _evaluate(given: argparse.Namespace) -> None:
    from explorer.paths import weights_dir
    from explorer.training.evaluation import evaluate

    results = evaluate(
        given.method, given.data, given.year, given.split, given.out,
        given.weights or weights_dir(), given.limit, given.proposals, given.device, given.changes,
    )  # fmt: skip
    named = " ".join((given.method, *given.changes))
    print(
        f"{named}: {100 * float(str(results['map'])):.1f} mAP on {results['photos']} photos "
        f"of VOC {given.year} {given.split}; {given.out} has COCO's AP and the regions' recall too"
    )


def _ablate(given: argparse.Namespace) -> None:
    from explorer.paths import weights_dir
    from explorer.training.ablations import ablate

    table = ablate(
        given.method, given.data, given.year, given.split, given.out,
        given.weights or weights_dir(), given.changes, given.limit, given.proposals, given.device,
    )  # fmt: skip
    for row in table["rows"]:
        print(f"{100 * row['map']:5.1f} mAP  {' '.join(row['with']) or given.method}")
    print(table["note"])


def _reproduce(given: argparse.Namespace) -> None:
    from explorer.paths import weights_dir
    from explorer.training.reproduce import reproduce

    found = reproduce(
        given.method or METHODS, given.data, given.weights or weights_dir(), given.out,
        given.proposals, given.device, not given.without_ablations,
    )  # fmt: skip
    if any(found.values()):
        raise ValueError(f"not all figures are those of the cards: see {given.out}")


def _pack(given: argparse.Namespace) -> None:
    from explorer.paths import weights_dir
    from explorer.training.amend import amend
    from explorer.training.pack import made_by, pack

    ablations = json.loads(given.ablations.read_text()) if given.ablations else None
    out = given.out or weights_dir()
    if ablations and not given.run and not given.results:
        print(amend(given.method, out, ablations))
        return
    if not given.run or not given.results:
        raise ValueError("pack takes --run and --results, or --ablations alone")
    commit = given.commit or subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    results = json.loads(given.results.read_text())
    made = made_by(given.run, given.hardware, commit, given.note)
    print(pack(given.method, given.run, results, out, made, ablations))


if __name__ == "__main__":
    sys.exit(main())
