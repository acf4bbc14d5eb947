"""How errors of neighbouring cells go together: variogram, and the model fitted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations
from operator import itemgetter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from ..errors import InputError

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
DRAWS: Final = 500_000  # pairs drawn at a time; where ground is scattered few are good
ENOUGH: Final = 1_000_000  # good pairs: a wide area's error is then sampled to 5 %
MOST_DRAWS: Final = 12
BINS: Final = 20  # of lags, logarithmic
FEWEST_PAIRS: Final = 200  # in a bin
LONGEST: Final = 0.5  # of the longer side; beyond, pairs are few and all alike
RANGES: Final = 20  # tried between the first and the last lag
HALVINGS: Final = 4  # of the step between them
PENALTY: Final = 3.0  # per parameter; ln(BINS), of the Bayesian criterion


@dataclass(frozen=True, slots=True)
class Spherical:
    """One shared part of the error: rho(h) = 1 - 1.5 h/a + 0.5 (h/a)^3, 0 beyond a.

    sill   its variance
    range  a, where it ends, m
    """

    sill: float
    range: float

    @property
    def reach(self) -> float:
        """Distance beyond which it is left out, m."""
        return self.range

    def correlation(self, distance: Array) -> Array:
        """Of two cells at ``distance``, m."""
        h = np.minimum(distance / self.range, 1.0)
        return 1.0 - 1.5 * h + 0.5 * h**3


@dataclass(frozen=True, slots=True)
class Exponential:
    """One shared part of the error: rho(h) = exp(-3 h/a).

    sill   its variance
    range  a, where 5 % is left, m
    """

    sill: float
    range: float

    @property
    def reach(self) -> float:
        """Distance beyond which it is left out, m: there 0.25 % is left."""
        return 2.0 * self.range

    def correlation(self, distance: Array) -> Array:
        """Of two cells at ``distance``, m."""
        found: Array = np.exp(-3.0 * distance / self.range)
        return found


@dataclass(frozen=True)
class Variogram:
    """Half the variance of the difference of two cells, by their distance.

    lag    (k,) mean distance of the pairs, m
    gamma  (k,) semivariance, unit of the values squared
    pairs  (k,) how many
    """

    lag: Array
    gamma: Array
    pairs: NDArray[np.int64]


@dataclass(frozen=True)
class Correlation:
    """Covariance of the error of two cells at a distance.

    nugget      variance that neighbours do not share
    structures  up to two parts that they share

    C(0) = nugget + sills; C(h) = sum of sill rho(h).
    """

    nugget: float
    structures: tuple[Spherical | Exponential, ...] = ()
    variogram: Variogram | None = field(default=None, repr=False, compare=False)

    @property
    def sill(self) -> float:
        """Variance of a cell."""
        return self.nugget + self.shared

    @property
    def shared(self) -> float:
        """Variance that cells beside each other have in common."""
        return sum(s.sill for s in self.structures)

    @property
    def reach(self) -> float:
        """Distance beyond which errors are independent, m."""
        return max((s.reach for s in self.structures), default=0.0)

    def standardised(self) -> Correlation:
        """The same with C(0) = 1; without any variance it is all the nugget's."""
        if self.sill <= 0.0:
            return Correlation(1.0, (), self.variogram)
        parts = tuple(replace(s, sill=s.sill / self.sill) for s in self.structures)
        return Correlation(self.nugget / self.sill, parts, self.variogram)

    def covariance(self, distance: Array) -> Array:
        """Of different cells, without the nugget."""
        found = np.zeros(distance.shape)
        for part in self.structures:
            found += part.sill * part.correlation(distance)
        return found

    def semivariance(self, distance: Array) -> Array:
        """What a variogram of it shows at distances above 0."""
        return self.sill - self.covariance(distance)


Kind = type[Spherical] | type[Exponential]
Fit = tuple[float, tuple[float, ...], Correlation]


def empirical_variogram(
    values: NDArray[np.floating[Any]], mask: Mask, cell: float, *, seed: int = 0
) -> Variogram:
    """Variogram of a raster where ``mask`` holds, from pairs drawn at random.

    values  (rows, columns), read where mask is True

    The first cell is drawn evenly, the lag evenly in its logarithm and the direction,
    so that short lags have as many pairs as long ones. The estimator is that of square
    roots of differences, which single gross errors move little and which needs half as
    many pairs as one of medians; Cressie & Hawkins 1980, Math. Geol. 12:115, eq. 12.
    """
    cells = np.flatnonzero(mask)
    if cells.size < FEWEST_PAIRS:
        raise InputError(
            f"variogram: {cells.size} cells of stable ground are too few, "
            f"{FEWEST_PAIRS} are needed; mark more ground as stable"
        )
    longest = max(2.0, LONGEST * max(_extent(cells, mask.shape[1])))
    rng = np.random.default_rng(seed)
    drawn = [_pairs(values, mask, cells, longest, rng=rng)]
    while sum(lag.size for lag, _ in drawn) < ENOUGH and len(drawn) < MOST_DRAWS:
        drawn.append(_pairs(values, mask, cells, longest, rng=rng))
    lags, apart = (np.concatenate(part) for part in zip(*drawn, strict=True))
    return _binned(lags, apart, longest, cell)


def _pairs(
    values: NDArray[np.floating[Any]],
    mask: Mask,
    cells: NDArray[np.int64],
    longest: float,
    *,
    rng: np.random.Generator,
) -> tuple[Array, Array]:
    """Lags (cells) and absolute differences of pairs that meet the mask twice."""
    rows, columns = mask.shape
    first = cells[rng.integers(0, cells.size, DRAWS)]
    lag = np.exp(rng.uniform(np.log(0.75), np.log(longest), DRAWS))
    turn = rng.uniform(0.0, 2.0 * np.pi, DRAWS)
    down = np.rint(lag * np.sin(turn)).astype(np.int64)
    right = np.rint(lag * np.cos(turn)).astype(np.int64)
    r, c = first // columns + down, first % columns + right
    good = (r >= 0) & (r < rows) & (c >= 0) & (c < columns) & ((down | right) != 0)
    second = np.where(good, r * columns + c, 0)
    good &= mask.ravel()[second]
    flat = values.ravel()
    apart = np.abs(flat[first[good]] - flat[second[good]]).astype(np.float64)
    return np.hypot(down[good], right[good]), apart


def _extent(cells: NDArray[np.int64], columns: int) -> tuple[int, int]:
    """Rows and columns that the cells span."""
    across = cells % columns
    return (
        int(cells[-1] // columns - cells[0] // columns) + 1,
        int(across.max() - across.min()) + 1,
    )


def _binned(lag: Array, apart: Array, longest: float, cell: float) -> Variogram:
    edges = np.geomspace(0.999, longest * 1.001, BINS + 1)
    at = np.clip(np.searchsorted(edges, lag, side="right") - 1, 0, BINS - 1)
    pairs = np.bincount(at, minlength=BINS)
    kept = pairs >= FEWEST_PAIRS
    if not kept.any():
        raise InputError(
            "variogram: stable ground is scattered in cells without neighbours; mark "
            "patches of several cells as stable"
        )
    pairs, n = pairs[kept], pairs[kept].astype(np.float64)
    lags = np.bincount(at, weights=lag, minlength=BINS)[kept] / n
    roots = np.bincount(at, weights=np.sqrt(apart), minlength=BINS)[kept] / n
    gamma = 0.5 * roots**4 / (0.457 + 0.494 / n)
    return Variogram(lags * cell, gamma, pairs)


def fit_correlation(variogram: Variogram) -> Correlation:
    """Nugget and up to two spherical or exponential structures.

    Ranges are tried on a logarithmic ladder and then between its rungs; for each the
    nugget and the sills follow by non-negative least squares weighted by pairs /
    gamma^2 (Cressie 1985, Math. Geol. 17:563). Among the best of each kind and number
    of structures the Bayesian criterion chooses.
    """
    lag = variogram.lag
    ladder = np.geomspace(lag[0] * 1.5, lag[-1], RANGES)
    best = _tried(Spherical, (), variogram)
    for kind in (Spherical, Exponential):
        for parts in (1, 2):
            fits = (_tried(kind, a, variogram) for a in combinations(ladder, parts))
            found = min(fits, key=itemgetter(0))
            best = min(best, _refined(kind, found, variogram), key=itemgetter(0))
    return best[2]


def _tried(kind: Kind, ranges: tuple[float, ...], seen: Variogram) -> Fit:
    """Fit nugget and sills for given ranges; score, ranges and model."""
    floor = max(float(seen.gamma.max()) * 1e-9, 1e-30)
    weight = np.sqrt(seen.pairs / seen.pairs.sum()) / np.maximum(seen.gamma, floor)
    shapes = [1.0 - kind(1.0, a).correlation(seen.lag) for a in ranges]
    columns = np.stack([np.ones(seen.lag.size), *shapes], axis=1)
    sills, off = nnls(columns * weight[:, None], seen.gamma * weight)
    score = seen.lag.size * np.log(off**2 + 1e-12) + PENALTY * 2 * len(ranges)
    parts = zip(sills[1:], ranges, strict=True)
    kept = tuple(kind(float(s), float(a)) for s, a in parts if s > 0.0)
    return float(score), ranges, Correlation(float(sills[0]), kept, seen)


def _refined(kind: Kind, found: Fit, seen: Variogram) -> Fit:
    """Move each range between the rungs of the ladder as long as that fits better."""
    step = float((seen.lag[-1] / (1.5 * seen.lag[0])) ** (1.0 / (RANGES - 1)))
    for _ in range(HALVINGS):
        step = step**0.5
        for i in range(len(found[1])):
            for factor in (1.0 / step, step):
                ranges = list(found[1])
                ranges[i] *= factor
                found = min(found, _tried(kind, tuple(ranges), seen), key=itemgetter(0))
    return found
