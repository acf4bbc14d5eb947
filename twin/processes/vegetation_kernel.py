"""Compiled month of plant growth: one plant type over a slice of cells at a time."""

from __future__ import annotations

import numpy as np

from ..process import Array
from .compiled import compiled
from .vector_math import vexp, vlog

SLICE = 1024  # cells; some forty arrays of a slice fit a second-level cache
TINY = 1e-300
GROWN_UP = 1e-12  # share of growth still to come from which age means nothing

# columns of the table of plant types (types, values)
ASYMPTOTE, RATE, SHAPE, ROOTS, FOLIAGE = 0, 1, 2, 3, 4
SHED_FOLIAGE, SHED_WOOD, SHED_ROOTS, QUALITY = 5, 6, 7, 8
MORTALITY, SENESCENCE, SPREAD = 9, 10, 11
# rows of what goes to all types together (flows, cells)
LITTER, WOOD, FIXED, QUALITY_SUM = 0, 1, 2, 3
MONTH = 1.0 / 12.0  # year


@compiled
def _empty(stocking: Array, above: Array, below: Array) -> bool:
    return bool(stocking.max() <= 0.0 and above.max() <= 0.0 and below.max() <= 0.0)


@compiled
def _power(base: Array, exponent: float) -> None:
    for i in range(base.size):
        base[i] = vexp(exponent * vlog(max(base[i], TINY)))


@compiled
def _increment(
    age: Array, ageing: Array, rate: float, shape: float, made: Array
) -> None:
    """Set made to b(a + da) - b(a), with b = (1 - exp(-k a))^p."""
    before = np.zeros(age.size)
    for i in range(age.size):
        before[i] = 1.0 - vexp(-rate * age[i])
    for i in range(age.size):
        made[i] = 1.0 - (1.0 - before[i]) * vexp(-rate * ageing[i])
    _power(before, shape)
    _power(made, shape)
    for i in range(age.size):
        made[i] = max(made[i] - before[i], 0.0) if ageing[i] > 0.0 else 0.0


@compiled
def _shed(
    pool: Array, ageing: Array, dying: Array, rates: tuple[float, float, float],
    change: Array, to: Array, fixed: Array, quality_sum: Array
) -> None:  # fmt: skip
    """Turnover, made good by growth, and death of one pool into one dead pool.

    rates  turnover, year-1; share of the dead that goes here, 1; quality, 1
    """
    turnover, share, quality = rates
    for i in range(pool.size):
        shed = turnover * ageing[i] * pool[i]
        dead = share * dying[i] * pool[i]
        change[i] -= dead
        to[i] += shed + dead
        fixed[i] += shed
        quality_sum[i] += quality * (shed + dead)


@compiled
def _grow(
    share: Array, size: float, roots: float, increment: Array,
    above: Array, below: Array, fixed: Array
) -> None:  # fmt: skip
    """Net growth of a stand, above and below ground."""
    for i in range(share.size):
        grown = share[i] * size * increment[i]
        deep = roots * grown
        above[i] = grown - deep
        below[i] = deep
        fixed[i] += grown


@compiled
def _recruit(
    age: Array, free: Array, ageing: Array, table: Array, share: Array,
    more_share: Array, more_age: Array
) -> None:  # fmt: skip
    """Take free ground; the stand's age falls so that its carbon stays on the curve."""
    rate, shape, spread = table[RATE], table[SHAPE], table[SPREAD]
    ratio = np.zeros(age.size)
    for i in range(age.size):
        now = share[i] + more_share[i]  # less the deaths so far
        new = min(spread * ageing[i], 1.0) * free[i]
        more_share[i] += new
        ratio[i] = now / max(now + new, TINY)
    _power(ratio, 1.0 / shape)
    for i in range(age.size):
        grown = (1.0 - vexp(-rate * (age[i] + more_age[i]))) * ratio[i]
        diluted = -vlog(max(1.0 - grown, GROWN_UP)) / rate - age[i]
        more_age[i] = diluted if ratio[i] < 1.0 else more_age[i]


@compiled
def _age(
    share: Array, age: Array, ageing: Array, mortality: float, senescence: float,
    dying: Array, more_share: Array, more_age: Array
) -> None:  # fmt: skip
    """Ageing of what stands there, and the share of it that dies."""
    for i in range(share.size):
        more_age[i] = ageing[i] if share[i] > 0.0 else 0.0
        dying[i] = mortality * MONTH if age[i] > senescence else 0.0
        more_share[i] = -dying[i] * share[i]


@compiled
def _free_ground(stocking: Array, start: int, end: int, free: Array) -> None:
    """Share of the ground that no type stands on."""
    free[:] = 1.0
    for k in range(stocking.shape[0]):
        taken = stocking[k, start:end]
        for i in range(free.size):
            free[i] -= taken[i]
    for i in range(free.size):
        free[i] = max(free[i], 0.0)


@compiled
def grow_month(
    stand: tuple[Array, Array, Array, Array], ageing: Array, table: Array,
    out: Array, flows: Array
) -> None:  # fmt: skip
    """One month of all types.

    stand   stocking, age, carbon above, carbon below, (k, n) each
    ageing  effective years of the month, (n,)
    table   (k, values), asymptote already in kg m-2 of carbon on this site
    out     (4, k, n) zeros: added stocking, age, carbon above, carbon below
    flows   (4, n) zeros: litter, dead wood, carbon fixed, litter x its quality
    """
    stocking, ages, tops, roots = stand
    types, cells = stocking.shape
    scratch, dies = np.zeros(SLICE), np.zeros(SLICE)
    free, unused = np.zeros(SLICE), np.zeros(SLICE)
    for start in range(0, cells, SLICE):
        end = min(start + SLICE, cells)
        n = end - start
        month, made, dying, room = ageing[start:end], scratch[:n], dies[:n], free[:n]
        litter, wood = flows[LITTER, start:end], flows[WOOD, start:end]
        fixed, rich = flows[FIXED, start:end], flows[QUALITY_SUM, start:end]
        growing = month.max() > 0.0
        _free_ground(stocking, start, end, room)
        for k in range(types):
            row = table[k]
            share, old = stocking[k, start:end], ages[k, start:end]
            up, down = tops[k, start:end], roots[k, start:end]
            if row[SPREAD] <= 0.0 and _empty(share, up, down):
                continue
            d_share, d_age = out[0, k, start:end], out[1, k, start:end]
            d_up, d_down = out[2, k, start:end], out[3, k, start:end]
            _age(
                share,
                old,
                month,
                row[MORTALITY],
                row[SENESCENCE],
                dying,
                d_share,
                d_age,
            )
            if growing:
                _increment(old, d_age, row[RATE], row[SHAPE], made)
                _grow(share, row[ASYMPTOTE], row[ROOTS], made, d_up, d_down, fixed)
            if not growing and row[MORTALITY] <= 0.0:
                continue
            leafy = row[FOLIAGE]
            rates = (row[SHED_FOLIAGE] * leafy, leafy, row[QUALITY])
            _shed(up, d_age, dying, rates, d_up, litter, fixed, rich)
            if leafy < 1.0:
                rates = (row[SHED_WOOD] * (1.0 - leafy), 1.0 - leafy, 0.0)
                _shed(up, d_age, dying, rates, d_up, wood, fixed, unused[:n])
            rates = (row[SHED_ROOTS], 1.0, row[QUALITY])
            _shed(down, d_age, dying, rates, d_down, litter, fixed, rich)
            if growing and row[SPREAD] > 0.0:
                _recruit(old, room, month, row, share, d_share, d_age)


@compiled
def wetness(actual: Array, potential: Array, enough: float) -> Array:
    """Growth modifier of water; see ``vegetation.water_modifier``."""
    made = np.zeros(actual.size)
    for i in range(actual.size):
        ratio = actual[i] / (max(potential[i], 1e-9) * enough)
        made[i] = min(ratio if potential[i] > 1e-9 else 1.0, 1.0)
    return made


@compiled
def mean_quality(summed: Array, litter: Array, otherwise: float) -> Array:
    """Quality of the month's litter, or ``otherwise`` where none falls."""
    made = np.zeros(litter.size)
    for i in range(litter.size):
        mean = summed[i] / max(litter[i], TINY)
        made[i] = mean if litter[i] > 0.0 else otherwise
    return made
