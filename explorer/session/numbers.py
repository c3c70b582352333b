"""The numbers behind the pictures as files: a trace as JSON, its regions as CSV."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from explorer.session.files import write_whole
from explorer.session.ground_truth import GroundTruth
from explorer.session.region_table import region_csv
from explorer.session.report import trace_json
from explorer.trace.stages import Trace

FILES = {"json": "trace.json", "csv": "regions.csv"}


def write_numbers(
    traces: Sequence[Trace], folder: Path, photo: str | Path, kinds: Collection[str],
    truth: GroundTruth | None = None,
) -> Iterator[Path]:
    """Write `METHOD/trace.json` and `METHOD/regions.csv`, those of `kinds`; yields each path.

    photo: the file the traces are of, or its name; truth: its ground truth. Raises OSError naming
    the file that could not be written.
    """
    for trace in traces:
        for kind, name in FILES.items():
            if kind in kinds:
                text = region_csv(trace) if kind == "csv" else _json(trace, photo, truth)
                yield write_whole(folder / trace.method / name, text.encode())


def _json(trace: Trace, photo: str | Path, truth: GroundTruth | None) -> str:
    return json.dumps(trace_json(trace, photo, truth), indent=1, ensure_ascii=False) + "\n"
