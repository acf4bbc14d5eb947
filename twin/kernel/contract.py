"""A process gets only what it declared and must return exactly what it promised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import TypingError

from ..errors import DeclarationError
from ..process import Array, Process, Step
from ..vocabulary import VOCABULARY


def called(
    process: Process, pool: Mapping[str, Any], when: Step, shapes: Mapping[str, Any]
) -> Mapping[str, Array]:
    """Call ``step`` with what was declared; check what came back.

    shapes  name -> expected shape without the cells, () or (k,); cells from ``pool``
    """
    got = _stepped(process, {name: pool[name] for name in process.reads}, when)
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


def _stepped(
    process: Process, see: Mapping[str, Any], when: Step
) -> Mapping[str, Array]:
    try:
        return process.step(see, when)
    except KeyError as error:
        name = error.args[0] if error.args else ""
        if name not in VOCABULARY or name in see:
            raise
        raise DeclarationError(
            f"process '{process.name}' in {when.label}: it asks for '{name}', which it "
            "does not declare; add it to its reads"
        ) from error
    except (ValueError, TypingError) as error:
        told = str(error)
        if "read-only" not in told and "readonly" not in told:
            raise
        raise DeclarationError(
            f"process '{process.name}' in {when.label}: it writes into an array that "
            "it was given; return the amounts as new arrays"
        ) from error


def locked(array: Array) -> Array:
    """A view that cannot be written to."""
    view = np.asarray(array).view()
    view.flags.writeable = False
    return view
