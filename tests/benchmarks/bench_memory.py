"""A hundred photos, one after the other: what the program holds stays under its bound.

    uv run pytest tests/benchmarks/bench_memory.py -s

The real window opens made-up photos whose results have arrays of their own, together far more than
the bound. Printed: bytes held, and the process's resident memory before and after.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from explorer.session.job import Photo
from explorer.trace.base import Progress, Stage
from explorer.trace.stages import FeaturesStage, ImageStage, SearchStage
from explorer.trace.store import DEFAULT_BYTES
from explorer.ui.window import Window
from tests.gui.conftest import LONG, MadeUpEngine, made_up, settle

PHOTOS = 100
MEGA = 1 << 20
MAP = 48 * MEGA  # bytes of each photo's map: a hundred are more than twice the bound
SLACK = 600 * MEGA  # what drawing, images of the present photo and the allocator may take


def resident() -> int:
    """Bytes of this process in memory; Linux alone says it without a library."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class LargeEngine(MadeUpEngine):
    """FPN's made-up trace with a photo and a map of its own each time."""

    def read(self, path: Path) -> Photo:
        return np.asarray(Image.open(path).convert("RGB"))

    def stages(
        self, photo: Photo, method: str, loaded: object, regions: SearchStage | None
    ) -> Iterator[Progress | Stage]:
        for stage in made_up(method).stages:
            if isinstance(stage, ImageStage):
                yield replace(stage, pixels=photo)
            elif isinstance(stage, FeaturesStage):
                side = stage.maps[0].values.shape[1:]
                channels = MAP // (2 * side[0] * side[1])
                values = np.ones((channels, *side), np.float16)
                values.setflags(write=False)
                yield replace(stage, maps=(replace(stage.maps[0], values=values), *stage.maps[1:]))
            else:
                yield stage


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs Linux's /proc")
def test_a_hundred_photos(benchmark: Any, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(PHOTOS):
        Image.new("RGB", (320, 240), (number, 120, 80)).save(folder / f"{number:03d}.png")
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    window = Window(LargeEngine, settings)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    for name in ("rcnn", "sppnet", "fast_rcnn", "faster_rcnn"):
        window.go(window.workbench.desk.toggled(name))
    bench, store = window.workbench, window.keeping.store

    def arrived(number: int) -> bool:
        return bench.name == f"{number:03d}.png" and "fpn" in bench.traces

    def walk() -> tuple[int, int]:
        window.open_paths([folder])
        qtbot.waitUntil(lambda: arrived(0), timeout=LONG)
        settle(qtbot, window)
        base = resident()
        for number in range(1, PHOTOS):
            bench.turn(1)
            qtbot.waitUntil(lambda number=number: arrived(number), timeout=LONG)
            settle(qtbot, window)
            assert store.bytes <= store.most == DEFAULT_BYTES
        return base, resident()

    try:
        base, after = benchmark.pedantic(walk, rounds=1, iterations=1)
    finally:
        window.close()
    print(
        f"\n{PHOTOS} photos of {MAP / MEGA:.0f} MiB: {len(store)} held, {store.bytes / MEGA:,.0f} "
        f"of {store.most / MEGA:,.0f} MiB; resident {base / MEGA:,.0f} MiB after the first, "
        f"{after / MEGA:,.0f} MiB after the last"
    )
    assert len(store) < PHOTOS
    assert after - base <= DEFAULT_BYTES + SLACK
