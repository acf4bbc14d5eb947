"""A process gets only what it declared and must return exactly what it promised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import DeclarationError
from ..process import Array, Process, Step


def called(
    process: Process, pool: Mapping[str, Any], when: Step, shapes: Mapping[str, Any]
) -> Mapping[str, Array]:
    """Call ``step`` with what was declared; check what came back.

    shapes  name -> expected shape without the cells, () or (k,); cells from ``pool``
    """
    got = process.step({name: pool[name] for name in process.reads}, when)
    promised = {*process.writes, *process.adds}
    if got.keys() != promised:
        missing = ", ".join(sorted(promised - got.keys())) or "nothing"
        extra = ", ".join(sorted(got.keys() - promised)) or "nothing"
        raise DeclarationError(
            f"process '{process.name}' in {when.label}: missing {missing}; "
            f"not declared {extra}; return exactly its writes and adds"
        )
    for name, array in got.items():
        expected = shapes[name]
        if getattr(array, "shape", None) != expected or array.dtype.kind not in "fi":
            raise DeclarationError(
                f"process '{process.name}' in {when.label}: '{name}' came back as "
                f"{getattr(array, 'shape', type(array))}, expected {expected}"
            )
    return got


def locked(array: Array) -> Array:
    """A view that cannot be written to."""
    view = np.asarray(array).view()
    view.flags.writeable = False
    return view
