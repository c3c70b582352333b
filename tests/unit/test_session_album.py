"""What there is to leaf through."""

from __future__ import annotations

from pathlib import Path

from explorer.session.album import Album, album_of


def test_one_of_the_photos_at_hand_leaves_them_at_hand(tmp_path: Path) -> None:
    first, second, third = paths = [tmp_path / name for name in ("1.png", "2.png", "3.png")]
    for path in paths:
        path.touch()
    chosen = album_of([first, third])
    assert chosen.place == "1 of 2"
    assert album_of([third], chosen) == Album((first, third), 1)  # as a session opens it
    assert album_of([third], chosen.without(third)).bad == frozenset()
    assert album_of([second], chosen) == Album((first, second, third), 1)  # its folder
    assert album_of([third]) == Album((first, second, third), 2)
    assert album_of([first, second], chosen).photos == (first, second)
