"""`main.py gallery`: pictures of the real window, in all its views, themes, sizes and scales.

The detectors run once; then a process for each scale, because Qt takes the scale when it starts,
shows their results in a window on the offscreen platform and takes its pictures.
"""

from __future__ import annotations

import argparse
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

from explorer.export import complain
from explorer.methods.names import NAMES
from explorer.paths import samples
from explorer.session.job import Engine, Failed, Job, TraceGrew, events, sentence_of
from explorer.trace.stages import Trace

SCALES = (1, 2)
SIZES = ((1280, 800), (1920, 1200))
THEMES = ("dark", "light")


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
    parser.add_argument("--traces", type=Path, help=argparse.SUPPRESS)  # of the processes
    return parser


def run(options: argparse.Namespace, engine: Engine | None = None) -> int:
    """Do what the parsed arguments say; the exit code. engine: in place of the real one."""
    if options.traces is not None:
        return _take(options)
    photo = options.photo or samples()[0]
    if engine is None:
        from explorer.session.engine import TorchEngine

        engine = TorchEngine(options.device)
    try:
        traces = _detect(photo, engine)
    except Exception as error:
        return complain(f"{photo}: {sentence_of(error)}")
    with tempfile.TemporaryDirectory() as folder:
        held = Path(folder) / "traces"
        held.write_bytes(pickle.dumps(traces))
        for scale in SCALES:
            done = subprocess.run(
                [sys.executable, "-m", "explorer.app", "gallery", str(photo), "--out",
                 str(options.out), "--traces", str(held),
                 *(["--view", *options.view] if options.view else [])],
                env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(scale),
                     "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                check=False,
            )
            if done.returncode:
                return done.returncode
    write_index(options.out)
    print(options.out)
    return 0


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


def _take(options: argparse.Namespace) -> int:
    """In a process of its own: all pictures at one scale."""
    from explorer.ui.gallery import take

    traces = pickle.loads(options.traces.read_bytes())  # written by `run`, a moment ago
    for _ in take(options.photo, traces, options.out, SIZES, THEMES, options.view or ()):
        pass
    return 0


def write_index(folder: Path) -> None:
    """`index.html`: the pictures in the folder, by view."""
    views: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.png")):
        views.setdefault(path.name.partition("__")[0], []).append(path.name)
    parts = ["<!doctype html><meta charset=utf-8><title>Two-Stage Explorer: gallery</title>",
             "<style>body{font:15px sans-serif;margin:2em;background:#888}"
             "img{width:24%;margin:.3%}</style>"]
    for view, names in views.items():
        parts.append(f"<h2>{view}</h2>")
        parts += [f'<a href="{name}"><img src="{name}" alt="{name}"></a>' for name in names]
    (folder / "index.html").write_text("\n".join(parts) + "\n", encoding="utf-8")
