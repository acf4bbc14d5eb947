"""How fast the ground follows: Knothe's time function."""

from __future__ import annotations

import numpy as np

from ..process import Array


def knothe(years: Array, *, rate: float) -> Array:
    """Share of the final subsidence, W / W0 = 1 - exp(-c t).

    years  t since extraction, year; rate  c, year-1, 0.5 to 3 is usual
    →      1, in [0, 1)

    Knothe 1952. What is left decays at the same rate whenever it began, so panels mined
    one after the other add up without a memory of their dates.
    """
    made: Array = -np.expm1(-rate * years)
    return made
