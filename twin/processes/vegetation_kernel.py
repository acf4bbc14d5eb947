"""Compiled month of plant growth: one plant type over a slice of cells at a time."""

from __future__ import annotations

import numpy as np

from ..numerics.compiled import compiled
from ..numerics.vector_math import vexp, vlog
from ..process import Array

SLICE = 1024  # cells; some forty arrays of a slice fit a second-level cache
TINY = 1e-300
FEW = 1e-5  # of a canopy's foliage: below it the series is exact to 2e-11
GROWN_UP = 1e-12  # share of growth still to come from which age means nothing

# columns of the table of plant types (types, values)
ASYMPTOTE, RATE, SHAPE, ROOTS, FOLIAGE = 0, 1, 2, 3, 4
SHED_FOLIAGE, SHED_WOOD, SHED_ROOTS, QUALITY = 5, 6, 7, 8
MORTALITY, SENESCENCE, SPREAD, DEEP, YOUNG = 9, 10, 11, 12, 13
# rows of what goes to all types together (flows, cells)
LITTER, WOOD, FIXED, QUALITY_SUM, DEEP_QUICK, DEEP_SLOW, ROOT_LITTER = range(7)
FLOWS = 7
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
def leaves(above: Array, stocking: Array, full: float, young: float) -> Array:
    """Carbon of the foliage in the carbon above ground; see ``plant_types.foliage``.

    full   foliage of a full stand, kg m-2; inf where all of the shoot is foliage
    young  share of foliage in seedlings
    """
    made = np.zeros(above.size)
    if full < np.inf:
        for i in range(above.size):
            most = stocking[i] * full
            shoot = young * above[i]
            x = shoot / max(most, TINY)
            few = shoot * (1.0 - 0.5 * x)  # the difference below cancels
            made[i] = few if x < FEW else most * (1.0 - vexp(-x))
    else:
        for i in range(above.size):
            made[i] = above[i]
    return made


@compiled
def _shed(
    pool: Array, leafy: Array, months: tuple[Array, Array],
    rates: tuple[float, float, float], change: Array,
    flows: tuple[Array, Array, Array, Array]
) -> None:  # fmt: skip
    """Turnover of shoots, made good by growth, and their death.

    leafy   carbon of the foliage; the rest is wood
    months  ageing, share that dies
    rates   turnover of foliage and of wood, year-1; quality of foliage, 1
    flows   litter, dead wood, carbon fixed, litter x its quality
    """
    ageing, dying = months
    of_leaves, of_wood, quality = rates
    litter, wood, fixed, rich = flows
    for i in range(pool.size):
        dead = dying[i] * pool[i]
        shed = of_leaves * ageing[i] * leafy[i]
        fallen = of_wood * ageing[i] * (pool[i] - leafy[i])
        down = dying[i] * leafy[i]
        change[i] -= dead
        litter[i] += shed + down
        wood[i] += fallen + (dead - down)
        fixed[i] += shed + fallen
        rich[i] += quality * (shed + down)


@compiled
def _shed_roots(
    pool: Array, ageing: Array, dying: Array, rates: tuple[float, float, float],
    change: Array, flows: tuple[Array, Array, Array, Array, Array, Array]
) -> None:  # fmt: skip
    """Turnover and death of roots: those below the topsoil are litter down there.

    rates  turnover, year-1; share below the topsoil, 1; quality, 1
    flows  litter, carbon fixed, litter x its quality, deep litter quick and slow,
           litter of roots in the topsoil
    """
    turnover, share, quality = rates
    litter, fixed, rich, quick, slow, shallow = flows
    for i in range(pool.size):
        shed = turnover * ageing[i] * pool[i]
        dead = dying[i] * pool[i]
        change[i] -= dead
        fixed[i] += shed
        deep = share * (shed + dead)
        fallen = (shed + dead) - deep
        litter[i] += fallen
        shallow[i] += fallen
        rich[i] += quality * fallen
        quick[i] += quality * deep
        slow[i] += deep - quality * deep


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
def _grow_type(
    stand: tuple[Array, Array, Array, Array],
    months: tuple[Array, Array, Array],
    row: Array,
    change: tuple[Array, Array, Array, Array],
    flows: tuple[Array, Array, Array, Array, Array, Array, Array],
) -> None:
    """One month of one type on a slice.

    stand   stocking, age, carbon above and below; change: what is added to each
    months  effective years of the month; free ground; scratch
    flows   litter, dead wood, carbon fixed, litter x its quality, deep litter quick
            and slow, litter of roots in the topsoil
    """
    share, age, above, below = stand
    ageing, free, scratch = months
    d_share, d_age, d_above, d_below = change
    litter, wood, fixed, rich, quick, slow, shallow = flows
    dying = np.zeros(age.size)
    growing = ageing.max() > 0.0
    _age(share, age, ageing, row[MORTALITY], row[SENESCENCE], dying, d_share, d_age)
    if growing:
        _increment(age, d_age, row[RATE], row[SHAPE], scratch)
        _grow(share, row[ASYMPTOTE], row[ROOTS], scratch, d_above, d_below, fixed)
    if not growing and row[MORTALITY] <= 0.0:
        return
    leafy = leaves(above, share, row[FOLIAGE], row[YOUNG])
    rates = (row[SHED_FOLIAGE], row[SHED_WOOD], row[QUALITY])
    shoots = (litter, wood, fixed, rich)
    _shed(above, leafy, (d_age, dying), rates, d_above, shoots)
    rates = (row[SHED_ROOTS], row[DEEP], row[QUALITY])
    falls = (litter, fixed, rich, quick, slow, shallow)
    _shed_roots(below, d_age, dying, rates, d_below, falls)
    if growing and row[SPREAD] > 0.0:
        _recruit(age, free, ageing, row, share, d_share, d_age)


@compiled
def grow_month(
    stand: tuple[Array, Array, Array, Array],
    ageing: Array,
    table: Array,
    out: Array,
    flows: Array,
    limits: Array,
) -> None:
    """One month of all types.

    stand   stocking, age, carbon above, carbon below, (k, n) each
    ageing  effective years of the month, (n,)
    table   (k, values), asymptote already in kg m-2 of carbon on this site
    out     (4, k, n), filled here: added stocking, age, carbon above, carbon below
    flows   (7, n), filled here: litter, dead wood, carbon fixed, litter x its quality,
            litter of roots below the topsoil: decomposable and resistant; litter of
            roots in the topsoil, a part of the first
    limits  what the soil lets of each type's ageing, (k, n); (0, n) limits nothing
    """
    stocking, ages, tops, roots = stand
    types, cells = stocking.shape
    scratch, free, slowed = np.zeros(SLICE), np.zeros(SLICE), np.zeros(SLICE)
    for a in range(0, cells, SLICE):
        b = min(a + SLICE, cells)
        months = (ageing[a:b], free[: b - a], scratch[: b - a])
        _free_ground(stocking, a, b, months[1])
        sums = (
            flows[0, a:b], flows[1, a:b], flows[2, a:b], flows[3, a:b],
            flows[4, a:b], flows[5, a:b], flows[6, a:b],
        )  # fmt: skip
        flows[:, a:b] = 0.0  # here, where the slice stays in cache
        for k in range(types):
            out[:, k, a:b] = 0.0
            own = (stocking[k, a:b], ages[k, a:b], tops[k, a:b], roots[k, a:b])
            if table[k, SPREAD] <= 0.0 and _empty(own[0], own[2], own[3]):
                continue
            change = (out[0, k, a:b], out[1, k, a:b], out[2, k, a:b], out[3, k, a:b])
            if limits.shape[0] > 0:
                for i in range(b - a):
                    slowed[i] = ageing[a + i] * limits[k, a + i]
                months = (slowed[: b - a], months[1], months[2])
            _grow_type(own, months, table[k], change, sums)


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
