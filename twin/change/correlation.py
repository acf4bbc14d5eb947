"""How errors of neighbouring cells go together: the model fitted to a variogram."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations
from operator import itemgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from .variogram import Variogram

Array = NDArray[np.float64]
RANGES: Final = 12  # tried between the first and the last lag
HALVINGS: Final = 5  # of the step between them
PENALTY: Final = 3.0  # per parameter; ln of the 20 lags, of the Bayesian criterion


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
