"""Change of the ground between two dates, with what it may be wrong by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from ..errors import InputError
from ..grid import Grid
from ..surface import Raster, Surface
from ..terrain.derivatives import horn_gradient
from .area_error import effective_samples, variance_of_median
from .cell_error import held_to, stated_error
from .comparable import check_comparable, on_grid
from .coregister import Coregistration
from .correlation import Correlation, fit_correlation
from .robust_spread import middle
from .stable_ground import StableGround, check_of_pair
from .variogram import empirical_variogram

Mask = NDArray[np.bool_]
GROSS: Final = 4.0  # standard errors; what lies further off is a blunder, not noise


@dataclass(frozen=True, slots=True)
class Precision:
    """What is known of the surveys beforehand, and how sure a change has to be.

    confidence  two-sided, of the level of detection
    horizontal  m, standard error of a survey in plan that differs from cell to cell;
                times the slope it is an error of height
    lone        m, of a cell with one point where a survey tells no error
    seed        of the pairs and cells drawn
    """

    confidence: float = 0.95
    horizontal: float = 0.0
    lone: float = 0.15
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no probability."""
        if not 0.0 < self.confidence < 1.0:
            raise InputError(
                f"confidence {self.confidence:g}: is between 0 and 1, e.g. 0.95"
            )


@dataclass(frozen=True)
class Systematic:
    """Errors that all cells share, m; they do not average out.

    bias        median of B - A on stable ground, after any co-registration
    bias_error  its standard error, by the correlation of the error
    covariance  (3, 3) of east, north and bias, m2: that of the co-registration; where
                none was done the bias itself, as far as it is more than noise
    removed     bias that the co-registration took away, or None
    """

    bias: float
    bias_error: float
    covariance: NDArray[np.float64] = field(compare=False)
    removed: float | None = None


@dataclass(frozen=True)
class Change:
    """A DEM of difference.

    earlier, later  ids of the surfaces
    dz           (rows, columns) later - earlier, m; NaN where either has a hole
    error        standard error of a cell, m, without what all cells share
    detection    level of detection of a cell, m, with what all cells share
    rise_east, rise_north  gradient of the earlier ground, m/m
    correlation  of the error divided by ``error``, from stable ground; C(0) = 1
    freedom      independent values that told it; t takes them
    calibration  floor (m) and scale that made stated errors those of stable ground
    """

    earlier: str
    later: str
    grid: Grid
    precision: Precision
    stable: StableGround
    systematic: Systematic
    correlation: Correlation
    freedom: float
    calibration: tuple[float, float]
    dz: Raster = field(repr=False)
    error: Raster = field(repr=False)
    detection: Raster = field(repr=False)
    rise_east: Raster = field(repr=False)
    rise_north: Raster = field(repr=False)

    @property
    def significant(self) -> Mask:
        """Cells that changed by more than their level of detection."""
        found: Mask = np.abs(self.dz) > self.detection
        return found


def difference(
    a: Surface,
    b: Surface,
    stable: StableGround,
    precision: Precision | None = None,
    *,
    coregistration: Coregistration | None = None,
) -> Change:
    """B - A on A's grid, and the error model that stable ground supports.

    stable          of this pair, on A's grid
    coregistration  the move of B that takes its bias away; without it nothing is moved,
                    and a bias found is told and counted as error

    The error of a cell is what both surveys state, the horizontal error times the
    slope, and, both held to the spread on stable ground, what those leave out.
    Raises MissingCRS and InputError for surfaces that are not comparable.
    """
    check_comparable(a, b)
    precision = precision or Precision()
    b = on_grid(b, a.grid)
    if coregistration is not None:
        b = coregistration.apply(b)
    check_of_pair(stable, a)
    dz = (b.elevation - a.elevation).astype(np.float32, copy=False)
    rise = horn_gradient(a.elevation, a.grid.cell)
    east, north = (gradient.astype(np.float32) for gradient in rise)
    known = stable.mask & np.isfinite(dz)
    bias = middle(dz[known])
    model = _error_model(
        known, dz - np.float32(bias), _predicted(a, b, (east, north), precision),
        a.grid, seed=precision.seed,
    )  # fmt: skip
    systematic = _systematic(bias, model.bias_error, coregistration)
    return Change(
        a.id, b.id, a.grid, precision, stable, systematic, model.correlation,
        model.freedom, model.calibration, dz, model.error,
        _detection(model, systematic, (east, north), precision), east, north,
    )  # fmt: skip


@dataclass(frozen=True)
class _Model:
    error: Raster
    correlation: Correlation
    freedom: float
    cell_freedom: float
    calibration: tuple[float, float]
    bias_error: float


def _error_model(
    known: Mask, left: Raster, predicted: Raster, grid: Grid, *, seed: int
) -> _Model:
    """Read the error of cells, and how it is shared, from what stable ground shows.

    left  dz less its bias, m
    """
    error, calibration = held_to(known, left, predicted, seed=seed)
    units = left / error
    clean = known & (np.abs(units) <= GROSS)
    seen = empirical_variogram(units, clean, grid.cell, seed=seed)
    fitted = fit_correlation(seen)
    if fitted.sill > 0.0:
        error *= np.float32(np.sqrt(fitted.sill))
    correlation = fitted.standardised()
    freedom = effective_samples(known, grid.cell, correlation)
    shaky = variance_of_median(
        np.where(known, error, np.float32(0.0)), grid.cell, correlation
    )
    cells = float(np.count_nonzero(known))
    return _Model(
        error, correlation, freedom,
        pooled_freedom(correlation.nugget, correlation.shared, cells, freedom),
        calibration, float(np.sqrt(shaky)),
    )  # fmt: skip


def pooled_freedom(own: float, shared: float, cells: float, freedom: float) -> float:
    """Degrees of freedom of a sum of two variances; Satterthwaite 1946.

    own, shared     the variances
    cells, freedom  degrees of freedom of each
    """
    if own + shared <= 0.0:
        return cells
    return float((own + shared) ** 2 / (own**2 / cells + shared**2 / freedom))


def _predicted(
    a: Surface, b: Surface, rise: tuple[Raster, Raster], precision: Precision
) -> Raster:
    """Standard error of B - A that the surveys state, m."""
    found = np.square(stated_error(a, precision.lone))
    found += np.square(stated_error(b, precision.lone))
    if precision.horizontal > 0.0:
        slope = np.square(rise[0]) + np.square(rise[1])
        found += np.float32(precision.horizontal**2) * np.nan_to_num(slope)
    return np.sqrt(found)


def _systematic(
    bias: float, bias_error: float, moved: Coregistration | None
) -> Systematic:
    """Tell what every cell shares, by whether a bias was taken away."""
    if moved is None:
        covariance = np.zeros((3, 3))
        # the square of a bias that is nothing but noise is bias_error^2 on average
        covariance[2, 2] = max(bias**2 - bias_error**2, 0.0)
        return Systematic(bias, bias_error, covariance)
    return Systematic(bias, bias_error, moved.covariance, -moved.up)


def _detection(
    model: _Model,
    systematic: Systematic,
    rise: tuple[Raster, Raster],
    precision: Precision,
) -> Raster:
    """Two-sided level of detection of each cell, m."""
    shared = systematic.covariance.astype(np.float32)
    variance = np.square(model.error) + shared[2, 2]
    if shared[0, 0] > 0.0:
        x, y = (np.nan_to_num(gradient) for gradient in rise)
        variance += x * (shared[0, 0] * x + 2.0 * (shared[0, 1] * y + shared[0, 2]))
        variance += y * (shared[1, 1] * y + 2.0 * shared[1, 2])
    quantile = student.ppf(0.5 + precision.confidence / 2.0, model.cell_freedom)
    found: Raster = np.sqrt(variance) * np.float32(quantile)
    return found
