"""Chapman-Richards growth of a stand in its effective age."""

from __future__ import annotations

import numpy as np

from ..process import Array


def stand_biomass(age: Array, *, asymptote: float, rate: float, shape: float) -> Array:
    """Biomass of a full stand, B(a) = A (1 - exp(-k a))^p.

    age        effective age a, year, (n,)
    asymptote  A, t ha-1
    rate       k, year-1
    shape      p, 1
    →          B, t ha-1, (n,)

    Not valid outside the ages of the plots it was fitted on; no thinning, no
    regeneration. Richards 1959; Pienaar & Turnbull 1973.
    """
    made: Array = asymptote * (-np.expm1(-rate * age)) ** shape
    return made


def growth_rate(age: Array, *, asymptote: float, rate: float, shape: float) -> Array:
    """Slope of the growth curve, dB/da = A p k exp(-k a) (1 - exp(-k a))^(p - 1).

    age        effective age a, year, (n,)
    asymptote  A, t ha-1
    rate       k, year-1
    shape      p, 1, at least 1
    →          dB/da, t ha-1 year-1, (n,)
    """
    grown = -np.expm1(-rate * age)
    made: Array = (
        asymptote * shape * rate * np.exp(-rate * age) * grown ** (shape - 1.0)
    )
    return made


def effective_months(
    temperature: Array | float, wetness: Array | float, *, base: float, season: float
) -> Array | float:
    """Effective years of a month, da = max(T - base, 0) / season x f_W.

    temperature  mean air temperature T of the month, degC
    wetness      growth modifier of water f_W, 1, in [0, 1]
    base         temperature below which nothing grows, degC
    season       sum over an average year of max(T - base, 0), degC month
    →            da, year

    In an average year without drought the months sum to one year, so that the closed
    curve is followed exactly.
    """
    warmth = np.maximum(temperature - base, 0.0) / season
    return warmth * wetness
