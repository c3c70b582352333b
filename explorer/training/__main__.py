"""The command line of training: pretrain | train | evaluate | pack."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from explorer.training.loop import Budget

METHODS = ("rcnn", "sppnet", "fast_rcnn", "faster_rcnn", "fpn")


def parser() -> argparse.ArgumentParser:
    """The four commands and their options."""
    top = argparse.ArgumentParser(prog="python -m explorer.training", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)

    pretrain = commands.add_parser("pretrain", help="the compact CNN learns to classify images")
    pretrain.add_argument("source", type=Path, help="folder or zip with {train,val}/CLASS/PHOTO")
    pretrain.add_argument("--work", type=Path, required=True, help="folder for the run's state")
    pretrain.add_argument("--epochs", type=int, default=12)
    pretrain.add_argument("--batch", type=int, default=128)
    pretrain.add_argument("--compile", action="store_true", help="use torch.compile")

    train = commands.add_parser("train", help="train one method on photos with boxes")
    train.add_argument("method", choices=METHODS)
    train.add_argument("--data", type=Path, required=True, help="folder that holds VOC<year>")
    train.add_argument("--set", action="append", metavar="YEAR:SPLIT", help="repeat for several")
    train.add_argument("--year", default="2007")
    train.add_argument("--split", default="train")
    train.add_argument("--work", type=Path, required=True, help="folder for the run's state")
    train.add_argument("--backbone", type=Path, help="pretrain.pt of the command pretrain")
    train.add_argument("--proposals", type=Path, help="cached regions: DIR/<year>/<id>.npy")
    train.add_argument("--minutes", type=float, help="stop after so many minutes in all")
    train.add_argument("--steps", type=int, help="stop after so many steps")
    train.add_argument("--batch", type=int, default=8, help="photos a step")
    train.add_argument("--rate", type=float, default=5e-4, help="peak learning rate")
    train.add_argument("--limit", type=int, default=0, help="use the first so many photos")
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--compile", action="store_true", help="use torch.compile")

    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 1 and a sentence on stderr where its files are missing or wrong."""
    given = parser().parse_args(arguments)
    try:
        if given.command == "pretrain":
            _pretrain(given)
        elif given.command == "train":
            _train(given)
    except (FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _pretrain(given: argparse.Namespace) -> None:
    from explorer.training.pretrain import PretrainSettings, pretrain

    settings = PretrainSettings(epochs=given.epochs, batch=given.batch, compiled=given.compile)
    print(pretrain(given.source, given.work, settings))


def _train(given: argparse.Namespace) -> None:
    from explorer.training.options import Options
    from explorer.training.train_detector import train_detector
    from explorer.training.train_rcnn import train_rcnn
    from explorer.training.train_sppnet import train_sppnet

    if given.minutes is None and given.steps is None:
        raise ValueError("give --minutes or --steps")
    options = Options(
        data=given.data,
        sets=tuple(given.set or [f"{given.year}:{given.split}"]),
        work=given.work,
        budget=Budget(given.steps, given.minutes),
        backbone=given.backbone,
        proposals=given.proposals,
        batch=given.batch,
        rate=given.rate,
        seed=given.seed,
        limit=given.limit,
        compiled=given.compile,
    )
    if given.method == "rcnn":
        train_rcnn(options)
    elif given.method == "sppnet":
        train_sppnet(options)
    else:
        train_detector(given.method, options)


if __name__ == "__main__":
    sys.exit(main())
