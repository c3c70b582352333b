"""What a name in the tour's texts stands for: settings, the papers' values, numbers of this photo.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from explorer.session.paper_values import PAPERS
from explorer.session.published import PUBLISHED
from explorer.session.scenes.common import short_sides
from explorer.session.words import time_text
from explorer.session.work import SEARCH
from explorer.trace.stages import DetectionsStage, RpnStage, SearchStage, Trace

UNKNOWN = "…"  # of a photo on which the method has not come so far


class Values:
    """Of one method. trace: of the photo that is shown, or None before there is one.

    Reading the settings imports torch: make it in a worker thread.
    """

    def __init__(self, method: str, trace: Trace | None) -> None:
        from explorer.methods.modules import module_of

        settings = module_of(method).Settings()
        self._method, self._trace = method, trace
        self._run: Mapping[str, Any] = dataclasses.asdict(settings) | (
            dict(trace.settings) if trace is not None else {}
        )
        self._papers = {each.name: each.metadata for each in dataclasses.fields(settings)}

    def __call__(self, name: str) -> str:
        """"96" for "crop", "227" for "paper.crop", "1,900" for "here.regions", "1.5 s" for
        "published.search"; "here.short" is the photo's short side in the network: less than the
        setting where its long side is limited.

        Raises KeyError for a name that there is not.
        """
        kind, dot, rest = name.partition(".")
        if not dot:
            return value_text(self._run[name])
        if kind == "here":
            return self._here(rest)
        if kind == "published":
            return self._published(rest)
        if kind == "paper" and rest in PAPERS:
            return value_text(PAPERS[rest][self._method])
        return value_text(self._papers[rest][kind])

    def _published(self, name: str) -> str:
        """The paper's time for "search", or for the "rest"."""
        parts = max((one.parts for one in PUBLISHED if one.method == self._method), key=len)
        searched = {"search": True, "rest": False}[name]
        return time_text(sum(ms for part, ms in parts if (part == SEARCH) is searched))

    def _here(self, name: str) -> str:
        trace = self._trace
        if name == "short":
            sides = short_sides(trace) if trace is not None else []
            return ", ".join(f"{side:,}" for side in sides) or UNKNOWN
        found = trace.stage("detections") if trace is not None else None
        regions = trace.stage("regions") if trace is not None else None
        counts = {
            "regions": len(regions.boxes) if isinstance(regions, SearchStage | RpnStage) else None,
            "anchors": len(regions.anchors) if isinstance(regions, RpnStage) else None,
            "detections": len(found.boxes) if isinstance(found, DetectionsStage) else None,
        }
        count = counts[name]
        return UNKNOWN if count is None else f"{count:,}"


def value_text(value: Any) -> str:
    """"2,000", "0.3", "6, 3, 2, 1"."""
    if isinstance(value, tuple | list):
        return ", ".join(value_text(each) for each in value)
    if isinstance(value, float) and not value.is_integer():
        return f"{value:g}"
    return f"{int(value):,}" if isinstance(value, int | float) else str(value)
