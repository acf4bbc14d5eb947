"""Covariance of a shift found by co-registration when errors go together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len, rfft2

from ..numerics.threads import workers
from .area_error import variance_of_median, variance_of_sum
from .correlation import Correlation

Array = NDArray[np.float64]


def shift_covariance(
    stable: NDArray[np.bool_],
    rise: tuple[NDArray[Any], NDArray[Any]],
    cell: float,
    correlation: Correlation,
    *,
    drawn: int,
) -> Array:
    """Covariance (3, 3) of east, north and bias fitted to dh on stable ground, m2.

    rise         gradient towards east and north, m/m; finite where stable
    correlation  of dh, m2
    drawn        cells that took part in the fit

    (X'X)^-1 X'CX (X'X)^-1 with X = (gx, gy, 1) of every stable cell and C the
    covariance of their errors. X'CX over all pairs of cells is a sum over frequencies:
    the spectra of X times that of C. What a median is less sure of than a mean is added
    to the bias.
    """
    columns = [np.where(stable, g, 0.0).astype(np.float32) for g in rise]
    columns.append(stable.astype(np.float32))
    n = int(np.count_nonzero(stable))
    gram = _products(columns)
    meat = _shared(columns, cell, correlation)
    meat += correlation.nugget * gram * (n / drawn)
    inverse = np.linalg.inv(gram)
    found: Array = inverse @ meat @ inverse
    found[2, 2] += median_excess(stable, cell, correlation)
    return found


def median_excess(
    stable: NDArray[np.bool_], cell: float, correlation: Correlation
) -> float:
    """What the variance of the median is above that of the mean, m2; at least 0."""
    n = int(np.count_nonzero(stable))
    mean = variance_of_sum(stable, cell, correlation) / n**2
    return max(variance_of_median(stable, cell, correlation) - mean, 0.0)


def _products(columns: list[NDArray[np.float32]]) -> Array:
    """X'X, summed in double precision."""
    return np.array(
        [
            [float(np.einsum("ij,ij->", p, q, dtype=np.float64)) for q in columns]
            for p in columns
        ]
    )


def _shared(
    columns: list[NDArray[np.float32]], cell: float, correlation: Correlation
) -> Array:
    """X'CX of the structures of C."""
    reach = int(np.ceil(correlation.reach / cell))
    shape = [int(next_fast_len(n + min(reach, n), real=True)) for n in columns[0].shape]
    down, right = (np.minimum(np.arange(n), n - np.arange(n)) * cell for n in shape)
    distance = np.hypot(down[:, None], right[None, :])
    kernel = np.where(
        distance <= correlation.reach, correlation.covariance(distance), 0.0
    )
    power = rfft2(kernel.astype(np.float32), workers=workers()).real
    # a half spectrum holds each frequency once, whose mirror counts too
    power[:, 1 : (shape[1] + 1) // 2] *= 2.0
    spectra = [rfft2(c, s=shape, workers=workers()) for c in columns]
    found = np.zeros((3, 3))
    for i, p in enumerate(spectra):
        for j, q in enumerate(spectra[: i + 1]):
            both = p.real * q.real + p.imag * q.imag
            found[i, j] = np.einsum("ij,ij->", both, power, dtype=np.float64)
            found[j, i] = found[i, j]
    return found / (shape[0] * shape[1])
