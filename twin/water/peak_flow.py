"""Peak flow of a small catchment: what a drain must carry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LAG_SHARE = 0.6  # of the time of concentration; NRCS NEH-4
PEAK_FACTOR = 2.08  # m3 s-1 cm-1 km-2 h: triangle of base 8/3 Tp; Chow et al. 1988
MM_PER_HOUR = 1.0 / 3.6e6  # m s-1


def kirpich_time(length: Array, gradient: Array) -> Array:
    """Time of concentration, tc = 0.0195 L^0.77 S^-0.385 min, returned in h.

    length    longest flow path L, m
    gradient  mean slope S of the path, m/m, > 0
    →         h

    Fitted on farmland of 0.5 to 45 ha with slopes of 3 to 10 %. Kirpich 1940, in
    metric units; typed from memory, unverified.
    """
    made: Array = 0.0195 * length**0.77 * gradient**-0.385 / 60.0
    return made


def rational_peak(coefficient: Array, intensity: Array, area: Array) -> Array:
    """Peak flow by the rational method, Q = C i A.

    coefficient  C, share of the rain that runs off at the peak, 1
    intensity    i over the time of concentration at the design return period, mm h-1
    area         A, m2
    →            m3 s-1

    Below about 80 ha, where the storm outlasts the time of concentration.
    """
    return coefficient * intensity * MM_PER_HOUR * area


def time_to_peak(duration: Array, concentration: Array) -> Array:
    """Time to the peak of the SCS unit hydrograph, Tp = D / 2 + 0.6 tc, h.

    duration       D of the excess rain, h
    concentration  tc, h

    USDA NEH-4, chapter 16; Chow et al. 1988, section 7.7.
    """
    return duration / 2.0 + LAG_SHARE * concentration


def unit_peak(area: Array, peak_time: Array) -> Array:
    """Peak of the SCS unit hydrograph for 1 cm of runoff, qp = 2.08 A / Tp.

    area       km2
    peak_time  Tp, h
    →          m3 s-1 cm-1

    The factor 2.08 (484 in the customary units) holds for rolling ground; flat
    ground has about 60 % of it, steep ground 120 %.
    """
    return PEAK_FACTOR * area / peak_time


def triangular_flow(
    hours: Array, excess: Array, area: float, *, concentration: float, step: float
) -> Array:
    """Flow of a storm by the triangular SCS unit hydrograph.

    hours          times asked for, h, (m,)
    excess         runoff of each step, mm, (k,)
    area           km2
    concentration  tc, h
    step           length of a step of the excess, h
    →              m3 s-1, (m,); its volume is that of the excess

    Triangle of base 8/3 Tp for each step, added up. USDA NEH-4, chapter 16.
    """
    peak_time = step / 2.0 + LAG_SHARE * concentration
    base = 8.0 / 3.0 * peak_time
    # 2 V / base is the peak of a triangle that holds V exactly (2.08 is rounded)
    peaks = 2.0 * excess * 1e3 * area / (base * 3600.0)
    since = hours[:, None] - step * np.arange(excess.size)[None, :]
    rising, falling = since / peak_time, (base - since) / (base - peak_time)
    made: Array = (np.maximum(np.minimum(rising, falling), 0.0) * peaks).sum(axis=1)
    return made
