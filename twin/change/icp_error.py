"""How sure a registration is: errors that go together, partners that change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len, rfft2

from ..errors import InputError
from .correlation import Correlation, fit_correlation
from .variogram import empirical_variogram

Array = NDArray[np.float64]
Kernel = Callable[[Array, Array], Array]
BLOCKS: Final = 144  # where errors do not reach far
FEWEST_BLOCKS: Final = 36  # however far they reach; fewer tell no variance
PARAMETERS: Final = 6
REACHES: Final = 2.0  # of the correlation that a block is wide, where there is room
MOST_CELLS: Final = 1024  # along the longer side; 8 bytes each, thirteen times


def move_covariance(
    x: Array, rest: Array, places: Array, cell: float, answer: Array
) -> Array:
    """Covariance (6, 6) of the least-squares move whose design is x (n, 6).

    rest    (n,) distances that are left, m
    places  (n, 2) in plan, m
    cell    side of the cells in which points are put together, m
    answer  (6, 6) by how much X'r falls as the move grows, partners chosen anew

    answer^-1 M answer^-T, where M is the covariance of X'r. M is summed over pairs of
    points weighted by the triangles of blocks (Conley 1999, J. Econometrics 92:1, with
    Bartlett's weights, unverified), which lets errors be larger in one place than in
    another, and is never negative. What the weights cut off of correlated errors is
    restored: by the ratio of X'CX without and with them, C being the correlation fitted
    to a variogram of ``rest``. Six parameters take their share of the few blocks away:
    M times G / (G - 6) for G blocks.
    """
    cell = max(cell, float(np.ptp(places, axis=0).max()) / MOST_CELLS)
    cells = _Cells(places, cell)
    mean = cells.sums(rest) / np.maximum(cells.count, 1)
    correlation = _correlation(mean, cells)
    side = _side(cells, correlation.reach)
    scores = [cells.sums(column * rest) for column in x.T]
    design = [cells.sums(column) for column in x.T]
    inverse = np.linalg.inv(answer).astype(np.float64)
    found = inverse @ cells.products(scores, _triangles(side), side) @ inverse.T
    lost = _cut_off(cells, design, correlation, side, inverse=inverse)
    blocks = cells.area / side**2
    few = blocks / (blocks - PARAMETERS)
    scale = np.sqrt(lost * few)
    covariance: Array = found * scale[:, None] * scale[None, :]
    return covariance


def _side(cells: _Cells, reach: float) -> float:
    """Side of a block, m: wide against the correlation, while there are enough."""
    side = min(REACHES * reach, float(np.sqrt(cells.area / FEWEST_BLOCKS)))
    return max(side, float(np.sqrt(cells.area / BLOCKS)))


def _triangles(side: float) -> Kernel:
    """Share of the places of a block at which it holds both points of a pair."""

    def weight(east: Array, north: Array) -> Array:
        found: Array = np.maximum(1.0 - east / side, 0.0)
        return found * np.maximum(1.0 - north / side, 0.0)

    return weight


def _cut_off(
    cells: _Cells,
    design: list[Array],
    correlation: Correlation,
    side: float,
    *,
    inverse: Array,
) -> Array:
    """How many times larger each variance (6,) is than blocks of ``side`` show it."""
    weight = _triangles(side)

    def shared(east: Array, north: Array) -> Array:
        apart = np.hypot(east, north)
        found = np.where(apart <= correlation.reach, correlation.covariance(apart), 0.0)
        found[0, 0] += correlation.nugget
        return found

    def seen(east: Array, north: Array) -> Array:
        return shared(east, north) * weight(east, north)

    whole, part = (
        np.diag(inverse @ cells.products(design, k, correlation.reach) @ inverse.T)
        for k in (shared, seen)
    )
    times: Array = np.maximum(whole / part, 1.0)
    return times


def _correlation(mean: Array, cells: _Cells) -> Correlation:
    """Of what is left; none where too few cells tell."""
    try:
        seen = empirical_variogram(mean, cells.count > 0, cells.cell)
    except InputError:
        return Correlation(float(np.var(mean[cells.count > 0])))
    return fit_correlation(seen)


class _Cells:
    """Points put together in cells of a raster."""

    def __init__(self, places: Array, cell: float) -> None:
        low = places.min(axis=0)
        column, row = ((places - low) / cell).astype(np.int64).T
        self.cell, self.shape = cell, (int(row.max()) + 1, int(column.max()) + 1)
        self.at = row * self.shape[1] + column
        self.count = self.sums(np.ones(len(places)))
        self.area = np.count_nonzero(self.count) * cell**2

    def sums(self, values: Array) -> Array:
        n = self.shape[0] * self.shape[1]
        found = np.bincount(self.at, weights=values, minlength=n)
        return found.astype(np.float64).reshape(self.shape)

    def products(
        self,
        columns: list[Array],
        kernel: Kernel,
        reach: float,
    ) -> Array:
        """Sum over all pairs of cells: column times column times kernel."""
        far = int(np.ceil(reach / self.cell)) + 1
        shape = [int(next_fast_len(n + min(far, n), real=True)) for n in self.shape]
        north, east = (np.minimum(np.arange(n), n - np.arange(n)) for n in shape)
        laid = kernel(east[None, :] * self.cell, north[:, None] * self.cell)
        power = rfft2(laid).real
        # a half spectrum holds each frequency once, whose mirror counts too
        power[:, 1 : (shape[1] + 1) // 2] *= 2.0
        spectra = np.stack([rfft2(column, s=shape).ravel() for column in columns])
        found: Array = ((spectra * power.ravel()) @ spectra.conj().T).real
        return found / (shape[0] * shape[1])
