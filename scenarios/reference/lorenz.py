"""Lorenz 1996: the small chaotic circle that filters are compared on.

Set-up of Sakov & Oke 2008: 40 variables, forcing 8, RK4 with 0.05, every variable
observed after every step with error variance 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from twin.assimilation import ensemble_filters as filters
from twin.assimilation.ensemble_filters import Observed

Numbers = NDArray[np.float64]
SIZE, FORCING, STEP = 40, 8.0, 0.05
SPIN_UP, TIMES = 200, 1200
Analysis = Callable[[Numbers, Observed, np.random.Generator], Numbers]


def step(x: Numbers) -> Numbers:
    """One step of Runge and Kutta of (…, 40)."""
    a = _rate(x)
    b = _rate(x + 0.5 * STEP * a)
    c = _rate(x + 0.5 * STEP * b)
    d = _rate(x + STEP * c)
    made: Numbers = x + STEP / 6.0 * (a + 2.0 * b + 2.0 * c + d)
    return made


def _rate(x: Numbers) -> Numbers:
    ahead, behind, two = (np.roll(x, k, axis=-1) for k in (-1, 1, 2))
    made: Numbers = (ahead - two) * behind - x + FORCING
    return made


def _distance() -> Numbers:
    """Steps around the circle between variables, (40, 40)."""
    i = np.arange(SIZE)
    apart = np.abs(i[:, None] - i[None, :])
    made: Numbers = np.minimum(apart, SIZE - apart).astype(np.float64)
    return made


def _enkf(e: Numbers, seen: Observed, rng: np.random.Generator) -> Numbers:
    return filters.inflated(filters.perturbed(e, seen, rng), 1.06)


def _etkf(e: Numbers, seen: Observed, rng: np.random.Generator) -> Numbers:
    return filters.inflated(filters.transformed(e, seen, rng), 1.013)


def _denkf(e: Numbers, seen: Observed, rng: np.random.Generator) -> Numbers:
    return filters.inflated(filters.deterministic(e, seen), 1.01)


def _letkf(e: Numbers, seen: Observed, rng: np.random.Generator) -> Numbers:
    # DAPPER's radius times 1.82 is where Gaspari and Cohn's function ends
    near = filters.gaspari_cohn(_distance(), 4.0 * 1.82)
    near = np.where(near > 1e-3, near, 0.0)
    return filters.inflated(filters.localised(e, seen, near, rng), 1.04)


METHODS: dict[str, tuple[Analysis, int]] = {
    "enkf": (_enkf, 40),
    "etkf": (_etkf, 24),
    "denkf": (_denkf, 40),
    "letkf": (_letkf, 7),
}


def mean_error(method: str, seed: int) -> float:
    """Time mean of the RMSE of the analysis after a spin-up."""
    analysis, members = METHODS[method]
    rng = np.random.default_rng(seed)
    truth = np.zeros(SIZE)
    truth[0] = 1.0
    for _ in range(500):
        truth = step(truth)
    ensemble = truth + np.sqrt(0.001) * rng.standard_normal((members, SIZE))
    variance = np.ones(SIZE)
    errors = np.zeros(TIMES)
    for k in range(TIMES):
        truth, ensemble = step(truth), step(ensemble)
        values = truth + rng.standard_normal(SIZE)
        seen = Observed(values, variance, ensemble.copy())
        ensemble = analysis(ensemble, seen, rng)
        errors[k] = np.sqrt(((ensemble.mean(axis=0) - truth) ** 2).mean())
    return float(errors[SPIN_UP:].mean())
