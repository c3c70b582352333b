"""Finding texts by some of their letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.session.fuzzy import match


def best(query: str, texts: list[str]) -> str:
    scored = [(found.score, text) for text in texts if (found := match(query, text))]
    return max(scored)[1]


@pytest.mark.parametrize(
    ("query", "text", "places"),
    [
        ("nms", "NMS of FPN", (0, 1, 2)),
        ("fp", "NMS of FPN", (7, 8)),
        ("rcn", "R-CNN alone", (0, 2, 3)),
        ("fpn nms", "NMS of FPN", (0, 1, 2, 7, 8, 9)),
        ("", "anything", ()),
    ],
)
def test_letters_that_were_meant(query: str, text: str, places: tuple[int, ...]) -> None:
    found = match(query, text)
    assert found is not None and found.places == places


@pytest.mark.parametrize("query", ["xyz", "nmsnms", "nms yolo"])
def test_what_is_not_there_is_not_found(query: str) -> None:
    assert match(query, "NMS of FPN") is None


def test_beginnings_of_words_come_first() -> None:
    assert best("exp", ["Next photo, a pair", "Export pictures"]) == "Export pictures"
    assert best("time", ["Dark or light theme", "Time: milliseconds"]) == "Time: milliseconds"
    assert best("nms", ["NMS of Faster R-CNN", "NMS of FPN"]) == "NMS of FPN"


@given(st.text(max_size=30), st.data())
def test_some_letters_of_a_text_in_order_are_found(text: str, data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    query = "".join(letter for letter, keep in zip(text, kept, strict=True) if keep)
    # A letter that becomes two in the other case ("ß") is not looked for by one of them.
    if query.casefold() == query.lower() and text.casefold() == text.lower():
        found = match(query, text)
        assert found is not None
        if len(query.split()) == 1:
            wanted = "".join(query.casefold().split())
            assert [text[place].casefold() for place in found.places] == list(wanted)


@given(st.text("ab ", max_size=6), st.text("ab ", max_size=12))
def test_places_hold_the_letters_in_order(query: str, text: str) -> None:
    found = match(query, text)
    words = query.split()
    if found is not None and len(words) == 1:
        assert "".join(text[place] for place in found.places) == words[0]
    if found is None:
        assert any(not contains(word, text) for word in words)


def contains(word: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in word)
