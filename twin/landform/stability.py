"""Whether a slope holds: factor of safety of a long slope with water and roots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
WATER_WEIGHT = 9.81  # kN m-3
GRAVITY = 9.81e-3  # kN kg-1
FIBRES_AT_ONCE = 0.4  # share of Wu's sum: roots break one after another
TURN = 1.2  # Wu's sum of sine and cosine terms of sheared roots


@dataclass(frozen=True, slots=True)
class Root:
    """Material of roots: tensile strength kPa, dry density kg m-3."""

    strength: float
    density: float


def factor_of_safety(
    slope: Array, depth: Array, cohesion: Array, *, weight: Array,
    friction: Array | float, wetness: Array,
) -> Array:  # fmt: skip
    """Infinite-slope factor of safety.

    FS = (c + (g - m gw) d cos^2 b tan phi) / (g d sin b cos b)

    slope     b, degrees, above 0;  depth  d of the slip plane, m, vertical
    cohesion  c of soil and roots, kPa;  weight  g, unit weight of the soil, kN m-3
    friction  phi, effective angle, degrees
    wetness   m, share of the depth that is saturated, in [0, 1]; seepage along slope

    For planar slides, long and wide against their depth; not for rotational failure of
    high benches, nor for toes and cracks. Skempton & DeLory 1957.
    """
    b = np.radians(slope)
    held = (weight - wetness * WATER_WEIGHT) * depth * np.cos(b) ** 2
    driving = weight * depth * np.sin(b) * np.cos(b)
    made: Array = (cohesion + held * np.tan(np.radians(friction))) / driving
    return made


def steady_wetness(
    recharge: Array, catchment: Array, slope: Array, transmissivity: Array
) -> Array:
    """Saturated share of the soil under steady flow along the slope, in [0, 1].

    recharge        q, m day-1;  catchment  specific catchment area a, m
    slope           b, degrees;  transmissivity  T of the saturated soil, m2 day-1

    m = q a / (T sin b). Montgomery & Dietrich 1994.
    """
    carries = transmissivity * np.sin(np.radians(slope))
    share = recharge * catchment / np.maximum(carries, 1e-12)
    made: Array = np.clip(share, 0.0, 1.0)
    return made


def root_cohesion(biomass: Array, depth: Array, *, reach: float, root: Root) -> Array:
    """Cohesion that roots lend at a depth, kPa.

    biomass  dry roots, kg m-2;  depth  of the slip plane, m
    reach    b of the share b^d of roots below d cm (Jackson et al. 1996)

    c = 0.4 x 1.2 T A, T tensile strength, A share of root area in the plane, which is
    the volume of roots per depth there. Wu et al. 1979; the factor 0.4 stands for
    progressive breaking (Pollen & Simon 2005), unverified.
    """
    per_metre = -100.0 * np.log(reach) * np.power(reach, 100.0 * depth)
    area = biomass * per_metre / root.density
    made: Array = FIBRES_AT_ONCE * TURN * root.strength * area
    return made
