"""Session files: nothing is lost on the way, and nothing is believed that does not fit."""

from __future__ import annotations

import dataclasses
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.methods.choices import Choices
from explorer.methods.names import NAMES
from explorer.session import document as documents
from explorer.session.document import (
    KIND,
    SETTINGS,
    SETTINGS_KIND,
    Document,
    PhotoFile,
    SessionError,
    document_text,
    fields_of,
    has_settings,
    looked_at,
    parse_document,
    parse_settings,
    read_document,
    settings_text,
)
from explorer.session.ground_truth import nothing_drawn
from explorer.session.photo_file import PhotoMissingError, find_photo, photo_file
from explorer.session.scene import Key, ViewState
from explorer.session.state import Desk

CHOICES = Choices(proposals=300, nms_threshold=0.4, suppression="soft", regression=False)


def a_desk() -> Desk:
    truth = nothing_drawn().added((10.0, 20.5, 60.0, 90.0), "cat")
    view = ViewState(
        selected=Key("fpn", "nms", 3), controls=(("nms.step", 4), ("regions.show", "merges")),
        limit=1000, truth=truth,
    )
    return Desk(
        stage="nms", method="fpn", enabled=("fast_rcnn", "fpn"), view=view,
        layers=(("nms", "Photo", False),), chosen=(("fpn", CHOICES), ("rcnn", Choices())),
    ).exchanged("fpn", "top_down", False)


def a_document() -> Document:
    desk = a_desk()
    looked = looked_at(desk, (120.5, 60.25), 2.5, "light", (1.5, 2.0, 30.25, 40.0))
    photo = PhotoFile("/home/a/cat.jpg", "cat.jpg", 1234, "ab" * 32)
    return Document(photo, fields_of(desk), looked, (("fpn", "fpn.safetensors · 0afb"),))


def held() -> dict[str, Any]:
    return dict(json.loads(document_text(a_document())))


def test_a_document_comes_back_as_it_was() -> None:
    document = a_document()
    again = parse_document(document_text(document))
    assert again == document
    desk, wanted = again.as_desk(), a_desk()
    truth, own = desk.view.truth, wanted.view.truth
    assert truth is not None and own is not None
    assert np.array_equal(truth.boxes, own.boxes) and truth.names == own.names
    plain = dataclasses.replace(wanted.view, truth=None, selected=None)
    assert dataclasses.replace(desk, view=dataclasses.replace(desk.view, truth=None)) == \
        dataclasses.replace(wanted, view=plain)
    assert again.looked.selected is not None and again.looked.selected.key == Key("fpn", "nms", 3)
    assert len(document_text(document)) < 4_000


def test_every_setting_of_a_desk_is_carried() -> None:
    """Also one that is added to the desk later; what the view gets is decided here."""
    names = {field.name for field in dataclasses.fields(Desk)}
    assert {name for name, _ in a_document().desk} == names - {"view"} > set(SETTINGS)
    carried = {"selected", "controls", "limit", "truth"}
    derived = {"before", "partners"}  # from the traces
    assert {field.name for field in dataclasses.fields(ViewState)} == carried | derived


WRONG: list[tuple[str, Any]] = [
    ("photo.sha256", "xyz"), ("photo.size", -1), ("photo.size", True), ("photo.name", "../etc"),
    ("photo.name", ""), ("desk.stage", "backbone"), ("desk.method", "yolo"),
    ("desk.method", "rcnn"), ("desk.enabled", []), ("desk.enabled", ["fpn", "fpn"]),
    ("desk.enabled", "fpn"), ("looked.limit", 0), ("looked.limit", 2.5), ("looked.zoom", 0),
    ("looked.zoom", float("nan")), ("looked.zoom", 10**400), ("looked.centre", [1.0]),
    ("looked.centre", [1.0, "2"]), ("looked.theme", "pink"), ("looked.controls", [["a", None]]),
    ("desk.layers", [["nms", "Photo", 1]]), ("looked.selected.box", [1, 2, 3]),
    ("looked.selected.method", "yolo"), ("looked.truth.names", []), ("looked.extra", 1),
    ("weights", [["yolo", "x"]]), ("weights", {"fpn": "x"}), ("desk.chosen", [["fpn"]]),
    ("desk.chosen", [["fpn", {"suppression": "hard"}]]),
    ("desk.chosen", [["fpn", {"proposals": 0}]]),
    ("desk.chosen", [["fpn", {"nms_threshold": 7}]]),
    ("desk.chosen", [["fpn", {"launch": True}]]), ("desk.chosen", None),
    ("desk.varied", [["fpn", [["top_down", 3]]]]), ("desk.varied", [["fpn", [["x", 1]]]]),
    ("desk.varied", [["fpn", [["canonical", 10**9]]]]),
    ("desk.swipe", ["fpn"]), ("desk.method", "sppnet"), ("desk.more", []),
    (KIND, "1"), (KIND, 0), (KIND, 2), (KIND, True), ("photo", None),
]


@pytest.mark.parametrize(("place", "value"), WRONG, ids=lambda each: str(each)[:30])
def test_what_does_not_fit_is_refused_in_a_sentence(place: str, value: Any) -> None:
    wrong = held()
    at: Any = wrong
    *path, last = place.split(".")
    for name in path:
        at = at[name]
    at[last] = value
    with pytest.raises(SessionError) as raised:
        parse_document(json.dumps(wrong))
    assert str(raised.value).endswith(".") and "\n" not in str(raised.value)


def test_two_methods_on_each_other_must_be_two_that_are_on() -> None:
    for pair, good in ((["fpn", "fast_rcnn"], True), (["fpn", "fpn"], False),
                       (["fpn", "rcnn"], False), (["fpn", "yolo"], False)):
        other = held()
        other["desk"] |= {"method": None, "swipe": pair}
        if good:
            assert parse_document(json.dumps(other)).as_desk().swipe == tuple(pair)
        else:
            with pytest.raises(SessionError):
                parse_document(json.dumps(other))


def test_nothing_but_a_sentence_comes_of_damaged_files() -> None:
    """Parts dropped and replaced at random, and bytes cut off."""
    chance = random.Random(1)
    text = document_text(a_document())
    refused = 0
    for _ in range(300):
        wrong = held()
        at: Any = wrong
        while isinstance(at, dict | list) and at:
            key = chance.choice(list(at) if isinstance(at, dict) else range(len(at)))
            inner = at[key]
            if not isinstance(inner, dict | list) or chance.random() < 0.3:
                at[key] = chance.choice([None, -1, "x", [], {}, 1e308, [[[]]], True])
                break
            at = inner
        try:
            parse_document(json.dumps(wrong))
        except SessionError:
            refused += 1
        cut = chance.randrange(1, len(text) - 3)
        with pytest.raises(SessionError):
            parse_document(text[:cut])
    assert refused > 150


@pytest.mark.parametrize("text", ["", "[]", "{}", "nonsense", '{"two-stage-explorer session": []}',
                                  "[" * 100_000, "9" * 5000])  # fmt: skip
def test_other_texts_are_no_sessions(text: str) -> None:
    with pytest.raises(SessionError):
        parse_document(text)


def test_what_is_no_session_says_so_in_english() -> None:
    for text, end in (("nonsense", ", or not all of one."), ("[]", ".")):
        with pytest.raises(SessionError) as raised:
            parse_document(text)
        assert str(raised.value) == f"This is not a session file of this program{end}"
    with pytest.raises(SessionError) as raised:
        parse_settings(settings_text(a_desk())[:-4])
    assert str(raised.value) == "These are not settings of this program, or not all of them."


def test_a_newer_format_says_so() -> None:
    newer = held() | {KIND: 2}
    with pytest.raises(SessionError, match="newer version"):
        parse_document(json.dumps(newer))


def test_files_are_checked_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.explorer.json"
    with pytest.raises(SessionError, match="Cannot read"):
        read_document(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SessionError, match="not text"):
        read_document(path)
    path.write_text(document_text(a_document()))
    assert read_document(path) == a_document()
    monkeypatch.setattr(documents, "MOST_BYTES", 100)
    with pytest.raises(SessionError, match="too large"):
        read_document(path)


def test_settings_go_through_text() -> None:
    text = settings_text(a_desk())
    assert has_settings(text) and has_settings(f"\n {text}") and not has_settings("{}")
    assert parse_settings(f" {text}\n") == fields_of(a_desk(), SETTINGS)
    with pytest.raises(SessionError):
        parse_settings(text[:-4])
    assert SETTINGS_KIND in text and len(text) < 1_500


def test_the_photo_is_found_where_it_is_now(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    session = new / "a.explorer.json"
    (old / "cat.png").write_bytes(b"pixels")
    photo = photo_file(old / "cat.png")
    assert find_photo(photo, session) == old / "cat.png"
    (old / "cat.png").write_bytes(b"others")
    with pytest.raises(PhotoMissingError, match="not the photo of this session any more"):
        find_photo(photo, session)
    (new / "renamed.png").write_bytes(b"pixels")
    assert find_photo(photo, session) == new / "renamed.png"
    (new / "cat.png").write_bytes(b"pixels")
    assert find_photo(photo, session) == new / "cat.png"
    for path in (new / "cat.png", new / "renamed.png", old / "cat.png"):
        path.unlink()
    with pytest.raises(PhotoMissingError, match=r"cat\.png, is neither at"):
        find_photo(photo, session)


def test_all_methods_are_known() -> None:
    whole = dataclasses.replace(
        a_document(), weights=tuple((name, "x") for name in NAMES)
    )
    assert parse_document(document_text(whole)).weights == whole.weights
