"""Infiltration of steady rain by Green and Ampt: when water ponds, how much soaks in.

Depths in cm and hours, or in mm and hours: any one unit of length throughout.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST_ROUNDS = 60  # Newton needs about six; more mean that a value is not a number
NEAR = 1e-13  # relative change at which Newton stops


def capacity(soaked: Array, conductivity: Array, pull: Array) -> Array:
    """Infiltration capacity, f = K (1 + ψΔθ / F), for F > 0.

    soaked        F, infiltrated so far, L
    conductivity  K, L/h
    pull          ψΔθ, suction at the front times the moisture deficit, L
    →             f, L/h
    """
    return conductivity * (1.0 + pull / soaked)


def ponding_time(rain: Array, conductivity: Array, pull: Array) -> Array:
    """Time of ponding under steady rain, tp = K ψΔθ / (i (i - K)); ∞ for i <= K.

    rain  intensity i, L/h
    →     tp, h. Chow et al. 1988, section 4.4
    """
    ponds = rain > conductivity
    safe = np.where(ponds, rain * (rain - conductivity), 1.0)
    return np.where(ponds, conductivity * pull / safe, np.inf)


def ponded_depth(
    hours: Array, conductivity: Array, pull: Array, *, start: Array | float = 0.0
) -> Array:
    """F after some hours of ponding, from F = ``start`` when they began.

    F - F0 - ψΔθ ln((F + ψΔθ) / (F0 + ψΔθ)) = K t, by Newton on all cells at once.
    Water above the ground presses down nothing. Chow et al. 1988, eq. 4.4.5.

    hours  of ponding, h, >= 0 (n,)
    pull   ψΔθ, L, > 0 (n,)
    start  F0, L, >= 0
    →      F, L (n,)
    """
    given = conductivity * hours
    begun = np.broadcast_to(np.asarray(start, dtype=np.float64), given.shape)
    # convex and rising in F: from above the root Newton comes down without a jump
    soaked = begun + given + np.sqrt(2.0 * (pull + begun) * given)
    for _ in range(MOST_ROUNDS):
        over = soaked - begun
        left = over - pull * np.log1p(over / (begun + pull)) - given
        slope = soaked / (soaked + pull)
        step = np.where(over > 0.0, left / np.where(slope > 0.0, slope, 1.0), 0.0)
        soaked = np.maximum(soaked - step, begun)
        if np.all(np.abs(step) <= NEAR * soaked):
            break
    return soaked


def steady_rain_depth(
    hours: Array, rain: Array, conductivity: Array, pull: Array
) -> Array:
    """F after some hours of steady rain: all of it until ponding, then Green-Ampt.

    hours  since the rain began, h (n,)
    rain   i, L/h (n,)
    →      F, L (n,), never above the rain
    """
    ponds = ponding_time(rain, conductivity, pull)
    wet = np.minimum(hours, ponds)
    soaked = rain * wet
    later = ponded_depth(hours - wet, conductivity, pull, start=soaked)
    return np.where(hours > ponds, later, soaked)
