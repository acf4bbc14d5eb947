"""Soil erodibility, and the product of the factors of RUSLE and CSLE.

RUSLE A = R K L S C P; CSLE A = R K L S B E T. All in t ha-1 when R is in
MJ mm ha-1 h-1 and K in t ha h ha-1 MJ-1 mm-1. Long-term sheet and rill erosion only:
no gullies, no single storms; slopes to about 55 % with Liu's extension. Raw dumps with
piping and gullies lose two to five times as much. Slope, length:
terrain.length_slope;
cover: processes.cover_factor; rain: processes.erosivity.
"""

from __future__ import annotations

import numpy as np

from .process import Array


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
