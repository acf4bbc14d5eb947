"""Weather of a run: the site's monthly climate, repeated over the run's years.

A record of several years is laid end to end, whole calendar years only, so that wet and
dry years keep their order and every month meets the weather of its own name. Nothing is
drawn at random here: the same site and scenario always give the same weather.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from twin.errors import BadScenario

Months = NDArray[np.float64]


def repeat(
    start: tuple[int, int],
    values: Mapping[str, Months],
    *,
    first: tuple[int, int],
    months: int,
) -> dict[str, Months]:
    """Lay a monthly record end to end over a run.

    start   month of the first value of the record
    values  name -> (months of the record,)
    first   month of the first value wanted
    →       name -> (months,), aligned by calendar month

    A record shorter than 12 months is refused. Where the run begins within the record
    and ends within it, the record itself is used, month for month.
    """
    length = min((len(v) for v in values.values()), default=0)
    if length < 12:
        raise BadScenario(
            f"the site's climate has {length} months; a run needs at least 12: "
            "add months to the climate file and build the site again"
        )
    shift = (first[0] - start[0]) * 12 + first[1] - start[1]
    if shift >= 0 and shift + months <= length:
        return {name: v[shift : shift + months].copy() for name, v in values.items()}
    whole = length - length % 12
    index = (np.arange(months) + shift) % whole
    return {name: np.ascontiguousarray(v[index]) for name, v in values.items()}
