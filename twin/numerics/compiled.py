"""How cell processes are compiled: strict arithmetic, released lock, kept on disk.

``error_model="numpy"``: a division by zero gives inf or NaN as in NumPy. With Python's
model every division would carry a test that raises, and no loop with one would
vectorise. No ``fastmath``: results must not depend on how cells are cut into blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile with Numba at the first call, or take it from the cache on disk."""
    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
    return cast("Callable[P, R]", njit(**options)(function))
