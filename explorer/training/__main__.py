"""The command line of training: what each command does. See `commands`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from explorer.nets.names import NETWORKS
from explorer.training.commands import METHODS, ONLY_FOR, RATES, parser
from explorer.training.loop import Budget


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 1 and a sentence on stderr where its files are missing or wrong."""
    given = parser().parse_args(arguments)
    run = {
        "pretrain": _pretrain, "propose": _propose, "train": _train, "curves": _curves,
        "evaluate": _evaluate, "ablate": _ablate, "schedules": _schedules,
        "reproduce": _reproduce, "pack": _pack,
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
    network = given.backbone if named else _network_of(given.method, given.start or given.backbone)
    others = [name for name in NETWORKS if name != "compact"]
    if given.imagenet and not (named and network in others):
        raise ValueError(f"--imagenet goes with --backbone {', '.join(others)}")
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


def _network_of(method: str, begun_with: Path | str | None) -> str:
    """The CNN of the weights that a run begins with; the compact one where it begins with none."""
    from explorer.training.networks import configuration_of, weights_file

    if begun_with is None:
        return "compact"
    return configuration_of(weights_file(method, Path(begun_with))).network


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
        given.jobs,
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
        given.jobs,
    )  # fmt: skip
    for row in table["rows"]:
        print(f"{100 * row['map']:5.1f} mAP  {' '.join(row['with']) or given.method}")
    print(table["note"])


def _schedules(given: argparse.Namespace) -> None:
    from explorer.training.schedules import compare

    table = compare(
        given.runs, given.data, given.year, given.split, given.out, given.limit, given.device
    )
    for row in table["rows"]:
        print(f"{100 * row['map']:5.1f} mAP  {row['schedule']}")


def _reproduce(given: argparse.Namespace) -> None:
    from explorer.paths import weights_dir
    from explorer.training.reproduce import reproduce

    found = reproduce(
        given.method or METHODS, given.data, given.weights or weights_dir(), given.out,
        given.proposals, given.device, not given.without_ablations, given.jobs,
    )  # fmt: skip
    if any(found.values()):
        raise ValueError(f"not all figures are those of the cards: see {given.out}")


def _pack(given: argparse.Namespace) -> None:
    from explorer.paths import weights_dir
    from explorer.training.amend import amend, amend_schedules
    from explorer.training.pack import made_by, pack

    ablations = json.loads(given.ablations.read_text()) if given.ablations else None
    out = given.out or weights_dir()
    schedules = json.loads(given.schedules.read_text()) if given.schedules else None
    if (ablations or schedules) and not given.run and not given.results:
        if ablations:
            amend(given.method, out, ablations)
        if schedules:
            amend_schedules(given.method, out, schedules)
        print(out / f"{given.method}.md")
        return
    if not given.run or not given.results:
        raise ValueError("pack takes --run and --results, or --ablations, --schedules alone")
    commit = given.commit or subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    results = json.loads(given.results.read_text())
    made = made_by(given.run, given.hardware, commit, given.note)
    print(pack(given.method, given.run, results, out, made, ablations))
    if schedules:
        amend_schedules(given.method, out, schedules)


if __name__ == "__main__":
    sys.exit(main())
