"""Ground truth from files: a VOC annotation or a COCO file, chosen or found beside the photo.

Files are checked before they are believed: size, encoding, numbers; what is wrong is a sentence.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from explorer.session.coco import Coco, coco_of, without_outlines
from explorer.session.ground_truth import GroundTruth
from explorer.session.words import plural
from explorer.trace.freeze import freeze

MOST_XML = 4_000_000  # bytes of an annotation; VOC's are a few thousand
MOST_JSON = 500_000_000  # COCO's own instances_train2017.json has 450 million
CHUNK = 4_000_000  # bytes read at a time while a file is searched for a name
EARLY = (3, 5, 6, 20)  # codes of expat: the file ends within an element, tag, letter or section
MISMATCH = 7  # a tag closes another one
AGAIN = "Copy it here again, or open another annotation."
SUFFIXES = frozenset({".xml", ".json"})


class TruthError(Exception):
    """A file that cannot be used: `str()` says which file, what is wrong and what to do."""


def find_truth(photo: Path, width: int, height: int) -> GroundTruth | None:
    """The ground truth of a photo of `width` x `height` pixels, or None where there is no file.

    Looked for: <stem>.xml beside it, in ../Annotations and in Annotations; then any .json beside
    it or in ../annotations that names the photo. Raises TruthError for such a file that is damaged.
    """
    places = (photo.parent, photo.parent.parent / "Annotations", photo.parent / "Annotations")
    for place in places:
        path = place / f"{photo.stem}.xml"
        if path.is_file():
            return read_voc(path, width, height)
    for place in (photo.parent, photo.parent.parent / "annotations"):
        for path in sorted(place.glob("*.json")) if place.is_dir() else []:
            if not _mentions(path, photo.name):
                continue  # whatever it is, it is not about this photo
            found = read_coco(path, photo.name, width, height)
            if found is not None:
                return found
    return None


def look_for(
    chosen: Path | None, photo: Path, width: int, height: int
) -> GroundTruth | None:
    """The ground truth of a photo in a COCO file that was chosen for its folder, else what lies
    beside it. Raises TruthError where either is damaged."""
    found = None if chosen is None else read_coco(chosen, photo.name, width, height)
    return find_truth(photo, width, height) if found is None else found


def read_truth(path: Path, photo: str, width: int, height: int) -> GroundTruth:
    """The ground truth in a chosen file, for a photo called `photo`.

    Raises TruthError where the file is damaged, of another kind, or of other photos only.
    """
    if path.suffix.lower() == ".xml":
        return read_voc(path, width, height)
    found = read_coco(path, photo, width, height)
    if found is None:
        raise TruthError(f"{path} is no COCO file, or has no photo called {photo}.")
    return found


def read_voc(path: Path, width: int, height: int) -> GroundTruth:
    """A PASCAL VOC annotation. Its corners are pixel numbers from 1, the last one inside."""
    text = _bytes(path, MOST_XML)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise TruthError(f"{path} declares entities, which no annotation needs: it was not read.")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise TruthError(_no_xml(path, text, error)) from error
    if root.tag != "annotation":
        raise TruthError(f"{path} is no VOC annotation: it begins with <{root.tag}>.")
    scale = _scale(path, root.findtext("size/width"), root.findtext("size/height"), width, height)
    boxes, names, difficult = [], [], []
    for one in root.iter("object"):
        corners = [one.findtext(f"bndbox/{name}") for name in ("xmin", "ymin", "xmax", "ymax")]
        x1, y1, x2, y2 = _numbers(path, corners)
        boxes.append([x1 - 1, y1 - 1, x2, y2])
        names.append((one.findtext("name") or "object").strip())
        difficult.append((one.findtext("difficult") or "0").strip() == "1")
    return _truth(path, boxes, names, difficult, scale, width, height)


def read_coco(path: Path, photo: str, width: int, height: int) -> GroundTruth | None:
    """The photo's boxes in a COCO file, or None where it is no such file or lacks the photo."""
    held = _coco(path)
    if held is None or photo not in held.images:
        return None
    image, given_width, given_height = held.images[photo]
    scale = _scale(path, given_width, given_height, width, height)
    boxes, names, crowd = [], [], []
    for row in held.rows.get(image, ()):
        x, y, w, h = _numbers(path, held.numbers[4 * row : 4 * row + 4])
        boxes.append([x, y, x + w, y + h])
        names.append(held.names[row])
        crowd.append(bool(held.crowd[row]))
    return _truth(path, boxes, names, crowd, scale, width, height)


_lock = Lock()
_latest: list[tuple[tuple[Path, int, int], Coco | None]] = []  # one: a folder's photos share it


def _coco(path: Path) -> Coco | None:
    """What the file holds; read again only where it is another file or has changed. None where it
    is of another kind."""
    try:
        stat = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    key = (path.resolve(), stat.st_mtime_ns, stat.st_size)
    with _lock:  # the window's worker reads, and an export
        held = [each for known, each in _latest if known == key]
    if held:
        return held[0]
    try:
        # The hook, being Python, lets other threads in.
        found = coco_of(json.loads(_bytes(path, MOST_JSON), object_hook=without_outlines))
    except (ValueError, RecursionError) as error:
        raise TruthError(_no_json(path, error)) from error
    with _lock:
        _latest[:] = [(key, found)]
    return found


def _no_xml(path: Path, text: bytes, error: ElementTree.ParseError) -> str:
    """What is wrong with a damaged annotation, and what to do."""
    line = error.position[0]
    if not text.strip():
        what = "is empty"
    elif error.code in EARLY:
        what = f"is not whole: it ends in line {line}, before <annotation> is closed"
    elif error.code == MISMATCH:
        what = f"is damaged: in line {line} another tag is closed than the one that is open"
    else:
        what = f"is not XML from line {line} on"
    return f"{path} {what}. {AGAIN}"


def _no_json(path: Path, error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{path} is not JSON from line {error.lineno} on. {AGAIN}"
    what = "its text is not UTF-8" if isinstance(error, UnicodeDecodeError) else \
        "its lists and objects cannot be read"
    return f"{path} is not JSON: {what}. {AGAIN}"


def _mentions(path: Path, name: str) -> bool:
    """Whether the file has the photo's name in it, as it is or with escapes."""
    wanted = {name.encode(), json.dumps(name)[1:-1].encode()}
    most = max(map(len, wanted))
    held = b""
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                held = held[-most:] + chunk
                if any(each in held for each in wanted):
                    return True
    except OSError:
        return False
    return False


def _bytes(path: Path, most: int) -> bytes:
    try:
        if path.stat().st_size > most:
            raise TruthError(f"{path} is larger than any known annotation: it was not read.")
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> TruthError:
    return TruthError(f"{path} cannot be read: {error.strerror or error}.")


def _numbers(path: Path, values: Sequence[object]) -> list[float]:
    try:
        found = [float(str(value)) for value in values]
    except ValueError:
        found = []
    if len(found) != 4 or not all(math.isfinite(value) for value in found):
        raise TruthError(f"{path} has a box without four numbers.")
    return found


def _scale(path: Path, w: object, h: object, width: int, height: int) -> tuple[float, float]:
    """Photo pixels per pixel of the annotation: photos are often stored smaller."""
    try:
        given = float(str(w)), float(str(h))
    except ValueError:
        return 1.0, 1.0  # no size is given: the photo's own
    if not (given[0] > 0 and given[1] > 0 and all(math.isfinite(value) for value in given)):
        return 1.0, 1.0
    x, y = width / given[0], height / given[1]
    if abs(x - y) > 0.02 * max(x, y):
        raise TruthError(
            f"{path} is of a photo of {given[0]:g} × {given[1]:g} pixels, another shape than "
            f"{width} × {height}."
        )
    return x, y


def _truth(
    path: Path, boxes: list[list[float]], names: list[str], difficult: list[bool],
    scale: tuple[float, float], width: int, height: int,
) -> GroundTruth:
    array = np.array(boxes, np.float32).reshape(-1, 4) * np.array([*scale, *scale], np.float32)
    drawn = _has_area(array)
    array = array.clip(0, np.array([width, height] * 2, np.float32))
    real = drawn & _has_area(array)
    return GroundTruth(
        freeze(array[real]), tuple(name for name, ok in zip(names, real, strict=True) if ok),
        freeze(np.array(difficult, bool)[real]), path.name,
        _notice(path.name, len(array), int((~drawn).sum()), int((drawn & ~real).sum())),
    )


def _has_area(boxes: NDArray[np.float32]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    return found


def _notice(name: str, every: int, bare: int, outside: int) -> str:
    """ "a.xml: 2 of 9 boxes are not used: 1 ends where it begins or before, 1 is outside the
    photo.", or ""."""
    reasons = (
        (bare, "ends where it begins or before", "end where they begin or before"),
        (outside, "is outside the photo", "are outside the photo"),
    )
    whys = [f"{n} {one if n == 1 else many}" for n, one, many in reasons if n]
    unused = f"{bare + outside} of {plural(every, 'box', 'boxes')}"
    verb = "is" if bare + outside == 1 else "are"
    return f"{name}: {unused} {verb} not used: {', '.join(whys)}." if whys else ""
