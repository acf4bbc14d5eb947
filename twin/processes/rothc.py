"""RothC-26.3: decay of soil organic carbon by month, as its authors' code has it.

Pure functions of the rate modifiers; the compiled month is in ``rothc_kernel``.
Coleman & Jenkinson, RothC-26.3; constants read in RothC_Py (Rothamsted, f2ab6df).
"""

from __future__ import annotations

import numpy as np

from ..process import Array

RATE_DPM, RATE_RPM, RATE_BIO, RATE_HUM = 10.0, 0.3, 0.66, 0.02  # year-1
TO_BIO, TO_HUM = 0.46, 0.54  # of what microbes keep
DRY_LIMIT = 0.444  # of the greatest deficit: above it moisture does not limit
BARE_LIMIT = 0.556  # of the greatest deficit: bare soil dries no further
LEAST_MOISTURE = 0.2
SAMPLED_DEPTH = 0.23  # m, depth that the greatest deficit was fitted for
COVERED = 0.6  # rate modifier under plants; 1 on bare ground


def temperature_modifier(temperature: Array | float) -> Array:
    """Rate modifier of temperature, a = 47.91 / (1 + exp(106.06 / (T + 18.27))).

    temperature  T, mean of the month, degC
    →            1; 0 below -5 degC
    """
    t = np.asarray(temperature, dtype=np.float64)
    warm = np.maximum(t, -5.0)
    made: Array = np.where(
        t < -5.0, 0.0, 47.91 / (1.0 + np.exp(106.06 / (warm + 18.27)))
    )
    return made


def greatest_deficit(clay: Array, *, depth: float = SAMPLED_DEPTH) -> Array:
    """Greatest topsoil moisture deficit, -(20 + 1.3 clay - 0.01 clay^2) depth / 0.23.

    clay   percent, (n,)
    depth  of the layer, m
    →      mm, (n,), below 0
    """
    made: Array = -(20.0 + 1.3 * clay - 0.01 * clay**2) * depth / SAMPLED_DEPTH
    return made


def next_deficit(
    deficit: Array, gain: Array | float, greatest: Array, *, cover: Array
) -> Array:
    """Topsoil moisture deficit at the end of a month, mm.

    deficit   at its start, mm, (n,)
    gain      rain minus 0.75 open-pan evaporation, that is P - PET, mm
    greatest  greatest deficit, mm, (n,)
    cover     share of the ground under plants, 1, (n,)

    RothC-26.3 where cover is 0 or 1; between, the mean of both by area.
    """
    wetter = np.minimum(deficit + gain, 0.0)
    covered = np.maximum(greatest, wetter)
    bare = np.maximum(np.minimum(BARE_LIMIT * greatest, deficit), wetter)
    made: Array = cover * covered + (1.0 - cover) * bare
    return made


def moisture_modifier(deficit: Array, greatest: Array) -> Array:
    """Rate modifier of moisture: 1 above 0.444 of the greatest deficit, then to 0.2.

    deficit, greatest  mm, (n,)
    """
    dry = DRY_LIMIT * greatest
    slope = (1.0 - LEAST_MOISTURE) * (greatest - deficit) / (greatest - dry)
    made: Array = np.minimum(LEAST_MOISTURE + slope, 1.0)
    return made


def co2_ratio(clay: Array) -> Array:
    """Ratio of CO2 to (BIO + HUM), x = 1.67 (1.85 + 1.60 exp(-0.0786 clay))."""
    made: Array = 1.67 * (1.85 + 1.60 * np.exp(-0.0786 * clay))
    return made


def cover_modifier(cover: Array) -> Array:
    """Rate modifier of plant cover: 0.6 covered, 1 bare, the mean by area between."""
    made: Array = 1.0 - (1.0 - COVERED) * cover
    return made


def steady_state(modifier: float, clay: float, *, inputs: float, dpm: float) -> Array:
    """Compute the fixed point of the monthly map under constant conditions.

    modifier  abc, 1;  clay  percent
    inputs    carbon a month, any unit;  dpm  its decomposable share
    →         DPM, RPM, BIO, HUM in the unit of the inputs, (4,)

    Solves (I - M) y = inputs with M the decay and transfer of one month.
    """
    rates = np.array([RATE_DPM, RATE_RPM, RATE_BIO, RATE_HUM])
    kept = np.exp(-rates * modifier / 12.0)
    share = 1.0 / (1.0 + co2_ratio(np.array(clay)))
    month = np.diag(kept)
    month[2] += TO_BIO * share * (1.0 - kept)
    month[3] += TO_HUM * share * (1.0 - kept)
    given = np.array([inputs * dpm, inputs * (1.0 - dpm), 0.0, 0.0])
    made: Array = np.linalg.solve(np.eye(4) - month, given)
    return made
