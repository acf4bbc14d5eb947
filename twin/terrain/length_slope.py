"""Slope length and steepness of RUSLE and CSLE, and L in two dimensions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..numerics.compiled import compiled
from ..numerics.vector_math import vexp, vlog

Array = NDArray[np.float64]
Like = NDArray[np.floating] | float

UNIT_PLOT = 22.13  # m, length of the unit plot (Wischmeier & Smith 1978)
NINE_PERCENT = 0.09  # m/m, where McCool's S changes its line
LONGEST_SLOPE = 122.0  # m, cap of the slope length (science.md section 4: 122 to 333 m)


def rusle_steepness(slope_deg: Like) -> Array:
    """S = 10.8 sin t + 0.03 below 9 %, 16.8 sin t - 0.50 from there.

    McCool et al. 1987. Slopes to about 50 %.
    """
    t = np.radians(np.asarray(slope_deg, dtype=np.float64))
    gentle, steep = 10.8 * np.sin(t) + 0.03, 16.8 * np.sin(t) - 0.50
    return np.where(np.tan(t) < NINE_PERCENT, gentle, steep)


def csle_steepness(slope_deg: Like) -> Array:
    """S as McCool below 5 and to 10 degrees, 21.91 sin t - 0.96 above 10 degrees.

    Liu et al. 1994, 2002; measured on loess slopes to 55 %. The lines do not meet at 10
    degrees; the reference table counts 10 degrees itself to the middle line.
    """
    degrees = np.asarray(slope_deg, dtype=np.float64)
    sine = np.sin(np.radians(degrees))
    middle = np.where(degrees < 5.0, 10.8 * sine + 0.03, 16.8 * sine - 0.50)
    return np.where(degrees <= 10.0, middle, 21.91 * sine - 0.96)


def rusle_exponent(slope_deg: Like) -> Array:
    """Exponent m = b/(1 + b), b = (sin t/0.0896)/(3 sin^0.8 t + 0.56). McCool 1989."""
    sine = np.sin(np.radians(np.asarray(slope_deg, dtype=np.float64)))
    b = (sine / 0.0896) / (3.0 * sine**0.8 + 0.56)
    found: Array = b / (1.0 + b)
    return found


def csle_exponent(slope_deg: Like) -> Array:
    """Exponent m = 0.2, 0.3, 0.4, 0.5 to 1, 3, 5 degrees and above. Liu et al. 2002."""
    degrees = np.asarray(slope_deg, dtype=np.float64)
    above = (degrees > 1.0).astype(np.int8) + (degrees > 3.0) + (degrees > 5.0)
    found: Array = np.array([0.2, 0.3, 0.4, 0.5])[above]
    return found


def length_factor(length: Like, exponent: Like) -> Array:
    """L = (length / 22.13)^m of one uniform slope; length in m, horizontal."""
    found: Array = (np.asarray(length, dtype=np.float64) / UNIT_PLOT) ** exponent
    return found


def length_factor_2d(
    inflow: Like,
    cell: float,
    exponent: Like,
    aspect_deg: Like = 0.0,
    *,
    longest: float = np.inf,
) -> Array:
    """L of a cell from the area that drains into it.

    inflow      area upslope without the cell's own, m2
    cell        spacing D, m
    exponent    m
    aspect_deg  direction of the fall, degrees clockwise from north
    longest     cap of the slope length at the lower edge of a cell, m; beyond it flow
                has gathered and is no longer sheet and rill
    →           1

    L = ((A + D²)^(m+1) - A^(m+1)) / (D^(m+2) x^m 22.13^m), x = |sin a| + |cos a|.
    Desmet & Govers 1996, eq. 10. Along a plane the mean over the cells is the L of the
    whole slope.
    """
    turn = np.radians(np.asarray(aspect_deg, dtype=np.float64))
    width = np.abs(np.sin(turn)) + np.abs(np.cos(turn))
    given = np.broadcast_arrays(
        np.asarray(inflow, dtype=np.float64), np.asarray(exponent, np.float64), width
    )
    above, m, across = (np.ascontiguousarray(x).ravel() for x in given)
    found: Array = _length(above, m, across, cell, longest).reshape(given[0].shape)
    return found


@compiled
def _length(
    inflow: Array, exponent: Array, width: Array, cell: float, longest: float
) -> Array:
    """L in units of D: A = D² a, so L = ((a+1)^(m+1) - a^(m+1)) (D / (22.13 x))^m."""
    made = np.empty(inflow.size)
    for i in range(inflow.size):
        m, x = exponent[i], width[i]
        most = max(longest * x / cell - 1.0, 0.0)
        a = min(inflow[i] / (cell * cell), most)
        outer = vexp((m + 1.0) * vlog(a + 1.0))
        inner = vexp((m + 1.0) * vlog(a))
        made[i] = (outer - inner) * vexp(m * vlog(cell / (UNIT_PLOT * x)))
    return made
