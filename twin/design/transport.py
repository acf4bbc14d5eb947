"""Cheapest flows from sources to sinks, as a linear programme."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import MinetwinError

Array = NDArray[np.float64]
Index = NDArray[np.int64]
NEGLIGIBLE = 1e-11  # of the whole volume; a smaller flow is rounding of the solver


def cheapest_flows(
    supply: Array, demand: Array, start: Array, end: Array
) -> tuple[Index, Index, Array, Array]:
    """Return origin, destination, volume (m3) and distance (m) of each flow.

    supply, demand  volumes (m,) and (n,), m3 > 0
    start, end      places (m, 2) and (n, 2), m

    The smaller side is used up. Solved by HiGHS' dual simplex (Huangfu & Hall 2018,
    Math. Prog. Comp. 10:119): a basic solution has at most m + n - 1 flows.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    m, n = supply.size, demand.size
    if m == 0 or n == 0:
        none = np.zeros(0, dtype=np.int64)
        return none, none, np.zeros(0), np.zeros(0)
    distance = np.hypot(*np.moveaxis(start[:, None, :] - end[None, :, :], 2, 0))
    whole = max(supply.sum(), demand.sum())
    i, j = (k.ravel() for k in np.indices((m, n)))
    pairs, ones = np.arange(m * n), np.ones(m * n)
    out: Any = csr_array((ones, (i, pairs)), shape=(m, m * n))
    into: Any = csr_array((ones, (j, pairs)), shape=(n, m * n))
    scarce = supply.sum() <= demand.sum()  # the side that is used up
    have, need = supply / whole * 1e3, demand / whole * 1e3
    found = linprog(
        distance.ravel() / max(float(distance.max()), 1.0),
        A_ub=into if scarce else out,
        b_ub=need if scarce else have,
        A_eq=out if scarce else into,
        b_eq=have if scarce else need,
        method="highs-ds",
    )
    if found.x is None:
        raise MinetwinError(
            f"mass haul of {m} zones of cut and {n} of fill: the solver stopped "
            f"({found.message}); give fewer zones"
        )
    used = np.flatnonzero(found.x > NEGLIGIBLE * 1e3)
    volume = _settled(found.x[used] * (whole / 1e3), i[used], j[used], supply, demand)
    return i[used], j[used], volume, distance.ravel()[used]


def _settled(volume: Array, i: Index, j: Index, supply: Array, demand: Array) -> Array:
    """Make the flows of each zone that is used up add to its volume exactly.

    The solver leaves them within its tolerance, 1e-9 of the volume and less.
    """
    scarce = supply.sum() <= demand.sum()
    own, have = (i, supply) if scarce else (j, demand)
    sums = np.bincount(own, volume, have.size)
    ratio = np.divide(have, sums, out=np.ones_like(have), where=sums > 0.0)
    settled: Array = volume * ratio[own]
    return settled
