"""Factors of RUSLE and CSLE: steepness, length, erodibility, cover; and their product.

RUSLE A = R K L S C P; CSLE A = R K L S B E T. All in t ha-1 when R is in
MJ mm ha-1 h-1 and K in t ha h ha-1 MJ-1 mm-1. Long-term sheet and rill erosion only:
no gullies, no single storms; slopes to about 55 % with Liu's extension. Raw dumps with
piping and gullies lose two to five times as much.
"""

from __future__ import annotations

import numpy as np

from .process import Array

UNIT_PLOT = 22.13  # m, length of the unit plot
NINE_PERCENT = np.arctan(0.09)  # rad


def steepness_rusle(slope: Array) -> Array:
    """Steepness factor S = 10.8 sin t + 0.03 below 9 %, 16.8 sin t - 0.50 above.

    slope  t, degree, (n,)
    →      1, (n,)

    McCool et al. 1987; Renard et al. 1997, AH-703.
    """
    t = np.radians(slope)
    sine = np.sin(t)
    made: Array = np.where(t < NINE_PERCENT, 10.8 * sine + 0.03, 16.8 * sine - 0.50)
    return made


def steepness_csle(slope: Array) -> Array:
    """Steepness factor of CSLE, with Liu's form for steep slopes.

    S = 10.8 sin t + 0.03 (t < 5 degree), 16.8 sin t - 0.50 (to 10 degree),
    21.91 sin t - 0.96 (from 10 degree).

    slope  t, degree, (n,)
    →      1, (n,)

    Liu et al. 1994, 2002.
    """
    sine = np.sin(np.radians(slope))
    gentle = np.where(slope < 5.0, 10.8 * sine + 0.03, 16.8 * sine - 0.50)
    made: Array = np.where(slope >= 10.0, 21.91 * sine - 0.96, gentle)
    return made


def length_exponent_rusle(slope: Array) -> Array:
    """Exponent of slope length m = b / (1 + b), b = (sin t / 0.0896) / (3 sin^0.8 t + 0.56).

    slope  t, degree, (n,)
    →      1, (n,)

    McCool et al. 1989 (moderate ratio of rill to interrill).
    """
    sine = np.sin(np.radians(slope))
    b = (sine / 0.0896) / (3.0 * sine**0.8 + 0.56)
    made: Array = b / (1.0 + b)
    return made


def length_exponent_csle(slope: Array) -> Array:
    """Exponent of slope length 0.2, 0.3, 0.4, 0.5 for to 1, 1-3, 3-5, above 5 degrees.

    slope  degree, (n,)
    →      1, (n,)

    Liu et al. 2002; break points unverified.
    """
    made: Array = np.array([0.2, 0.3, 0.4, 0.5])[
        np.searchsorted([1.0, 3.0, 5.0], slope, side="left")
    ]
    return made


def length_factor(length: Array, exponent: Array) -> Array:
    """Slope length factor of a plane, L = (lambda / 22.13)^m.

    length    lambda, horizontal length to the divide, m, (n,)
    exponent  m, 1, (n,)
    →         1, (n,)

    Wischmeier & Smith 1978, AH-537.
    """
    made: Array = (length / UNIT_PLOT) ** exponent
    return made


def erodibility_epic(sand: Array, silt: Array, clay: Array, carbon: Array) -> Array:
    """Soil erodibility K after EPIC.

    sand, silt, clay  percent, (n,)
    carbon            organic carbon, percent, (n,)
    →                 t ha h ha-1 MJ-1 mm-1, (n,)

    Not for soils with more than about 70 % sand. Sharpley & Williams 1990; times 0.1317
    for SI units; unverified.
    """
    fine = 1.0 - sand / 100.0
    texture = 0.2 + 0.3 * np.exp(-0.0256 * sand * (1.0 - silt / 100.0))
    silty = (silt / (clay + silt)) ** 0.3
    organic = 1.0 - 0.25 * carbon / (carbon + np.exp(3.72 - 2.95 * carbon))
    sandy = 1.0 - 0.7 * fine / (fine + np.exp(-5.51 + 22.9 * fine))
    made: Array = 0.1317 * texture * silty * organic * sandy
    return made


def gravel_correction(gravel: Array) -> Array:
    """Armour of the ground by gravel, exp(-0.0534 Rg).

    gravel  Rg, percent by volume at the surface, (n,)
    →       1, (n,), multiplies K

    Unverified (science.md section 4).
    """
    made: Array = np.exp(-0.0534 * gravel)
    return made


def soil_loss_csle(
    r: Array, k: Array, ls: Array, b: Array, *, practice: Array | float = 1.0
) -> Array:
    """Gross sheet and rill erosion, A = R K LS B (E T).

    r         rain erosivity                    MJ mm ha-1 h-1 year-1   (n,)
    k         soil erodibility                  t ha h ha-1 MJ-1 mm-1   (n,)
    ls        slope length and steepness        1                       (n,)
    b         biological factor                 1, in [0, 1]            (n,)
    practice  engineering times tillage factor  1
    →         soil loss                         t ha-1 year-1           (n,)

    Liu, Zhang & Xie 2002.
    """
    return r * k * ls * b * practice


def soil_loss_rusle(
    r: Array, k: Array, ls: Array, c: Array, *, practice: Array | float = 1.0
) -> Array:
    """Gross sheet and rill erosion, A = R K LS C P; units as for CSLE.

    Wischmeier & Smith 1978, AH-537, eq. 1; Renard et al. 1997, AH-703.
    """
    return r * k * ls * c * practice
