"""The one way in which this package compiles its loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def compiled(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """The function as machine code, compiled on its first call and kept on disk.

    It runs without the interpreter lock, so that a window stays alive beside it. Sums may be
    reordered (that lets the histogram intersection use vector instructions), so results can differ
    in the last bits between processors, never between two calls on one.
    """
    options = {"nogil": True, "cache": True, "fastmath": True}
    return cast("Callable[Arguments, Result]", numba.njit(**options)(function))
