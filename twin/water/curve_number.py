"""Runoff of a storm by the SCS curve number: how much rain the ground sheds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

INITIAL_SHARE = 0.2  # of S, lost before runoff starts; 0.05 is the variant for dumps


def retention(number: Array) -> Array:
    """Greatest retention, S = 25400 / CN - 254.

    number  curve number CN, 1, in (0, 100]
    →       S, mm
    """
    return 25400.0 / number - 254.0


def storm_runoff(rain: Array, storage: Array, *, share: float = INITIAL_SHARE) -> Array:
    """Runoff of one storm or day, Q = (P - λS)² / (P + (1 - λ)S) where P > λS.

    rain     P of the storm or day, mm (not of a month)
    storage  S, mm; it belongs to λ: S of λ = 0.2 is no S of λ = 0.05
    share    λ, 1, in [0, 1]
    →        Q, mm, in [0, P]

    SCS curve number method (USDA, National Engineering Handbook).
    """
    excess = np.maximum(rain - share * storage, 0.0)
    whole = np.where(excess > 0.0, excess + storage, 1.0)  # = P + (1 - λ)S
    found: Array = excess * excess / whole
    return found


def dry_number(number: Array) -> Array:
    """CN1 of dry ground, 4.2 CN2 / (10 - 0.058 CN2). Chow et al. 1988."""
    return 4.2 * number / (10.0 - 0.058 * number)


def wet_number(number: Array) -> Array:
    """CN3 of wet ground, 23 CN2 / (10 + 0.13 CN2). Chow et al. 1988."""
    return 23.0 * number / (10.0 + 0.13 * number)


def slope_number(number: Array, gradient: Array) -> Array:
    """CN2 on a slope, CN2 (322.79 + 15.63 a) / (a + 323.52); never above 100.

    number    CN2, 1
    gradient  a, m/m
    →         CN2 of the slope, 1

    Huang et al. 2006, plots on loess of 0.14 to 1.4 m/m; below, it lowers CN2 by less
    than 1. Unverified: typed from memory, range of slopes too.
    """
    found: Array = number * (322.79 + 15.63 * gradient) / (gradient + 323.52)
    return np.minimum(found, 100.0)


def slope_number_williams(number: Array, gradient: Array) -> Array:
    """CN2 on a slope, (CN3 - CN2) / 3 (1 - 2 exp(-13.86 a)) + CN2.

    number    CN2 of the handbook's slope, 5 %
    gradient  a, m/m
    →         CN2 of the slope, 1; rises by at most a third of the way to CN3

    CN3 = CN2 exp(0.00673 (100 - CN2)). Williams 1995 (EPIC, SWAT): a guess that its
    author made without plots. Unverified: typed from memory; it gives CN2 at 5 %.
    """
    wet = number * np.exp(0.00673 * (100.0 - number))
    found: Array = (wet - number) / 3.0 * (1.0 - 2.0 * np.exp(-13.86 * gradient))
    return np.minimum(number + found, 100.0)
