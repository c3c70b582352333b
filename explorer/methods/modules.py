"""The five methods' modules by name. Importing this imports torch; `names` does not."""

from __future__ import annotations

from types import ModuleType

from explorer.methods import fast_rcnn, faster_rcnn, fpn, rcnn, sppnet

Settings = (
    rcnn.Settings | sppnet.Settings | fast_rcnn.Settings | faster_rcnn.Settings | fpn.Settings
)
MODULES: tuple[tuple[str, ModuleType], ...] = (
    ("rcnn", rcnn),
    ("sppnet", sppnet),
    ("fast_rcnn", fast_rcnn),
    ("faster_rcnn", faster_rcnn),
    ("fpn", fpn),
)


def module_of(method: str) -> ModuleType:
    """The file of that paper: Settings, Net and run. Raises KeyError with the names there are."""
    for name, module in MODULES:
        if name == method:
            return module
    raise KeyError(f"no method '{method}'; there are {', '.join(name for name, _ in MODULES)}")
