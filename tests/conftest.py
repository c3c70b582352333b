"""What every test relies on: no display, and nobody's real settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

# Before anything imports Qt. Set QT_QPA_PLATFORM=xcb to watch the window tests on a screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True, scope="session")
def own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Recent files and window geometry go to a throw-away folder, not to the user's."""
    folder = tmp_path_factory.mktemp("settings")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        yield folder


@pytest.fixture
def root() -> Path:
    """The checkout that the tests run in."""
    return ROOT
