"""Libraries that only training and evaluation need; the window does without them."""

from __future__ import annotations

import importlib
from types import ModuleType


def extra(module: str, purpose: str) -> ModuleType:
    """A module of the optional dependencies "training".

    Raises ValueError, one sentence, where it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ValueError(
            f"{purpose} needs {package}, which is not installed: "
            "pip install 'two-stage-explorer[training]'"
        ) from error
