"""Where the weights and the sample photos lie.

In a checkout they are folders beside `explorer/`; an installed wheel carries the same folders in
`explorer/_bundled/` (pyproject.toml puts them there).
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png")


def _root() -> Path:
    # A stray folder named "weights" in site-packages must not be taken for ours.
    checkout = _PACKAGE.parent
    return checkout if (checkout / "pyproject.toml").is_file() else _PACKAGE / "_bundled"


def weights_dir() -> Path:
    """The folder with the bundled weights, their cards and `manifest.json`."""
    return _root() / "weights"


def resources_dir() -> Path:
    """The folder with sample photos, icons and other files that the program reads."""
    return _root() / "resources"


def samples() -> tuple[Path, ...]:
    """The bundled sample photos by name; empty where there are none."""
    folder = resources_dir() / "samples"
    if not folder.is_dir():
        return ()
    return tuple(
        sorted(path for path in folder.iterdir() if path.suffix.lower() in PHOTO_SUFFIXES)
    )
