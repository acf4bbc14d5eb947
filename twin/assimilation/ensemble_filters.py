"""Analysis steps of ensemble Kalman filters: pure functions of ensemble and data.

Ensembles are (members, variables), observations (p,) with independent errors. All are
exact for linear models and normal errors as members grow; with few members spread is
lost, so that it is inflated, and far correlations are noise, so they are localised.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Observed:
    """Observations and what the members say of them.

    values     (p,);  variance  of their errors, (p,)
    predicted  (members, p): each member seen through the observation operator
    """

    values: Numbers
    variance: Numbers
    predicted: Numbers

    def __post_init__(self) -> None:
        """Refuse shapes that do not fit, and errors that are none."""
        p = self.values.size
        if self.predicted.shape[1:] != (p,) or self.variance.shape != (p,):
            raise InputError(
                f"assimilation: {p} observations, {self.variance.shape} variances, "
                f"{self.predicted.shape} predictions; give one of each per observation"
            )
        if not (self.variance > 0.0).all():
            raise InputError("assimilation: an observation error must be above 0")


def inflated(ensemble: Numbers, factor: float) -> Numbers:
    """Spread about the mean times a factor."""
    mean = ensemble.mean(axis=0)
    made: Numbers = mean + factor * (ensemble - mean)
    return made


def perturbed(ensemble: Numbers, seen: Observed, rng: np.random.Generator) -> Numbers:
    """Stochastic EnKF: every member sees its own noisy copy. Burgers et al. 1998."""
    n = ensemble.shape[0]
    noise = rng.standard_normal((n, seen.values.size)) * np.sqrt(seen.variance)
    noise -= noise.mean(axis=0)
    gain = _gain(ensemble, seen)
    made: Numbers = ensemble + (seen.values + noise - seen.predicted) @ gain.T
    return made


def deterministic(ensemble: Numbers, seen: Observed) -> Numbers:
    """DEnKF: the mean takes the whole gain, the anomalies half. Sakov & Oke 2008."""
    gain = _gain(ensemble, seen)
    mean, expected = ensemble.mean(axis=0), seen.predicted.mean(axis=0)
    apart = ensemble - mean - 0.5 * (seen.predicted - expected) @ gain.T
    made: Numbers = mean + gain @ (seen.values - expected) + apart
    return made


def transformed(
    ensemble: Numbers, seen: Observed, rng: np.random.Generator | None = None
) -> Numbers:
    """ETKF, symmetric square root. Bishop et al. 2001; Hunt et al. 2007.

    rng  turns the anomalies at random, mean and covariance kept. Sakov & Oke 2008
    """
    mean, expected = ensemble.mean(axis=0), seen.predicted.mean(axis=0)
    weight, root = _transform(
        seen.predicted - expected, seen.values - expected, 1.0 / seen.variance
    )
    if rng is not None:
        root = _turn(ensemble.shape[0], rng) @ root
    apart = ensemble - mean
    made: Numbers = mean + weight @ apart + root @ apart
    return made


def localised(
    ensemble: Numbers,
    seen: Observed,
    nearness: Numbers,
    rng: np.random.Generator | None = None,
) -> Numbers:
    """LETKF: each variable is corrected by the observations near it. Hunt et al. 2007.

    nearness  (variables, p) weight of each observation for each variable, 0 to 1
    """
    mean, expected = ensemble.mean(axis=0), seen.predicted.mean(axis=0)
    apart, said = ensemble - mean, seen.predicted - expected
    off = seen.values - expected
    turn = None if rng is None else _turn(ensemble.shape[0], rng)
    made = np.empty_like(ensemble)
    patterns, which = np.unique(nearness > 0.0, axis=0, return_inverse=True)
    for k in range(len(patterns)):  # variables that see the same observations
        use = patterns[k]
        for i in np.flatnonzero(which.ravel() == k):
            trust = nearness[i, use] / seen.variance[use]
            weight, root = _transform(said[:, use], off[use], trust)
            if turn is not None:
                root = turn @ root
            made[:, i] = mean[i] + (weight + root) @ apart[:, i]
    return made


def gaspari_cohn(distance: Numbers, radius: float) -> Numbers:
    """Nearness that falls from 1 to 0 at twice the radius. Gaspari & Cohn 1999."""
    r = np.abs(distance) / radius
    inner = ((-0.25 * r + 0.5) * r + 0.625) * r**3 - 5.0 / 3.0 * r**2 + 1.0
    safe = np.where(r > 0.0, r, 1.0)
    outer = ((r / 12.0 - 0.5) * r + 0.625) * r**3 + 5.0 / 3.0 * r**2
    outer = outer - 5.0 * r + 4.0 - 2.0 / 3.0 / safe
    made: Numbers = np.where(r <= 1.0, inner, np.where(r < 2.0, outer, 0.0))
    return np.maximum(made, 0.0)


def _gain(ensemble: Numbers, seen: Observed) -> Numbers:
    """Kalman's gain (variables, p) from the ensemble's covariances."""
    n = ensemble.shape[0]
    apart = ensemble - ensemble.mean(axis=0)
    said = seen.predicted - seen.predicted.mean(axis=0)
    cross = apart.T @ said / (n - 1)
    inner = said.T @ said / (n - 1) + np.diag(seen.variance)
    made: Numbers = np.linalg.solve(inner, cross.T).T
    return made


def _transform(said: Numbers, off: Numbers, trust: Numbers) -> tuple[Numbers, Numbers]:
    """Weights of the mean (n,) and of the anomalies (n, n)."""
    n = said.shape[0]
    values, vectors = np.linalg.eigh((said * trust) @ said.T)
    scale = np.maximum(values, 0.0) + (n - 1)
    weight = ((vectors / scale) @ vectors.T) @ (said @ (trust * off))
    root = (vectors * np.sqrt((n - 1) / scale)) @ vectors.T
    return weight, root


def _turn(n: int, rng: np.random.Generator) -> Numbers:
    """Random rotation (n, n) that keeps the mean."""
    made, upper = np.linalg.qr(rng.standard_normal((n - 1, n - 1)))
    made = made * np.sign(np.diag(upper))
    # a frame whose first axis is the mean
    frame, _ = np.linalg.qr(np.column_stack([np.ones(n), np.eye(n)[:, 1:]]))
    whole = np.eye(n)
    whole[1:, 1:] = made
    turned: Numbers = frame @ whole @ frame.T
    return turned
