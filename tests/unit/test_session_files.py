"""Files appear whole or not at all, and what went wrong is one sentence."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from explorer.session.files import whole_file, write_whole


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_folders_are_made_and_an_older_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "x.png"
    assert write_whole(path, b"one") == path
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert [each.name for each in path.parent.iterdir()] == ["x.png"]


@pytest.mark.parametrize("where", ["writing", "moving"])
def test_a_full_disk_leaves_the_older_file_and_no_half_one(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(b"older")
    if where == "moving":
        monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError) as raised, whole_file(path) as part:
        part.write_bytes(b"half")
        if where == "writing":
            full()
    assert str(raised.value) == f"Cannot write {path}: the disk is full."
    assert [each.name for each in tmp_path.iterdir()] == ["x.png"]
    assert path.read_bytes() == b"older"


def test_an_error_that_is_none_of_the_disks_passes_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), whole_file(tmp_path / "x.mp4") as part:
        part.write_bytes(b"half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_folders_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("here first")
    with pytest.raises(OSError, match=r"Cannot write .*out.*: the folder is a file"):
        write_whole(tmp_path / "out" / "x.png", b"")


def test_a_cancelled_file_that_is_still_ending_does_not_take_the_next_of_its_name(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.mp4"
    cancelled = whole_file(path)
    cancelled.__enter__().write_bytes(b"half")
    with whole_file(path) as part:
        part.write_bytes(b"whole")
        assert not cancelled.__exit__(ZeroDivisionError, ZeroDivisionError(), None)
    assert path.read_bytes() == b"whole"
    assert [each.name for each in tmp_path.iterdir()] == ["x.mp4"]
