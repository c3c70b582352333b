"""What is on screen now, gathered for a picture of it."""

from __future__ import annotations

from explorer.ui.export_jobs import Showing
from explorer.ui.page import Look
from explorer.ui.workbench import Workbench


def showing_of(bench: Workbench) -> Showing:
    """All that is on screen now."""
    camera = bench.camera
    look = Look(camera.centre, camera.zoom) if camera.zoom != 1.0 else None
    views = {name: bench.presenter.view_of(name) for name in bench.desk.enabled}
    return Showing(bench.name, bench.path, bench.desk, dict(bench.shown), views, look)
