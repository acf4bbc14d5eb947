"""Infiltration of rain that changes, by Green and Ampt: a storm interval by interval.

Depths in cm and hours, or in mm and hours: any one unit of length throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .green_ampt import ponded_depth

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Storm:
    """What a storm did, at the end of each interval, (intervals, n).

    soaked   F, infiltrated since the storm began, L
    excess   rain that did not soak in during the interval, L
    """

    soaked: Array
    excess: Array


def storm_infiltration(
    rain: Array, hours: Array, conductivity: Array, pull: Array
) -> Storm:
    """Infiltration and rainfall excess of a storm of unsteady rain.

    rain          depth of each interval, L, (intervals,) or (intervals, n)
    hours         length of each interval, h, (intervals,)
    conductivity  K, L/h, (n,)
    pull          ψΔθ, suction at the front times the moisture deficit, L, > 0 (n,)

    Within an interval the rain is steady: all of it soaks in until F reaches K ψΔθ / (i
    - K), then the ponded equation holds. What is in excess runs off at once, so a later
    lull takes up none of it; between storms the soil does not drain.
    Chow et al. 1988, section 5.4.
    """
    depths = np.broadcast_to(
        rain[:, None] if rain.ndim == 1 else rain, (hours.size, pull.size)
    )
    soaked, excess = np.zeros(depths.shape), np.zeros(depths.shape)
    before = np.zeros(pull.size)
    for row, (fallen, long) in enumerate(zip(depths, hours, strict=True)):
        intensity = fallen / long
        over = intensity > conductivity
        safe = np.where(over, intensity - conductivity, 1.0)
        ponds = np.where(over, conductivity * pull / safe, np.inf)  # F at ponding
        free = np.clip(ponds - before, 0.0, fallen)  # soaks in before it ponds
        left = np.where(over, long - free / np.where(over, intensity, 1.0), 0.0)
        at_ponding = before + free
        wet = ponded_depth(np.maximum(left, 0.0), conductivity, pull, start=at_ponding)
        after = np.where(over, np.minimum(wet, before + fallen), before + fallen)
        soaked[row], excess[row] = after, fallen - (after - before)
        before = after
    return Storm(soaked, np.maximum(excess, 0.0))
