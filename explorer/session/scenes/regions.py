"""Regions: selective search's or the RPN's, each with its own views."""

from __future__ import annotations

from explorer.session.scene import Picture, ViewState
from explorer.session.scenes import rpn, search
from explorer.session.scenes.common import StageMissingError
from explorer.trace.base import StageName
from explorer.trace.stages import RpnStage, SearchStage, Trace


def picture(trace: Trace, stage_name: StageName, state: ViewState) -> Picture:
    stage = trace.stage("regions")
    if isinstance(stage, SearchStage):
        return search.picture(trace, stage, state)
    if isinstance(stage, RpnStage):
        return rpn.picture(trace, stage, state)
    raise StageMissingError(f"{trace.method} has no stage 'regions' yet")
