"""Points of every source as records of LAS 1.4, which is what a cloud is kept in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

SMALLEST, COLOUR, INFRARED = 6, 7, 8  # point formats that COPC holds
LIKE = {0: 6, 1: 6, 2: 7, 3: 7, 4: 6, 5: 7, 9: 6, 10: 8}  # an older format -> 1.4
RANK = 1.0 / 0.006  # steps of the 1.4 scan angle in a degree; LAS 1.4 R15, table 15
KEPT = (
    "intensity", "user_data", "point_source_id", "gps_time",
    "red", "green", "blue", "nir",
)  # fmt: skip
ONE_OF_ONE = 1 | 1 << 4  # first return of a pulse with one
UNCLASSIFIED = 1
WITHHELD = 1 << 2  # among the classification flags


def format_of(point_format: int, colours: bool = False) -> int:
    """Point format of LAS 1.4 that holds another one; -1 is no LAS at all."""
    if point_format < 0:
        return COLOUR if colours else SMALLEST
    return LIKE.get(point_format, point_format)


def record_type(point_format: int) -> Any:
    """Columns of a record of point format 6, 7 or 8, packed as in the file."""
    import laspy

    return laspy.PointFormat(point_format).dtype()


def copy_las(source: NDArray[Any], out: NDArray[Any]) -> None:
    """Copy LAS records of any format into ``out``; raw coordinates stay.

    Extra dimensions and waveforms are left out; colours that ``out`` cannot hold too.
    """
    out[:] = 0
    names = out.dtype.names or ()
    has = source.dtype.names or ()
    for name in ("X", "Y", "Z", *KEPT):
        if name in has and name in names:
            out[name] = source[name]
    if "classification_flags" in has:
        same = ("bit_fields", "classification_flags", "classification", "scan_angle")
        for name in same:
            out[name] = source[name]
        return
    bits, kind = source["bit_fields"], source["raw_classification"]
    out["bit_fields"] = (bits & 7) | (bits >> 3 & 7) << 4
    # synthetic, key point, withheld; then direction and edge of the flight line
    out["classification_flags"] = kind >> 5 | (bits >> 6) << 6
    out["classification"] = kind & 31
    out["scan_angle"] = np.rint(source["scan_angle_rank"] * RANK)


def copy_columns(source: Mapping[str, Any], out: NDArray[Any]) -> None:
    """Copy columns of a cloud that is not LAS; a lacking one is zero.

    kind, and those of ``KEPT`` that the source has
    """
    out[:] = 0
    out["bit_fields"] = ONE_OF_ONE
    kind = source.get("kind")
    out["classification"] = UNCLASSIFIED if kind is None else kind
    for name in KEPT:
        given = source.get(name)
        if given is not None and name in (out.dtype.names or ()):
            out[name] = given
