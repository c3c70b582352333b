"""A session as a small JSON file: the photo, what is looked at, and how. Versioned and checked.

Settings alone can be written too, to be sent as text.
"""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_type_hints

import numpy as np

from explorer.methods.choices import Choices
from explorer.methods.names import NAMES
from explorer.methods.parts import PARTS, REGIONS_OF, PartValue
from explorer.session.ground_truth import GroundTruth
from explorer.session.scene import Key, Rect, ViewState
from explorer.session.state import Desk
from explorer.session.strict import MisfitError, pack, unpack
from explorer.trace.base import StageName
from explorer.trace.freeze import freeze

ENDING = ".explorer.json"
VERSION = 1
KIND, SETTINGS_KIND = "two-stage-explorer session", "two-stage-explorer settings"
# What a text is not, which part of it may lack, and that it is damaged.
SAID = {
    KIND: ("This is not a session file", "not all of one", "This session file is damaged"),
    SETTINGS_KIND: ("These are not settings", "not all of them", "These settings are damaged"),
}
MOST_BYTES = 2_000_000
MOST_COUNT = 100_000  # of a part whose end only the weights know
# All of a desk but its view, whose selection and ground truth are written in ways of their own.
FIELDS = tuple(field.name for field in dataclasses.fields(Desk) if field.name != "view")
SETTINGS = ("chosen", "varied")  # those that are sent as text
Fields = tuple[tuple[str, Any], ...]


class SessionError(Exception):
    """A file or text that cannot be used: `str()` is one sentence."""


@dataclass(frozen=True)
class PhotoFile:
    """size: bytes. path: where it was. sha256: of its bytes, hexadecimal."""

    path: str
    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Selected:
    """A selected row with its box, by which it is found again where rows are others."""

    method: str
    stage: StageName
    row: int
    box: Rect

    @property
    def key(self) -> Key:
        return Key(self.method, self.stage, self.row)


@dataclass(frozen=True)
class Truth:
    """Ground truth; see `GroundTruth`."""

    source: str
    boxes: tuple[Rect, ...]
    names: tuple[str, ...]
    difficult: tuple[bool, ...]


@dataclass(frozen=True)
class Looked:
    """The view and the camera. centre: photo pixels; zoom: 1 is the whole photo."""

    controls: tuple[tuple[str, str | int], ...]
    limit: int
    centre: tuple[float, float]
    zoom: float
    theme: Literal["dark", "light"]
    selected: Selected | None = None
    truth: Truth | None = None


@dataclass(frozen=True)
class Document:
    """A whole session. desk: (field of a desk, its value). weights: (method, what it ran with)."""

    photo: PhotoFile
    desk: Fields
    looked: Looked
    weights: tuple[tuple[str, str], ...]

    def as_desk(self) -> Desk:
        """The desk that it describes, with nothing selected yet."""
        looked = self.looked
        view = ViewState(controls=looked.controls, limit=looked.limit, truth=_truth(looked.truth))
        return Desk(view=view, **dict(self.desk))


def looked_at(
    desk: Desk, centre: tuple[float, float], zoom: float, theme: Literal["dark", "light"],
    selected: Rect | None,
) -> Looked:
    """What a desk and a camera look at. selected: the box of what is selected."""
    view, key, truth = desk.view, desk.view.selected, desk.view.truth
    held = None
    if truth is not None:
        boxes = tuple(tuple(float(value) for value in box) for box in truth.boxes)
        difficult = tuple(bool(each) for each in truth.difficult)
        held = Truth(truth.source, boxes, truth.names, difficult)  # type: ignore[arg-type]
    return Looked(
        view.controls, view.limit, centre, zoom, theme,
        Selected(key.method, key.stage, key.row, selected) if key and selected else None, held,
    )


def fields_of(desk: Desk, names: tuple[str, ...] = FIELDS) -> Fields:
    """(name, value) of the desk's fields."""
    return tuple((name, getattr(desk, name)) for name in names)


def document_text(document: Document) -> str:
    """The file's contents."""
    held = {
        KIND: VERSION,
        "photo": pack(document.photo),
        "desk": {name: pack(value) for name, value in document.desk},
        "looked": pack(document.looked),
        "weights": pack(document.weights),
    }
    return json.dumps(held, indent=1, ensure_ascii=False) + "\n"


def read_document(path: Path) -> Document:
    """The session in a file. Raises SessionError where it is none, too large or damaged."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SessionError(f"{path} is too large for a session file.")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SessionError(f"Cannot read {path}: {reason}.") from error
    try:
        return parse_document(text)
    except SessionError as error:
        raise SessionError(f"{path.name}: {error}") from error


def parse_document(text: str) -> Document:
    """The session that a text describes. Raises SessionError."""
    held = _load(text, KIND, ("photo", "desk", "looked", "weights"))
    try:
        document = Document(
            unpack(PhotoFile, held["photo"], "photo"), _fields(held["desk"], FIELDS),
            unpack(Looked, held["looked"], "looked"),
            unpack(get_type_hints(Document)["weights"], held["weights"], "weights"),
        )
        _check(document)
    except MisfitError as error:
        raise SessionError(f"This session file is damaged: {error}.") from error
    return document


def settings_text(desk: Desk) -> str:
    """The settings alone, to be pasted elsewhere."""
    held = {SETTINGS_KIND: VERSION} | {
        name: pack(value) for name, value in fields_of(desk, SETTINGS)
    }
    return json.dumps(held, ensure_ascii=False)


def has_settings(text: str) -> bool:
    """Whether a pasted text means to be settings."""
    return text.lstrip().startswith("{") and SETTINGS_KIND in text[:200]


def parse_settings(text: str) -> Fields:
    """The settings in a text, by the names of the desk's fields. Raises SessionError."""
    if len(text) > MOST_BYTES:
        raise SessionError("This text is too long for settings.")
    held = _load(text.strip(), SETTINGS_KIND, SETTINGS)
    try:
        return _fields({name: held[name] for name in SETTINGS}, SETTINGS)
    except MisfitError as error:
        raise SessionError(f"These settings are damaged: {error}.") from error


def _load(text: str, kind: str, parts: tuple[str, ...]) -> dict[str, Any]:
    other, part, damaged = SAID[kind]
    try:
        held = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SessionError(f"{other} of this program, or {part}.") from error
    version = held.get(kind) if isinstance(held, dict) else None
    if not isinstance(version, int) or isinstance(version, bool):
        raise SessionError(f"{other} of this program.")
    if version > VERSION:
        raise SessionError(
            f"A newer version of this program wrote this: format {version}, and this one reads "
            f"{VERSION}."
        )
    if version < 1 or set(held) != {kind, *parts}:
        raise SessionError(f"{damaged}: parts are missing or unknown.")
    return held


def _fields(held: Any, names: tuple[str, ...]) -> Fields:
    """Fields of a desk, of their types and about methods that there are. What an older version
    did not write is as at first."""
    if not isinstance(held, dict) or not set(held) <= set(names):
        raise MisfitError("its desk has unknown parts")
    hints = get_type_hints(Desk)
    found = {name: unpack(hints[name], value, name) for name, value in held.items()}
    desk = Desk(**found)
    for name in SETTINGS:
        _names([method for method, _ in getattr(desk, name)], name)
    for method, choices in desk.chosen:
        _check_choices(method, choices)
    for method, variant in desk.varied:
        for key, value in variant:
            if not _is_part_value(method, key, value):
                raise MisfitError(f"{method} has no part {key!r} that can be {value!r}")
    _names(list(desk.enabled), "enabled")
    if not desk.enabled or desk.enabled != tuple(n for n in NAMES if n in desk.enabled):
        raise MisfitError("enabled must be methods in the order of the papers")
    shown = {desk.method} if desk.method is not None else set(desk.swipe or ())
    if not shown <= set(desk.enabled) or (desk.swipe and len(set(desk.swipe)) < 2):
        raise MisfitError("the methods that are looked at are not switched on")
    return tuple(found.items())


def _check_choices(method: str, choices: Choices) -> None:
    for name in ("proposals", "max_detections"):
        value = getattr(choices, name)
        if value is not None and value < 1:
            raise MisfitError(f"{name} of {method} must be at least 1")
    if choices.nms_threshold is not None and not 0 <= choices.nms_threshold <= 1:
        raise MisfitError(f"nms_threshold of {method} must be from 0 to 1")


def _is_part_value(method: str, key: str, value: PartValue) -> bool:
    """As far as it can be known without the method's weights."""
    if key == REGIONS_OF:
        return isinstance(value, str)
    part = next((part for part in PARTS[method] if part.key == key), None)
    if part is None:
        return False
    if part.kind == "toggle":
        return isinstance(value, bool)
    if part.kind == "count":
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and part.low <= value <= (part.high or MOST_COUNT)  # type: ignore[operator]
    if part.kind == "choice" and part.options:
        return value in [each for _, each in part.options]
    if part.kind != "members":
        return True
    if not isinstance(value, tuple) or not part.options:  # the weights say which there are
        return isinstance(value, tuple)
    return bool(value) and set(value) <= {each for _, each in part.options}


def _names(methods: list[str], where: str) -> None:
    for method in methods:
        if method not in NAMES:
            raise MisfitError(f"{where} has an unknown method {method!r}")
    if len(set(methods)) != len(methods):
        raise MisfitError(f"{where} has a method twice")


def _check(document: Document) -> None:
    """What types cannot say."""
    photo, looked = document.photo, document.looked
    if not re.fullmatch(r"[0-9a-f]{64}", photo.sha256):
        raise MisfitError("photo.sha256 is no SHA-256")
    if photo.size < 0 or photo.name != Path(photo.name).name or not photo.name:
        raise MisfitError("photo.name is no file's name")
    _names([name for name, _ in document.weights], "weights")
    if looked.limit < 1 or not 0 < looked.zoom < 1e6:
        raise MisfitError("looked.limit and looked.zoom must be greater than 0")
    if looked.selected:
        _names([looked.selected.method], "looked.selected")
    truth = looked.truth
    if truth and not len(truth.boxes) == len(truth.names) == len(truth.difficult):
        raise MisfitError("looked.truth has lists of different lengths")


def _truth(held: Truth | None) -> GroundTruth | None:
    if held is None:
        return None
    boxes = np.array(held.boxes, np.float32).reshape(-1, 4)
    return GroundTruth(
        freeze(boxes), held.names, freeze(np.array(held.difficult, bool)), held.source
    )
