"""Promises of the repository itself: its files, its texts, and the shape of its code."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer import paths

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "explorer").rglob("*.py"))
MOST_LINES = 320
WEIGHTS_LIMIT = 100_000_000
QT = {"PySide6", "PyQt5", "PyQt6", "pyqtgraph", "qtpy", "superqt", "qtawesome", "shiboken6"}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _imports(path: Path) -> set[str]:
    """The full names of all modules that a file imports, at any depth of its code."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


# --- samples -----------------------------------------------------------------------------------


def test_paths_are_those_of_the_checkout() -> None:
    assert paths.weights_dir() == ROOT / "weights"
    assert paths.resources_dir() == ROOT / "resources"


def test_there_are_enough_samples() -> None:
    assert len(paths.samples()) >= 5
    assert sum(path.stat().st_size for path in paths.samples()) < 3_000_000


@pytest.mark.parametrize("path", paths.samples(), ids=lambda path: path.name)
def test_a_sample_is_a_photo(path: Path) -> None:
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))
    assert min(pixels.shape[:2]) >= 288
    assert pixels.std() > 20


def test_every_sample_has_its_source_licence_and_checksum() -> None:
    text = (ROOT / "resources/samples/README.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `([^`]+)` \|.*?\|.*?\| ([^|]+) \|", text, re.MULTILINE))
    digests = {name: digest for digest, name in re.findall(r"^([0-9a-f]{64})  (\S+)$", text, re.M)}
    present = {path.name for path in paths.samples()}
    assert set(listed) == set(digests) == present
    for path in paths.samples():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digests[path.name], path.name
        assert re.match(r"CC0|public domain", listed[path.name]), path.name


# --- weights -----------------------------------------------------------------------------------


def test_manifest_agrees_with_the_weights() -> None:
    folder = paths.weights_dir()
    files = {path.name for path in folder.glob("*.safetensors")}
    manifest = folder / "manifest.json"
    entries = json.loads(manifest.read_text())["files"] if manifest.exists() else []
    assert {entry["name"] for entry in entries} == files
    for entry in entries:
        held = (folder / entry["name"]).read_bytes()
        assert len(held) == entry["bytes"], entry["name"]
        assert hashlib.sha256(held).hexdigest() == entry["sha256"], entry["name"]
        assert (folder / f"{entry['method']}.md").is_file(), f"no card for {entry['method']}"
    assert sum(path.stat().st_size for path in folder.glob("*.safetensors")) <= WEIGHTS_LIMIT


def test_the_readme_gives_the_quality_that_the_cards_give() -> None:
    rows = dict(re.findall(r"^\| \[.+?\]\(weights/(\w+)\.md\) \|(.+)\|$", _readme(), re.MULTILINE))
    pages = paths.weights_dir().glob("*.md")
    cards = {page.stem: page.read_text(encoding="utf-8") for page in pages if page.stem != "README"}
    assert set(rows) == set(cards)
    for method, card in cards.items():
        measured = re.search(r"\*\*([\d.]+) mAP\*\* \(([\d.]+)", card)
        assert measured, method
        assert list(measured.groups()) == [cell.strip() for cell in rows[method].split("|")][:2]


# --- code --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_files_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if path.parent != ROOT / "explorer"
     and not path.is_relative_to(ROOT / "explorer/ui")],
    ids=_name,
)  # fmt: skip
def test_nothing_below_the_window_imports_qt(path: Path) -> None:
    """As `lint-imports` proves, but also for files that nothing imports yet."""
    imported = _imports(path)
    assert not {name.split(".")[0] for name in imported} & QT
    assert not [name for name in imported if f"{name}.".startswith("explorer.ui.")]


def test_the_trace_and_the_pictures_start_without_torch() -> None:
    """The window can stand before torch, which takes seconds to import, is loaded."""
    code = (
        "import sys, explorer.trace.stages, explorer.session.scene, explorer.methods.names\n"
        "sys.exit('torch' in sys.modules or any(m.startswith('PySide6') for m in sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_no_unfinished_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", text)


# --- texts -------------------------------------------------------------------------------------


def _readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def test_ci_runs_the_readmes_commands() -> None:
    commands = re.findall(r"^(pip install uv && uv run .+)$", _readme(), re.MULTILINE)
    assert commands == ["pip install uv && uv run main.py", "pip install uv && uv run pytest"]
    steps = (ROOT / ".ci/run").read_text().splitlines()
    assert "pip install uv && uv run pytest" in steps
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_the_readmes_commands_are_understood() -> None:
    """Every command line in the README has the arguments that the program takes."""
    from explorer.app import parser_of_export, parser_of_window
    from explorer.gallery import parser as parser_of_gallery
    from explorer.training.__main__ import parser as parser_of_training

    lines = re.findall(r"(?:^|`|&& )uv run (?:python -m )?([^`\n#]+)", _readme(), re.MULTILINE)
    seen = set()
    for program, *arguments in map(shlex.split, lines):
        if program == "explorer.training":
            seen.add(parser_of_training().parse_args(arguments).command)
        elif program == "main.py" and arguments[:1] == ["export"]:
            assert parser_of_export().parse_args(arguments[1:]).out
            seen.add("export")
        elif program == "main.py" and arguments[:1] == ["gallery"]:
            assert parser_of_gallery().parse_args(arguments[1:]).out
            seen.add("gallery")
        elif program == "main.py":
            parser_of_window().parse_args(arguments)
            seen.add("window")
    assert seen == {
        "pretrain", "propose", "train", "evaluate", "ablate", "curves", "pack", "export", "window",
        "gallery", "reproduce", "schedules",
    }


def test_ci_installs_the_packages_that_the_readme_names() -> None:
    named = re.search(r"^sudo apt-get install (lib.+)$", _readme(), re.MULTILINE)
    assert named
    used = re.findall(r"\[lib\S+\.so\.\d+\]=(\S+)", (ROOT / ".ci/run").read_text())
    assert set(used) <= set(named[1].split())


@pytest.mark.parametrize("text", ["README.md", "resources/README.md", "weights/README.md"])
def test_links_lead_somewhere(text: str) -> None:
    page = ROOT / text
    body = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)\)", body)
    targets += re.findall(r"(?:src|srcset)=\"([^\"]+)\"", body)
    for target in targets:
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target
