"""Compiled month of RothC-26.3 over slices of cells.

One loop per operation over a slice that stays in cache: each loop is short enough for
the compiler to vectorise, which a single loop with everything in it is not.
"""

from __future__ import annotations

import numpy as np

from ..numerics.compiled import compiled
from ..numerics.vector_math import vexp
from ..process import Array
from .rothc import (
    BARE_LIMIT,
    COVERED,
    DRY_LIMIT,
    LEAST_MOISTURE,
    RATE_BIO,
    RATE_DPM,
    RATE_HUM,
    RATE_RPM,
    SAMPLED_DEPTH,
    TO_BIO,
    TO_HUM,
)

SLICE = 1024  # cells
DPM, RPM, BIO, HUM, CO2, DEFICIT, EXPOSURE = 0, 1, 2, 3, 4, 5, 6  # rows of the result
WOODY_QUALITY = 0.25 / 1.25  # DPM / (DPM + RPM) of woodland; RothC description
MOST, SLOPE, KEPT = 0, 1, 2  # rows of ``soil_constants``
MONTH = 1.0 / 12.0  # year
SLOWEST = -RATE_HUM / 12.0  # month-1
if (RATE_RPM, RATE_BIO, RATE_DPM) != (15 * RATE_HUM, 33 * RATE_HUM, 500 * RATE_HUM):
    raise ArithmeticError("rothc_kernel: its powers fit the rates of RothC-26.3 only")


@compiled
def soil_constants(clay: Array, depth: float) -> Array:
    """What clay alone decides, (3, n): rows MOST, SLOPE and KEPT.

    MOST   greatest moisture deficit, mm, below 0
    SLOPE  fall of the moisture modifier beyond its dry limit, mm-1
    KEPT   share of decayed carbon that becomes BIO and HUM, 1 / (1 + x)
    """
    made = np.zeros((3, clay.size))
    most, slope, kept = made[MOST], made[SLOPE], made[KEPT]
    for i in range(clay.size):
        least = -(20.0 + 1.3 * clay[i] - 0.01 * clay[i] * clay[i])
        least = least * depth / SAMPLED_DEPTH
        most[i] = least
        slope[i] = (1.0 - LEAST_MOISTURE) / (least - DRY_LIMIT * least)
    for i in range(clay.size):
        x = 1.67 * (1.85 + 1.60 * vexp(-0.0786 * clay[i]))
        kept[i] = 1.0 / (1.0 + x)
    return made


@compiled
def _dry(
    deficit: Array, gain: Array, soil: tuple[Array, Array], cover: Array,
    change: Array, modifier: Array
) -> None:  # fmt: skip
    """Change of the moisture deficit, and the modifier of moisture and cover.

    soil  rows MOST and SLOPE of ``soil_constants``
    """
    greatest, slope = soil
    for i in range(deficit.size):
        most = greatest[i]
        old = deficit[i]
        wetter = min(old + gain[i], 0.0)
        covered = max(most, wetter)
        bare = max(min(BARE_LIMIT * most, old), wetter)
        new = cover[i] * covered + (1.0 - cover[i]) * bare
        change[i] = new - old
        moist = min(LEAST_MOISTURE + (most - new) * slope[i], 1.0)
        modifier[i] = moist * (1.0 - (1.0 - COVERED) * cover[i])


@compiled
def _survive(modifier: Array, hum: Array, rpm: Array, bio: Array, dpm: Array) -> None:
    """Share of each pool that a month takes, negative: exp(-k m / 12) - 1.

    The rates are 1, 15, 33 and 500 times 0.02 a year, so one exponential of a small
    number and its powers serve all four. Its series is cut at the ninth order: below
    1e-16 for every temperature (m / 600 < 0.08). The power 500 keeps 1e-13.
    """
    for i in range(modifier.size):
        x = modifier[i] * SLOWEST
        p = 1.0 / 362880.0
        p = p * x + 1.0 / 40320.0
        p = p * x + 1.0 / 5040.0
        p = p * x + 1.0 / 720.0
        p = p * x + 1.0 / 120.0
        p = p * x + 1.0 / 24.0
        p = p * x + 1.0 / 6.0
        p = p * x + 0.5
        less = p * x * x + x
        u = 1.0 + less
        u2 = u * u
        u4 = u2 * u2
        u15 = u4 * u4 * u4 * u2 * u
        u16 = u15 * u
        u32 = u16 * u16
        u64 = u32 * u32
        u128 = u64 * u64
        u256 = u128 * u128
        hum[i] = less
        rpm[i] = u15 - 1.0
        bio[i] = u32 * u - 1.0
        dpm[i] = u256 * u128 * (u64 * u32) * (u16 * u4) - 1.0


@compiled
def _decay(
    one: Array, other: Array, change: Array, other_change: Array, total: Array
) -> None:
    """Turn the shares that two pools lose into carbon; their sum joins the total."""
    for i in range(one.size):
        gone, other_gone = change[i] * one[i], other_change[i] * other[i]
        change[i] = gone
        other_change[i] = other_gone
        total[i] -= gone + other_gone


@compiled
def _share_out(total: Array, kept: Array, bio: Array, hum: Array, co2: Array) -> None:
    """Give decayed carbon to BIO, HUM and the air, to the last bit."""
    for i in range(total.size):
        stays = total[i] * kept[i]
        bio[i] += TO_BIO * stays
        hum[i] += TO_HUM * stays
        co2[i] = total[i] - stays


@compiled
def feed(
    litter: Array, wood: Array, quality: Array, shares: tuple[Array, float, float],
    out: Array, taken: Array
) -> None:  # fmt: skip
    """Inputs of a month, after decay: litter by its quality, and decayed dead wood.

    litter, wood  carbon that lies there, (n,); quality  DPM / (DPM + RPM) of litter
    shares        of wood that decays (n,), of litter that enters the soil, of decayed
                  wood that becomes CO2
    out           of ``rothc_month``; DPM, RPM and CO2 grow
    taken         (2, n): carbon added to litter and dead wood (below 0)
    """
    decays, enters, to_air = shares
    dpm, rpm, co2 = out[DPM], out[RPM], out[CO2]
    eaten = taken[1]
    for i in range(wood.size):
        lost = wood[i] * decays[i]
        eaten[i] = -lost
        co2[i] += to_air * lost
    fallen = taken[0]
    for i in range(litter.size):
        gone = litter[i] * enters
        buried = -(1.0 - to_air) * eaten[i]
        quick = quality[i] * gone + WOODY_QUALITY * buried
        fallen[i] = -gone
        dpm[i] += quick
        rpm[i] += (gone + buried) - quick


@compiled
def rothc_month(
    pools: tuple[Array, Array, Array, Array],
    deficit: Array,
    climate: tuple[Array, Array],
    soil: tuple[Array, Array],
    out: Array,
) -> None:
    """Decay and transfer of one month, without inputs.

    pools    DPM, RPM, BIO, HUM, any unit of carbon, (n,) each
    deficit  topsoil moisture deficit, mm, (n,)
    climate  temperature modifier, 1; rain minus PET, mm; (n,) each
    soil     what ``soil_constants`` gives (3, n); plant cover, 1 (n,)
    out      (7, n): amounts added to DPM, RPM, BIO, HUM, CO2 and the deficit; years of
             full decay that the month counts for
    """
    warmth, gain = climate
    constants, cover = soil
    modifier, total = np.zeros(SLICE), np.zeros(SLICE)
    for start in range(0, deficit.size, SLICE):
        end = min(start + SLICE, deficit.size)
        n = end - start
        m, t = modifier[:n], total[:n]
        _dry(
            deficit[start:end], gain[start:end],
            (constants[MOST, start:end], constants[SLOPE, start:end]),
            cover[start:end], out[DEFICIT, start:end], m,
        )  # fmt: skip
        for i in range(n):
            m[i] *= warmth[start + i]
            out[EXPOSURE, start + i] = m[i] * MONTH
            t[i] = 0.0
        dpm, rpm = out[DPM, start:end], out[RPM, start:end]
        bio, hum = out[BIO, start:end], out[HUM, start:end]
        _survive(m, hum, rpm, bio, dpm)
        _decay(pools[0][start:end], pools[1][start:end], dpm, rpm, t)
        _decay(pools[2][start:end], pools[3][start:end], bio, hum, t)
        _share_out(t, constants[KEPT, start:end], bio, hum, out[CO2, start:end])


@compiled
def decay_month(
    pools: tuple[Array, Array, Array, Array], modifier: Array, kept: Array, out: Array
) -> None:
    """Decay and transfer of one month at a given rate modifier, without inputs.

    pools     DPM, RPM, BIO, HUM, any unit of carbon, (n,) each
    modifier  product of temperature, moisture and cover, 1, (n,)
    kept      share of decayed carbon that becomes BIO and HUM, 1, (n,)
    out       (7, n): amounts added to DPM, RPM, BIO, HUM and CO2; others stay
    """
    total = np.zeros(SLICE)
    for start in range(0, modifier.size, SLICE):
        end = min(start + SLICE, modifier.size)
        t = total[: end - start]
        for i in range(end - start):
            t[i] = 0.0
        dpm, rpm = out[DPM, start:end], out[RPM, start:end]
        bio, hum = out[BIO, start:end], out[HUM, start:end]
        _survive(modifier[start:end], hum, rpm, bio, dpm)
        _decay(pools[0][start:end], pools[1][start:end], dpm, rpm, t)
        _decay(pools[2][start:end], pools[3][start:end], bio, hum, t)
        _share_out(t, kept[start:end], bio, hum, out[CO2, start:end])
