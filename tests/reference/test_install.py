"""What `pip install .` gives: the same program with the same weights.

Outside the default run, for a build needs a package index: `uv run pytest -m install`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.install
BUNDLED = ("weights", "resources")


def _uv(*arguments: str | Path) -> None:
    uv = shutil.which("uv")
    assert uv is not None, "uv is not on the PATH; `pip install uv`"
    subprocess.run([uv, *map(str, arguments)], check=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(__file__).resolve().parents[2]
    folder = tmp_path_factory.mktemp("wheel")
    _uv("build", "--wheel", "--out-dir", folder, root)
    (built,) = folder.glob("*.whl")
    return built


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("folder", BUNDLED)
def test_the_wheel_holds_every_file(wheel: Path, root: Path, folder: str) -> None:
    prefix = f"explorer/_bundled/{folder}/"
    with zipfile.ZipFile(wheel) as archive:
        held = {
            name.removeprefix(prefix): hashlib.sha256(archive.read(name)).hexdigest()
            for name in archive.namelist()
            if name.startswith(prefix)
        }
    assert held == _digests(root / folder)


def test_the_wheel_holds_the_code_and_nothing_else(wheel: Path, root: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    code = {name for name in names if name.endswith(".py")}
    assert code == {
        path.relative_to(root).as_posix() for path in (root / "explorer").rglob("*.py")
    }
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"explorer"}


def test_a_clean_environment_runs_the_same_weights(
    wheel: Path, root: Path, tmp_path: Path
) -> None:
    """The installed command, away from the checkout, finds its own weights and samples."""
    environment = tmp_path / "venv"
    _uv("venv", "--python", sys.executable, environment)
    _uv("pip", "install", "--python", environment / "bin" / "python", wheel)

    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    photo = root / "resources" / "samples" / "chelsea.png"
    chosen = ("--method", "faster_rcnn", "--stage", "detections", "--json", "--device", "cpu")
    traces = []
    for name, command in {
        "installed": [environment / "bin" / "two-stage-explorer"],
        "checkout": [sys.executable, root / "main.py"],
    }.items():
        out = tmp_path / name
        subprocess.run(
            [*command, "export", photo, "--out", out, *chosen], check=True, cwd=tmp_path, env=clean
        )
        assert any((out / "chelsea" / "faster_rcnn").glob("*-detections.png"))
        trace = json.loads((out / "chelsea" / "faster_rcnn" / "trace.json").read_text())
        traces.append((trace["weights"], trace["settings"], trace["detections"]))
    assert traces[0] == traces[1]

    found = subprocess.run(
        [environment / "bin" / "python", "-c", "from explorer.paths import *; print(*samples())"],
        check=True, cwd=tmp_path, env=clean, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    assert sorted(Path(path).name for path in found) == [
        path.name
        for path in sorted((root / "resources" / "samples").iterdir())
        if path.suffix in (".png", ".jpg")
    ]
    assert all(Path(path).is_relative_to(environment.resolve()) for path in found)
