"""Variance of a sum over an area of any shape whose cells' errors go together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2

from ..numerics.threads import workers
from .correlation import Correlation

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Lags:
    """How much weight of an area lies at each distance from its own cells.

    distance  m, of each lag within reach (and of no lag at all, 0)
    weight    sum over pairs of cells at that lag of w_i w_j
    own       sum of w_i^2: the lag 0
    """

    distance: Array
    weight: Array
    own: float


def lags_within(weights: NDArray[Any], cell: float, reach: float) -> Lags:
    """Autocorrelation of the weights of an area, up to ``reach``.

    weights  (rows, columns), 0 outside the area: error of each cell, signed
    reach    m

    All pairs at once by the fast Fourier transform: what drawing pairs at random (as
    Hugonnet et al. 2022 do) estimates, without its sampling error, which is large where
    the reach is small against the area; and with no seed.
    """
    box = _filled_box(weights)
    own = float(np.sum(np.square(box, dtype=np.float64)))
    down, right = (min(int(np.ceil(reach / cell)), n - 1) for n in box.shape)
    if not box.size or (down <= 0 and right <= 0):
        return Lags(np.zeros(1), np.array([own]), own)
    # lags up to the reach do not wrap around when as many zeros follow
    shape = [
        int(next_fast_len(n + k, real=True))
        for n, k in zip(box.shape, (down, right), strict=True)
    ]
    bands = rfft2(box.astype(np.float32, copy=False), s=shape, workers=workers())
    power = np.square(bands.real) + np.square(bands.imag)
    del bands
    both = irfft2(power, s=shape, workers=workers())
    rows = np.arange(-down, down + 1)
    columns = np.arange(right + 1)
    weight = both[rows][:, : right + 1].astype(np.float64)
    weight[:, 1:] *= 2.0  # a lag to the west is one to the east
    distance = np.hypot(rows[:, None], columns[None, :]) * cell
    return Lags(distance, weight, own)


def _filled_box(weights: NDArray[Any]) -> NDArray[Any]:
    """Smallest box around what is not 0."""
    rows = np.flatnonzero(weights.any(axis=1))
    columns = np.flatnonzero(weights.any(axis=0))
    if not rows.size:
        return weights[:0, :0]
    return weights[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def variance_of_sum(
    weights: NDArray[Any], cell: float, correlation: Correlation
) -> float:
    """Variance of sum(w_i e_i), e having the covariance of ``correlation``.

    sum_ij w_i w_j C(h_ij), nugget on i = j only. Rolstad et al. 2009, J. Glaciol.
    55:666, eq. 6, for a shape of any kind; Hugonnet et al. 2022, IEEE JSTARS 15:6456.
    """
    lags = lags_within(weights, cell, correlation.reach)
    shared = float(np.sum(lags.weight * correlation.covariance(lags.distance)))
    return max(correlation.nugget * lags.own + shared, 0.0)


def variance_of_median(
    weights: NDArray[Any], cell: float, correlation: Correlation
) -> float:
    """Variance of the median of errors w_i e_i over an area, about.

    For normal errors that correlate by rho the indicator of lying below the median has
    the covariance arcsin(rho) / 2 pi, which gives sigma^2 mean_ij(arcsin rho_ij): pi/2
    of the mean's variance for independent errors, and the mean's for shared ones.
    """
    n = np.count_nonzero(weights)
    if not n or correlation.sill <= 0.0:
        return 0.0
    lags = lags_within(weights, cell, correlation.reach)
    rho = correlation.covariance(lags.distance) / correlation.sill
    share = np.arcsin(np.clip(rho, 0.0, 1.0))
    middle = lags.distance == 0.0
    alone = lags.own * (np.pi / 2.0 - float(share[middle].sum()))
    return correlation.sill * (float(np.sum(lags.weight * share)) + alone) / n**2


def effective_samples(
    area: NDArray[np.bool_], cell: float, correlation: Correlation
) -> float:
    """How many independent values an area holds of the error that cells share.

    n^2 / sum_ij rho(h_ij), at least 1 (Rolstad et al. 2009): so many told the shared
    part, which decides what a large area's error is. All cells where none is shared.
    """
    n = int(np.count_nonzero(area))
    if correlation.shared <= 0.0:
        return float(max(n - 1, 1))
    lags = lags_within(area, cell, correlation.reach)
    rho = correlation.covariance(lags.distance) / correlation.shared
    return max(1.0, float(n) ** 2 / float(np.sum(lags.weight * rho)))
