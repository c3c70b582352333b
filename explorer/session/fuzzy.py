"""Finding a text by some of its letters: "nms" in "NMS of FPN", "rcn" in "R-CNN alone"."""

from __future__ import annotations

from dataclasses import dataclass

# What a found letter is worth: more where a word begins, and where it follows the last one found.
LETTER, BEGINNING, FOLLOWING, FIRST = 1.0, 6.0, 8.0, 3.0
APART = 0.4  # less for a text's every further letter, so that shorter texts come first
NOWHERE = float("-inf")


@dataclass(frozen=True)
class Match:
    """places: the letters of the text that were meant, rising."""

    score: float
    places: tuple[int, ...]


def match(query: str, text: str) -> Match | None:
    """How well the query's words are found in the text; None where one is not.

    Each word's letters must stand in the text in their order; words may come in any order. Upper
    and lower case are the same.
    """
    score, places = 0.0, set[int]()
    words, letters = query.casefold().split(), [letter.casefold() for letter in text]
    if not all(_holds(letters, word) for word in words):
        return None  # known at once, for most texts
    for word in words:
        found = _word(word, text, letters)
        if found is None:
            return None
        score += found.score
        places |= set(found.places)
    return Match(score - APART * len(text) / 10, tuple(sorted(places)))


def _holds(letters: list[str], word: str) -> bool:
    rest = iter(letters)
    return all(letter in rest for letter in word)


def _word(word: str, text: str, letters: list[str]) -> Match | None:
    """The best places for a word's letters, by dynamic programming over letters and places."""
    best: list[list[tuple[float, int]]] = []  # for each letter and place: (score, place before)
    for index, wanted in enumerate(word):
        row: list[tuple[float, int]] = []
        before: tuple[float, int] = (0.0, -1) if index == 0 else (NOWHERE, -1)
        for place, letter in enumerate(letters):
            if index and place and best[-1][place - 1][0] > before[0]:
                before = (best[-1][place - 1][0], place - 1)
            if letter != wanted:
                row.append((NOWHERE, -1))
                continue
            here, came = before
            if index and place and best[-1][place - 1][0] + FOLLOWING >= here:
                here, came = best[-1][place - 1][0] + FOLLOWING, place - 1
            row.append((here + _worth(text, place), came))
        best.append(row)
    if not best or not best[-1]:
        return None
    place = max(range(len(letters)), key=lambda at: best[-1][at][0])
    score = best[-1][place][0]
    if score == NOWHERE:
        return None
    places = []
    for row in reversed(best):
        places.append(place)
        place = row[place][1]
    return Match(score, tuple(reversed(places)))


def _worth(text: str, place: int) -> float:
    if place == 0:
        return LETTER + BEGINNING + FIRST
    return LETTER + (BEGINNING if not text[place - 1].isalnum() else 0.0)
