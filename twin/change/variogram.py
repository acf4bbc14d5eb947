"""How much cells differ by their distance, from random pairs of stable ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..numerics.compiled import compiled
from ..terrain.cells import at

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]
LAGS: Final = 2000  # vectors drawn at a time, logarithmic in length, of any direction
TRIES: Final = 1000  # cells that a vector starts from
ENOUGH: Final = 1_000_000  # good pairs: the error of a wide area is then sampled to 5 %
MOST_TIMES: Final = 12  # where ground is scattered few pairs are good
BINS: Final = 20  # of lags, logarithmic
FEWEST_PAIRS: Final = 200  # in a bin
LONGEST: Final = 0.5  # of the longer side; beyond, pairs are few and all alike


@dataclass(frozen=True)
class Variogram:
    """Half the variance of the difference of two cells, by their distance.

    lag    (k,) mean distance of the pairs, m
    gamma  (k,) semivariance, unit of the values squared
    pairs  (k,) how many
    """

    lag: Array
    gamma: Array
    pairs: Indices


def empirical_variogram(
    values: NDArray[np.floating[Any]], mask: Mask, cell: float, *, seed: int = 0
) -> Variogram:
    """Variogram of a raster where ``mask`` holds, from pairs drawn at random.

    values  (rows, columns), read where mask is True

    Lags are drawn evenly in their logarithm and direction, so that short ones have as
    many pairs as long ones; for each, cells at a random start and an even step. The
    estimator is that of square roots of differences, which single gross errors move
    little and which needs half as many pairs as one of medians; Cressie & Hawkins 1980,
    Math. Geol. 12:115, eq. 12.
    """
    cells = np.flatnonzero(mask)
    if cells.size < FEWEST_PAIRS:
        raise InputError(
            f"variogram: {cells.size} cells of stable ground are too few, "
            f"{FEWEST_PAIRS} are needed; mark more ground as stable"
        )
    longest = max(2.0, LONGEST * max(_extent(cells, mask.shape[1])))
    edges = np.geomspace(0.999, longest * 1.001, BINS + 1)
    rng = np.random.default_rng(seed)
    sums = np.zeros((3, BINS))
    for _ in range(MOST_TIMES):
        down, right = _lags(longest, rng)
        length = np.hypot(down, right)
        bins = np.clip(np.searchsorted(edges, length, side="right") - 1, 0, BINS - 1)
        starts = rng.integers(0, cells.size, down.size)
        lags = np.stack([down, right, bins, starts], axis=1)
        _add_pairs(values, mask, cells, lags, TRIES, sums)
        if sums[0].sum() >= ENOUGH:
            break
    return _variogram(sums, cell)


def _extent(cells: Indices, columns: int) -> tuple[int, int]:
    """Rows and columns that the cells span."""
    across = cells % columns
    return (
        int(cells[-1] // columns - cells[0] // columns) + 1,
        int(across.max() - across.min()) + 1,
    )


def _lags(longest: float, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """Rows and columns of the vectors, none of length 0."""
    length = np.exp(rng.uniform(np.log(0.75), np.log(longest), LAGS))
    turn = rng.uniform(0.0, 2.0 * np.pi, LAGS)
    down = np.rint(length * np.sin(turn)).astype(np.int64)
    right = np.rint(length * np.cos(turn)).astype(np.int64)
    some = (down != 0) | (right != 0)
    return down[some], right[some]


@compiled
def _add_pairs(
    values: Any, mask: Any, cells: Any, lags: Any, tries: int, sums: Any
) -> None:
    """Add count, length and root of the difference of good pairs to their bins."""
    rows, columns = mask.shape
    step = max(1, cells.size // tries)
    for k in range(lags.shape[0]):
        down, right, b = lags[k, 0], lags[k, 1], lags[k, 2]
        length = np.sqrt(float(down * down + right * right))
        i = lags[k, 3]
        for _ in range(min(tries, cells.size)):
            i += step
            if i >= cells.size:
                i -= cells.size
            r = cells[at(i)] // columns
            c = cells[at(i)] - r * columns
            s, t = r + down, c + right
            if 0 <= s < rows and 0 <= t < columns and mask[at(s), at(t)]:
                apart = abs(values[at(r), at(c)] - values[at(s), at(t)])
                sums[0, at(b)] += 1.0
                sums[1, at(b)] += length
                sums[2, at(b)] += np.sqrt(apart)


def _variogram(sums: Array, cell: float) -> Variogram:
    kept = sums[0] >= FEWEST_PAIRS
    if not kept.any():
        raise InputError(
            "variogram: stable ground is scattered in cells without neighbours; mark "
            "patches of several cells as stable"
        )
    n, lengths, roots = sums[:, kept]
    gamma = 0.5 * (roots / n) ** 4 / (0.457 + 0.494 / n)
    return Variogram(lengths / n * cell, gamma, n.astype(np.int64))
