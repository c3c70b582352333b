"""`main.py export`: run the detectors on photos and write every stage as a picture.

No display is needed: Qt paints on images with its offscreen platform. A file that cannot be read
costs one line on stderr and the exit code 1; all others are still done.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from explorer.methods.names import NAMES
from explorer.methods.torchvision_names import problem_of, published
from explorer.session.album import photos_in
from explorer.session.ground_truth import GroundTruth
from explorer.session.job import (
    Engine,
    Failed,
    Job,
    TraceGrew,
    Working,
    events,
    sentence_of,
)
from explorer.session.numbers import FILES, write_numbers
from explorer.session.scene import ViewState
from explorer.session.truth import TruthError, find_truth, read_truth
from explorer.trace.stages import ImageStage, Trace


def run(options: argparse.Namespace, engine: Engine | None = None) -> int:
    """Do what the parsed arguments say; the exit code. engine: in place of the real one."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtGui import QGuiApplication

    app = QGuiApplication.instance() or QGuiApplication(["two-stage-explorer"])
    from explorer.ui.fonts import load_fonts

    load_fonts()
    try:
        if engine is None:
            from explorer.session.engine import TorchEngine

            engine = TorchEngine(options.device)
        engine.device_name()  # a device that is not there is said once, not for every photo
        if options.weights is not None:
            engine.use_weights(weights_file(options.weights))
    except Exception as error:
        return complain(sentence_of(error))
    code = 0
    taken: set[str] = set()
    for path in options.paths:
        try:
            photos = photos_in(path) if path.is_dir() else (path,)
        except OSError as error:
            code = complain(f"{path}: {error.strerror or sentence_of(error)}")
            continue
        if not photos:
            code = complain(f"{path}: there are no photos in this folder.")
        for photo in photos:
            name = free_name(photo.stem, taken)
            try:
                code = max(code, _one(photo, options.out / name, options, engine))
            except Exception as error:
                code = complain(f"{photo}: {sentence_of(error)}")
    del app
    return code


def weights_file(text: str) -> Path:
    """The file that `--weights` means; a detector of torchvision's is downloaded, once.

    Raises WeightsError with a sentence where there is no such file or it cannot be had.
    """
    from tqdm import tqdm

    from explorer.methods.checkpoints import WeightsError
    from explorer.methods.torchvision_weights import download

    if problem := problem_of(text):
        raise WeightsError(problem)
    if published(text) is None:
        return Path(text)
    # disable=None: no bar where stderr is a file.
    with tqdm(desc=text, unit="B", unit_scale=True, leave=False, disable=None) as bar:

        def tell(done: int, total: int) -> None:
            bar.total = total or None
            bar.update(done - bar.n)

        return download(text, progress=tell)


def truth_of(photo: Path, trace: Trace, options: argparse.Namespace) -> GroundTruth | None:
    """The ground truth of a photo: in the file of `--truth`, else what lies beside it, if anything.

    A VOC annotation is of one photo: of several, the one that has its name. Raises TruthError with
    a sentence where the file cannot be used.
    """
    image = trace.stage("image")
    if not isinstance(image, ImageStage):
        return None
    height, width = image.pixels.shape[:2]
    given: Path | None = options.truth
    alone = len(options.paths) == 1 and not options.paths[0].is_dir()
    others = given is not None and given.suffix.lower() == ".xml" and given.stem != photo.stem
    if given is None or (others and not alone):
        return find_truth(photo, width, height)
    return read_truth(given, photo.name, width, height)


def free_name(stem: str, taken: set[str]) -> str:
    """The stem, or stem-2, stem-3 ... where this run has used it; takes it.

    Two names that differ in case alone are one folder on some systems.
    """
    name, number = stem, 2
    while name.casefold() in taken:
        name, number = f"{stem}-{number}", number + 1
    taken.add(name.casefold())
    return name


def complain(sentence: str) -> int:
    """One line on stderr; 1, the exit code that it means."""
    print(sentence, file=sys.stderr)
    return 1


def _one(photo: Path, folder: Path, options: argparse.Namespace, engine: Engine) -> int:
    """Detect and write one photo; 1 where something went wrong, else 0."""
    from explorer.ui.export_replay import write_replay
    from explorer.ui.exporting import Style, write_pages
    from explorer.ui.theme import PAGE_PALETTES

    code = 0
    traces: dict[str, Trace] = {}
    job = Job(name=photo.name, methods=tuple(options.method), path=photo)
    for event in events(job, engine, cancelled=lambda: False):
        if isinstance(event, TraceGrew):
            traces[event.trace.method] = event.trace
        elif isinstance(event, Working):
            _progress(f"{photo.name}: {event.text}")
        elif isinstance(event, Failed):
            named = str(photo) in event.sentence or photo.name in event.sentence
            _progress("")
            code = complain(event.sentence if named else f"{photo}: {event.sentence}")
    truth = None
    if traces:
        try:
            truth = truth_of(photo, next(iter(traces.values())), options)
        except TruthError as error:
            code = complain(str(error))
    if truth is not None and truth.notice:
        complain(truth.notice)
    view = ViewState(truth=truth)
    in_order = [traces[name] for name in NAMES if name in traces]
    complete = [trace for trace in in_order if trace.stage("detections") is not None]
    style = Style(PAGE_PALETTES[options.theme], float(options.scale), options.format)
    lost: list[str] = []
    pages = write_pages(
        complete, folder, photo.name, style, options.stage, lambda method: view, lost.append
    )
    for path in pages:
        _progress(f"{photo.name}: {path.relative_to(folder)}")
    for stage in options.animate:
        written = [
            path for trace in complete
            for path in write_replay(
                trace, stage, folder, photo.name, style.palette, options.movie, view
            ) if path is not None
        ]
        for path in written:
            _progress(f"{photo.name}: {path.relative_to(folder)}")
        if complete and not written:
            lost.append(f"The stage '{stage}' has no steps to play.")
    kinds = [kind for kind in FILES if getattr(options, kind)]
    for path in write_numbers(complete, folder, photo, kinds, truth):
        _progress(f"{photo.name}: {path.relative_to(folder)}")
    _progress("")
    for sentence in lost:
        code = complain(f"{photo}: {sentence}")
    if complete:
        print(folder)
    return code


def _progress(text: str) -> None:
    """What is going on, on one line that is written over; nothing where stderr is a file."""
    if sys.stderr.isatty():
        print(f"\r\x1b[2K{text[:100]}", end="", file=sys.stderr, flush=True)
