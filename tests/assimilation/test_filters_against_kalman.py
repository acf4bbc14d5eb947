"""Ensemble filters against the exact Kalman filter, and their shapes and limits."""

from __future__ import annotations

import numpy as np
import pytest

from twin.assimilation.ensemble_filters import (
    Observed,
    deterministic,
    gaspari_cohn,
    inflated,
    localised,
    perturbed,
    transformed,
)
from twin.errors import InputError

MEAN = np.array([1.0, -2.0])
COVARIANCE = np.array([[2.0, 0.8], [0.8, 1.0]])
VALUE, VARIANCE = np.array([2.5]), np.array([0.5])


def exact() -> tuple[np.ndarray, np.ndarray]:
    """Kalman's mean and covariance after the first variable was observed."""
    gain = COVARIANCE[:, 0] / (COVARIANCE[0, 0] + 0.5)
    mean = MEAN + gain * (2.5 - MEAN[0])
    return mean, COVARIANCE - np.outer(gain, COVARIANCE[0])


def ensemble(members: int, seed: int = 1) -> np.ndarray:
    """Members whose sample mean and covariance are the exact ones."""
    rng = np.random.default_rng(seed)
    raw = rng.standard_normal((members, 2))
    raw -= raw.mean(axis=0)
    own = np.linalg.cholesky(np.cov(raw.T))
    white = np.linalg.solve(own, raw.T).T
    return MEAN + white @ np.linalg.cholesky(COVARIANCE).T


def seen(members: np.ndarray) -> Observed:
    return Observed(VALUE, VARIANCE, members[:, :1])


@pytest.mark.parametrize("turned", [False, True])
def test_square_root_filters_give_kalmans_answer_with_any_number_of_members(turned):
    """Linear and normal: mean and covariance to rounding, also after a rotation."""
    members = ensemble(9)
    rng = np.random.default_rng(4) if turned else None

    made = transformed(members, seen(members), rng)
    local = localised(members, seen(members), np.ones((2, 1)), rng)

    mean, covariance = exact()
    for got in (made, local):
        assert got.mean(axis=0) == pytest.approx(mean)
        assert np.cov(got.T) == pytest.approx(covariance)


def test_the_stochastic_filter_converges_with_the_root_of_the_members():
    """Error of the mean over 40 draws: sixteen times the members, a quarter of it."""
    mean, _ = exact()
    errors = []
    for members in (50, 800):
        off = []
        for seed in range(40):
            rng = np.random.default_rng(seed)
            x = rng.multivariate_normal(MEAN, COVARIANCE, members)
            off.append(perturbed(x, seen(x), rng).mean(axis=0) - mean)
        errors.append(np.sqrt(np.mean(np.square(off))))

    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.4)


def test_half_a_gain_keeps_the_mean_and_nearly_the_spread():
    """DEnKF: covariance too large by K H P H' K' / 4 only."""
    members = ensemble(30)

    made = deterministic(members, seen(members))

    mean, covariance = exact()
    gain = COVARIANCE[:, 0] / 2.5
    assert made.mean(axis=0) == pytest.approx(mean)
    excess = 0.25 * 2.0 * np.outer(gain, gain)
    assert np.cov(made.T) == pytest.approx(covariance + excess)


def test_what_lies_out_of_reach_is_not_corrected():
    """Nearness 0: the second variable keeps its members."""
    members = ensemble(12)

    made = localised(members, seen(members), np.array([[1.0], [0.0]]))

    assert made[:, 1] == pytest.approx(members[:, 1])
    assert made[:, 0].mean() == pytest.approx(exact()[0][0])


def test_nearness_is_one_at_home_and_nothing_at_twice_the_radius():
    """Gaspari & Cohn: smooth where the two branches meet, 5/24 there."""
    near = gaspari_cohn(np.array([0.0, 1.0 - 1e-9, 1.0 + 1e-9, 2.0, 9.0]), 1.0)

    assert near == pytest.approx([1.0, 5 / 24, 5 / 24, 0.0, 0.0], abs=1e-7)
    assert np.cov(inflated(ensemble(9), 2.0).T) == pytest.approx(4.0 * COVARIANCE)


def test_observations_that_do_not_fit_are_refused():
    members = ensemble(5)
    with pytest.raises(InputError, match="give one of each"):
        Observed(np.ones(2), np.ones(2), members[:, :1])
    with pytest.raises(InputError, match="above 0"):
        Observed(VALUE, np.zeros(1), members[:, :1])
