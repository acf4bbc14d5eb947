"""Soil moisture of RothC in dry climates, after Farina et al. 2013.

Pure functions. Equations and constants read in the authors' own code (RothC_Code of
Rothamsted, v2, options opt_RMmoist = 2 and opt_SMDbare = 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..process import Array
from .rothc import DRY_LIMIT, greatest_deficit

MATTER = 1.72  # organic matter / organic carbon
RESIDUAL = 0.01  # theta_r of the pedotransfer, m3 m-3
# suction, hPa = cm: field capacity, -1 bar, wilting point -15 bar, -1000 bar
SUCTIONS = (50.0, 1000.0, 15000.0, 1000000.0)
CLAY, SILT = (1.0, 70.0), (1.0, 90.0)  # percent; beyond it the fit has no soils
DENSITY = (0.8, 1.8)  # g cm-3
CARBON = (0.1, 10.0)  # percent


@dataclass(frozen=True, slots=True)
class MoistureLimits:
    """Deficits below field capacity, mm, at or below 0, (n,) each.

    moist     at -1 bar: above it moisture does not limit decay
    wilting   at -15 bar: decay is slowest from here on
    driest    that the soil reaches under plants
    bare      that bare soil reaches
    """

    moist: Array
    wilting: Array
    driest: Array
    bare: Array


def retention_parameters(
    clay: Array, silt: Array, density: Array, carbon: Array
) -> tuple[Array, Array, Array]:
    """Van Genuchten's parameters of topsoil, by the pedotransfer of Woesten et al.

    clay, silt  percent, (n,)
    density     bulk density, g cm-3, (n,)
    carbon      organic carbon, percent, (n,)
    →           theta_s, m3 m-3; alpha, cm-1; n, 1: (n,) each; theta_r is 0.01

    Arguments outside the soils of the fit count as its nearest (clay 1 to 70 %, silt 1
    to 90 %, 0.8 to 1.8 g cm-3, carbon 0.1 to 10 %; these bounds are ours). European
    agricultural soils, not spoil with stones. Woesten et al. 1999, Geoderma 90:169.
    """
    c, s, d = np.clip(clay, *CLAY), np.clip(silt, *SILT), np.clip(density, *DENSITY)
    om = MATTER * np.clip(carbon, *CARBON)
    log_s, log_om = np.log(s), np.log(om)
    saturated = (
        0.7919 + 0.001691 * c - 0.29619 * d - 0.000001491 * s**2
        + 0.0000821 * om**2 + 0.02427 / c + 0.01113 / s + 0.01472 * log_s
        - 0.0000733 * om * c - 0.000619 * d * c - 0.001183 * d * om - 0.0001664 * s
    )  # fmt: skip
    alpha = np.exp(
        -14.96 + 0.03135 * c + 0.0351 * s + 0.646 * om + 15.29 * d - 0.192
        - 4.671 * d**2 - 0.000781 * c**2 - 0.00687 * om**2 + 0.0449 / om
        + 0.0663 * log_s + 0.1482 * log_om - 0.04546 * d * s - 0.4852 * d * om
        + 0.00673 * c
    )  # fmt: skip
    shape = 1.0 + np.exp(
        -25.23 - 0.02195 * c + 0.0074 * s - 0.194 * om + 45.5 * d - 7.24 * d**2
        + 0.0003658 * c**2 + 0.002885 * om**2 - 12.81 / d - 0.1524 / s - 0.01958 / om
        - 0.2876 * log_s - 0.0709 * log_om - 44.6 * np.log(d) - 0.02264 * d * c
        + 0.0896 * d * om + 0.00718 * c
    )  # fmt: skip
    return saturated, alpha, shape


def held_water(suction: float, saturated: Array, alpha: Array, shape: Array) -> Array:
    """Water content, theta_r + (theta_s - theta_r) / (1 + (alpha h)^n)^(1 - 1/n).

    suction  h, cm
    →        m3 m-3, (n,).  van Genuchten 1980
    """
    made: Array = RESIDUAL + (saturated - RESIDUAL) / (
        1.0 + (alpha * suction) ** shape
    ) ** (1.0 - 1.0 / shape)
    return made


def dryland_limits(
    parameters: tuple[Array, Array, Array], *, depth: float
) -> MoistureLimits:
    """Limits by water retention; plants dry to -1000 bar, bare soil to -15 bar.

    parameters  of ``retention_parameters``
    depth       of the layer, m
    """
    full, moist, wilting, driest = (held_water(h, *parameters) for h in SUCTIONS)
    mm = 1000.0 * depth
    return MoistureLimits(
        (moist - full) * mm,
        (wilting - full) * mm,
        (driest - full) * mm,
        (wilting - full) * mm,
    )


def bare_limits(clay: Array, *, depth: float) -> MoistureLimits:
    """Limits of RothC-26.3, but bare soil dries as far as the wilting point."""
    most = greatest_deficit(clay, depth=depth)
    return MoistureLimits(DRY_LIMIT * most, most, most, most)


def next_dry_deficit(
    deficit: Array, gain: Array | float, limits: MoistureLimits, *, cover: Array
) -> Array:
    """Topsoil moisture deficit at the end of a month, mm.

    deficit  at its start, mm, (n,)
    gain     P - PET, mm
    cover    share of the ground under plants, 1, (n,); the mean of both by area
    """
    wetter = np.minimum(deficit + gain, 0.0)
    covered = np.maximum(limits.driest, wetter)
    bare = np.maximum(np.minimum(limits.bare, deficit), wetter)
    made: Array = cover * covered + (1.0 - cover) * bare
    return made


def dry_modifier(deficit: Array, limits: MoistureLimits, *, least: float) -> Array:
    """Rate modifier of moisture: 1 above -1 bar, falling to ``least`` at -15 bar.

    deficit  mm, (n,)
    →        1, in [least, 1]; no lower where the soil is drier
    """
    span = limits.moist - limits.wilting
    share = np.clip((deficit - limits.wilting) / span, 0.0, 1.0)
    made: Array = least + (1.0 - least) * share
    return made
