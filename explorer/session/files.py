"""Files appear whole or not at all: written beside their place, then moved there."""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk's quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "it is not allowed there",
    errno.EPERM: "it is not allowed there",
    errno.ENOTDIR: "the folder is a file",
    errno.EEXIST: "the folder is a file",
    errno.EISDIR: "there is a folder of that name",
    errno.ENAMETOOLONG: "the name is too long",
}
# Signals that end a program, which must not leave half a file; not every system has all.
ENDS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_numbers = itertools.count(1)  # no two places are one: a cancelled export may still be ending


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to; what is there at the end becomes `path`.

    Folders are made. Where anything goes wrong, also in the block, no file is left behind, and an
    older file of that name stays. Raises OSError with a sentence that names the file.
    """
    part = path.with_name(f".{path.stem[:80]}.{os.getpid()}-{next(_numbers)}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        os.replace(part, path)
    except OSError as error:
        raise OSError(_sentence(path, error)) from error
    finally:
        # Gone already where it was moved to its place; where it was never made, too.
        if part.parent.is_dir():
            part.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes) -> Path:
    """Write one file; see `whole_file`. Returns the path."""
    with whole_file(path) as part:
        part.write_bytes(data)
    return path


def _sentence(path: Path, error: OSError) -> str:
    reason = REASONS.get(error.errno or 0) or error.strerror or str(error) or "it failed"
    return f"Cannot write {path}: {reason}."
