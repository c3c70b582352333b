"""Whatever ends the program while it writes a movie: no half file is left, and nothing is said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
QUICK = 8.0  # seconds; on a quiet machine it takes less than one
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals end a process there at once")


@posix
@pytest.mark.parametrize(("mode", "kind", "number"), [
    ("export", "gif", signal.SIGINT),
    ("export", "mp4", signal.SIGTERM),
    ("window", "gif", signal.SIGTERM),
    ("window", "mp4", signal.SIGINT),
    ("window", "mp4", None),
])
def test_half_a_movie_is_never_left(
    tmp_path: Path, photo: Path, mode: str, kind: str, number: signal.Signals | None
) -> None:
    """number: the signal; None: the window is closed."""
    folder = tmp_path / "movies"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.gui.ending_program", mode, str(photo), str(folder), kind,
         *(() if number is not None else ("close",))],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {
            "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path),
            "HOME": str(tmp_path),
        },
    )
    assert process.stdout is not None
    try:
        seen = 0
        for line in process.stdout:
            seen += line == "frame\n"
            if seen == 3:  # a few more would follow
                break
        assert seen == 3
        if number is not None:
            process.send_signal(number)
        asked = time.monotonic()
        _, errors = process.communicate(timeout=120)
        took = time.monotonic() - asked
    finally:
        process.kill()
        process.communicate()
    assert "Traceback" not in errors and "KeyboardInterrupt" not in errors
    assert process.returncode == (128 + number if number is not None else 0), errors
    left = [path.name for path in folder.rglob("*") if path.is_file()]
    assert [name for name in left if ".part" in name or name.endswith(kind)] == []
    print(f"{mode} {kind} ended {took:.1f} s after it was asked to")
    assert took < QUICK
