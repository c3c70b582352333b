"""The program: arguments, then the window, or `export` without one.

Nothing slow is imported here: the window is on screen before torch is read from disk.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from explorer.methods.names import NAMES
from explorer.methods.torchvision_names import PUBLISHED, SUFFIXES
from explorer.session.files import ENDS

if TYPE_CHECKING:

    from explorer.session.job import Engine
    from explorer.ui.window import Window

DEVICES = ("auto", "cpu", "cuda", "mps")
SCALES = (1, 2, 3, 4)
FORMATS = ("png", "svg", "pdf")
THEMES = ("dark", "light", "paper")
WEIGHTS_HELP = (
    "for FPN, in place of the bundled weights: a checkpoint of a torchvision detector "
    f"({', '.join(SUFFIXES)}), or one of torchvision's own, downloaded once: "
    + ", ".join(f"{one.name} ({one.megabytes} MB)" for one in PUBLISHED)
)


def parser_of_window() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="See what R-CNN, SPPNet, Fast R-CNN, Faster R-CNN and FPN do with a photo, "
        "stage by stage.",
        epilog="`main.py export --help`: write the pictures to files, without a display. "
        "`main.py gallery --help`: take pictures of the window itself.",
    )
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH",
        help="photos and folders to open; a bundled sample where there is none",
    )
    parser.add_argument("--weights", metavar="FILE", help=WEIGHTS_HELP)
    parser.add_argument("--device", choices=DEVICES, default="auto", help="default: auto")
    return parser


def parser_of_export() -> argparse.ArgumentParser:
    from explorer.trace.base import STAGE_NAMES

    parser = argparse.ArgumentParser(
        prog="main.py export",
        description="Run the detectors and write every stage as a picture. Needs no display.",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="photos, folders")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--method", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--stage", nargs="+", choices=STAGE_NAMES, default=list(STAGE_NAMES))
    parser.add_argument("--scale", type=int, choices=SCALES, default=1, metavar="N",
                        help="of PNG: 1 to 4 device pixels per pixel (default: 1)")
    parser.add_argument("--format", choices=FORMATS, default="png",
                        help="svg and pdf hold vectors and text (default: png)")
    parser.add_argument("--theme", choices=THEMES, default="dark",
                        help="paper is black on white, for print (default: dark)")
    parser.add_argument("--animate", nargs="+", choices=STAGE_NAMES, default=[], metavar="STAGE",
                        help="also play the steps of these stages: regions (merges), pooling "
                        "(bins), nms")
    parser.add_argument("--movie", choices=("gif", "mp4"), default="gif",
                        help="what --animate writes (default: gif)")
    parser.add_argument("--json", action="store_true", help="also write trace.json per method")
    parser.add_argument("--csv", action="store_true",
                        help="also write regions.csv per method: one row a region")
    parser.add_argument("--truth", type=Path, metavar="FILE",
                        help="ground truth: a VOC annotation (.xml) or a COCO file (.json); "
                        "without it, such a file beside the photo")
    parser.add_argument("--weights", metavar="FILE", help=WEIGHTS_HELP)
    parser.add_argument("--device", choices=DEVICES, default="auto", help="default: auto")
    return parser


def engine_for(device: str) -> Callable[[], Engine]:
    """Makes the engine; called in the worker, because it imports torch."""

    def make() -> Engine:
        from explorer.session.engine import TorchEngine

        return TorchEngine(device)

    return make


def open_first(window: Window, paths: Sequence[Path], weights: str | None) -> None:
    """Let the window open `paths`, or the first sample.

    weights: for FPN, the name of a torchvision detector or a file; else those of the last time.
    """
    from explorer.paths import samples

    if weights is not None:
        window.weights.start_with(weights)
    # The same file must be the same photo later, by whatever way it is opened.
    paths = [path.absolute() for path in paths]
    photos = [path for path in paths if path.suffix.lower() not in SUFFIXES]
    first = [*paths, *(() if photos else samples()[:1])]
    if first:
        window.start_with(first)


def end_by_exit() -> None:
    """What would end the program on the spot ends it by SystemExit: a file that is half written is
    removed on the way out, and nobody sees a traceback."""

    def leave(number: int, frame: FrameType | None) -> None:
        for one in known:
            signal.signal(one, signal.SIG_IGN)  # on the way out already
        raise SystemExit(128 + number)

    known = [getattr(signal, name) for name in ENDS if hasattr(signal, name)]
    for one in known:
        signal.signal(one, leave)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["export"]:
        options = parser_of_export().parse_args(arguments[1:])
        end_by_exit()
        from explorer.export import run

        return run(options)
    if arguments[:1] == ["gallery"]:
        from explorer import gallery

        return gallery.run(gallery.parser().parse_args(arguments[1:]))
    options = parser_of_window().parse_args(arguments)

    from explorer.ui.program import run as run_window

    return run_window(
        engine_for(options.device),
        lambda window: open_first(window, options.paths, options.weights),
    )


if __name__ == "__main__":
    sys.exit(main())
