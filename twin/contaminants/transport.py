"""One dimension of seepage: what is carried, held back and lost on the way."""

from __future__ import annotations

import numpy as np
from scipy.special import erfc, erfcx

from ..process import Array


def retardation(
    density: Array | float, distribution: Array | float, water: Array | float
) -> Array:
    """Retardation by linear sorption, R = 1 + rho Kd / theta.

    density       dry bulk density, kg L-1
    distribution  Kd, L kg-1
    water         volumetric water content, 1
    """
    made: Array = 1.0 + np.asarray(density) * distribution / water
    return made


def ogata_banks(
    x: Array, t: Array, *, velocity: Array, dispersion: Array, factor: Array
) -> Array:
    """Concentration in a half-infinite column after a step at its top, C / C0.

    x           depth, m;  t  time, year
    velocity    of pore water v, m year-1
    dispersion  D, m2 year-1
    factor      retardation R, 1

    C/C0 = (erfc((R x - v t) / 2 sqrt(D R t))
            + exp(v x / D) erfc((R x + v t) / 2 sqrt(D R t))) / 2

    Ogata & Banks 1961. The second term is taken as a scaled function: it does not
    overflow where v x / D is large.
    """
    width = 2.0 * np.sqrt(dispersion * factor * t)
    ahead = (factor * x - velocity * t) / width
    behind = (factor * x + velocity * t) / width
    # v x / D - behind^2 = -ahead^2
    made: Array = 0.5 * (erfc(ahead) + np.exp(-(ahead**2)) * erfcx(behind))
    return made
