"""Many criteria to one order: entropy and AHP weights, TOPSIS."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError

Numbers = NDArray[np.float64]
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)  # Saaty 1980
CONSISTENT = 0.1  # consistency ratio above which judgements contradict each other


def entropy_weights(matrix: Numbers) -> Numbers:
    """Weights by how much each criterion tells apart, (k,), sum 1.

    matrix  (alternatives, k), not negative; a criterion that is the same everywhere
            gets weight 0

    Shannon entropy of each column's shares; p ln p is 0 at p = 0.
    """
    if matrix.shape[0] < 2 or (matrix < 0.0).any():
        raise InputError(
            "entropy weights: give at least two alternatives and no negative values"
        )
    total = matrix.sum(axis=0)
    shares = np.divide(matrix, total, out=np.zeros_like(matrix), where=total > 0.0)
    logs = np.log(np.where(shares > 0.0, shares, 1.0))
    spread = 1.0 + (shares * logs).sum(axis=0) / np.log(matrix.shape[0])
    spread = np.where(np.ptp(matrix, axis=0) > 0.0, np.maximum(spread, 0.0), 0.0)
    if not spread.sum() > 0.0:
        raise InputError("entropy weights: all alternatives are the same")
    made: Numbers = spread / spread.sum()
    return made


def ahp_weights(judgements: Numbers) -> tuple[Numbers, float]:
    """Weights (k,) and consistency ratio of pairwise judgements (k, k). Saaty 1980.

    judgements  a[i, j] says how much i matters over j; a[j, i] = 1 / a[i, j]

    InputError above a ratio of 0.1: the judgements contradict each other.
    """
    k = judgements.shape[0]
    if judgements.shape != (k, k) or not np.allclose(judgements * judgements.T, 1.0):
        raise InputError("AHP: judgements must be square and reciprocal")
    values, vectors = np.linalg.eig(judgements)
    main = int(np.argmax(values.real))
    weights = np.abs(vectors[:, main].real)
    weights /= weights.sum()
    index = (values[main].real - k) / (k - 1) if k > 1 else 0.0
    random = RANDOM_INDEX[min(k, len(RANDOM_INDEX)) - 1]
    ratio = float(index / random) if random > 0.0 else 0.0
    if ratio > CONSISTENT:
        raise InputError(
            f"AHP: consistency ratio {ratio:.2f} is above {CONSISTENT}; some "
            "judgements contradict others, weigh them again"
        )
    return weights, ratio


def topsis(scaled: Numbers, weights: Numbers) -> Numbers:
    """Closeness to the best, (alternatives,), 0 to 1. Hwang & Yoon 1981.

    scaled  (alternatives, k), every criterion so that more is better
    """
    weighted = scaled * weights
    best, worst = weighted.max(axis=0), weighted.min(axis=0)
    far = np.linalg.norm(weighted - best, axis=1)
    near = np.linalg.norm(weighted - worst, axis=1)
    made: Numbers = near / (near + far)
    return made


def by_length(matrix: Numbers, gains: Numbers) -> Numbers:
    """Scale columns to length one; costs (gains -1) change sign."""
    made: Numbers = gains * matrix / np.linalg.norm(matrix, axis=0)
    return made


def by_range(matrix: Numbers, gains: Numbers) -> Numbers:
    """Scale columns from worst 0 to best 1, whatever their direction."""
    low, high = matrix.min(axis=0), matrix.max(axis=0)
    share = (matrix - low) / np.where(high > low, high - low, 1.0)
    made: Numbers = np.where(gains > 0.0, share, 1.0 - share)
    return made
