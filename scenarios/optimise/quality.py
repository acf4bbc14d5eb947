"""How good a front is: the space it beats, and its distance from the true one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def hypervolume(aims: Numbers, reference: Numbers) -> float:
    """Area that a front of two aims beats, up to a reference point.

    aims       (n, 2), made small; points beyond the reference count nothing
    reference  (2,)

    Zitzler & Thiele 1999, IEEE Transactions on Evolutionary Computation 3:257.
    """
    inside = aims[(aims < reference).all(axis=1)]
    if not inside.size:
        return 0.0
    ordered = inside[np.lexsort((inside[:, 1], inside[:, 0]))]
    lowest = np.minimum.accumulate(ordered[:, 1])
    ceiling = np.concatenate(([reference[1]], lowest[:-1]))
    area = (reference[0] - ordered[:, 0]) * np.maximum(ceiling - ordered[:, 1], 0.0)
    return float(area.sum())


def inverted_distance(aims: Numbers, true: Numbers) -> float:
    """Mean distance from each point of the true front to the nearest found one.

    aims  (n, m); true  (p, m)

    Coello Coello & Reyes Sierra 2004, MICAI, LNCS 2972:688 (unverified: cited from
    memory).
    """
    gaps = np.linalg.norm(true[:, None, :] - aims[None, :, :], axis=2)
    return float(gaps.min(axis=1).mean())
