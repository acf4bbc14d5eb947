"""Compiled month of plant growth: one plant type over a slice of cells at a time."""

from __future__ import annotations

import numpy as np
from numba import njit

from ..process import Array
from .vector_math import vexp, vlog

SLICE = 1024  # cells; some forty arrays of a slice fit a second-level cache
TINY = 1e-300
GROWN_UP = 1e-12  # share of growth still to come from which age means nothing

# rows of the table of plant types (values, types)
ASYMPTOTE, RATE, SHAPE, ROOTS, FOLIAGE = 0, 1, 2, 3, 4
SHED_FOLIAGE, SHED_WOOD, SHED_ROOTS, QUALITY = 5, 6, 7, 8
MORTALITY, SENESCENCE, SPREAD = 9, 10, 11
# rows of what goes to all types together (flows, cells)
LITTER, WOOD, FIXED, QUALITY_SUM = 0, 1, 2, 3
MONTH = 1.0 / 12.0  # year


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _empty(stocking: Array, above: Array, below: Array) -> bool:
    return stocking.max() <= 0.0 and above.max() <= 0.0 and below.max() <= 0.0


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _power(base: Array, exponent: float) -> None:
    for i in range(base.size):
        base[i] = vexp(exponent * vlog(max(base[i], TINY)))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _increment(
    age: Array, share: Array, ageing: Array, grown: Array, table: Array
) -> None:
    """Set grown to f (B(a + da) - B(a)), carbon, kg m-2."""
    rate, shape = table[RATE], table[SHAPE]
    before = np.zeros(age.size)
    for i in range(age.size):
        before[i] = 1.0 - vexp(-rate * age[i])
    for i in range(age.size):
        grown[i] = 1.0 - (1.0 - before[i]) * vexp(-rate * ageing[i])
    _power(before, shape)
    _power(grown, shape)
    for i in range(age.size):
        grown[i] = share[i] * table[ASYMPTOTE] * max(grown[i] - before[i], 0.0)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _turn(
    above: Array, below: Array, ageing: Array, grown: Array, dying: Array, table: Array,
    out_above: Array, out_below: Array, flows: Array
) -> None:  # fmt: skip
    """Growth, turnover (made good by growth) and death of one type; adds to flows."""
    foliage, roots = table[FOLIAGE], table[ROOTS]
    leaf_rate, root_rate = table[SHED_FOLIAGE] * foliage, table[SHED_ROOTS]
    wood_rate, quality = table[SHED_WOOD] * (1.0 - foliage), table[QUALITY]
    for i in range(above.size):
        leaves = leaf_rate * ageing[i] * above[i]
        wood = wood_rate * ageing[i] * above[i]
        fine = root_rate * ageing[i] * below[i]
        dead_above, dead_below = dying[i] * above[i], dying[i] * below[i]
        out_above[i] = (1.0 - roots) * grown[i] - dead_above
        out_below[i] = roots * grown[i] - dead_below
        litter = leaves + fine + foliage * dead_above + dead_below
        flows[LITTER, i] += litter
        flows[WOOD, i] += wood + (1.0 - foliage) * dead_above
        flows[FIXED, i] += grown[i] + leaves + wood + fine
        flows[QUALITY_SUM, i] += quality * litter


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _recruit(
    share: Array, age: Array, ageing: Array, free: Array, table: Array,
    out_share: Array, out_age: Array
) -> None:  # fmt: skip
    """Take free ground; the stand's age falls so that its biomass stays on the curve."""
    rate, shape, spread = table[RATE], table[SHAPE], table[SPREAD]
    ratio = np.zeros(share.size)
    for i in range(share.size):
        # out_share holds the deaths so far
        now = share[i] + out_share[i]
        new = min(spread * ageing[i], 1.0) * free[i]
        out_share[i] += new
        ratio[i] = now / max(now + new, TINY)
    _power(ratio, 1.0 / shape)
    for i in range(share.size):
        grown = (1.0 - vexp(-rate * (age[i] + out_age[i]))) * ratio[i]
        diluted = -vlog(max(1.0 - grown, GROWN_UP)) / rate - age[i]
        out_age[i] = diluted if ratio[i] < 1.0 else out_age[i]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def grow_month(
    stocking: Array, age: Array, above: Array, below: Array, ageing: Array,
    table: Array, out: Array, flows: Array
) -> None:  # fmt: skip
    """One month of all types.

    stocking, age, above, below  (k, n); ageing (n,), effective years of the month
    table    (values, k), asymptote already in kg m-2 of carbon on this site
    out      (4, k, n) zeros: added stocking, age, carbon above, carbon below
    flows    (4, n) zeros: litter, dead wood, carbon fixed, litter quality x litter
    """
    types, cells = stocking.shape
    grown, dying, aged = np.zeros(SLICE), np.zeros(SLICE), np.zeros(SLICE)
    free = np.zeros(SLICE)
    for start in range(0, cells, SLICE):
        end = min(start + SLICE, cells)
        n = end - start
        month = ageing[start:end]
        free[:n] = 1.0
        for k in range(types):
            for i in range(n):
                free[i] -= stocking[k, start + i]
        for i in range(n):
            free[i] = max(free[i], 0.0)
        for k in range(types):
            share, old = stocking[k, start:end], age[k, start:end]
            up, down = above[k, start:end], below[k, start:end]
            row = table[:, k]
            if row[SPREAD] <= 0.0 and _empty(share, up, down):
                continue
            out_share, out_age = out[0, k, start:end], out[1, k, start:end]
            for i in range(n):
                aged[i] = month[i] if share[i] > 0.0 else 0.0
                dead = row[MORTALITY] if old[i] > row[SENESCENCE] else 0.0
                dying[i] = dead * MONTH
                out_age[i] = aged[i]
                out_share[i] = -dying[i] * share[i]
            _increment(old, share, aged[:n], grown[:n], row)
            _turn(
                up, down, aged[:n], grown[:n], dying[:n], row,
                out[2, k, start:end], out[3, k, start:end], flows[:, start:end],
            )  # fmt: skip
            if row[SPREAD] > 0.0:
                _recruit(share, old, month, free[:n], row, out_share, out_age)
