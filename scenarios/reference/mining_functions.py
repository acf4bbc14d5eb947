"""Functions of mining subsidence that reference cases may name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from twin.subsidence.knothe import knothe as share
from twin.subsidence.probability_integral import Seam, extremes, over_rectangle

Numbers = NDArray[np.float64]
Result = Mapping[str, Numbers]


def rectangle(
    x: Numbers, y: Numbers, *, length: float, width: float, thickness: float,
    depth: float, subsidence_factor: float, tan_beta: float, movement_factor: float,
) -> Result:  # fmt: skip
    """Movements over a rectangular panel."""
    seam = Seam(thickness, depth, subsidence_factor, tan_beta, movement_factor)
    return over_rectangle(x, y, (length, width), seam)


def greatest(
    *, thickness: float, depth: float, subsidence_factor: float, tan_beta: float,
    movement_factor: float,
) -> Result:  # fmt: skip
    """Greatest movements beside a wide panel."""
    told = Seam(thickness, depth, subsidence_factor, tan_beta, movement_factor)
    found = {"greatest": told.greatest, "radius": told.radius, **extremes(told)}
    return {name: np.array([value]) for name, value in found.items()}


def knothe(years: Numbers, rate: Numbers) -> Result:
    """Share of the final subsidence."""
    pairs = zip(years, rate, strict=True)
    return {"share": np.array([share(t, rate=float(c)) for t, c in pairs])}
