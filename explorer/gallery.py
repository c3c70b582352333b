"""`main.py gallery`: pictures of the real window, in all its views, themes, sizes and scales.

The detectors run once; then a process for each scale, because Qt takes the scale when it starts,
shows their results in a window on the offscreen platform and takes its pictures, both at once.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import tempfile
from collections.abc import Collection, Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from explorer.export import complain
from explorer.methods.names import NAMES
from explorer.paths import samples
from explorer.session.job import Engine, Failed, Job, TraceGrew, events, sentence_of
from explorer.trace.stages import Trace
from explorer.ui.gallery_pages import write_index, write_sheets

SCALES = (1, 2)
NOTHING = 3  # exit code: no view was wanted
SIZES = ((1280, 800), (1920, 1200))
THEMES = ("dark", "light")
ABOUT = (
    "Every view of the window on the sample `{photo}`: both themes, at two sizes and two scales. "
    "Made by `uv run main.py gallery --out pictures --sheets resources/gallery`; `pictures` then "
    "holds them in full size."
)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py gallery",
        description="Take pictures of the window in all its views: both themes, "
        f"{', '.join(f'{width} x {height}' for width, height in SIZES)}, at scales 1 and 2. Needs "
        "no display.",
    )
    parser.add_argument("photo", nargs="?", type=Path, metavar="PHOTO",
                        help="what is open in it (default: the first sample)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--view", nargs="+", metavar="NAME",
                        help="only views whose name has one of these in it")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument("--sheets", type=Path, metavar="DIR",
                        help="write small pictures of each view here as well, and a page of them")
    return parser


def run(options: argparse.Namespace, engine: Engine | None = None) -> int:
    """Do what the parsed arguments say; the exit code. engine: in place of the real one."""
    photo = options.photo or samples()[0]
    if engine is None:
        from explorer.session.engine import TorchEngine

        engine = TorchEngine(options.device)
    try:
        traces = _detect(photo, engine)
    except Exception as error:
        return complain(f"{photo}: {sentence_of(error)}")
    arguments = (photo, traces, options.out, options.view or ())
    with tempfile.TemporaryDirectory() as place:
        screen = _screen(Path(place))
        processes = [_start(scale, screen, arguments) for scale in SCALES]
        for process in processes:
            process.join()
    if any(process.exitcode == NOTHING for process in processes):
        return complain(
            f"No view has {' or '.join(options.view)} in its name; names are, for example, "
            "02-regions-fpn, 10-journey and 40-export."
        )
    if any(process.exitcode for process in processes):
        return 1
    write_index(options.out)
    print(options.out)
    if options.sheets is not None:
        write_sheets(options.out, options.sheets, ABOUT.format(photo=photo.name))
        print(options.sheets)
    return 0


def _screen(folder: Path) -> Path:
    """A file for the offscreen platform, whose own screen is too small for menus at scale 2."""
    width, height = (max(SCALES) * max(sides) for sides in zip(*SIZES, strict=True))
    screen = {"name": "gallery", "x": 0, "y": 0, "width": width, "height": height}
    path = folder / "screen.json"
    path.write_text(json.dumps({"screens": [{**screen, "logicalDpi": 96, "dpr": 1}]}))
    return path


def _start(scale: int, screen: Path, arguments: tuple[Any, ...]) -> BaseProcess:
    """A process of `_take` at this scale: spawned, so that Qt starts there, and reads these."""
    usual = dict(os.environ)
    os.environ |= {
        "QT_QPA_PLATFORM": f"offscreen:configfile={screen}", "QT_SCALE_FACTOR": str(scale),
    }
    try:
        process = multiprocessing.get_context("spawn").Process(target=_take, args=arguments)
        process.start()
    finally:
        os.environ.clear()
        os.environ.update(usual)
    return process


def _detect(photo: Path, engine: Engine) -> dict[str, Trace]:
    """The complete traces of all methods. Raises RuntimeError where one fails."""
    traces: dict[str, Trace] = {}
    job = Job(name=photo.name, methods=NAMES, path=photo)
    for event in events(job, engine, cancelled=lambda: False):
        if isinstance(event, TraceGrew):
            traces[event.trace.method] = event.trace
        elif isinstance(event, Failed):
            raise RuntimeError(event.sentence)
    return traces


def _take(
    photo: Path, traces: Mapping[str, Trace], out: Path, wanted: Collection[str]
) -> None:
    """In a process of its own: all pictures at one scale. It exits with NOTHING without one."""
    from explorer.ui.gallery import take

    if not list(take(photo, traces, out, SIZES, THEMES, wanted)):
        raise SystemExit(NOTHING)
