"""What one box is, in a line: what the status strip says about the box under the pointer."""

from __future__ import annotations

from explorer.session.candidates import FIRST_ANCHOR, fate_lines, outsider_at
from explorer.session.fates import outcome
from explorer.session.related import related
from explorer.session.scene import Key
from explorer.session.scenes.common import probability
from explorer.session.scenes.rpn_common import sigmoid
from explorer.trace.stages import RpnStage, Trace


def essentials(trace: Trace, key: Key) -> str:
    """'objectness 0.91 · No detection: Best class person 0.31, below 0.50.'

    '' for a row that the trace has not.
    """
    try:
        outsider = outsider_at(trace, key)
        found = related(trace, key)
    except IndexError:
        return ""
    parts = []
    stage = trace.stage("regions")
    region = found.get("regions", [FIRST_ANCHOR])[0]
    if isinstance(stage, RpnStage) and key.stage == "regions":
        anchor = outsider.anchor if outsider is not None else int(stage.anchor[region])
        parts.append(f"objectness {probability(float(sigmoid(stage.objectness[anchor])))}")
    if outsider is not None:
        parts += fate_lines(outsider.stage, outsider.candidate)
    else:
        title, lines = outcome(trace, found, region)
        parts.append(f"{title}: {lines[0]}")
    return " · ".join(parts)
