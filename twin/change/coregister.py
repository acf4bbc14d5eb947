"""How far a survey has to be moved so that unchanged ground lies where it lay."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..surface import Surface
from ..terrain.derivatives import horn_gradient
from .area_error import variance_of_median
from .comparable import check_comparable, moved, on_grid
from .correlation import Correlation, fit_correlation
from .resampling import sampled
from .robust_spread import middle, nmad, rms
from .shift_error import shift_covariance
from .stable_ground import StableGround, check_of_pair
from .variogram import empirical_variogram

Array = NDArray[np.float64]
SAMPLE: Final = 400_000  # cells that take part; more do not sharpen the shift
ROUNDS: Final = 30
SETTLED: Final = 1e-3  # cells; a smaller step ends the search
CLIP: Final = 3.0  # NMADs
GROSS: Final = 4.0  # NMADs; what lies further off is no noise
FEWEST_SLOPED: Final = 50  # cells
GENTLE: Final = 0.02  # m/m; flatter ground tells nothing of a shift in plan
FURTHEST: Final = 50.0  # cells; a survey further off is in another CRS


@dataclass(frozen=True)
class Coregistration:
    """A move of the later surface, with its uncertainty and what it left.

    east, north, up        m, to be added to the later surface's coordinates
    covariance             (3, 3) of east, north and bias (-up), m2, by the correlation
                           of what is left on stable ground
    nmad_before, nmad_after, rmse_before, rmse_after  of B - A on stable ground, m; the
        RMSE without what stands out by more than three NMADs
    rounds                 of the search; 30 where it did not settle within 0.001 cell
    cells                  of stable ground that took part

    ``-up`` is the bias of the later survey. It is bias, not erosion or fill.
    """

    east: float
    north: float
    up: float
    covariance: Array = field(compare=False)
    nmad_before: float
    nmad_after: float
    rmse_before: float
    rmse_after: float
    rounds: int
    cells: int

    @property
    def east_error(self) -> float:
        """Standard error of ``east``, m."""
        return float(np.sqrt(self.covariance[0, 0]))

    @property
    def north_error(self) -> float:
        """Standard error of ``north``, m."""
        return float(np.sqrt(self.covariance[1, 1]))

    @property
    def up_error(self) -> float:
        """Standard error of ``up``, m."""
        return float(np.sqrt(self.covariance[2, 2]))

    def apply(self, surface: Surface) -> Surface:
        """Move a surface by it, on the surface's own grid."""
        grid = surface.grid
        offset = (self.north / grid.cell, -self.east / grid.cell)
        return moved(surface, grid, offset, self.up)


@dataclass(frozen=True)
class _Cells:
    """Drawn stable cells: where, heights of A and its gradient; that of all cells."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    z: Array
    east: Array
    north: Array
    rise: tuple[Array, Array]


def coregister(
    a: Surface, b: Surface, stable: StableGround, *, seed: int = 0
) -> Coregistration:
    """Move B in plan and height onto A, by their difference on sloping stable ground.

    A shift by ``s`` in direction ``p`` gives dh / tan(slope) = s cos(p - aspect) + c.
    Each side times tan(slope), so that cells weigh by what they tell, this is dh = e gx
    + n gy + c in the gradient (gx, gy) of A: solved by least squares on what lies
    within three NMADs, B moved, and again until a step is below 0.001 cell. Nuth &
    Kääb 2011, The Cryosphere 5:271, eq. 3. Height then by the median.

    Raises InputError where stable ground is too flat, or slopes one way only (then
    ``level``), and where the search runs off.
    """
    b, cells = _prepared(a, b, stable, seed)
    _check_slopes(cells)
    cell = a.grid.cell
    east = north = 0.0
    rounds = 0
    while rounds < ROUNDS:
        rounds += 1
        dh = _dh(b, cells, (north / cell, -east / cell))
        step = _plane_of_gradient(dh, cells)
        east, north = east + step[0], north + step[1]
        if np.hypot(east, north) > FURTHEST * cell:
            raise InputError(
                f"surfaces {a.id} and {b.id}: still apart after {FURTHEST:g} cells; "
                "check their CRS, or that the ground called stable is the same"
            )
        if np.hypot(step[0], step[1]) < SETTLED * cell:
            break
    dh = _dh(b, cells, (north / cell, -east / cell))
    found = _told(_dh(b, cells, (0.0, 0.0)), dh, np.zeros((3, 3)))
    found = replace(found, east=float(east), north=float(north), rounds=rounds)
    known, correlation = _left(a, found.apply(b), stable, seed)
    known &= np.isfinite(cells.rise[0])
    covariance = shift_covariance(
        known, cells.rise, cell, correlation, drawn=found.cells
    )
    return replace(found, covariance=covariance)


def level(
    a: Surface, b: Surface, stable: StableGround, *, seed: int = 0
) -> Coregistration:
    """Move B in height only, by the median difference on stable ground."""
    b, cells = _prepared(a, b, stable, seed)
    dh = _dh(b, cells, (0.0, 0.0))
    known, correlation = _left(a, b, stable, seed)
    covariance = np.zeros((3, 3))
    covariance[2, 2] = variance_of_median(known, a.grid.cell, correlation)
    return _told(dh, dh, covariance)


def _left(
    a: Surface, b: Surface, stable: StableGround, seed: int
) -> tuple[NDArray[np.bool_], Correlation]:
    """Cells that tell what is left after a move, and how it is correlated, m2."""
    dz = b.elevation - a.elevation
    known = stable.mask & np.isfinite(dz)
    values = dz[known]
    dz = dz - np.float32(middle(values))
    clean = known & (np.abs(dz) <= GROSS * nmad(values) + 1e-9)
    return known, fit_correlation(
        empirical_variogram(dz, clean, a.grid.cell, seed=seed)
    )


def _told(before: Array, after: Array, covariance: Array) -> Coregistration:
    up = -middle(after[np.isfinite(after)])
    left = after + up
    kept = left[_within(left)]
    return Coregistration(
        0.0, 0.0, up, covariance,
        nmad(before[np.isfinite(before)]), nmad(left[np.isfinite(left)]),
        rms(before[_within(before)]), rms(kept), 1, kept.size,
    )  # fmt: skip


def _prepared(
    a: Surface, b: Surface, stable: StableGround, seed: int
) -> tuple[Surface, _Cells]:
    check_comparable(a, b)
    check_of_pair(stable, a)
    b = on_grid(b, a.grid)
    drawn = np.flatnonzero(stable.mask)
    if drawn.size > SAMPLE:
        rng = np.random.default_rng(seed)
        drawn = np.sort(drawn[rng.integers(0, drawn.size, SAMPLE)])
    drawn = drawn[_inner(a, drawn)]
    east, north = horn_gradient(a.elevation, a.grid.cell)
    rows, columns = drawn // a.grid.shape[1], drawn % a.grid.shape[1]
    return b, _Cells(
        rows,
        columns,
        a.elevation.ravel()[drawn].astype(np.float64),
        east.ravel()[drawn],
        north.ravel()[drawn],
        (east, north),
    )


def _inner(a: Surface, cells: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which cells have all eight neighbours.

    Beside a hole the gradient holds the height of the cell itself, and so its error,
    which is in dh too: the two would be correlated without any shift.
    """
    rows, columns = a.grid.shape
    r, c = cells // columns, cells % columns
    inner: NDArray[np.bool_] = (r > 0) & (r < rows - 1) & (c > 0) & (c < columns - 1)
    flat = np.isfinite(a.elevation).ravel()
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            there = np.clip(cells + down * columns + right, 0, flat.size - 1)
            inner &= flat[there]
    return inner


def _check_slopes(cells: _Cells) -> None:
    """Refuse ground that cannot tell a shift in plan in both directions."""
    sloped = np.hypot(cells.east, cells.north) > GENTLE
    if np.count_nonzero(sloped) >= FEWEST_SLOPED:
        spread = np.cov(cells.east[sloped], cells.north[sloped])
        if np.sqrt(max(np.linalg.eigvalsh(spread)[0], 0.0)) > GENTLE / 2.0:
            return
    raise InputError(
        "coregister: stable ground is too flat, or slopes one way only, so that a "
        "shift in plan cannot be told; use level() for the height alone, or give "
        "stable ground that has slopes of several directions"
    )


def _dh(b: Surface, cells: _Cells, offset: tuple[float, float]) -> Array:
    return sampled(b.elevation, cells.rows, cells.columns, offset) - cells.z


def _within(dh: Array) -> NDArray[np.bool_]:
    """Finite and within three NMADs of the median."""
    there = np.isfinite(dh)
    good: NDArray[np.bool_] = (
        np.abs(dh - middle(dh[there])) <= CLIP * nmad(dh[there]) + 1e-9
    )
    return good & there


def _plane_of_gradient(dh: Array, cells: _Cells) -> Array:
    """Least squares of dh = e gx + n gy + c: the three."""
    good = _within(dh)
    x = np.stack([cells.east, cells.north, np.ones(dh.size)], axis=1)
    for _ in range(3):
        found = np.linalg.lstsq(x[good], dh[good], rcond=None)[0]
        good = _within(dh - x @ found)
    found = np.linalg.lstsq(x[good], dh[good], rcond=None)[0]
    return found.astype(np.float64)
