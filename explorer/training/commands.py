"""The commands of training and their options."""

from __future__ import annotations

import argparse
from pathlib import Path

from explorer.methods.names import METHODS as NAMED

ABOUT = """The command line of training:

pretrain | propose | train | curves | evaluate | ablate | schedules | pack | reproduce.
"""
PRECISION_NAMES = ("auto", "float32", "bfloat16", "float16")
METHODS = tuple(method.name for method in NAMED)
SCHEDULES, MININGS, SCALES = ("joint", "alternating"), ("sample", "all"), ("single", "several")
JOBS = "processes that share the photos; on a CPU, one for each core is fastest"
RATES = {"adamw": 5e-4, "sgd": 1e-3}
# Options that only some methods have, and the value that all may be given.
ONLY_FOR = {
    "schedule": ("joint", ("faster_rcnn",)),
    "mining": ("sample", ("rcnn", "sppnet")),
    "scales": ("single", ("sppnet",)),
    "short": (None, ("sppnet", "fast_rcnn", "faster_rcnn", "fpn")),
}


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="python -m explorer.training", description=ABOUT)
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
        help="lite0, compact, alexnet, vgg16, resnet18 or resnet50; or the pretrain.pt, another "
        "method's train.pt or its published .safetensors, whose CNN to begin with",
    )
    train.add_argument(
        "--imagenet", metavar="FILE|download",
        help="ImageNet weights of that CNN to begin with: torchvision's, or those of lite0",
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
        command.add_argument("--jobs", type=int, default=1, help=JOBS)
        one = command is evaluate
        command.add_argument(
            "--with", dest="changes", action="append", default=[],
            metavar="NAME=VALUE" if one else '"NAME=VALUE ..."',
            help="a setting of the method, as in top_down=off; repeat for several" if one else
            "one variant; repeat for several (default: those of the method's paper)",
        )
    ablate.add_argument("--out", type=Path, required=True, help="the table, JSON; goes on there")

    compare = commands.add_parser(
        "schedules", help="evaluate runs that differ in their --schedule alone, side by side"
    )
    compare.add_argument("runs", type=Path, nargs="+", help="the --work folders of train")
    compare.add_argument("--data", type=Path, required=True, help="folder that holds VOC<year>")
    compare.add_argument("--year", default="2007")
    compare.add_argument("--split", default="val")
    compare.add_argument("--limit", type=int, default=0, help="the first so many photos alone")
    compare.add_argument("--device", default="cpu", help="auto, cpu, cuda or mps")
    compare.add_argument("--out", type=Path, required=True, help="the table, JSON")

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
    again.add_argument("--jobs", type=int, default=1, help=JOBS)
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
    pack.add_argument(
        "--schedules", type=Path, help="the --out file of schedules; it goes into the card there"
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
